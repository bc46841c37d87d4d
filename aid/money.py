"""How sums are said: whole ₸ with narrow gaps."""

GAP = "\u202f"  # narrow and unbreakable


def grouped(number: int | None) -> str:
    """«45 000»."""
    return f"{number or 0:,}".replace(",", GAP)


def tenge(number: int | None) -> str:
    return f"{grouped(number)}\u00a0₸"
