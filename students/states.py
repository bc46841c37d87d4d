"""States, kinds and reasons of school days, registers, movement and cases (PRODUCT 5–7, codes of PRODUCT 13)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from schools.rights import Permission as P
from schools.workflow import Move, Workflow


class ClassKind(TextChoices):
    CLASS = "class", _("class")
    GROUP = "group", _("group")
    RESIDENCE = "residence", _("residence")  # children who live there and study elsewhere


class Language(TextChoices):
    KK = "kk", _("Kazakh")
    RU = "ru", _("Russian")
    MIXED = "mixed", _("mixed")
    OTHER = "other", _("other")


class Form(TextChoices):
    DAY = "day", _("day")
    HOME = "home", _("at home")
    EVENING = "evening", _("evening")
    EXTERNAL = "external", _("external")


class Sex(TextChoices):
    MALE = "m", _("boy")
    FEMALE = "f", _("girl")


class DayOffKind(TextChoices):
    HOLIDAY = "holiday", _("holiday")
    DISTANCE = "distance", _("distance learning")
    CANCELLED = "cancelled", _("lessons cancelled")
    WORKDAY = "workday", _("taught day")


class ReasonClass(TextChoices):
    """What a reason means for the campaign; *social* is its key cut."""

    ILL = "ill", _("ill")
    VALID = "valid", _("other valid")
    SOCIAL = "social", _("social")
    INVALID = "invalid", _("not valid")
    UNKNOWN = "unknown", _("unknown")


class Reason(TextChoices):
    UNKNOWN = "unknown", _("unknown")
    ILL = "ill", _("illness")
    FAMILY = "family", _("family")
    EVENT = "event", _("competition or event")
    ROAD = "road", _("road or weather")
    NO_CLOTHES = "no_clothes", _("no outer clothes")
    NO_SHOES = "no_shoes", _("no shoes")
    NO_SUPPLIES = "no_supplies", _("no school supplies")
    WORKS = "works", _("works or seasonal work")
    CARER = "carer", _("looks after family")
    NO_TRANSPORT = "no_transport", _("cannot get to school")
    TRUANCY = "truancy", _("truancy")
    REFUSAL = "refusal", _("parents' refusal")
    NO_DEVICE = "no_device", _("no device")  # distance days only


REASON_CLASS: dict[str, ReasonClass] = {
    Reason.ILL: ReasonClass.ILL,
    Reason.FAMILY: ReasonClass.VALID,
    Reason.EVENT: ReasonClass.VALID,
    Reason.ROAD: ReasonClass.VALID,
    Reason.NO_CLOTHES: ReasonClass.SOCIAL,
    Reason.NO_SHOES: ReasonClass.SOCIAL,
    Reason.NO_SUPPLIES: ReasonClass.SOCIAL,
    Reason.WORKS: ReasonClass.SOCIAL,
    Reason.CARER: ReasonClass.SOCIAL,
    Reason.NO_TRANSPORT: ReasonClass.SOCIAL,
    Reason.NO_DEVICE: ReasonClass.SOCIAL,
    Reason.TRUANCY: ReasonClass.INVALID,
    Reason.REFUSAL: ReasonClass.INVALID,
    Reason.UNKNOWN: ReasonClass.UNKNOWN,
}
# absences that count towards systematic and long absence
WITHOUT_VALID_REASON = (ReasonClass.SOCIAL, ReasonClass.INVALID, ReasonClass.UNKNOWN)


class Contact(TextChoices):
    CALL = "call", _("call")
    VISIT = "visit", _("visit")
    MESSAGE = "message", _("message")
    NONE = "none", _("no answer")


class MovementReason(TextChoices):
    TRANSFER = "transfer", _("transfer to another school")
    MOVED = "moved", _("moved")
    ABROAD = "abroad", _("moved abroad")
    COLLEGE = "college", _("college")
    GRADUATED = "graduated", _("graduated")
    DIED = "died", _("died")
    FAMILY = "family", _("family")
    OTHER = "other", _("other")


OPENS_TRANSIT = (MovementReason.TRANSFER, MovementReason.MOVED)


class CaseSource(TextChoices):
    REGISTER = "register", _("daily register")
    ROUND = "round", _("door-to-door round")
    RAID = "raid", _("raid")
    NEIGHBOUR = "neighbour", _("neighbour")
    PUBLIC = "public", _("public report")
    HOTLINE = "hotline", _("hot line")
    BODY = "body", _("another body")
    LASTYEAR = "lastyear", _("last year's list")
    TRANSIT = "transit", _("lost in transit")


class CaseKind(TextChoices):
    NEVER = "never", _("never enrolled")
    DROPPED = "dropped", _("dropped out")
    TRANSIT = "transit", _("lost in transit")
    LONG = "long", _("long absent")
    SYSTEMATIC = "systematic", _("systematically absent")


OUT_OF_SCHOOL = (CaseKind.NEVER, CaseKind.DROPPED, CaseKind.TRANSIT)
NOT_ATTENDING = (CaseKind.LONG, CaseKind.SYSTEMATIC)


class Cause(TextChoices):
    CLOTHES = "clothes", _("no clothes or shoes")
    SUPPLIES = "supplies", _("no school supplies")
    POVERTY = "poverty", _("poverty")
    WORKS = "works", _("works")
    CARER = "carer", _("looks after family")
    ILLNESS = "illness", _("illness")
    DISABILITY = "disability", _("disability")
    REFUSAL = "refusal", _("parents' refusal")
    RELIGION = "religion", _("religious views")
    MOVED = "moved", _("moved")
    DOCUMENTS = "documents", _("no documents")
    NEGLECT = "neglect", _("neglect")
    VIOLENCE = "violence", _("violence")
    LAW = "law", _("conflict with the law")
    MOTIVATION = "motivation", _("no wish to study")
    DISTANCE = "distance", _("far from school")
    OTHER = "other", _("other")


class Closing(TextChoices):
    ABROAD = "abroad", _("moved abroad")
    DIED = "died", _("died")
    AGE = "age", _("reached age")
    MEDICAL = "medical", _("medical exemption")
    ELSEWHERE = "elsewhere", _("found elsewhere")
    WRONG = "wrong", _("wrong entry")


class CaseState(TextChoices):
    DRAFT = "draft", _("draft")
    CONFIRMED = "confirmed", _("confirmed")
    DISMISSED = "dismissed", _("dismissed")
    CLOSED = "closed", _("closed without return")


# the portal never decides about a child: a person confirms or dismisses
CASE = Workflow(
    CaseState.DRAFT,
    Move("confirm", (CaseState.DRAFT,), CaseState.CONFIRMED, P.CASE_WRITE, _("Confirm the case")),
    Move("dismiss", (CaseState.DRAFT,), CaseState.DISMISSED, P.CASE_WRITE, _("Dismiss the draft"), needs_note=True),
    Move("close", (CaseState.CONFIRMED,), CaseState.CLOSED, P.CASE_WRITE, _("Close without return"), needs_note=True),
)


class IntakeState(TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked")
    APPLIED = "applied", _("entered")
    REFUSED = "refused", _("refused")
