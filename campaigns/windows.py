"""The window in which a unit's facts count, and the orders that speak about it (PRODUCT 11, «Window»)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Extension, Order
from campaigns.states import Language, OrderKind
from schools.models import Unit
from schools.number import ROOT, ancestors
from zabota.lib.clock import today
from zabota.lib.kazakh import fold


def window_of(*, unit_id: int, campaign: Campaign, as_of: date) -> tuple[date, date]:
    """First and last counted day of the unit, both included; first > last where nothing counts yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select first, last from campaign_windows(%s, %s, %s, %s)", [campaign.pk, as_of, unit_id, unit_id]
        )
        row: tuple[date, date] = cursor.fetchone()
    return row


def order_giving_dates(*, unit_id: int, campaign: Campaign) -> Order | None:
    """The order whose dates the unit keeps: the nearest unit's latest; None where the campaign's own dates hold."""
    handed_down = Order.objects.filter(campaign=campaign, unit_id__in=ancestors(unit_id)).giving_dates()
    order: Order | None = handed_down.select_related("unit").order_by("-unit_id", "-date", "-pk").first()
    return order


def start_orders(*, units: list[int], campaign: Campaign) -> dict[int, Order]:
    """The order by which each of these units entered the first stage (Guide 4.2), by unit."""
    orders = Order.objects.filter(campaign=campaign, unit_id__in=units, kind=OrderKind.START).order_by("-date", "-pk")
    return {order.unit_id: order for order in orders}


def norms_order(campaign: Campaign) -> Order | None:
    """The ministry's order that sets thresholds and time norms; no law fixes them (PRODUCT 2)."""
    orders = Order.objects.filter(campaign=campaign, unit_id=ROOT, kind=OrderKind.NORMS)
    order: Order | None = orders.order_by("-date", "-pk").first()
    return order


def unset(campaign: Campaign) -> list[str]:
    """Why the campaign cannot open yet, in words: no law sets its thresholds and norms, an order must (PRODUCT 2)."""
    if not campaign.missing_norms and norms_order(campaign) is not None:
        return []
    return [
        _(
            "The campaign cannot open yet: the ministry has not set its thresholds and time norms by order. "
            "Registers, movement, cases and aid can be entered all the same."
        )
    ]


def due_of(unit: Unit, campaign: Campaign, round: str) -> date:
    """The last day on which the unit hands in this round: its step, or the extension that still runs."""
    return dues_of([unit], campaign, round)[unit.pk]


def dues_of(units: Iterable[Unit], campaign: Campaign, round: str) -> dict[int, date]:
    """The same for many units, in one query.  An extension that has ended leaves the first day standing."""
    wanted = list(units)
    given = Extension.objects.running(today()).filter(unit__in=wanted, campaign=campaign, round=round)
    later = dict(given.order_by().values_list("unit_id").annotate(Max("until")))
    dues = {unit.pk: campaign.due_for(unit.level, round) for unit in wanted}
    return {unit: max(due, later.get(unit, due)) for unit, due in dues.items()}


def days_late(due: date) -> int:
    """Calendar days past the day, zero before and on it: a paper of 23:59:59 is in time (Asia/Almaty)."""
    return max(0, (today() - due).days)


def with_parents(units: set[int]) -> dict[int, str]:
    """Names of these units with the unit above («№ 1 мектеп, Аршалы ауданы»): the same names exist thrice."""
    line = Unit.objects.in_bulk({above for unit in units for above in ancestors(unit)[:2]})
    return {unit: _with_parent(unit, line) for unit in units if unit in line}


def _with_parent(unit: int, line: dict[int, Unit]) -> str:
    above = [line[number].name for number in ancestors(unit)[1:2] if number != ROOT and number in line]
    return ", ".join([line[unit].name, *above])


@dataclass(frozen=True)
class Line:
    """A number that everybody may call."""

    phone: str
    hours: str
    language: str


def public_helplines(words: str) -> list[tuple[str, list[Line]]]:
    """The helplines of the units that these words name and of the units above them, for whoever asks (PRODUCT 15)."""
    with connection.cursor() as cursor:
        cursor.execute("select unit_id, phone, hours, language from public_helplines(%s)", [fold(words).strip()])
        rows = cursor.fetchall()
    names = with_parents({row[0] for row in rows})
    languages = dict(Language.choices)
    found: dict[int, list[Line]] = {}
    for unit, phone, hours, language in rows:
        found.setdefault(unit, []).append(Line(phone, hours, str(languages.get(language, ""))))
    return [(names[unit], lines) for unit, lines in found.items()]
