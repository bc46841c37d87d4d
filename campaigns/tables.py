"""Listings of this app: the columns once, for screen and workbook."""

from operator import attrgetter, itemgetter, methodcaller
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import Call, ControlVisit, Event, Order
from campaigns.states import Body, CallState
from zabota.lib.clock import today
from zabota.lib.sheets_out import SHARE, WHOLE
from zabota.lib.tables import Column, Table

DATE = "dd.mm.yyyy"


def own_dates(order: Order) -> str:
    dates = [f"{day:%d.%m.%Y}" if day else "…" for day in (order.opens, order.closes)]
    return " – ".join(dates) if order.opens or order.closes else ""


ORDERS = Table(
    Column(_("Order"), lambda order: f"№ {order.number}, {order.date:%d.%m.%Y}"),
    Column(_("Title"), attrgetter("title")),
    Column(_("Kind"), methodcaller("get_kind_display")),
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("Dates"), own_dates),
)

EXTENSIONS = Table(
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("Report"), attrgetter("round_name")),
    Column(_("Until"), attrgetter("until"), DATE),
    Column(_("Who asked"), attrgetter("asked_by")),
    Column(_("Why"), attrgetter("why")),
    Column(_("Given by"), attrgetter("giver")),
    Column(_("State"), lambda row: _("runs") if row.until >= today() else _("ended by itself")),
)

LIBRARY = Table(
    Column(_("Document"), attrgetter("title")),
    Column(_("Handed down by"), attrgetter("unit_name")),
    Column(_("Given on"), lambda item: item.given_on, DATE),
    Column(_("State"), attrgetter("state"), tone=attrgetter("tone")),
)

READERS = Table(
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("Read on"), attrgetter("read_on"), DATE),
    Column(_("Who"), attrgetter("reader")),
)


def standing_of_finding(visit: ControlVisit) -> str:
    """Open, answered by the visited unit, late, or closed by the one who came."""
    if visit.closed_on:
        return str(_("closed"))
    if visit.proof:
        return str(_("answered, waits for the one who came"))
    return str(_("late") if is_overdue(visit) else _("to be put right"))


def is_overdue(visit: ControlVisit) -> bool:
    return visit.due is not None and visit.due < today()


def tone_of_finding(visit: ControlVisit) -> str:
    if visit.closed_on:
        return "ok"
    return "info" if visit.proof else "late" if is_overdue(visit) else "due"


FINDINGS = Table(
    Column(_("Finding"), attrgetter("finding")),
    Column(_("Visited unit"), attrgetter("unit_name")),
    Column(_("Who came"), attrgetter("by_unit.name")),
    Column(_("Visit of"), attrgetter("date"), DATE),
    Column(_("Put right by"), attrgetter("due"), DATE),
    Column(_("State"), standing_of_finding, tone=tone_of_finding),
)

AGREEMENTS = Table(
    Column(_("Partner"), attrgetter("partner")),
    Column(_("Subject"), attrgetter("subject")),
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("Until"), attrgetter("until"), DATE),
)

HELPLINES = Table(
    Column(_("Phone"), attrgetter("phone")),
    Column(_("Hours"), attrgetter("hours")),
    Column(_("Language"), methodcaller("get_language_display")),
    Column(_("Unit"), attrgetter("unit_name")),
)

UNITS_BELOW = Table(
    Column(_("Unit"), attrgetter("name")),
    Column(_("Order on the start"), attrgetter("order")),
    Column(_("Report due"), attrgetter("due"), DATE),
    Column(_("Open findings"), attrgetter("findings"), number=True),
)


MEMBERS = Table(
    Column(_("Surname and name"), lambda member: f"{member.surname} {member.name}"),
    Column(_("Role in the committee"), methodcaller("get_role_display")),
    Column(_("Post or place of work"), attrgetter("post")),
    Column(_("Stands for"), methodcaller("get_body_display")),
    Column(_("Phone or mail"), attrgetter("contact")),
)

MINUTES = Table(
    Column(_("Minutes"), lambda minutes: f"№ {minutes.number}"),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("Whose meeting"), methodcaller("get_kind_display")),
    Column(_("Decided"), attrgetter("decided")),
    Column(_("Shortcomings"), attrgetter("shortcomings")),
    Column(_("Ways to remove them"), attrgetter("remedies")),
    Column(_("Remove by"), attrgetter("due"), DATE),
)

