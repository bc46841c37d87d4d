"""What proves a line of a plan: «typing done is not evidence» (PRODUCT 3).

Each room that keeps facts adds its finders in `AppConfig.ready`.  A finder is asked about many units at once, so a
page of plans costs as many questions as one plan.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from campaigns.models import Campaign, PlanLine


@dataclass(frozen=True)
class Evidence:
    """What the portal holds about a clause at a unit.

    `page` is the name of the unit's page where it stands; what was looked for and not found is told and not `met`.
    """

    unit: int
    clause: str
    words: str
    met: bool
    page: str = ""


Finder = Callable[[Collection[int], Campaign], Iterable[Evidence]]

FINDERS: dict[str, list[Finder]] = defaultdict(list)


def proves(*clauses: str) -> Callable[[Finder], Finder]:
    """The function finds evidence for these clauses, for any number of units in the same number of questions."""

    def add(finder: Finder) -> Finder:
        for clause in clauses:
            FINDERS[clause].append(finder)
        return finder

    return add


def evidence_of(
    units: Collection[int], campaign: Campaign, clauses: Iterable[str] | None = None
) -> dict[int, dict[str, list[Evidence]]]:
    """Unit → clause → what was found, the proofs first; only finders that may speak of these clauses are asked."""
    wanted = set(FINDERS if clauses is None else clauses)
    asked = {finder: None for clause in FINDERS if clause in wanted for finder in FINDERS[clause]}
    found: dict[int, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for finder in asked if units else ():
        for each in finder(units, campaign):
            if each.clause in wanted:
                found[each.unit][each.clause].append(each)
    for of_unit in found.values():
        for rows in of_unit.values():
            rows.sort(key=lambda each: not each.met)
    return found


def lines_with_evidence(units: Iterable[int], campaign: Campaign) -> dict[int, tuple[int, int]]:
    """How many lines of each unit's plan are proved, and how many it has; units without a plan are left out."""
    lines: dict[int, list[str]] = defaultdict(list)
    rows = PlanLine.objects.filter(plan__campaign=campaign, unit_id__in=list(units))
    for unit, clause in rows.values_list("unit_id", "clause"):
        lines[unit].append(clause)
    found = evidence_of(list(lines), campaign, {clause for clauses in lines.values() for clause in clauses})
    return {
        unit: (sum(is_proved(found[unit][clause]) for clause in clauses), len(clauses))
        for unit, clauses in lines.items()
    }


def is_proved(found: Iterable[Evidence]) -> bool:
    return any(each.met for each in found)
