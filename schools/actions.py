"""Verbs of the school system."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from schools import number
from schools.journal import record
from schools.models import Document, Post, Stale, Unit, User
from schools.rights import ROLES, Level, Permission, Role
from schools.workflow import Refused
from zabota.lib.clock import now, today

_STEP = {Level.OBLAST: number.OBLAST, Level.DISTRICT: number.DISTRICT, Level.SCHOOL: number.SCHOOL}


@transaction.atomic
def add_unit(*, code: str, parent: Unit, level: Level, name_kk: str, name_ru: str, kato: str = "") -> Unit:
    """A new unit gets the next free number below its parent; an oblast's number is the two digits of its KATO code.

    Raises Refused when the parent has no room for such a unit.
    """
    Unit.objects.select_for_update().get(pk=parent.pk)
    place = int(kato[:2]) * number.OBLAST if level == Level.OBLAST else next_number(parent.pk, level)
    return Unit.objects.create(id=place, code=code, level=level, name_kk=name_kk, name_ru=name_ru, kato=kato)


def next_number(parent: int, level: Level) -> int:
    """The number after the last one given to a unit of this level directly below the parent; none is ever reused."""
    step = _STEP[level]
    first, last = number.subtree(parent)
    if level == Level.SCHOOL:
        last = min(last, parent + number.DISTRICT - 1)
    highest = Unit.objects.filter(pk__range=(first + 1, last), level=level).order_by("-pk").first()
    following = (highest.pk if highest else parent) + step
    if following > last:
        raise Refused(_("There is no room for another unit of this level below %(unit)s.") % {"unit": parent})
    return following


@transaction.atomic
def close_unit(*, unit: Unit, on: date, successor: Unit | None, by: User) -> Unit:
    """The unit's last day, and who goes on with its work.  Its rows stay where they happened; its posts end with it.

    Raises PermissionDenied for anybody but an administrator above the unit, Refused when it is closed already, when
    units below it are still open, and for a successor that is closed or the unit itself.
    """
    over = number.above(unit.pk)
    if over is None or not by.grants.cover(Permission.STAFF_WRITE, over):
        raise PermissionDenied
    closing = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if closing.closed_on is not None:
        raise Refused(_("This unit was closed on %(day)s.") % {"day": f"{closing.closed_on:%d.%m.%Y}"})
    if Unit.objects.under(unit.pk).filter(closed_on=None).exclude(pk=unit.pk).exists():
        raise Refused(_("Units below this one are still open: close them first."))
    if successor is not None and (successor.pk == unit.pk or successor.closed_on is not None):
        raise Refused(_("The successor must be another unit that is open."))
    closing.closed_on, closing.successor = on, successor
    closing.save(update_fields=["closed_on", "successor"])
    lasting = Post.objects.filter(unit=closing, since__lte=on).exclude(until__lte=on)
    lasting.update(until=on)
    record(closing, "close_unit", unit=closing.pk, by=by, note=successor.name if successor else "")
    touch([closing.pk, *([successor.pk] if successor else [])])
    return closing


@transaction.atomic
def add_account(*, login: str, surname: str, name: str, patronymic: str, email: str, by: User) -> User:
    """A new account without a password: its owner sets one through a link that works once.

    Raises Refused when the login is taken (in any letter case: people do not tell «Ivanov» from «ivanov»).
    """
    if not by.grants.units(Permission.STAFF_WRITE):
        raise PermissionDenied
    if User.objects.filter(username__iexact=login).exists():
        raise Refused(_("The login %(login)s is taken. Choose another one.") % {"login": login})
    user = User(username=login, last_name=surname, first_name=name, patronymic=patronymic, email=email)
    user.set_unusable_password()
    user.save()
    return user


def is_wholly_below(user: User, by: User) -> bool:
    """Every post the account ever had is the administrator's to give: none stands above or beside their units."""
    posts = list(user.posts.all())
    return user != by and bool(posts) and all(by.grants.cover(Permission.STAFF_WRITE, post.unit_id) for post in posts)


