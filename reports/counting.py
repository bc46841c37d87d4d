"""Counting: one pass over each fact gives all its indicators, for every unit of a range.

Run inside a scope that covers the range (a child who moved may need the country: see facts.REACH).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from reports.facts import LONG, REACH, SYSTEMATIC, WINDOWS, Fact
from reports.figures import Figure, Figures
from reports.indicators import CATALOGUE, Indicator
from schools.models import Unit
from schools.number import DISTRICT, OBLAST, ROOT, ROOT_SPAN, ancestors

LAST_NUMBER = ROOT_SPAN - 1
# what is stored for a unit: (code of the indicator, part of its cut or "") → amount
Amounts = dict[int, dict[tuple[str, str], int]]
FACTS: dict[str, tuple[Fact, list[Indicator]]] = {}
for _indicator in CATALOGUE.values():
    if _indicator.fact:
        FACTS.setdefault(_indicator.fact.name, (_indicator.fact, []))[1].append(_indicator)


def count(campaign: Campaign, as_of: date, low: int = ROOT, high: int = LAST_NUMBER) -> Figures:
    """Every indicator for every unit whose number lies in the range, counted afresh from the records.

    The range is the subtree of a unit: what it holds is added up inside it and nowhere above.
    """
    numbers = list(Unit.objects.filter(pk__range=(low, high)).values_list("pk", flat=True))
    amounts = count_own(campaign, as_of, low, high)
    totals = roll_up(amounts, low, high)
    for unit, distinct in count_distinct(campaign, as_of, low, high).items():
        totals[unit].update(distinct)
    return figures(totals, numbers)


def count_own(campaign: Campaign, as_of: date, low: int, high: int) -> Amounts:
    """What can be added up (additive facts), at the units where it happened."""
    asked = _Asked(campaign, as_of, low, high)
    found: Amounts = defaultdict(dict)
    for fact, indicators in FACTS.values():
        if fact.additive:
            asked.add(found, fact, indicators, "unit_id")
    return found


def count_distinct(
    campaign: Campaign, as_of: date, low: int, high: int, levels: Iterable[int] = (1, DISTRICT, OBLAST, ROOT_SPAN)
) -> Amounts:
    """What is counted each once inside the unit asked about, afresh for each level that lies within the range."""
    asked = _Asked(campaign, as_of, low, high)
    found: Amounts = defaultdict(dict)
    for fact, indicators in FACTS.values():
        if fact.additive:
            continue
        for step in levels:
            if step > high - low + 1:
                break
            asked.add(found, fact, indicators, "unit_id" if step == 1 else f"unit_id - unit_id %% {step}")
    return {unit: amounts for unit, amounts in found.items() if low <= unit <= high}


def roll_up(own: Amounts, low: int = ROOT, high: int = LAST_NUMBER) -> Amounts:
    """Every unit of the range with what lies in its subtree."""
    totals: Amounts = defaultdict(lambda: defaultdict(int))
    for unit, amounts in own.items():
        for above in ancestors(unit):
            if low <= above <= high:
                total = totals[above]
                for key, amount in amounts.items():
                    total[key] += amount
    return totals


def figures(totals: Amounts, units: Iterable[int]) -> Figures:
    """Figures of these units in the order of the catalogue; a unit with no rows has zeros, not gaps."""
    return {unit: figures_of(totals.get(unit, {})) for unit in units}


def figures_of(amounts: dict[tuple[str, str], int]) -> dict[str, Figure]:
    shown: dict[str, Figure] = {}
    for code, indicator in CATALOGUE.items():
        if indicator.share_of:
            over, under = (
                sum(times * amounts.get((part, ""), 0) for part, times in side.items()) for side in indicator.share_of
            )
            shown[code] = Figure(over, under, is_share=True)
        else:
            by = {key: amounts.get((code, key), 0) for key, _column, _part in indicator.parts()}
            shown[code] = Figure(amounts.get((code, ""), 0), by=by)
    return shown


class _Asked:
    """The question: a campaign, a day, a range of units; runs the statements of the facts."""

    def __init__(self, campaign: Campaign, as_of: date, low: int, high: int) -> None:
        self.values: dict[str, Any] = {
            "campaign": campaign.pk,
            "as_of": as_of,
            "low": low,
            "high": high,
            "first": campaign.opens,
            "last": min(campaign.closes, as_of),
            "units": list(Unit.objects.schools().filter(pk__range=(low, high)).values_list("pk", flat=True)),
            "systematic": campaign.systematic_days or 0,
            "long": campaign.long_days or 0,
        }
        self._reached = False

    def add(self, found: Amounts, fact: Fact, indicators: list[Indicator], unit: str) -> None:
        """Count the fact's indicators by this expression of the unit's number and put them into `found`."""
        if fact in (SYSTEMATIC, LONG):
            if not self.values[fact.name]:  # no order has set the threshold: nothing can be called systematic or long
                return
            self._reach()
        keys, columns = [], []
        for indicator in indicators:
            for key, condition in _parts(indicator):
                keys.append((indicator.code, key))
                columns.append(f"{indicator.amount} filter (where {condition})")
        sql = f"with {WINDOWS} select {unit}, {', '.join(columns)} from ({fact.sql}) fact group by 1"
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            for number, *amounts in cursor.fetchall():
                found[number].update({key: int(amount or 0) for key, amount in zip(keys, amounts, strict=True)})

    def _reach(self) -> None:
        if self._reached:
            return
        with connection.cursor() as cursor:
            cursor.execute(REACH, self.values)
            reached, since = cursor.fetchone()
        self.values |= {"reached": reached or [], "since": since or self.values["first"]}
        self._reached = True


def _parts(indicator: Indicator) -> Iterable[tuple[str, str]]:
    yield "", indicator.where
    for key, column, part in indicator.parts():
        yield key, f"{indicator.where} and coalesce({column}, '') = '{part}'"
