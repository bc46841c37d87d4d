"""The nouns of the school system: its tree, its people, their papers and deeds."""

import uuid
from functools import cached_property, reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schools.audit import audited
from schools.number import ROOT, ancestors, subtree
from schools.rights import Grants, Level, Permission, Role
from schools.states import JobState, Ownership, SchoolKind
from zabota.lib.clock import today

MINISTRY_CODE = "KZ"


def key_of(source: str, function: str) -> models.GeneratedField:
    """A stored column made by one of our immutable SQL functions: the same order and folding on every server."""
    return models.GeneratedField(
        expression=Func(F(source), function=function, output_field=models.TextField()),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


class Named(models.Model):
    """A name in the state language and in Russian, both obligatory (law № 151-I)."""

    name_kk = models.CharField(_("name in Kazakh"), max_length=250)
    name_ru = models.CharField(_("name in Russian"), max_length=250)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return self.name_ru if get_language() == "ru" else self.name_kk


class UnitQuerySet(models.QuerySet["Unit"]):
    def under(self, *units: int) -> Self:
        """Units of these subtrees, the roots included."""
        clauses = Q(pk__in=[])
        for first, last in map(subtree, units):
            clauses |= Q(pk__range=(first, last))
        return self.filter(clauses)

    def for_user(self, user: "User", permission: Permission) -> Self:
        return self.under(*user.grants.units(permission))

    def schools(self) -> Self:
        return self.filter(level=Level.SCHOOL)


class Unit(Named):
    """A node of the one tree: ministry, oblast, district or school.  Its key is its place (`schools.number`)."""

    id = models.IntegerField(primary_key=True, editable=False)  # the ministry is 0: compare with `is None`
    code = models.CharField(_("code"), max_length=30, unique=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    kato = models.CharField("КАТО", max_length=9, blank=True)
    opened_on = models.DateField(_("valid from"), null=True, blank=True)
    closed_on = models.DateField(_("valid to"), null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    order_kk = key_of("name_kk", "kk_order")
    order_ru = key_of("name_ru", "kk_order")
    found_by = models.GeneratedField(
        expression=Func(F("name_kk"), F("name_ru"), function="kk_fold_pair", output_field=models.TextField()),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="unit_number_fits", condition=Q(id__gte=0, id__lt=1_000_000_000))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_school(self) -> bool:
        return self.level == Level.SCHOOL

    @cached_property
    def line(self) -> list["Unit"]:
        """The units above, the ministry first, this one last."""
        return list(Unit.objects.filter(pk__in=ancestors(self.pk)).order_by("pk"))

    @property
    def full_name(self) -> str:
        """The name with its parents: same names exist thrice in the country."""
        return ", ".join(unit.name for unit in reversed(self.line) if unit.pk != ROOT or self.pk == ROOT)


class Scoped(models.QuerySet[Any]):
    """Rows of units.  The only place where the tree meets a user's rights."""

    def under(self, *units: int) -> Self:
        clauses = Q(pk__in=[])
        for first, last in map(subtree, units):
            clauses |= Q(unit_id__gte=first, unit_id__lte=last)  # a foreign key knows no __range
        return self.filter(clauses)

    def for_user(self, user: "User", permission: Permission) -> Self:
        return self.under(*user.grants.units(permission))

    def in_sight(self, user: "User", permission: Permission) -> Self:
        """Rows of one's own units, and those that the units above hand down to them."""
        line = {above for unit in user.grants.units(permission) for above in ancestors(unit)[1:]}
        return self.for_user(user, permission) | self.filter(unit_id__in=line)


class OfUnit(models.Model):
    """Something that happened at a unit, and is visible from there upwards."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    objects = Scoped.as_manager()

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A record that people edit: a save based on an older version is refused with both versions shown."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


@audited
class School(OfUnit):
    """«Организация образования»: what a unit of level school is.  `week` is 5 or 6 days."""

    kind = models.CharField(_("kind"), max_length=12, choices=SchoolKind, default=SchoolKind.GENERAL)
    ownership = models.CharField(_("ownership"), max_length=8, choices=Ownership, default=Ownership.STATE)
    week = models.PositiveSmallIntegerField(_("school week, days"), default=5)
    bin = models.CharField("БИН", max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], name="school_unit"),
            models.CheckConstraint(name="school_week", condition=Q(week__in=[5, 6])),
        ]


class User(AbstractUser):
    """A person with an account.  Rights come from posts alone; `is_staff` and groups are not used."""

    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    @cached_property
    def grants(self) -> Grants:
        return Grants((post.role, post.unit.level, post.unit_id) for post in self.current_posts)

    @cached_property
    def current_posts(self) -> list["Post"]:
        return list(self.posts.today().select_related("unit"))

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part) or self.username

    @property
    def short_name(self) -> str:
        initials = "".join(f"{part[0]}." for part in (self.first_name, self.patronymic) if part)
        return f"{self.last_name} {initials}".strip() or self.username

    @property
    def main_post(self) -> "Post | None":
        return self.current_posts[0] if self.current_posts else None


class PostQuerySet(models.QuerySet["Post"]):
    def today(self) -> Self:
        return self.filter(Q(until=None) | Q(until__gte=today()), since__lte=today())

    def for_user(self, user: "User", permission: Permission) -> Self:
        clauses = Q(pk__in=[])
        for first, last in map(subtree, user.grants.units(permission)):
            clauses |= Q(unit_id__gte=first, unit_id__lte=last)
        return self.filter(clauses)


class Post(models.Model):
    """A user holds a role at a unit from a date to a date; a stand-in signs as «и.о.»."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField(_("role"), max_length=14, choices=Role)
    since = models.DateField(_("from"))
    until = models.DateField(_("to"), null=True, blank=True)
    acting = models.BooleanField(_("acting"), default=False)
    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role", "since"], name="post_once"),
            models.CheckConstraint(
                name="post_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("A post cannot end before it begins."),
            ),
        ]

    @property
    def title(self) -> str:
        return f"{self.get_role_display()}, {self.unit.name}"


class Entry(models.Model):
    """The journal people read: who did what to what, in words, without foreign keys."""

    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    unit_id = models.IntegerField()
    subject = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    verb = models.CharField(max_length=40)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    objects = Scoped.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit_id", "-at"]),
            models.Index(fields=["subject", "subject_id"]),
        ]


class Reading(models.Model):
    """Who opened the card of which child or family (order 179/НҚ of 2023: actions with personal data are logged)."""

    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    unit_id = models.IntegerField()
    subject = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    objects = Scoped.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id"]), models.Index(fields=["unit_id", "-at"])]


class DocumentQuerySet(Scoped):
    def in_sight(self, user: "User", permission: Permission) -> Self:
        line = {above for unit in user.grants.units(permission) for above in ancestors(unit)[1:]}
        return self.for_user(user, permission) | self.filter(unit_id__in=line, handed_down=True)

    def open_to(self, user: "User") -> Self:
        """Files whose own right this user holds where they lie."""
        return reduce(or_, (self.in_sight(user, right).filter(permission=right) for right in Permission))


class Document(OfUnit):
    """A file of a unit: scan, upload, export, PDF.  The person's file name never touches a path."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    personal = models.BooleanField(default=False)  # holds names: opened only with the right to see children
    permission = models.CharField(max_length=40)  # the right that opens it
    handed_down = models.BooleanField(default=False)  # the units below read it too
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-created_at"])]


class Job(models.Model):
    """Work that outlives a request.  Celery carries only its id; lease, tries, progress and result are here.

    Holds no names of children: what a job finds about them stands in rows behind the wall.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    args = models.JSONField(default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"])]

    @property
    def percent(self) -> int:
        if self.state == JobState.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def ended(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


class Once(models.Model):
    """A form that was sent: twenty copies of it have one effect and get one answer."""

    key = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="form_once")]


class Stale(models.Model):
    """A unit whose facts have changed since its live values were counted.  Many rows may speak of one unit."""

    unit_id = models.IntegerField(db_index=True)
    at = models.DateTimeField(auto_now_add=True)
    objects = Scoped.as_manager()