@transaction.atomic
def offer_password(*, user: User, by: User) -> None:
    """Allow the link with which the account's owner sets the first password.

    Raises PermissionDenied when a part of the account is not theirs to give, Refused when there is a password already:
    nobody takes over an account through the link.
    """
    if not is_wholly_below(user, by):
        raise PermissionDenied
    if user.has_usable_password():
        raise Refused(_("%(name)s has a password already.") % {"name": user.full_name})
    if user.email:  # the library keeps addresses apart and would add this one while the page is only read
        EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"primary": True})
    for post in user.posts.all():
        record(post, "offer_password", unit=post.unit_id, by=by, note=user.username)


@transaction.atomic
def give_post(
    *, user: User, unit: Unit, role: Role, since: date, until: date | None = None, acting: bool = False, by: User
) -> Post:
    """The user holds the role at the unit from a date to a date.

    Raises Refused for a role that does not exist at this level, for a post that is held already, and for a post given
    to oneself: a unit administrator sees no child's data, and must not help oneself to it.
    """
    if not by.grants.cover(Permission.STAFF_WRITE, unit.pk):
        raise PermissionDenied
    if user == by:
        raise Refused(_("You cannot give a post to yourself. The administrator of the unit above does it."))
    if (role, unit.level) not in ROLES:
        raise Refused(
            _("There is no post «%(role)s» at this level: %(level)s.")
            % {"role": Role(role).label, "level": unit.get_level_display()}
        )
    if Post.objects.today().filter(user=user, unit=unit, role=role).exists():
        raise Refused(_("%(name)s holds this post already.") % {"name": user.full_name})
    post = Post.objects.create(user=user, unit=unit, role=role, since=since, until=until, acting=acting)
    record(post, "give_post", unit=unit.pk, by=by, after=role, note=user.username)
    return post


@transaction.atomic
def end_post(*, post: Post, by: User) -> Post:
    """Today is the last day of the post; history keeps it.  One that has not begun is withdrawn: it opens nothing ever.

    Raises Refused when it has ended and for one's own post.
    """
    held = Post.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=post.pk)
    if not by.grants.cover(Permission.STAFF_WRITE, held.unit_id):
        raise PermissionDenied
    if held.user == by:
        raise Refused(_("You cannot end your own post. The administrator of the unit above does it."))
    day = today()
    if held.until is not None and held.until <= day:
        raise Refused(_("This post has been ended already."))
    if held.since > day:
        record(held, "withdraw_post", unit=held.unit_id, by=by, before=held.role, note=held.user.username)
        held.delete()
        return held
    held.until = day
    held.save(update_fields=["until"])
    record(held, "end_post", unit=held.unit_id, by=by, before=held.role, note=held.user.username)
    return held


@transaction.atomic
def keep_document(
    *,
    unit: Unit,
    name: str,
    content: bytes,
    content_type: str,
    permission: Permission,
    personal: bool,
    handed_down: bool = False,
    by: User,
) -> Document:
    """Store a file of a unit under a name of our own; the person's name for it is only shown."""
    document = Document(
        id=uuid.uuid4(),
        unit=unit,
        name=name[:200],
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        personal=personal,
        handed_down=handed_down,
        permission=permission,
        created_at=now(),
        created_by=by.username,
    )
    default_storage.save(path_of(document), ContentFile(content))
    document.save(force_insert=True)
    return document


def path_of(document: Document) -> str:
    text = str(document.id)
    return f"documents/{text[:2]}/{text}"


def content_of(document: Document) -> bytes:
    with default_storage.open(path_of(document)) as file:
        return file.read()


def touch(units: Iterable[int], children: Iterable[int] = ()) -> None:
    """Mark the live values of these units stale, and of every unit where one of the children is enrolled.

    A child's absences, cases and aid may count at another school than the one that writes (PRODUCT 11, «Where»).
    """
    Stale.objects.bulk_create([Stale(unit_id=unit) for unit in sorted(set(units))])
    pupils = sorted(set(children))
    if pupils:
        with connection.cursor() as cursor:
            cursor.execute("select mark_children_stale(%s)", [pupils])


def touch_days(units: Iterable[int]) -> None:
    """The days or the window of these schools have changed: mark them, and the schools where their children are now."""
    schools = sorted(set(units))
    touch(schools)
    if len(schools) == Unit.objects.schools().count():
        return  # every school is marked already
    with connection.cursor() as cursor:
        cursor.execute("select mark_moved_stale(%s)", [schools])
