"""How a unit speaks with people: events, hot line, helplines, honours, surveys (Guide 4.4, 6.1.8–6.1.12, 6.2, 6.3)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.states import Audience, CallState, EventKind, HonourKind, Language
from schools.audit import audited
from schools.models import Document, OfUnit, Versioned


@audited
class Event(OfUnit, Versioned):
    """Something held or published.  `count` is copies, showings or calls; `participants` maps a body to people.

    The children whom a raid found are cases that point here.
    """

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    title = models.CharField(_("subject"), max_length=300, blank=True)
    place = models.CharField(_("place or medium"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True)
    count = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    participants = models.JSONField(_("participants"), default=dict, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    photo = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("photo")
    )

    class Meta:
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["unit", "-date"]), models.Index(fields=["unit", "kind", "date"])]


@audited
class Call(OfUnit):
    """A call to the hot line: what it was about and how it ended; holds no names."""

    at = models.DateTimeField(_("when"))
    topic = models.CharField(_("what about"), max_length=300)
    state = models.CharField(_("state"), max_length=9, choices=CallState, default=CallState.OPEN)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    forwarded_to = models.CharField(_("forwarded to"), max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["unit", "-at"])]


@audited
class Helpline(OfUnit):
    """«Телефон доверия» of a unit; everybody may read it."""

    phone = models.CharField(_("phone"), max_length=30)
    hours = models.CharField(_("hours"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True)

    class Meta:
        ordering = ["unit_id", "phone"]
        constraints = [models.UniqueConstraint(fields=["unit", "phone"], name="helpline_once")]


@audited
class Honour(OfUnit):
    """A letter of thanks or a certificate to somebody who took an active part (Guide 6.1.12)."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="honours", verbose_name=_("campaign")
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("who is honoured"), max_length=250)
    kind = models.CharField(_("kind"), max_length=11, choices=HonourKind)
    reason = models.CharField(_("what for"), max_length=500, blank=True)

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "date", "name", "kind"], name="honour_once")]


@audited
class SurveyLink(OfUnit, Versioned):
    """The address that a unit hands out to an audience, on paper and as a QR code; who answers stays unknown.

    The version is that of the unit's tally of this audience's paper questionnaires.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="survey_links", verbose_name=_("campaign"))
    audience = models.CharField(_("who answers"), max_length=8, choices=Audience)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "campaign", "audience"], name="survey_link_once")]


class SurveyToken(OfUnit):
    """A questionnaire that was sent: the same one sent again changes nothing."""

    link = models.ForeignKey(SurveyLink, models.CASCADE, related_name="tokens")
    token = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "token"], name="survey_token_once")]


@audited
class SurveyCount(OfUnit):
    """How often an answer was given at a unit, through the link and on paper; single questionnaires are not kept."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="survey_counts", verbose_name=_("campaign"))
    audience = models.CharField(_("who answered"), max_length=8, choices=Audience)
    question = models.CharField(_("question"), max_length=30)
    answer = models.CharField(_("answer"), max_length=30)
    online = models.PositiveIntegerField(_("through the link"), default=0)
    paper = models.PositiveIntegerField(_("on paper"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "campaign", "audience", "question", "answer"], name="survey_answer_once"
            ),
            models.CheckConstraint(name="survey_answer_given", condition=~Q(question="") & ~Q(answer="")),
        ]