PLAN_LINES = Table(
    Column(_("№"), itemgetter("n"), number=True),
    Column(_("Clause"), lambda row: row["line"].clause),
    Column(_("Measure"), itemgetter("words")),
    Column(_("Who is responsible"), itemgetter("owner")),
    Column(_("By"), lambda row: row["line"].due, DATE),
    Column(_("Evidence"), lambda row: "; ".join(each["words"] for each in row["evidence"])),
    Column(_("Remark of the unit"), lambda row: row["line"].remark),
)


def state_of_plan(row: Any) -> str:
    return str(row.plan.get_state_display() if row.plan else _("not begun"))


PLANS_BELOW = Table(
    Column(_("Unit"), attrgetter("unit.name")),
    Column(_("Plan"), state_of_plan, tone=attrgetter("tone")),
    Column(_("Committee"), lambda row: row.committee.get_state_display() if row.committee else _("not begun")),
    Column(_("Lines with evidence"), lambda row: _of_all(row.evidence)),
    Column(_("Remarks not answered"), lambda row: row.open_remarks or "", number=True),
)


def _of_all(evidence: tuple[int, int] | None) -> str:
    return str(_("%(n)s of %(all)s") % {"n": evidence[0], "all": evidence[1]}) if evidence else ""


def people_in_words(event: Event) -> str:
    """«teachers 12, police 3», in the order of the list of bodies."""
    came = [(body.label, event.participants.get(body)) for body in Body]
    return ", ".join(f"{label} {people}" for label, people in came if people)


EVENTS = Table(
    Column(_("Event"), methodcaller("get_kind_display")),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("Subject"), lambda event: event.title or event.place),
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("In which language"), methodcaller("get_language_display")),
    Column(_("How many"), attrgetter("count"), WHOLE, number=True),
    Column(_("Participants"), lambda event: sum(event.participants.values()) or None, WHOLE, number=True),
    Column(_("Children found"), attrgetter("found"), WHOLE, number=True),
)
EVENTS_IN_FILE = Table(
    *EVENTS.columns,
    Column(_("Place or medium"), attrgetter("place")),
    Column(_("Participants by body"), people_in_words),
    Column(_("Link"), attrgetter("link")),
)


def state_of_call(call: Call) -> str:
    return str(call.get_state_display())


def tone_of_call(call: Call) -> str:
    return {CallState.OPEN: "due", CallState.FORWARDED: "info"}.get(CallState(call.state), "ok")


CALLS = Table(
    Column(_("What about"), attrgetter("topic")),
    Column(_("When"), lambda call: f"{timezone.localtime(call.at):%d.%m.%Y %H:%M}"),
    Column(_("Unit"), attrgetter("unit_name")),
    Column(_("State"), state_of_call, tone=tone_of_call),
    Column(_("Forwarded to"), attrgetter("forwarded_to")),
    Column(_("Answer"), attrgetter("answer")),
)

HONOURS = Table(
    Column(_("Who is honoured"), attrgetter("name")),
    Column(_("Kind"), methodcaller("get_kind_display")),
    Column(_("What for"), attrgetter("reason")),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("Unit"), attrgetter("unit_name")),
)

SURVEY_LINKS = Table(
    Column(_("Who answers"), attrgetter("audience")),
    Column(_("State"), attrgetter("state")),
    Column(_("Answers about the help"), attrgetter("answered"), WHOLE, number=True),
    Column(_("Of them on paper"), attrgetter("paper"), WHOLE, number=True),
    Column(_("Help reached those who need it"), attrgetter("satisfied"), SHARE, number=True),
)

SURVEY_ANSWERS = Table(
    Column(_("Answer"), attrgetter("words")),
    Column(_("Through the link"), attrgetter("online"), WHOLE, number=True),
    Column(_("On paper"), attrgetter("paper"), WHOLE, number=True),
    Column(_("In all"), attrgetter("total"), WHOLE, number=True),
    Column(_("Share"), attrgetter("share"), SHARE, number=True),
)
SURVEY_IN_FILE = Table(
    Column(_("Who answers"), attrgetter("audience")),
    Column(_("Question"), attrgetter("question")),
    *SURVEY_ANSWERS.columns,
)

SURVEY_UNITS = Table(
    Column(_("Unit"), attrgetter("name")),
    Column(_("Answers about the help"), attrgetter("answered"), WHOLE, number=True),
    Column(_("Help reached those who need it"), attrgetter("satisfied"), SHARE, number=True),
)
