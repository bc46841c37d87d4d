"""Live values, kept values, and what units submit."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from reports.states import PaperFormat, SubmissionState
from schools.audit import audited
from schools.models import Document, OfUnit, Unit, Versioned
from schools.rights import Role


class Value(OfUnit):
    """A live value: numerator and denominator of an indicator (or of one part of its cut) for a unit, as of today."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    code = models.CharField(max_length=8)
    cut = models.CharField(max_length=40, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "campaign", "code", "cut"], name="value_once")]
        indexes = [models.Index(fields=["campaign", "code", "unit"])]


class LiveDay(models.Model):
    """The day as of which the live values of a campaign stand."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="+")
    as_of = models.DateField()


@dataclass(frozen=True)
class Signature:
    """Who signed and in which post; said in the reader's language, so it is kept in none."""

    name: str
    role: str
    acting: bool
    unit: Unit

    def __str__(self) -> str:
        """«Name, post, unit»; a stand-in signs as acting."""
        role = str(dict(Role.choices).get(self.role, ""))
        post = said("acting: %(post)s") % {"post": role} if self.acting else role
        return ", ".join(part for part in (self.name, post, self.unit.name if role else "") if part)


@audited
class Submission(OfUnit, Versioned):
    """What a unit reports for a round of the campaign; the ministry's own, once sealed, is the summary (Guide 6.3.4).

    `form` is the code of the round.  Signing keeps every value as it was: see `Kept`.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="submissions")
    form = models.CharField(max_length=20)
    edition = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=8, choices=SubmissionState, default=SubmissionState.DRAFT)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=300, blank=True)
    signed_as = models.CharField(_("signed as"), max_length=14, choices=Role, blank=True)
    signed_acting = models.BooleanField(_("signed as acting"), default=False)
    nil = models.JSONField(_("nothing to report"), default=list, blank=True)
    text = models.TextField(_("what worked, shortcomings, proposals"), blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["unit", "form", "-edition"]
        constraints = [models.UniqueConstraint(fields=["unit", "campaign", "form", "edition"], name="submission_once")]

    @property
    def signature(self) -> Signature | None:
        """A report is signed in its own unit; None before."""
        if not self.signed_by:
            return None
        return Signature(self.signed_by, self.signed_as, self.signed_acting, self.unit)


class Kept(OfUnit):
    """The values of one unit as a signed submission or a sealed summary keeps them, with the hashes of its children."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="kept")
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "unit"], name="kept_once")]


class Paper(OfUnit):
    """A document made from kept values: one per submission, language and format."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="papers")
    language = models.CharField(max_length=2)
    format = models.CharField(max_length=4, choices=PaperFormat)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["language", "format"]
        constraints = [models.UniqueConstraint(fields=["submission", "language", "format"], name="paper_once")]
