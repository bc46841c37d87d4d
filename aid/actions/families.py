"""Families in need: the school lists them, the district approves (Guide 6.1.7)."""

import secrets
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from aid.actions import Stale, Wrong, children
from aid.models import Family, Member
from aid.states import FAMILY, Category, FamilyState, Status
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from students.models import Pupil
from zabota.lib.clock import today
from zabota.lib.kazakh import tidy


@transaction.atomic
def add_family(*, unit: Unit, name: str, address: str, by: User) -> Family:
    """A draft on the list of a school; it counts once the district has approved it."""
    if not by.grants.cover(Permission.FAMILY_WRITE, unit.pk):
        raise PermissionDenied
    if not unit.is_school:
        raise Refused(_("A family stands on the list of a school."))
    family = Family.objects.create(
        unit=unit, key=f"{unit.code}-{secrets.token_hex(4)}", name=_needed(name), address=tidy(address)
    )
    record(family, "add_family", unit=unit.pk, by=by)
    return family


@transaction.atomic
def change_family(*, family: Family, name: str, address: str, version: int, by: User) -> Family:
    """Raises Stale when the family was saved after the page with this version was opened."""
    stored = _draft(family, by)
    if stored.version != version:
        raise Stale(stored)
    stored.name, stored.address = _needed(name), tidy(address)
    _save(stored, "name", "address")
    record(stored, "change_family", unit=stored.unit_id, by=by)
    return stored


@transaction.atomic
def add_member(
    *,
    family: Family,
    pupil: Pupil,
    categories: Sequence[int],
    statuses: Sequence[str],
    valid_until: date | None,
    note: str = "",
    version: int | None = None,
    by: User,
) -> Member:
    """A child of the family with its legal categories and social statuses; a second call changes them.

    Category 5 needs the minutes of the collegial body in `note`; the journal keeps them.  With `version` (of the
    family, as the page showed it) a change over somebody else's newer one raises Stale.
    """
    stored = _draft(family, by)
    children.lock(pupil)
    before = Member.objects.filter(family=stored, pupil=pupil).first()
    if version is not None and before is not None and stored.version != version:
        raise Stale(before)
    _check_child(stored, pupil, by)
    _check_grounds(categories, statuses, valid_until, note)
    member, made = Member.objects.update_or_create(
        family=stored,
        pupil=pupil,
        defaults={
            "unit_id": stored.unit_id,  # what is known of a family stands where the family does
            "categories": sorted(set(categories)),
            "statuses": [status for status in Status.values if status in statuses],
            "valid_until": valid_until,
        },
    )
    _save(stored)
    family.version = stored.version
    verb = "add_member" if made else "change_member"
    record(member, verb, unit=member.unit_id, by=by, note=tidy(note))
    touch([stored.unit_id], [pupil.pk])
    return member


@transaction.atomic
def remove_member(*, member: Member, by: User) -> None:
    """A child entered into the wrong family leaves the draft."""
    stored = _draft(member.family, by)
    if not Member.objects.filter(pk=member.pk).exists():
        raise Refused(_("Somebody has taken the child off this family already."))
    record(member, "remove_member", unit=member.unit_id, by=by)
    member.delete()
    _save(stored)
    touch([stored.unit_id], [member.pupil_id])


def gaps(family: Family) -> list[str]:
    """What is missing before the family can go to the district, in words."""
    members = list(family.members.all())
    if not members:
        return [_("Add at least one child.")]
    without = sum(not (member.categories or member.statuses) for member in members)
    return [_("Every child needs a legal category or a social status.")] if without else []


@transaction.atomic
def submit(*, family: Family, by: User) -> Family:
    """To the district, with at least one child and grounds for each; whoever changes the children waits or is first."""
    stored = _locked(family, by)
    missing = gaps(stored)
    if stored.state == FamilyState.DRAFT and missing:
        raise Refused(" ".join(missing))
    FAMILY.make("submit", family, by=by)
    touch([family.unit_id])  # a plan's line may rest on it
    return family


@transaction.atomic
def approve(*, family: Family, by: User) -> Family:
    """From above only; from today on the family and its children count."""
    FAMILY.make("approve", family, by=by)
    family.approved_on = today()
    family.save(update_fields=["approved_on"])
    _touch(family)
    return family


@transaction.atomic
def send_back(*, family: Family, remark: str, by: User) -> Family:
    FAMILY.make("send_back", family, by=by, note=tidy(remark))
    touch([family.unit_id])
    return family


@transaction.atomic
def remove(*, family: Family, why: str, by: User) -> Family:
    """Off the list with a reason; what was counted and given before stays."""
    FAMILY.make("remove", family, by=by, note=tidy(why))
    family.removed_on, family.removed_why = today(), tidy(why)[:300]
    family.save(update_fields=["removed_on", "removed_why"])
    _touch(family)
    return family


def _locked(family: Family, by: User) -> Family:
    """The family as it is stored, for a person who writes this list; nobody else changes it meanwhile."""
    stored: Family = Family.objects.select_for_update(of=("self",)).get(pk=family.pk)
    if not by.grants.cover(Permission.FAMILY_WRITE, stored.unit_id):
        raise PermissionDenied
    return stored


def _draft(family: Family, by: User) -> Family:
    """The family, locked, if it may be changed now."""
    stored = _locked(family, by)
    if stored.state == FamilyState.SUBMITTED:
        raise Refused(_("The family is at the district. It can be changed when the district returns it."))
    if stored.state != FamilyState.DRAFT:
        raise Refused(_("The district approved this family as it is. Remove it with a reason and enter it anew."))
    return stored


def _save(family: Family, *fields: str) -> None:
    family.version += 1
    family.save(update_fields=[*fields, "version"])


def _needed(name: str) -> str:
    if not tidy(name):
        raise Wrong("name", _("Give the family name."))
    return tidy(name)


def _check_child(family: Family, pupil: Pupil, by: User) -> None:
    if not Pupil.objects.for_user(by, Permission.CHILD_VIEW).filter(pk=pupil.pk).exists():
        raise Refused(_("This child is not on the roll of your school."))
    elsewhere = Member.objects.filter(pupil=pupil, family__removed_on=None).exclude(family=family)
    other = elsewhere.select_related("family").first()
    if other is not None:
        raise Refused(_("This child is on the list already, in the family «%(name)s».") % {"name": other.family.name})
    if children.is_listed_elsewhere(pupil, family):
        raise Refused(_("This child is on the list of another school already. It stands in one family of the country."))


def _check_grounds(categories: Sequence[int], statuses: Sequence[str], valid_until: date | None, note: str) -> None:
    if not set(categories) <= set(Category.values) or not set(statuses) <= set(Status.values):
        raise Refused(_("Choose categories and statuses from the lists."))
    if not categories and not statuses:
        raise Refused(_("Every child needs a legal category or a social status."))
    if Category.OTHER in categories and not tidy(note):
        raise Wrong("note", _("Category 5 needs the minutes of the collegial body: write their number and date."))
    if valid_until is not None and valid_until < today():
        raise Wrong("valid_until", _("The grounds have ended already: the date lies in the past."))


def _touch(family: Family) -> None:
    touch([family.unit_id], family.members.values_list("pupil_id", flat=True))
