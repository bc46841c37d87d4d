"""Families in need, donors, gifts and what was handed out."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from aid.states import AidKind, DonorKind, FamilyState, Source
from schools.audit import audited
from schools.models import OfUnit, Scoped, Unit, Versioned
from students.models import Pupil
from zabota.lib.secret import SecretField


@audited
class Family(OfUnit, Versioned):
    """A family in need on the list of a school (Guide 6.1.7); it counts once the district has approved it."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("family name"), max_length=150)
    address = models.CharField(_("address"), max_length=300, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    removed_why = models.CharField(_("why removed"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=FamilyState, default=FamilyState.DRAFT)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="family_removed_with_reason",
                condition=Q(removed_on=None, removed_why="") | (Q(removed_on__isnull=False) & ~Q(removed_why="")),
                violation_error_message=_("Removal from the list needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """What the family is called by those who may not read names."""
        return f"№\u00a0{self.pk}"


@audited
class Member(OfUnit):
    """A child of a family: legal categories and social statuses are two independent lists."""

    family = models.ForeignKey(Family, models.PROTECT, related_name="members")
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="memberships", verbose_name=_("pupil"))
    categories = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("legal categories")
    )
    statuses = ArrayField(models.CharField(max_length=14), default=list, blank=True, verbose_name=_("social statuses"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "pupil"], name="member_once")]


class Donor(models.Model):
    """«Демеуші / спонсор», a benefactor: known to the whole country by BIN or IIN."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=DonorKind)
    name = models.CharField(_("name"), max_length=250)
    number = SecretField(_("BIN or IIN"), blank=True)
    number_index = models.CharField(max_length=64, blank=True, editable=False)
    publicity = models.BooleanField(_("wants publicity"), default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["number_index"], name="donor_number_once", condition=~Q(number_index="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def impersonal_name(self) -> str:
        """What stands where people are not named: a body by its name, a person as one."""
        return str(self.get_kind_display()) if self.kind == DonorKind.PERSON else self.name


class DonationQuerySet(Scoped):
    def with_given(self) -> Self:
        """Annotates how much of the gift has been handed out, in pieces and in ₸."""
        return self.annotate(given=Sum("handouts__quantity"), given_tenge=Sum("handouts__tenge"))


@audited
class Donation(OfUnit, Versioned):
    """A gift in money or in kind: pledged → received → given.  Sums in whole ₸."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="donations", verbose_name=_("donor"))
    source = models.CharField(_("source"), max_length=10, choices=Source)
    kind = models.CharField(_("kind of aid"), max_length=10, choices=AidKind)
    size = models.CharField(_("size"), max_length=20, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    tenge = models.PositiveBigIntegerField(_("sum, ₸"), default=0)
    pledged_on = models.DateField(_("pledged on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    objects = DonationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]


@audited
class Handout(OfUnit):
    """One child helped once: child × source × kind × quantity × ₸ × date.

    `unit` is the school where the child was enrolled that day, else the giver: there it counts and is seen.
    """

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="handouts", verbose_name=_("pupil"))
    giver = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("given by"))
    date = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=10, choices=Source)
    kind = models.CharField(_("kind of aid"), max_length=10, choices=AidKind)
    size = models.CharField(_("size"), max_length=20, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    tenge = models.PositiveBigIntegerField(_("sum, ₸"), default=0)
    donation = models.ForeignKey(
        Donation, models.PROTECT, null=True, blank=True, related_name="handouts", verbose_name=_("from gift")
    )
    proof_due = models.DateField(_("proof of purchase due"), null=True, blank=True)
    proof_on = models.DateField(_("proof handed in on"), null=True, blank=True)

    class Meta:
        ordering = ["-date", "-pk"]
        indexes = [
            models.Index(fields=["unit", "date"]),
            models.Index(fields=["pupil"]),
            models.Index(fields=["donation"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "giver", "date", "source", "kind", "size", "donation"],
                name="handout_once",
                nulls_distinct=False,
                violation_error_message=_("This handout is entered already; change its quantity instead."),
            ),
        ]
