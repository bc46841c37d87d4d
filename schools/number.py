"""A unit's number is its place: OO DDD SSSS (oblast, district, school), zeros above.

A school directly under a city has district 000, a republican school also oblast 00; the ministry is 0.
"""

OBLAST, DISTRICT, SCHOOL = 1_000_0000, 1_0000, 1
ROOT = 0
ROOT_SPAN = 100 * OBLAST


def span(number: int) -> int:
    """How many numbers the subtree of this unit holds."""
    if number == ROOT:
        return ROOT_SPAN
    return next(step for step in (OBLAST, DISTRICT, SCHOOL) if number % step == 0)


def subtree(number: int) -> tuple[int, int]:
    """First and last number of the unit's subtree."""
    return number, number + span(number) - 1


def ancestors(number: int) -> list[int]:
    """The unit itself, then every unit above it, the ministry last."""
    line = [number]
    for step in (DISTRICT, OBLAST, ROOT_SPAN):
        above = number - number % step
        if above != line[-1]:
            line.append(above)
    return line


def above(number: int) -> int | None:
    """The unit directly above; None for the ministry."""
    line = ancestors(number)
    return line[1] if len(line) > 1 else None
