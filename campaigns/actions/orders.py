"""Units enter the campaign by their orders (Guide 4.2, 4.3, 6.2.1)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import checked, write_norms
from campaigns.actions.files import keep_scan
from campaigns.models import Campaign, Order
from campaigns.scans import Scan
from campaigns.states import GIVES_DATES, OrderKind
from campaigns.windows import unset
from schools.actions import touch_days
from schools.journal import record
from schools.models import Unit, User
from schools.number import ROOT
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.kazakh import tidy


class NumberTaken(Refused):
    """The unit has an order with this number in this campaign; the words belong beside the number."""

    field = "number"

    def __init__(self) -> None:
        super().__init__(_("There is an order with this number already."))


@transaction.atomic
def register_order(
    *,
    unit: Unit,
    campaign: Campaign,
    number: str,
    date: date,
    kind: str,
    title_kk: str,
    title_ru: str,
    opens: date | None = None,
    closes: date | None = None,
    scan: Scan | None = None,
    by: User,
) -> Order:
    """«Приказ» is registered (Guide 6.2.1); one that gives dates moves the window of everything below the unit.

    Raises PermissionDenied outside one's units, Refused in words for wrong dates, a used number or an unfit scan, and
    for a start while the ministry's order on thresholds and time norms is missing (PRODUCT 2).
    """
    if not by.grants.cover(Permission.ORDER_WRITE, unit.pk):
        raise PermissionDenied
    order = Order(
        unit=unit,
        campaign=campaign,
        number=tidy(number),
        date=date,
        kind=kind,
        title_kk=tidy(title_kk),
        title_ru=tidy(title_ru),
        opens=opens,
        closes=closes,
    )
    troubles = dates_wrong(campaign=campaign, kind=kind, opens=opens, closes=closes)
    if kind in GIVES_DATES:
        troubles = [*unset(campaign), *troubles]
    if kind == OrderKind.NORMS and unit.pk != ROOT:
        troubles.append(_("Thresholds and time norms are set by the ministry's order."))
    if troubles:
        raise Refused(" ".join(troubles))
    if Order.objects.filter(unit=unit, campaign=campaign, number=order.number).exists():
        raise NumberTaken
    checked(order)
    order.scan = keep_scan(scan, unit, by, handed_down=True) if scan else None
    _inserted(order)
    record(order, "register_order", unit=unit.pk, by=by, after=kind, note=f"№ {order.number}")
    if kind in GIVES_DATES:
        touch_days(Unit.objects.under(unit.pk).values_list("pk", flat=True))
    return order


@transaction.atomic
def set_norms(
    *,
    campaign: Campaign,
    norms: dict[str, int],
    unit: Unit,
    number: str,
    date: date,
    title_kk: str,
    title_ru: str,
    scan: Scan | None = None,
    by: User,
) -> Order:
    """Thresholds and time norms together with the ministry's order that sets them (PRODUCT 2).

    Raises what `register_order` raises, and Refused where a norm is missing.
    """
    written = write_norms(campaign=campaign, norms=norms, by=by)
    return register_order(
        unit=unit,
        campaign=written,
        number=number,
        date=date,
        kind=OrderKind.NORMS,
        title_kk=title_kk,
        title_ru=title_ru,
        scan=scan,
        by=by,
    )


def dates_wrong(*, campaign: Campaign, kind: str, opens: date | None, closes: date | None) -> list[str]:
    """What speaks against these dates in an order of this kind, in words; nothing means they are good."""
    if kind not in GIVES_DATES:
        given = opens or closes
        return [_("Only an order on the start or on own dates sets dates. Leave them empty.")] if given else []
    if kind == OrderKind.DATES and not (opens or closes):
        return [_("Give the first day, the last day or both.")]
    inside = all(campaign.opens <= day <= campaign.closes for day in (opens, closes) if day)
    frame = {"opens": f"{campaign.opens:%d.%m.%Y}", "closes": f"{campaign.closes:%d.%m.%Y}"}
    return [] if inside else [_("The dates must lie inside the campaign: %(opens)s – %(closes)s.") % frame]


def _inserted(order: Order) -> None:
    """Two people may register the same number at the same moment: the database lets one through."""
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as wrong:
        if "order_number_once" not in str(wrong):
            raise
        raise NumberTaken
