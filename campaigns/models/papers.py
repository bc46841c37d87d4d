"""The unit's papers: committee, plan, minutes, library, control visits, agreements (Guide 4.2, 6.1, 6.2, 6.3)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign, Order
from campaigns.states import Body, CommitteeRole, CommitteeState, MinutesKind, PlanState
from schools.audit import audited
from schools.models import Document, OfUnit, Unit, Versioned


@audited
class Committee(OfUnit, Versioned):
    """«Оргкомитет» of a unit in a campaign; an order approves it (Guide 6.1.1, 6.2.1)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="committees", verbose_name=_("campaign"))
    state = models.CharField(_("state"), max_length=8, choices=CommitteeState, default=CommitteeState.DRAFT)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="committees", verbose_name=_("order")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "campaign"], name="committee_once"),
            models.CheckConstraint(
                name="committee_approved_by_order",
                condition=~Q(state="approved") | Q(order__isnull=False),
                violation_error_message=_("A committee is approved by an order."),
            ),
        ]


@audited
class Member(OfUnit):
    """A person of a committee: for which body, in which post, with which role."""

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="members")
    surname = models.CharField(_("surname"), max_length=100)
    name = models.CharField(_("name and patronymic"), max_length=150)
    body = models.CharField(_("body"), max_length=20, choices=Body)
    post = models.CharField(_("post"), max_length=200, blank=True)
    role = models.CharField(
        _("role in the committee"), max_length=9, choices=CommitteeRole, default=CommitteeRole.MEMBER
    )
    contact = models.CharField(_("phone or mail"), max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["committee", "surname", "name"], name="committee_member_once")]


@audited
class Minutes(OfUnit, Versioned):
    """«Протокол»: what was heard and decided, shortcomings and the ways to remove them (Guide 6.1.11, 6.3.2)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="minutes", verbose_name=_("campaign"))
    kind = models.CharField(_("whose meeting"), max_length=10, choices=MinutesKind)
    number = models.CharField(_("number"), max_length=30)
    date = models.DateField(_("date"))
    heard = models.TextField(_("heard"), blank=True)
    decided = models.TextField(_("decided"))
    shortcomings = models.TextField(_("shortcomings"), blank=True)
    remedies = models.TextField(_("ways to remove them"), blank=True)
    owner = models.CharField(_("who is responsible"), max_length=200, blank=True)
    due = models.DateField(_("remove by"), null=True, blank=True)
    scan = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan"))

    class Meta:
        ordering = ["-date", "-pk"]
        verbose_name_plural = _("minutes")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "campaign", "kind", "number"],
                name="minutes_number_once",
                violation_error_message=_("There are minutes with this number already."),
            )
        ]


@audited
class Plan(OfUnit, Versioned):
    """A unit's plan of measures: adopted by its own committee, approved by the unit above (Guide 6.1.1, 6.2.2)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="plans", verbose_name=_("campaign"))
    state = models.CharField(_("state"), max_length=9, choices=PlanState, default=PlanState.DRAFT)
    adopted = models.ForeignKey(
        Minutes, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name=_("adopted by minutes")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "campaign"], name="plan_once"),
            models.CheckConstraint(
                name="plan_sent_after_adoption",
                condition=Q(state="draft") | Q(adopted__isnull=False),
                violation_error_message=_("The committee adopts the plan before it is sent."),
            ),
        ]


@audited
class PlanLine(OfUnit):
    """A line of a plan.  A line of the guide keeps its `clause` and, while `text` is empty, the guide's words."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("№"))
    clause = models.CharField(_("clause of the guide"), max_length=10, blank=True)
    text = models.CharField(_("measure"), max_length=500, blank=True)
    owner = models.CharField(_("who is responsible"), max_length=200, blank=True)
    due = models.DateField(_("by"), null=True, blank=True)
    remark = models.CharField(_("remark of the unit"), max_length=500, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_line_says_something",
                condition=~Q(clause="") | ~Q(text=""),
                violation_error_message=_("Say what is to be done."),
            ),
            models.UniqueConstraint(fields=["plan", "clause"], condition=~Q(clause=""), name="plan_clause_once"),
        ]


@audited
class PlanRemark(OfUnit):
    """What the unit above wants changed, in a line or in the whole plan; ticked off when the plan is sent again."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="remarks")
    line = models.ForeignKey(PlanLine, models.SET_NULL, null=True, blank=True, related_name="remarks")
    text = models.CharField(_("remark"), max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    answer = models.CharField(_("what was done"), max_length=500, blank=True)
    ticked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]


@audited
class LibraryItem(OfUnit):
    """A normative or report document that a level hands down (Guide 4.2.2)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="library", verbose_name=_("campaign"))
    title_kk = models.CharField(_("title in Kazakh"), max_length=300)
    title_ru = models.CharField(_("title in Russian"), max_length=300)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("file"))
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at", "-pk"]

    @property
    def title(self) -> str:
        return self.title_ru if get_language() == "ru" else self.title_kk


class ReadMark(OfUnit):
    """«Read»: a unit below has taken note of a document."""

    item = models.ForeignKey(LibraryItem, models.CASCADE, related_name="marks")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "item"], name="read_once")]


@audited
class ControlVisit(OfUnit, Versioned):
    """A finding of a control visit (Guide 4.2.2); `unit` was visited, `by_unit` came."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="visits", verbose_name=_("campaign"))
    by_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("who came"))
    date = models.DateField(_("date"))
    finding = models.CharField(_("finding"), max_length=1000)
    due = models.DateField(_("put right by"), null=True, blank=True)
    proof = models.CharField(_("what was done"), max_length=1000, blank=True)
    proof_scan = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proof")
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="visit_from_elsewhere",
                condition=~Q(unit=F("by_unit")),
                violation_error_message=_("Nobody controls their own unit."),
            ),
            models.CheckConstraint(
                name="visit_dates_in_order",
                condition=(Q(due=None) | Q(due__gte=F("date"))) & (Q(closed_on=None) | Q(closed_on__gte=F("date"))),
                violation_error_message=_("Nothing is due or closed before the visit."),
            ),
        ]


@audited
class Agreement(OfUnit, Versioned):
    """An agreement with a partner (Guide, task 7 of 2.2)."""

    partner = models.CharField(_("partner"), max_length=250)
    date = models.DateField(_("date"))
    subject = models.CharField(_("subject"), max_length=500)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="agreement_dates_in_order",
                condition=Q(until=None) | Q(until__gte=F("date")),
                violation_error_message=_("An agreement cannot end before it begins."),
            ),
            models.UniqueConstraint(fields=["unit", "partner", "date"], name="agreement_once"),
        ]
