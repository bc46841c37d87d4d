"""How sums are said: whole ₸ with narrow gaps."""

from zabota.lib.tables import grouped


def tenge(number: int | None) -> str:
    return f"{grouped(number)}\u00a0₸"
