"""Kinds and states of the campaign's papers and events (PRODUCT 13: codes never change meaning)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from schools.rights import Permission as P
from schools.workflow import Move, Workflow


class OrderKind(TextChoices):
    START = "start", _("start of the campaign")
    DATES = "dates", _("own dates")
    COMMITTEE = "committee", _("organising committee")
    DAYOFF = "dayoff", _("days off")
    NORMS = "norms", _("thresholds and time norms")


GIVES_DATES = (OrderKind.START, OrderKind.DATES)


class WeekendRule(TextChoices):
    """Where a date goes that falls on a weekend or a public holiday (PRODUCT 2)."""

    BEFORE = "before", _("to the working day before")
    AFTER = "after", _("to the working day after")


class Body(TextChoices):
    """Whom a person stands for in a committee or at an event (Guide 5.1)."""

    TEACHERS = "teachers", _("teachers")
    SOCIAL_PEDAGOGUES = "social_pedagogues", _("social pedagogues")
    PSYCHOLOGISTS = "psychologists", _("psychologists")
    CLASS_TEACHERS = "class_teachers", _("class teachers")
    EDUCATION = "education", _("education authorities")
    POLICE = "police", _("police")
    SOCIAL = "social", _("social protection")
    HEALTH = "health", _("health care")
    PARENTS = "parents", _("parents")
    NGO = "ngo", _("non-governmental organisations")
    COMMISSION = "commission", _("commission on minors")
    MEDIA = "media", _("media")
    SPONSORS = "sponsors", _("sponsors and patrons")
    VOLUNTEERS = "volunteers", _("volunteers")
    PUPILS = "pupils", _("pupils, children's organisations")
    OTHER = "other", _("others")


class Language(TextChoices):
    KK = "kk", _("Kazakh")
    RU = "ru", _("Russian")
    MIXED = "mixed", _("Kazakh and Russian")
    OTHER = "other", _("another language")


# ---- committee


class CommitteeRole(TextChoices):
    CHAIR = "chair", _("chair")
    DEPUTY = "deputy", _("deputy chair")
    SECRETARY = "secretary", _("secretary")
    MEMBER = "member", _("member")


class CommitteeState(TextChoices):
    DRAFT = "draft", _("being put together")
    APPROVED = "approved", _("approved by order")


COMMITTEE = Workflow(
    CommitteeState.DRAFT,
    Move(
        "approve", (CommitteeState.DRAFT,), CommitteeState.APPROVED, P.ORDER_WRITE, _("Approve by order"), at_home=True
    ),
    Move(
        "amend",
        (CommitteeState.APPROVED,),
        CommitteeState.DRAFT,
        P.ORDER_WRITE,
        _("Change the committee"),
        at_home=True,
    ),
)


# ---- plan


class PlanState(TextChoices):
    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("waits for approval")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")


# a plan is adopted by the unit's own committee and approved by the unit above; the ministry's is final on adoption
PLAN = Workflow(
    PlanState.DRAFT,
    Move(
        "submit",
        (PlanState.DRAFT, PlanState.RETURNED),
        PlanState.SUBMITTED,
        P.PLAN_WRITE,
        _("Send for approval"),
        at_home=True,
    ),
    Move("approve", (PlanState.SUBMITTED,), PlanState.APPROVED, P.PLAN_APPROVE, _("Approve"), from_above=True),
    Move(
        "send_back",
        (PlanState.SUBMITTED,),
        PlanState.RETURNED,
        P.PLAN_APPROVE,
        _("Return with remarks"),
        from_above=True,
    ),
    Move("adopt", (PlanState.DRAFT,), PlanState.APPROVED, P.PLAN_WRITE, _("Adopt"), at_root=True),
)


# ---- minutes, outreach


class MinutesKind(TextChoices):
    COUNCIL = "council", _("pedagogical council")
    COLLEGIUM = "collegium", _("collegium")
    COMMISSION = "commission", _("commission on minors")
    COMMITTEE = "committee", _("organising committee")
    COLLEGIAL = "collegial", _("collegial governing body")


DISCUSSES_RESULTS = (MinutesKind.COUNCIL, MinutesKind.COLLEGIUM, MinutesKind.COMMISSION)


class EventKind(TextChoices):
    """Forms of work named by Guide 4.4, 6.1.8–6.1.12, 6.2.3–6.2.7 and 6.3.3."""

    PRESS_START = "press_start", _("press conference, start")
    PRESS_FINAL = "press_final", _("press conference, final")
    BROADCAST = "broadcast", _("broadcast")
    ARTICLE = "article", _("article")
    TICKER = "ticker", _("running line")
    ADVERT = "advert", _("advertisement")
    VIDEO = "video", _("video spot")
    LEAFLETS = "leaflets", _("leaflets and posters")
    STAND = "stand", _("information stand")
    ROUNDTABLE = "roundtable", _("round table")
    MASTERCLASS = "masterclass", _("master class")
    CONSULTATION = "consultation", _("consultation for parents")
    SPONSORS = "sponsors", _("meeting with possible sponsors")
    RAID = "raid", _("raid")
    DOORROUND = "doorround", _("door-to-door round")
    HONOURING = "honouring", _("honouring")
    HOTLINE = "hotline", _("hot-line calls of a day")


FINDS_CHILDREN = (EventKind.RAID, EventKind.DOORROUND)
PRESS = (EventKind.PRESS_START, EventKind.PRESS_FINAL)
MEDIA_ITEMS = (EventKind.BROADCAST, EventKind.ARTICLE, EventKind.TICKER, EventKind.ADVERT)
MEETINGS = (EventKind.ROUNDTABLE, EventKind.MASTERCLASS)
# what the number of an event counts; the other kinds are not counted in pieces
COUNTED = {
    EventKind.BROADCAST: _("Showings"),
    EventKind.ARTICLE: _("Copies printed"),
    EventKind.TICKER: _("Showings"),
    EventKind.ADVERT: _("Showings"),
    EventKind.VIDEO: _("Showings"),
    EventKind.LEAFLETS: _("Copies handed out"),
    EventKind.CONSULTATION: _("Listeners"),
    EventKind.SPONSORS: _("Listeners"),
    EventKind.HOTLINE: _("Calls"),
}


class CallState(TextChoices):
    OPEN = "open", _("open")
    FORWARDED = "forwarded", _("forwarded")
    CLOSED = "closed", _("closed")


CALL = Workflow(
    CallState.OPEN,
    Move("forward", (CallState.OPEN,), CallState.FORWARDED, P.EVENT_WRITE, _("Forward"), needs_note=True),
    Move("close", (CallState.OPEN, CallState.FORWARDED), CallState.CLOSED, P.EVENT_WRITE, _("Close"), needs_note=True),
)


class HonourKind(TextChoices):
    THANKS = "thanks", _("letter of thanks")
    CERTIFICATE = "certificate", _("certificate of honour")


class Audience(TextChoices):
    """Who answers a survey (Guide 6.3.1)."""

    PARENTS = "parents", _("parents")
    PUPILS = "pupils", _("pupils")
    TEACHERS = "teachers", _("teachers")
    SPONSORS = "sponsors", _("sponsors")
