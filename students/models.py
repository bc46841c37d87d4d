"""Classes, school days, registers, movement, cases."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Event
from schools.audit import audited
from schools.models import Document, OfUnit, Scoped, Unit, Versioned, key_of
from schools.rights import Permission
from students.states import (
    CaseKind,
    CaseSource,
    CaseState,
    Cause,
    ClassKind,
    Closing,
    Contact,
    DayOffKind,
    Form,
    IntakeState,
    Language,
    MovementReason,
    Reason,
    Sex,
)
from zabota.lib.clock import today
from zabota.lib.secret import SecretField

if TYPE_CHECKING:
    from datetime import date

    from schools.models import User


class ClassQuerySet(Scoped):
    def for_user(self, user: "User", permission: Permission) -> Self:
        """Classes of one's units; where one is class teacher, one's own class and nothing else."""
        return self.under(*user.grants.whole(permission)) | super().for_user(user, permission).filter(teacher=user)


@audited
class SchoolClass(OfUnit, Versioned):
    """«Сынып / класс»: a class or group of a school.  Merged grades are one class with several grades."""

    name = models.CharField(_("class"), max_length=20)
    kind = models.CharField(_("kind"), max_length=9, choices=ClassKind, default=ClassKind.CLASS)
    grades = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("grades"))
    shift = models.PositiveSmallIntegerField(_("shift"), default=1)
    week = models.PositiveSmallIntegerField(_("school week, days"), null=True, blank=True)  # empty: the school's
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.KK)
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="classes",
        verbose_name=_("class teacher"),
    )
    name_order = key_of("name", "kk_order")
    objects = ClassQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "grades", "name_order"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="class_once"),
            models.CheckConstraint(name="class_week", condition=Q(week=None) | Q(week__in=[5, 6])),
        ]

    def __str__(self) -> str:
        return self.name


@audited
class DayOff(OfUnit):
    """A day off by order: dates × grades × shift × unit; the nearest unit's word wins (PRODUCT 5).

    Empty grades or shifts mean all.  `workday` makes a day taught, or puts an off day back.
    """

    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    grades = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("grades"))
    shift = models.PositiveSmallIntegerField(_("shift"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=DayOffKind)
    order = models.CharField(_("order number"), max_length=30, blank=True)

    class Meta:
        ordering = ["-first", "unit", "pk"]
        indexes = [models.Index(fields=["unit", "first", "last"])]
        constraints = [
            models.CheckConstraint(
                name="day_off_ends_after_it_begins",
                condition=Q(last__gte=F("first")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
        ]


class PupilQuerySet(Scoped):
    """A child is visible at the unit that entered it or through an enrolment."""

    def under(self, *units: int) -> Self:
        enrolled = Enrolment.objects.under(*units).filter(pupil=OuterRef("pk"))
        return self.filter(Exists(enrolled) | Q(pk__in=super().under(*units).values("pk")))

    def for_user(self, user: "User", permission: Permission) -> Self:
        whole = user.grants.whole(permission)
        if whole == user.grants.units(permission):
            return self.under(*whole)
        mine = Enrolment.objects.under(*user.grants.units(permission)).on(today()).filter(school_class__teacher=user)
        return self.under(*whole) | self.filter(Exists(mine.filter(pupil=OuterRef("pk"))))


@audited
class Pupil(OfUnit, Versioned):
    """«Білім алушы / обучающийся»: a child; the unit is the one that entered it."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    surname = models.CharField(_("surname"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    born = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    iin = SecretField("ИИН", blank=True)
    iin_index = models.CharField(max_length=64, blank=True, db_index=True)
    surname_order = key_of("surname", "kk_order")
    name_order = key_of("name", "kk_order")
    surname_fold = key_of("surname", "kk_fold")
    name_fold = key_of("name", "kk_fold")
    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ["surname_order", "name_order", "pk"]
        indexes = [models.Index(fields=["surname_fold", "name_fold", "born"])]
        constraints = [
            models.UniqueConstraint(
                fields=["iin_index"],
                name="iin_once",
                condition=~Q(iin_index=""),
                violation_error_message=_("There is a child with this IIN already."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)


class EnrolmentQuerySet(Scoped):
    def on(self, day: "date") -> Self:
        """Enrolled that day: from ≤ day ≤ to."""
        return self.filter(Q(last=None) | Q(last__gte=day), first__lte=day)

    def for_list(self) -> Self:
        return self.select_related("pupil", "school_class").order_by("pupil__surname_order", "pupil__name_order", "pk")


@audited
class Enrolment(OfUnit):
    """A child in a class from a day to a day (`last` is the last day there); one after the other, never two at once."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="enrolments")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="enrolments", verbose_name=_("class"))
    grade = models.PositiveSmallIntegerField(_("grade"))
    form = models.CharField(_("form of study"), max_length=8, choices=Form, default=Form.DAY)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"), null=True, blank=True)
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "school_class"]), models.Index(fields=["pupil", "first"])]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "first"], name="enrolment_once"),
            models.CheckConstraint(
                name="enrolment_ends_after_it_begins",
                condition=Q(last=None) | Q(last__gte=F("first")),
                violation_error_message=_("A pupil cannot leave before arriving."),
            ),
        ]


@audited
class Movement(OfUnit):
    """«Есептен шығару талоны / открепительный талон»: a departure that the next school confirms (Guide 6.1.4)."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="movements")
    left_on = models.DateField(_("left on"))
    slip = models.CharField(_("slip number"), max_length=30, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=MovementReason)
    to_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to school")
    )
    to_text = models.CharField(_("to, in words"), max_length=200, blank=True)
    arrived_on = models.DateField(_("arrived on"), null=True, blank=True)

    class Meta:
        ordering = ["-left_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["pupil", "left_on"], name="departure_once")]


@audited
class Register(OfUnit, Versioned):
    """The daily register of a class was taken; without this row the class is *silent* that day (Guide 6.1.3)."""

    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="registers", verbose_name=_("class"))
    date = models.DateField(_("date"))
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.CharField(_("taken by"), max_length=150)

    class Meta:
        indexes = [models.Index(fields=["unit", "date"])]
        constraints = [models.UniqueConstraint(fields=["school_class", "date"], name="register_once")]


@audited
class Absence(OfUnit):
    """An exception of a register: everyone else was present.  Only whole days (`lessons` empty) are counted."""

    register = models.ForeignKey(Register, models.PROTECT, related_name="absences")
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="absences")
    date = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, default=Reason.UNKNOWN)
    lessons = models.PositiveSmallIntegerField(_("lessons missed"), null=True, blank=True)
    contacted_on = models.DateField(_("contacted on"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=8, choices=Contact, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "date"]), models.Index(fields=["register"])]
        constraints = [models.UniqueConstraint(fields=["pupil", "date"], name="absence_once_a_day")]


