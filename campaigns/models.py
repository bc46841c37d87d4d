"""The campaign as data, and the orders that open it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.states import GIVES_DATES, OrderKind
from schools.audit import audited
from schools.models import Document, Named, OfUnit, Scoped
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


def working_day_before(day: date) -> date:
    """The day itself, or the working day before a weekend (the campaign's default rule)."""
    while day.weekday() in WEEKEND:
        day -= timedelta(days=1)
    return day


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def current(self) -> "Campaign | None":
        """The campaign that people mean today: the running one, else the next, else the last."""
        running = self.filter(opens__lte=today(), due__gte=today()).order_by("-opens").first()
        coming = self.filter(opens__gt=today()).order_by("opens").first()
        return running or coming or self.order_by("-opens").first()


class Campaign(Named):
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
    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-opens"]
        constraints = [
            models.CheckConstraint(
                name="campaign_dates_in_order",
                condition=Q(closes__gte=F("opens")) & Q(due__gte=F("closes")),
                violation_error_message=_("A campaign opens, then closes, then its report is due."),
            )
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
            Stage(_("Final and analytic stage"), self.closes + timedelta(days=1), self.due),
        ]

    @property
    def rounds(self) -> list[Round]:
        """Bulletins every ten days and the summary; a date on a weekend moves to the working day before."""
        tenths = [self.opens + timedelta(days=10), self.opens + timedelta(days=20), self.closes]
        bulletins = [
            Round(f"bulletin{n}", _("Bulletin %(n)s") % {"n": n}, day, working_day_before(day))
            for n, day in enumerate(tenths, 1)
        ]
        return [*bulletins, Round(FINAL, _("Summary of the campaign"), self.closes, working_day_before(self.due))]

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
