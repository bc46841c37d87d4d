"""Verbs of the campaign: it is added, and units enter it by their orders (Guide 4.1–4.3, 6.2.1)."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Order
from campaigns.scans import Scan, clean
from campaigns.states import GIVES_DATES, OrderKind
from schools.actions import keep_document, touch_days
from schools.journal import record
from schools.models import Document, Unit, User
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
def add_campaign(
    *,
    code: str,
    name_kk: str,
    name_ru: str,
    name_en: str,
    opens: date,
    closes: date,
    due: date,
    systematic_days: int | None = None,
    long_days: int | None = None,
    visit_days: int | None = None,
    measure_days: int | None = None,
    notice_days: int | None = None,
    answer_days: int | None = None,
    by: User,
) -> Campaign:
    """A new campaign; thresholds and norms in school days, empty until an order sets them (PRODUCT 2)."""
    if not by.grants.cover(Permission.ORDER_WRITE, ROOT):
        raise PermissionDenied
    campaign = Campaign(
        code=code,
        name_kk=name_kk,
        name_ru=name_ru,
        name_en=name_en,
        opens=opens,
        closes=closes,
        due=due,
        systematic_days=systematic_days,
        long_days=long_days,
        visit_days=visit_days,
        measure_days=measure_days,
        notice_days=notice_days,
        answer_days=answer_days,
    )
    _checked(campaign)
    campaign.save(force_insert=True)
    record(campaign, "add_campaign", unit=ROOT, by=by, note=code)
    return campaign


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

    Raises PermissionDenied outside one's units, Refused in words for wrong dates, a used number or an unfit scan.
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
    if kind == OrderKind.NORMS and unit.pk != ROOT:
        troubles.append(_("Thresholds and time norms are set by the ministry's order."))
    if troubles:
        raise Refused(" ".join(troubles))
    if Order.objects.filter(unit=unit, campaign=campaign, number=order.number).exists():
        raise NumberTaken
    _checked(order)
    order.scan = _keep(scan, unit, by) if scan else None
    _inserted(order)
    record(order, "register_order", unit=unit.pk, by=by, after=kind, note=f"№ {order.number}")
    if kind in GIVES_DATES:
        touch_days(Unit.objects.under(unit.pk).schools().values_list("pk", flat=True))
    return order


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


def _keep(scan: Scan, unit: Unit, by: User) -> Document:
    content, content_type = clean(scan)
    return keep_document(
        unit=unit,
        name=scan.name,
        content=content,
        content_type=content_type,
        permission=Permission.ORDER_VIEW,
        personal=False,
        by=by,
    )


def _checked(row: Campaign | Order) -> None:
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages))


def _inserted(order: Order) -> None:
    """Two people may register the same number at the same moment: the database lets one through."""
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as wrong:
        if "order_number_once" not in str(wrong):
            raise
        raise NumberTaken
