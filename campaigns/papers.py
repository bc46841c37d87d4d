"""What stands on the printed papers of the campaign: order, committee, plan, minutes, honours (PRODUCT 3)."""

from typing import Any, TypeVar

from django.utils.translation import gettext as _

from campaigns.guide import owner_of, words_of
from campaigns.models import Committee, Honour, Member, Minutes, Order, Plan, PlanLine
from campaigns.states import CommitteeRole, OrderKind, PlanState
from schools.models import OfUnit, Unit, User
from schools.number import above
from schools.papers import PRINTED, Page, Printed
from schools.rights import Permission

T = TypeVar("T", bound=OfUnit)


def _found(model: type[T], subject: str, user: User, permission: Permission) -> T | None:
    if not subject.isdecimal():
        return None
    rows = model.objects.in_sight(user, permission).select_related("unit", "campaign")
    return rows.filter(pk=subject).first()  # type: ignore[return-value]


def order_page(subject: str, user: User) -> Page | None:
    order = _found(Order, subject, user, Permission.ORDER_VIEW)
    if order is None:
        return None
    return Page(order.unit, _name(_("Order"), order.number), {"order": order, "kinds": OrderKind})


def committee_page(subject: str, user: User) -> Page | None:
    committee = _found(Committee, subject, user, Permission.ORDER_VIEW)
    if committee is None:
        return None
    places = {role: place for place, role in enumerate(CommitteeRole)}
    members = Member.objects.in_sight(user, Permission.ORDER_VIEW).filter(committee=committee)
    context: dict[str, Any] = {
        "committee": committee,
        "members": sorted(members, key=lambda member: (places[CommitteeRole(member.role)], member.pk)),
    }
    return Page(committee.unit, _name(_("Committee"), committee.campaign.code), context)


def plan_page(subject: str, user: User) -> Page | None:
    plan = _found(Plan, subject, user, Permission.ORDER_VIEW)
    if plan is None:
        return None
    lines = PlanLine.objects.in_sight(user, Permission.ORDER_VIEW).filter(plan=plan)
    over = above(plan.unit_id)
    context: dict[str, Any] = {
        "plan": plan,
        "lines": [(line, words_of(line), owner_of(line)) for line in lines],
        "approver": Unit.objects.filter(pk=over).first() if over is not None else None,
        "is_approved": plan.state == PlanState.APPROVED,
    }
    return Page(plan.unit, _name(_("Plan"), plan.campaign.code), context)


def minutes_page(subject: str, user: User) -> Page | None:
    minutes = _found(Minutes, subject, user, Permission.ORDER_VIEW)
    if minutes is None:
        return None
    return Page(minutes.unit, _name(_("Minutes"), minutes.number), {"minutes": minutes})


def honour_page(subject: str, user: User) -> Page | None:
    honour = _found(Honour, subject, user, Permission.EVENT_VIEW)
    if honour is None:
        return None
    return Page(honour.unit, _name(honour.get_kind_display(), honour.name), {"honour": honour})


def _name(*words: str) -> str:
    return " ".join(words)


PRINTED |= {
    "order": Printed("campaigns/paper/order.html", Permission.ORDER_VIEW, order_page),
    "committee": Printed("campaigns/paper/committee.html", Permission.ORDER_VIEW, committee_page),
    "plan": Printed("campaigns/paper/plan.html", Permission.ORDER_VIEW, plan_page),
    "minutes": Printed("campaigns/paper/minutes.html", Permission.ORDER_VIEW, minutes_page),
    "honour": Printed("campaigns/paper/honour.html", Permission.EVENT_VIEW, honour_page),
}
