"""Which units stand one level below another, their reports of a round and their live figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q
from django.utils.translation import get_language

from campaigns.models import Campaign, Round
from campaigns.windows import dues_of
from reports.counting import Amounts, figures_of
from reports.figures import Figures
from reports.models import Submission, Value
from reports.states import HANDED_IN, SubmissionState
from schools.models import Unit, UnitQuerySet
from schools.number import DISTRICT, OBLAST, ROOT, span, subtree
from schools.rights import Level
from zabota.lib.clock import today


def below(unit: int) -> Q:
    """The units directly below: level is not depth (a city has districts and schools of its own)."""
    first, last = subtree(unit)
    inside = Q(pk__range=(first + 1, last))
    if unit == ROOT:
        return inside & (Q(level=Level.OBLAST) | Q(pk__lt=DISTRICT))
    if span(unit) == OBLAST:
        return inside & (Q(level=Level.DISTRICT) | Q(pk__lt=unit + DISTRICT))
    return inside


def in_order(units: UnitQuerySet) -> UnitQuerySet:
    """By name in the order of the Kazakh alphabet."""
    return units.order_by("order_ru" if get_language() == "ru" else "order_kk", "pk")


def at_work(units: UnitQuerySet, on: date) -> UnitQuerySet:
    """Without the units that were closed before that day: they owe nothing."""
    return units.filter(Q(closed_on=None) | Q(closed_on__gte=on))


def latest(campaign: Campaign, form: str, units: Iterable[int]) -> dict[int, Submission]:
    """The last edition of each unit that has one."""
    rows = Submission.objects.filter(campaign=campaign, form=form, unit_id__in=list(units))
    return {row.unit_id: row for row in rows.order_by("unit_id", "-edition").distinct("unit_id")}


@dataclass(frozen=True)
class Place:
    """A unit, the units directly below it, and how their reports of a round stand."""

    unit: Unit
    campaign: Campaign
    round: Round
    units: list[Unit]
    reports: dict[int, Submission]

    @cached_property
    def dues(self) -> dict[int, date]:
        """The last day of the unit and of each below it, extensions that run included."""
        return dues_of([self.unit, *self.units], self.campaign, self.round.code)

    @property
    def owing(self) -> list[Unit]:
        """Those below that have not signed yet, or whose report was returned to them."""
        return [
            unit for unit in self.units if unit.pk not in self.reports or self.reports[unit.pk].state not in HANDED_IN
        ]

    @property
    def is_settled(self) -> bool:
        """All below have signed, and no report waits to be accepted."""
        return not self.owing and all(self.reports[unit.pk].state != SubmissionState.SIGNED for unit in self.units)


def place_of(unit: Unit, campaign: Campaign, round_: Round) -> Place:
    units = children(unit)
    return Place(unit, campaign, round_, units, latest(campaign, round_.code, [unit.pk, *(each.pk for each in units)]))


def children(unit: Unit) -> list[Unit]:
    """The units directly below that are at work today, by name."""
    return [] if unit.is_school else list(in_order(at_work(Unit.objects.filter(below(unit.pk)), today())))


def stored_parts(campaign: Campaign, code: str, part: str, units: Iterable[int]) -> dict[int, int]:
    """Live amounts of one part of a figure's cut; what is not stored is zero."""
    rows = Value.objects.filter(campaign=campaign, code=code, cut=part, unit_id__in=list(units))
    return dict(rows.values_list("unit_id", "numerator"))


def stored_figures(campaign: Campaign, unit: int, units: Iterable[int]) -> tuple[Figures, datetime | None]:
    """Live figures of a unit with cuts, of many others without, in one question; and when the unit's last changed."""
    amounts: Amounts = {unit: {}, **{each: {} for each in units}}
    rows = Value.objects.filter(Q(unit_id=unit) | Q(unit_id__in=list(amounts), cut=""), campaign=campaign)
    moments = []
    for number, code, cut, amount, at in rows.values_list("unit_id", "code", "cut", "numerator", "at"):
        amounts[number][code, cut] = amount
        if number == unit:
            moments.append(at)
    return {number: figures_of(found) for number, found in amounts.items()}, max(moments, default=None)
