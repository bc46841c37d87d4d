"""Counting: one pass over each fact gives all its indicators, for every unit of a range.

Run inside a scope that covers the range (a child who moved may need the country: see facts.REACH).
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from campaigns.evidence import lines_with_evidence
from campaigns.models import Campaign
from reports.facts import CALENDAR, LONG, REACH, RELATIONS, SYSTEMATIC, WINDOWS, Fact
from reports.facts_campaign import PLAN_LINES
from reports.figures import Figure, Figures
from reports.indicators import CATALOGUE, Indicator
from schools.models import Unit
from schools.number import DISTRICT, OBLAST, ROOT, ROOT_SPAN, ancestors, span, subtree
from schools.rights import Level
from zabota.lib.clock import today

LAST_NUMBER = ROOT_SPAN - 1
LEVELS = (1, DISTRICT, OBLAST, ROOT_SPAN)
# what is stored for a unit: (code of the indicator, part of its cut or "") → amount
Amounts = dict[int, dict[tuple[str, str], int]]
EXPECTED = {code for code, indicator in CATALOGUE.items() if indicator.expected}
FACTS: dict[str, tuple[Fact, list[Indicator]]] = {}
for _indicator in CATALOGUE.values():
    if _indicator.fact:
        FACTS.setdefault(_indicator.fact.name, (_indicator.fact, []))[1].append(_indicator)


def count(campaign: Campaign, as_of: date, low: int = ROOT, high: int = LAST_NUMBER) -> Figures:
    """Every indicator for every unit whose number lies in the range, counted afresh from the records.

    The range is the subtree of a unit: what it holds is added up inside it and nowhere above.
    """
    numbers = list(Unit.objects.filter(pk__range=(low, high)).values_list("pk", flat=True))
    asked = _Asked(campaign, as_of, low, high)
    totals = roll_up(_own(asked), low, high)
    for unit, distinct in _distinct(asked, LEVELS).items():
        totals[unit].update(distinct)
    return figures(totals, numbers)


def count_own(campaign: Campaign, as_of: date, low: int, high: int) -> Amounts:
    """What the units of the range have themselves, nothing added up."""
    asked = _Asked(campaign, as_of, low, high)
    own = _own(asked)
    for unit, distinct in _distinct(asked, [1]).items():
        own[unit].update(distinct)
    return own


def count_distinct(campaign: Campaign, as_of: date, unit: int) -> dict[tuple[str, str], int]:
    """What is counted each once inside this unit."""
    return _distinct(_Asked(campaign, as_of, *subtree(unit)), [span(unit)]).get(unit, {})


def rows_of(
    campaign: Campaign, as_of: date, low: int, high: int, indicator: Indicator, part: str = ""
) -> list[dict[str, Any]]:
    """What is in a figure: a row for each thing counted, by the SQL that counts it; the `amount`s add up to it."""
    fact = indicator.fact
    assert fact is not None
    asked = _Asked(campaign, as_of, low, high, reading=True)
    if not asked.can_tell(fact):
        return []
    asked.prepare(fact)
    told = [*indicator.counted, *(column for column in fact.more if column not in indicator.counted)]
    # of a child counted once in spite of three handouts one is told, and all that is told of it is of that one
    last = "(array_agg({column} order by fact desc))[1]".format
    columns = [column if column in indicator.counted else last(column=column) for column in told]
    wanted = ", ".join([last(column="unit_id"), indicator.amount, *columns])
    found = asked.rows(
        f"{asked.relations} select {wanted} from ({fact.sql}) fact"
        f" where {indicator.where_of(part)} group by {', '.join(indicator.counted)} having {indicator.amount} > 0"
    )
    names = ("unit_id", "amount", *told)
    return [dict(zip(names, row, strict=True)) for row in found]


def _own(asked: "_Asked") -> Amounts:
    found: Amounts = defaultdict(dict)
    for fact, indicators in FACTS.values():
        if fact.additive:
            asked.add(found, fact, indicators, "unit_id")
    return found


def _distinct(asked: "_Asked", levels: Iterable[int]) -> Amounts:
    """Afresh for each level of the tree that lies within the range; a higher level's count replaces a lower one's."""
    low, high = asked.values["low"], asked.values["high"]
    found: Amounts = defaultdict(dict)
    for fact, indicators in FACTS.values():
        for step in levels:
            if not fact.additive and step <= high - low + 1:
                asked.add(found, fact, indicators, "unit_id" if step == 1 else f"unit_id - mod(unit_id, {step})")
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
    """Figures of these units in the order of the catalogue."""
    return {unit: figures_of(totals.get(unit, {})) for unit in units}


def figures_of(amounts: dict[tuple[str, str], int]) -> dict[str, Figure]:
    shown: dict[str, Figure] = {}
    entered = any(amount for (code, _part), amount in amounts.items() if code not in EXPECTED)
    for code, indicator in CATALOGUE.items():
        if indicator.share_of:
            over, under = (
                sum(times * amounts.get((part, ""), 0) for part, times in side.items()) for side in indicator.share_of
            )
            is_known = entered or EXPECTED.issuperset(indicator.share_of[1])
            shown[code] = Figure(over, under, is_share=True, entered=is_known)
        else:
            by = {key: amounts.get((code, key), 0) for key, _column, _part in indicator.parts()}
            shown[code] = Figure(amounts.get((code, ""), 0), by=by, entered=entered or indicator.expected)
    return shown


class _Asked:
    """The question: a campaign, a day, a range of units; runs the statements of the facts.

    Windows and calendar are made once, as temporary tables with statistics: guessed from inside a statement they are
    taken for a few rows, and the planner walks millions of pairs one by one.  A reader may make no tables: for one
    unit's rows they stand inside the statement (`relations`).
    """

    def __init__(self, campaign: Campaign, as_of: date, low: int, high: int, reading: bool = False) -> None:
        schools = list(Unit.objects.schools().filter(pk__range=(low, high)).values_list("pk", flat=True))
        first = campaign.opens
        self.campaign = campaign
        self.values: dict[str, Any] = {
            "campaign": campaign.pk,
            "as_of": as_of,
            "told": _told(campaign, as_of),
            "low": low,
            "high": high,
            "first": first,
            "last": min(campaign.closes, as_of),
            "systematic": campaign.systematic_days or 0,
            "long": campaign.long_days or 0,
            "dues": _dues(campaign),
        }
        self.wide = len(schools) > 1
        reached, since = self.rows(REACH)[0]
        self.values |= {"reached": list({*schools, *(reached or [])}), "since": min(since or first, first)}
        self.relations = f"with {RELATIONS}" if reading else ""
        if reading:
            return
        for name, sql in (("windows", WINDOWS), ("calendar", CALENDAR)):
            self.rows(f"drop table if exists pg_temp.{name}")
            self.rows(f"create temporary table {name} on commit drop as {sql}")
            self.rows(f"analyze {name}")

    def rows(self, sql: str) -> list[tuple]:
        """Run one statement about the range.

        The wall makes every table look small to the planner, and loops over whole oblasts are never the better way.
        """
        with connection.cursor() as cursor:
            if self.wide:
                cursor.execute("set local enable_nestloop = off")
            cursor.execute(sql, self.values)
            found = cursor.fetchall() if cursor.description else []
            if self.wide:
                cursor.execute("set local enable_nestloop = on")
        return found

    def can_tell(self, fact: Fact) -> bool:
        """Where no order has set the threshold nothing can be called systematic or long."""
        return fact not in (SYSTEMATIC, LONG) or bool(self.values[fact.name])

    def prepare(self, fact: Fact) -> None:
        """Ask what SQL alone cannot tell, once and only for the fact that needs it."""
        if fact is PLAN_LINES and "plan_lines" not in self.values:
            units = Unit.objects.filter(pk__range=(self.values["low"], self.values["high"]))
            proved = lines_with_evidence(units.values_list("pk", flat=True), self.campaign)
            told = [{"unit_id": unit, "proved": met, "lines": lines} for unit, (met, lines) in proved.items()]
            self.values["plan_lines"] = json.dumps(told)

    def add(self, found: Amounts, fact: Fact, indicators: list[Indicator], unit: str) -> None:
        """Count the fact's indicators by this expression of the unit's number and put them into `found`."""
        if not self.can_tell(fact):
            return
        self.prepare(fact)
        keys, columns = [], []
        for indicator in indicators:
            for key, condition in _parts(indicator):
                keys.append((indicator.code, key))
                columns.append(f"{indicator.amount} filter (where {condition})")
        for number, *amounts in self.rows(f"select {unit}, {', '.join(columns)} from ({fact.sql}) fact group by 1"):
            found[number].update({key: int(amount or 0) for key, amount in zip(keys, amounts, strict=True)})


def _told(campaign: Campaign, as_of: date) -> date:
    """Until when a unit may have told of itself: reports and councils come after the window has closed."""
    return as_of if as_of < campaign.closes else max(as_of, min(today(), campaign.moved(campaign.due)))


def _dues(campaign: Campaign) -> str:
    """The day by which each level owes each report, as JSON."""
    days = [
        {"form": each.code, "level": level, "due": str(campaign.due_for(level, each.code))}
        for each in campaign.rounds
        for level in Level.values
    ]
    return json.dumps(days)


def _parts(indicator: Indicator) -> Iterable[tuple[str, str]]:
    for key in ("", *(key for key, _column, _part in indicator.parts())):
        yield key, indicator.where_of(key)
