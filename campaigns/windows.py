"""The window in which a unit's facts count, and the orders that speak about it (PRODUCT 11, «Window»)."""

from datetime import date

from django.db import connection
from django.db.models import Q

from campaigns.models import Campaign, Order
from campaigns.states import OrderKind
from schools.models import Scoped, Unit, User
from schools.number import ROOT, ancestors
from schools.rights import Permission


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


def orders_in_sight(user: User) -> Scoped:
    """Orders of the user's own subtrees, and those handed down to them from above."""
    units = user.grants.units(Permission.ORDER_VIEW)
    line = {above for unit in units for above in ancestors(unit)}
    own = Order.objects.for_user(user, Permission.ORDER_VIEW).values("pk")
    return Order.objects.filter(Q(pk__in=own) | Q(unit_id__in=line)) if units else Order.objects.none()


def with_parents(units: set[int]) -> dict[int, str]:
    """Names of these units with the unit above («№ 1 мектеп, Аршалы ауданы»): the same names exist thrice."""
    line = Unit.objects.in_bulk({above for unit in units for above in ancestors(unit)[:2]})
    return {unit: _with_parent(unit, line) for unit in units if unit in line}


def _with_parent(unit: int, line: dict[int, Unit]) -> str:
    above = [line[number].name for number in ancestors(unit)[1:2] if number != ROOT and number in line]
    return ", ".join([line[unit].name, *above])
