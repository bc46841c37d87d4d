"""Two ways to the same end, timed in turns so that the machine's moods fall on both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PER_SECOND = {"ms": 1000, "s": 1}


@dataclass
class Times:
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


def turn_by_turn(
    ours: Callable[[], float], theirs: Callable[[], float], pairs: int, warm_up: int, seconds: float = float("inf")
) -> tuple[Times, Times]:
    """A B A B …; the warm-up is thrown away, and no new pair begins when the seconds are over."""
    for _ in range(warm_up):
        ours(), theirs()
    a, b, end = Times(), Times(), time.monotonic() + seconds
    while len(a.seconds) < pairs and (time.monotonic() < end or not a.seconds):
        a.seconds.append(ours())
        b.seconds.append(theirs())
    return a, b


def told(what: str, times: tuple[Times, Times], *, names: tuple[str, str], goal: float, unit: str) -> str:
    per = _PER_SECOND[unit]
    lines = [f"{what}, {len(times[0].seconds)} pairs"]
    for name, each in zip(names, times, strict=True):
        lines.append(f"  {name:<12} median {each.median * per:8.2f} {unit}   p95 {each.p95 * per:8.2f} {unit}")
    lines.append(f"  ratio of medians {times[0].median / times[1].median:.2f}, goal {goal:g} at most")
    return "\n".join(lines)
