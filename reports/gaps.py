"""What is missing before a unit may sign: one list of sentences that the page shows and the action refuses by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, Order, Round
from campaigns.states import OrderKind
from reports.facts import CLASS_DAYS, RELATIONS
from reports.figures import Figure
from reports.indicators import CATALOGUE, SECTIONS
from reports.places import children, latest
from reports.states import SubmissionState
from schools.models import Unit
from schools.number import ancestors, subtree
from students.models import Case, SchoolClass
from students.states import CaseState
from zabota.lib.clock import today

NAMED_AT_MOST = 5
MAY_BE_NIL = ("cases", "families", "aid")  # sections where «nothing to report» has to be said, not left empty


@dataclass(frozen=True)
class Gap:
    """A sentence; a hard gap forbids signing, a soft one travels upward with the report."""

    text: str
    hard: bool = True
    unit: Unit | None = None  # a unit below that may be declared missing, with a reason


def gaps(unit: Unit, campaign: Campaign, round_: Round) -> list[Gap]:
    return [
        *_order(unit, campaign),
        *_time(unit, campaign, round_),
        *_own_work(unit, campaign, round_),
        *_below(unit, campaign, round_),
    ]


def _order(unit: Unit, campaign: Campaign) -> Iterator[Gap]:
    started = Order.objects.filter(
        campaign=campaign, kind=OrderKind.START, date__lte=today(), unit_id__in=ancestors(unit.pk)
    ).exists()
    if not started:
        yield Gap(_("No order to start the campaign is registered, neither here nor above."))


def _time(unit: Unit, campaign: Campaign, round_: Round) -> Iterator[Gap]:
    if not round_.is_final:
        return
    last = last_day(unit, campaign)
    if today() < last:
        yield Gap(
            _("The final report can be signed from %(day)s, the last day of the campaign here.")
            % {"day": f"{last:%d.%m.%Y}"}
        )


def _own_work(unit: Unit, campaign: Campaign, round_: Round) -> Iterator[Gap]:
    if not unit.is_school:
        return
    silent = silent_days(unit, campaign, min(round_.as_of, today()))
    if silent:
        days = sum(silent.values())
        names = (
            SchoolClass.objects.filter(pk__in=silent).order_by("grades", "name_order").values_list("name", flat=True)
        )
        yield Gap(
            ngettext(
                "%(days)s class-day has no register: %(classes)s.",
                "%(days)s class-days have no register: %(classes)s.",
                days,
            )
            % {"days": days, "classes": listed(list(names))},
            hard=round_.is_final,
        )
    drafts = Case.objects.under(unit.pk).filter(state=CaseState.DRAFT).count()
    if drafts:
        yield Gap(
            ngettext(
                "%(n)s draft of a case is neither confirmed nor dismissed.",
                "%(n)s drafts of cases are neither confirmed nor dismissed.",
                drafts,
            )
            % {"n": drafts}
        )


def _below(unit: Unit, campaign: Campaign, round_: Round) -> Iterator[Gap]:
    units = children(unit)
    reports = latest(campaign, round_.code, [each.pk for each in units])
    for each in units:
        report = reports.get(each.pk)
        if report is None or report.state != SubmissionState.ACCEPTED:
            yield Gap(
                _("%(unit)s: %(state)s.")
                % {"unit": each.name, "state": report.get_state_display() if report else _("the report is not begun")},
                unit=each,
            )


def empty_sections(figures: dict[str, Figure]) -> list[str]:
    """Sections with nothing but zeros, for which «nothing to report» has to be signed."""
    return [
        section
        for section in MAY_BE_NIL
        if not any(
            figures[code].numerator for code, one in CATALOGUE.items() if one.section == section and code in figures
        )
    ]


def nil_gaps(figures: dict[str, Figure], nil: list[str]) -> list[Gap]:
    """Empty is not zero: an empty section is signed as such, and one with figures is not."""
    empty = empty_sections(figures)
    unsigned = [str(SECTIONS[section]) for section in empty if section not in nil]
    wrong = [str(SECTIONS[section]) for section in nil if section in SECTIONS and section not in empty]
    found = []
    if unsigned:
        found.append(
            Gap(_("Say «nothing to report» for each empty section: %(sections)s.") % {"sections": ", ".join(unsigned)})
        )
    if wrong:
        found.append(Gap(_("There is something to report here: %(sections)s.") % {"sections": ", ".join(wrong)}))
    return found


def listed(names: list[str]) -> str:
    """The first few names and how many more."""
    shown, more = names[:NAMED_AT_MOST], len(names) - NAMED_AT_MOST
    text = ", ".join(shown)
    return _("%(names)s and %(n)s more") % {"names": text, "n": more} if more > 0 else text


def last_day(unit: Unit, campaign: Campaign) -> date:
    """The last day of the unit's own window (the nearest unit's order), whatever the day is today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select last from campaign_windows(%s, %s, %s, %s)", [campaign.pk, campaign.closes, unit.pk, unit.pk]
        )
        row = cursor.fetchone()
    return row[0] if row else campaign.closes


def silent_days(unit: Unit, campaign: Campaign, as_of: date) -> dict[int, int]:
    """Class-days that were due up to the day and have no register, by class."""
    sql = f"""with {RELATIONS} select school_class_id, count(*) from ({CLASS_DAYS.sql}) d
               where taught > 0 and not taken group by 1"""
    return dict(_ask(sql, campaign, as_of, campaign.opens, min(campaign.closes, as_of), unit.pk, [unit.pk]))


def registers_today(unit: Unit, campaign: Campaign, schools: list[int]) -> tuple[int, int]:
    """Classes with a register today, and classes that owe one.  Reads rows: for a school, or a district's schools."""
    sql = f"""with {RELATIONS} select count(*) filter (where taken), count(*)
                from ({CLASS_DAYS.sql}) d where taught > 0"""
    taken, owed = _ask(sql, campaign, today(), today(), today(), unit.pk, schools or [unit.pk])[0]
    return taken, owed


def _ask(
    sql: str, campaign: Campaign, as_of: date, first: date, last: date, unit: int, schools: list[int]
) -> list[Any]:
    low, high = subtree(unit)
    values: dict[str, Any] = {
        "campaign": campaign.pk,
        "as_of": as_of,
        "first": first,
        "last": last,
        "low": low,
        "high": high,
        "since": first,
        "reached": schools,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