class CaseQuerySet(Scoped):
    def confirmed(self) -> Self:
        return self.exclude(confirmed_on=None)

    def open(self) -> Self:
        """Neither dismissed, nor closed, nor back at school."""
        back = Q(returned_on__isnull=False) & (Q(relapsed_on=None) | Q(relapsed_on__lt=F("returned_on")))
        return self.filter(state__in=[CaseState.DRAFT, CaseState.CONFIRMED]).exclude(back)


@audited
class Case(OfUnit, Versioned):
    """A child out of school or not attending (Guide 6.1.2).

    `unit` is the school where the child was enrolled when found, else the unit that found it (`finder`).
    A child whom no register knows stands here by name alone.
    """

    key = models.CharField(_("key"), max_length=60, unique=True)
    finder = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("found by"))
    pupil = models.ForeignKey(
        Pupil, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("pupil")
    )
    surname = models.CharField(_("surname"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    born = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    found_on = models.DateField(_("found on"))
    source = models.CharField(_("source"), max_length=9, choices=CaseSource)
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("raid or round that found the child"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    visited_on = models.DateField(_("visited on"), null=True, blank=True)
    returned_on = models.DateField(_("returned on"), null=True, blank=True)
    relapsed_on = models.DateField(_("out again on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closing = models.CharField(_("closed because"), max_length=9, choices=Closing, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=CaseState, default=CaseState.DRAFT)
    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-found_on", "-pk"]
        indexes = [models.Index(fields=["unit", "state", "-found_on"]), models.Index(fields=["pupil"])]
        constraints = [
            models.CheckConstraint(
                name="case_closed_with_reason",
                condition=Q(closed_on=None, closing="") | (Q(closed_on__isnull=False) & ~Q(closing="")),
                violation_error_message=_("A closed case has a date and a reason."),
            ),
            models.CheckConstraint(
                name="case_is_of_somebody",
                condition=Q(pupil__isnull=False) | ~Q(surname="") | ~Q(name=""),
                violation_error_message=_("Name the child, or choose a pupil."),
            ),
        ]

    @property
    def child_name(self) -> str:
        return self.pupil.full_name if self.pupil else f"{self.surname} {self.name}".strip()

    @property
    def is_back(self) -> bool:
        return self.returned_on is not None and (self.relapsed_on is None or self.relapsed_on < self.returned_on)


class Intake(OfUnit):
    """A workbook that a school handed in: checked by a worker, shown, entered by one action or not at all."""

    kind = models.CharField(max_length=10)  # «roster»
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=IntakeState, default=IntakeState.UPLOADED)
    rows_read = models.PositiveIntegerField(default=0)
    rows_good = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)  # [{sheet, row, column, value, message, remedy}]
    changes = models.JSONField(default=dict)  # {"new": n, "changed": n, "same": n}
    refusal = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-created_at"]
