"""The campaign as data: its window, its deadlines in steps, the orders that open it, extensions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.states import GIVES_DATES, OrderKind, WeekendRule
from schools.audit import audited
from schools.models import Document, Named, OfUnit, Scoped, Versioned
from schools.rights import Level
from zabota.lib.clock import today

WEEKEND = {5, 6}  # Saturday, Sunday


@dataclass(frozen=True)
class Stage:
    """One of the three stages of Guide 4.2."""

    name: str | Promise
    first: date
    last: date


@dataclass(frozen=True)
class Round:
    """A date by which everybody reports: a ten-day bulletin, or the summary of 20 February."""

    code: str
    name: str | Promise
    as_of: date
    due: date

    @property
    def is_final(self) -> bool:
        return self.code == FINAL


FINAL = "summary"
NORMS = ("systematic_days", "long_days", "visit_days", "measure_days", "notice_days", "answer_days")


def working_day(day: date, rule: str, holidays: Collection[date] = ()) -> date:
    """The day itself, or the nearest working day to which the campaign's rule moves a weekend and a public holiday."""
    step = timedelta(days=1 if rule == WeekendRule.AFTER else -1)
    while day.weekday() in WEEKEND or day in holidays:
        day += step
    return day


def working_days_after(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The `count`-th working day after this one."""
    while count:
        day += timedelta(days=1)
        if day.weekday() not in WEEKEND and day not in holidays:
            count -= 1
    return day


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def current(self) -> "Campaign | None":
        """The campaign that people mean today: the running one, else the next, else the last."""
        running = self.filter(opens__lte=today(), due__gte=today()).order_by("-opens")
        coming = self.filter(opens__gt=today()).order_by("opens")
        return running.first() or coming.first() or self.order_by("-opens").first()

    def year_before(self, campaign: "Campaign") -> "Campaign | None":
        """The same campaign a year earlier; a sister campaign of another season is not it."""
        about = campaign.opens - timedelta(days=365)
        margin = timedelta(days=60)
        return self.filter(opens__range=(about - margin, about + margin)).order_by("-opens").first()


class Campaign(Named, Versioned):
    """«Акция»: one row a year, one for each sister campaign (Guide 4.1).

    Thresholds are in school days; no law fixes them, so there are no defaults and an order sets them.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_en = models.CharField(_("name in English"), max_length=250, blank=True)
    opens = models.DateField(_("opens"))
    closes = models.DateField(_("closes"))
    due = models.DateField(_("report due"))
    systematic_days = models.PositiveSmallIntegerField(_("systematic absence, school days"), null=True, blank=True)
    long_days = models.PositiveSmallIntegerField(_("long absence, school days"), null=True, blank=True)
    visit_days = models.PositiveSmallIntegerField(_("visit within, school days"), null=True, blank=True)
    measure_days = models.PositiveSmallIntegerField(_("measure within, school days"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("notice within, school days"), null=True, blank=True)
    answer_days = models.PositiveSmallIntegerField(_("answer within, school days"), null=True, blank=True)
    weekend_rule = models.CharField(
        _("a date on a weekend moves"), max_length=6, choices=WeekendRule, default=WeekendRule.BEFORE
    )
    holidays = ArrayField(models.DateField(), verbose_name=_("public holidays"), default=list, blank=True)
    school_step = models.PositiveSmallIntegerField(_("a school reports within, working days"), default=2)
    district_step = models.PositiveSmallIntegerField(_("a district reports within, working days"), default=4)
    oblast_step = models.PositiveSmallIntegerField(_("an oblast reports within, working days"), default=6)
    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-opens"]
        constraints = [
            models.CheckConstraint(
                name="campaign_dates_in_order",
                condition=Q(closes__gte=F("opens")) & Q(due__gte=F("closes")),
                violation_error_message=_("A campaign opens, then closes, then its report is due."),
            ),
            models.CheckConstraint(
                name="campaign_steps_in_order",
                condition=Q(district_step__gte=F("school_step")) & Q(oblast_step__gte=F("district_step")),
                violation_error_message=_("A school reports before its district, a district before its oblast."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else super().name

    @property
    def stages(self) -> list[Stage]:
        """Start, school stage, final and analytic stage; the first is entered by a unit's own order."""
        return [
            Stage(_("Start"), self.opens, self.opens + timedelta(days=4)),
            Stage(_("School stage"), self.opens, self.closes),
            Stage(_("Final and analytic stage"), self.closes + timedelta(days=1), self.moved(self.due)),
        ]

    @property
    def rounds(self) -> list[Round]:
        """Bulletins every ten days and the summary; a date on a weekend moves to the working day before."""
        tenths = [self.opens + timedelta(days=10), self.opens + timedelta(days=20), self.closes]
        bulletins = [
            Round(f"bulletin{n}", _("Bulletin %(n)s") % {"n": n}, day, self.moved(day))
            for n, day in enumerate(tenths, 1)
        ]
        return [*bulletins, Round(FINAL, _("Summary of the campaign"), self.closes, self.moved(self.due))]

    def moved(self, day: date) -> date:
        """Where the campaign's rule puts this date."""
        return working_day(day, self.weekend_rule, self.holidays)

    @property
    def missing_norms(self) -> list[str]:
        """Thresholds and time norms that no order has set: the campaign cannot open before they are (PRODUCT 2)."""
        return [name for name in NORMS if getattr(self, name) is None]

    def due_for(self, level: str, code: str) -> date:
        """When a unit of this level owes the round: deadlines in steps leave the reviewer's days whole (PRODUCT 2)."""
        steps = {Level.SCHOOL: self.school_step, Level.DISTRICT: self.district_step, Level.OBLAST: self.oblast_step}
        wanted = self.round(code)
        if wanted is None or not wanted.is_final or level not in steps:
            return wanted.due if wanted else self.moved(self.due)
        return min(working_days_after(self.closes, steps[Level(level)], self.holidays), wanted.due)

    def round(self, code: str) -> Round | None:
        return next((each for each in self.rounds if each.code == code), None)

    def round_now(self, on: date | None = None) -> Round:
        """The round that is due next; after the last one, the summary."""
        on = on or today()
        return next((each for each in self.rounds if each.due >= on), self.rounds[-1])


class OrderQuerySet(Scoped):
    def giving_dates(self) -> Self:
        return self.filter(kind__in=GIVES_DATES).exclude(opens=None, closes=None)


@audited
class Order(OfUnit):
    """«Приказ» (Guide 4.3, 6.2.1): opens the stage, sets a unit's own dates, announces days off."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="orders", verbose_name=_("campaign"))
    number = models.CharField(_("number"), max_length=30)
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=OrderKind)
    opens = models.DateField(_("opens"), null=True, blank=True)
    closes = models.DateField(_("closes"), null=True, blank=True)
    title_kk = models.CharField(_("title in Kazakh"), max_length=300)
    title_ru = models.CharField(_("title in Russian"), max_length=300)
    signer = models.CharField(_("signed by"), max_length=200, blank=True)
    scan = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan"))
    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["unit", "campaign", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "campaign", "number"],
                name="order_number_once",
                violation_error_message=_("There is an order with this number already."),
            ),
            models.CheckConstraint(
                name="order_dates_in_order",
                condition=Q(opens=None) | Q(closes=None) | Q(closes__gte=F("opens")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
        ]

    @property
    def title(self) -> str:
        return self.title_ru if get_language() == "ru" else self.title_kk


class ExtensionQuerySet(Scoped):
    def running(self, on: date) -> Self:
        """Extensions that have not ended by themselves."""
        return self.filter(until__gte=on)


@audited
class Extension(OfUnit):
    """More time for one unit and one round: who asked, why, who gave it, until when; it ends by itself (PRODUCT 2)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="extensions", verbose_name=_("campaign"))
    round = models.CharField(_("report"), max_length=20)
    asked_by = models.CharField(_("who asked"), max_length=200)
    why = models.CharField(_("why"), max_length=500)
    until = models.DateField(_("until"))
    given_by = models.CharField(_("given by"), max_length=150)
    given_at = models.DateTimeField(_("given at"))
    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["-until", "-pk"]
        indexes = [models.Index(fields=["unit", "campaign", "round"])]
