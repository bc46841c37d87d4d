"""The organising committee: people come in, last year's are carried over, an order approves it (Guide 6.1.1, 6.2.1)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale, checked
from campaigns.models import Campaign, Committee, Member, Order
from campaigns.states import COMMITTEE, Body, CommitteeRole, CommitteeState, OrderKind
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.kazakh import tidy

FIELDS = ("surname", "name", "body", "post", "role", "contact")


@transaction.atomic
def begin_committee(*, unit: Unit, campaign: Campaign, by: User) -> Committee:
    """The unit's committee of the campaign, begun if there is none yet."""
    if not by.grants.at(Permission.ORDER_WRITE, unit.pk):
        raise PermissionDenied
    committee, begun = Committee.objects.get_or_create(unit=unit, campaign=campaign)
    if begun:
        record(committee, "begin_committee", unit=unit.pk, by=by)
    return committee


@transaction.atomic
def carry_over(*, committee: Committee, by: User) -> int:
    """Everybody of last year's committee who is not in this one comes in with post, role and contact; how many."""
    stored = _draft(committee, by)
    before = committee_before(stored.unit_id, stored.campaign)
    if before is None:
        raise Refused(_("There was no committee in last year's campaign."))
    here = set(stored.members.values_list("surname", "name"))
    has_chair = stored.members.filter(role=CommitteeRole.CHAIR).exists()
    people = [each for each in before.members.all() if (each.surname, each.name) not in here]
    for each in people:
        again = Member(unit_id=stored.unit_id, committee=stored, **{name: getattr(each, name) for name in FIELDS})
        if has_chair and again.role == CommitteeRole.CHAIR:
            again.role = CommitteeRole.MEMBER
        again.save()
    _save(stored)
    record(stored, "carry_over", unit=stored.unit_id, by=by, note=str(len(people)))
    return len(people)


@transaction.atomic
def save_member(
    *,
    committee: Committee,
    member: Member | None,
    version: int,
    surname: str,
    name: str,
    body: str,
    post: str,
    role: str,
    contact: str,
    by: User,
) -> Member:
    """A person comes into the committee, or is described anew.

    Raises Stale when the committee was changed after the page with this version was opened, Refused in words for a
    second chair and for somebody who is in it already.
    """
    stored = _draft(committee, by)
    if member is not None and stored.version != version:
        raise Stale(stored.members.filter(pk=member.pk).first())
    row = stored.members.filter(pk=member.pk).first() if member else Member(unit_id=stored.unit_id, committee=stored)
    if row is None:
        raise Refused(_("Somebody has taken this person out of the committee already."))
    row.surname, row.name, row.body, row.role = tidy(surname), tidy(name), body, role
    row.post, row.contact = tidy(post), tidy(contact)
    others = stored.members.exclude(pk=row.pk)
    if others.filter(surname=row.surname, name=row.name).exists():
        raise Refused(_("%(name)s is in the committee already.") % {"name": f"{row.surname} {row.name}"})
    if role == CommitteeRole.CHAIR and others.filter(role=CommitteeRole.CHAIR).exists():
        raise Refused(_("The committee has a chair already. Make that person a member first."))
    checked(row)
    row.save()
    _save(stored)
    record(stored, "save_member", unit=stored.unit_id, by=by, note=f"{row.surname} {row.name}")
    return row


@transaction.atomic
def remove_member(*, member: Member, by: User) -> None:
    stored = _draft(member.committee, by)
    row = stored.members.filter(pk=member.pk).first()
    if row is None:
        raise Refused(_("Somebody has taken this person out of the committee already."))
    row.delete()
    _save(stored)
    record(stored, "remove_member", unit=stored.unit_id, by=by, note=f"{row.surname} {row.name}")


def gaps(committee: Committee | None) -> list[str]:
    """What is missing before the committee can be approved, in words."""
    roles = list(committee.members.values_list("role", flat=True)) if committee else []
    found = []
    if len(roles) < 2:
        found.append(_("Add at least two members."))
    if CommitteeRole.CHAIR not in roles:
        found.append(_("Say who is the chair."))
    return found


def hints(committee: Committee) -> list[str]:
    """What the guide asks for besides; nothing is forbidden for the lack of it."""
    if not committee.unit.is_school or committee.members.filter(body=Body.PUPILS).exists():
        return []
    return [_("The guide asks for leaders of children's organisations in the committee of a school (6.1.1).")]


@transaction.atomic
def approve_committee(*, committee: Committee, order: Order, by: User) -> Committee:
    """Approved by the unit's own order of kind `committee`; counts from now on."""
    stored = _locked(committee, by)
    missing = gaps(stored)
    if stored.state == CommitteeState.DRAFT and missing:
        raise Refused(" ".join(missing))
    fits = (order.unit_id, order.campaign_id, order.kind) == (stored.unit_id, stored.campaign_id, OrderKind.COMMITTEE)
    if not fits:
        raise Refused(_("A committee is approved by its unit's own order on the organising committee."))
    if stored.state == CommitteeState.DRAFT:
        stored.order = order
        _save(stored, "order")
    COMMITTEE.make("approve", stored, by=by, note=f"№ {order.number}")
    touch([stored.unit_id])
    return stored


@transaction.atomic
def amend_committee(*, committee: Committee, by: User) -> Committee:
    """The people change: the committee is put together again, and a new order approves it."""
    stored = _locked(committee, by)
    COMMITTEE.make("amend", stored, by=by)
    touch([stored.unit_id])
    return stored


def committee_before(unit: int, campaign: Campaign) -> Committee | None:
    """The unit's committee of the year before."""
    earlier = Campaign.objects.year_before(campaign)
    return Committee.objects.filter(unit_id=unit, campaign=earlier).first() if earlier else None


def _locked(committee: Committee, by: User) -> Committee:
    """The committee as it is stored, for a person of this very unit."""
    rows = Committee.objects.select_for_update(of=("self",)).select_related("unit", "campaign")
    stored: Committee = rows.get(pk=committee.pk)
    if not by.grants.at(Permission.ORDER_WRITE, stored.unit_id):
        raise PermissionDenied
    return stored


def _draft(committee: Committee, by: User) -> Committee:
    stored = _locked(committee, by)
    if stored.state != CommitteeState.DRAFT:
        raise Refused(_("The committee is approved by an order. Say first that you are changing it."))
    return stored


def _save(committee: Committee, *fields: str) -> None:
    committee.version += 1
    committee.save(update_fields=[*fields, "version"])
