"""The unit's campaign on one page: every paper with its state, and what is owed next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Model
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.models import (
    FINAL,
    Agreement,
    Call,
    Campaign,
    Committee,
    ControlVisit,
    Event,
    Helpline,
    Honour,
    LibraryItem,
    Minutes,
    Order,
    Plan,
    ReadMark,
    SurveyLink,
)
from campaigns.states import CallState, CommitteeState, OrderKind, PlanState
from campaigns.timeline import Standing
from campaigns.windows import dues_of, norms_order, start_orders
from schools.models import Unit
from schools.number import ancestors
from zabota.lib.clock import today

Words = str | Promise


@dataclass(frozen=True)
class State:
    word: Words
    tone: str = "none"
    owed: bool = False
    due: date | None = None
    remark: str = ""  # why the unit above returned it


@dataclass(frozen=True)
class Paper:
    """One line of the hub, with the names of components/task.html."""

    label: Words
    word: Words
    tone: str
    href: str
    hint: str = ""


def address(name: str, unit: Unit, campaign: Campaign) -> str:
    """The page of a paper for this unit; empty while nobody has built it."""
    try:
        return f"{reverse(name)}?unit={unit.code}&campaign={campaign.code}"
    except NoReverseMatch:
        return ""


def papers_of(unit: Unit, campaign: Campaign) -> list[Paper]:
    """All papers of the unit that have a page, each with its state."""
    found = [(label, address(name, unit, campaign), state) for label, name, state in KINDS]
    return [_paper(label, href, state(unit, campaign)) for label, href, state in found if href]


def _paper(label: Words, href: str, state: State, hint: str = "") -> Paper:
    return Paper(label, state.word, state.tone, href, hint)


def owed_by(unit: Unit, campaign: Campaign, said: dict[str, Standing]) -> list[Paper]:
    """What the unit has to do next: what came back, then the rest by their days, findings to put right among them."""
    owed = sorted(_owed(unit, campaign, said), key=lambda each: (not each[2].remark, each[2].due or campaign.closes))
    return [_paper(label, href, state, _hint(state)) for label, href, state in owed]


def _owed(unit: Unit, campaign: Campaign, said: dict[str, Standing]) -> list[tuple[Words, str, State]]:
    papers = [
        (label, address(name, unit, campaign), state(unit, campaign)) for label, name, state in KINDS if name in OWED
    ]
    return [*(each for each in papers if each[1] and each[2].owed), *_reports(unit, campaign, said)]


def _hint(state: State) -> str:
    """The day, and the remark of what came back."""
    said = [_("by %(day)s") % {"day": f"{state.due:%d.%m.%Y}"}] if state.due else []
    if state.remark:
        said.append(_("Returned: %(remark)s") % {"remark": state.remark})
    return ". ".join(said)


def _reports(unit: Unit, campaign: Campaign, said: dict[str, Standing]) -> list[tuple[Words, str, State]]:
    """The reports that are late, next or returned; later ones are not owed yet."""
    made: list[tuple[Words, str, State]] = []
    is_next = True
    for each in campaign.rounds:
        standing = said.get(each.code)
        if standing is None or not standing.owed:
            continue
        due = dues_of([unit], campaign, each.code)[unit.pk]
        late = (today() - due).days
        if late > 0:
            words = ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late}
            made.append((each.name, standing.href, State(words, "late", True, due, standing.remark)))
        elif is_next or standing.remark:
            tone = "late" if standing.remark else "due"
            made.append((each.name, standing.href, State(standing.word, tone, True, due, standing.remark)))
            is_next = False
    return made


@dataclass(frozen=True)
class Below:
    """A unit below as its line of the hub shows it."""

    name: str
    code: str
    order: str
    due: date
    findings: int


def below(units: list[Unit], campaign: Campaign) -> list[Below]:
    """How the units below stand; the number of queries does not grow with them."""
    orders = start_orders(units=[unit.pk for unit in units], campaign=campaign)
    dues = dues_of(units, campaign, FINAL)
    still_open = ControlVisit.objects.filter(unit__in=units, campaign=campaign, closed_on=None).order_by()
    findings = dict(still_open.values_list("unit_id").annotate(Count("pk")))
    return [
        Below(
            unit.name,
            unit.code,
            _("№ %(number)s of %(date)s") % _named(orders[unit.pk]) if unit.pk in orders else "",
            dues[unit.pk],
            findings.get(unit.pk, 0),
        )
        for unit in units
    ]


# ---- the state of each paper


def _orders(unit: Unit, campaign: Campaign) -> State:
    own = Order.objects.filter(unit=unit, campaign=campaign)
    started = own.filter(kind=OrderKind.START).order_by("date", "pk").first()
    if started:
        return State(_("started by № %(number)s of %(date)s") % _named(started), "ok")
    if campaign.missing_norms or norms_order(campaign) is None:
        return State(_("waits for the ministry's order on thresholds"))
    due = campaign.stages[0].last
    return State(_("no order on the start yet"), "late" if today() > due else "due", True, due)


def _named(order: Order) -> dict[str, str]:
    return {"number": order.number, "date": f"{order.date:%d.%m.%Y}"}


def _committee(unit: Unit, campaign: Campaign) -> State:
    found = Committee.objects.filter(unit=unit, campaign=campaign).first()
    if found is None:
        return State(_("none yet"), "due", True)
    done = found.state == CommitteeState.APPROVED
    return State(found.get_state_display(), "ok" if done else "due", not done)


def _plan(unit: Unit, campaign: Campaign) -> State:
    found = Plan.objects.filter(unit=unit, campaign=campaign).first()
    if found is None:
        return State(_("none yet"), "due", True)
    tones = {PlanState.APPROVED: "ok", PlanState.SUBMITTED: "info", PlanState.RETURNED: "late"}
    waits_here = found.state in (PlanState.DRAFT, PlanState.RETURNED)
    remark = _remark(found) if found.state == PlanState.RETURNED else ""
    return State(found.get_state_display(), tones.get(PlanState(found.state), "due"), waits_here, remark=remark)


def _remark(plan: Plan) -> str:
    """The remarks nobody has answered yet, in one line."""
    return "; ".join(plan.remarks.filter(ticked_at=None).values_list("text", flat=True))


def _library(unit: Unit, campaign: Campaign) -> State:
    from_above = LibraryItem.objects.filter(campaign=campaign, unit__in=ancestors(unit.pk)[1:])
    read = ReadMark.objects.filter(unit=unit, item__in=from_above).count()
    unread = from_above.count() - read
    if unread:
        words = ngettext("%(n)s document not read", "%(n)s documents not read", unread) % {"n": unread}
        return State(words, "due", True)
    return State(_("everything read") if read else _("nothing from above"), "ok" if read else "none")


def _control(unit: Unit, campaign: Campaign) -> State:
    """An open finding is work of the visited unit; one that is answered waits for the one who came."""
    still_open = list(ControlVisit.objects.filter(unit=unit, campaign=campaign, closed_on=None))
    waiting = [visit for visit in still_open if not visit.proof]
    if not waiting:
        word = _("answered, waits for the one who came") if still_open else _("no open finding")
        return State(word, "info" if still_open else "none")
    dues = [visit.due for visit in waiting if visit.due]
    late = any(due < today() for due in dues)
    words = ngettext("%(n)s open finding", "%(n)s open findings", len(waiting)) % {"n": len(waiting)}
    return State(words, "late" if late else "due", True, min(dues, default=None))


def _counted(model: type[Model], in_campaign: bool = True, **more: Any) -> Callable[[Unit, Campaign], State]:
    def state(unit: Unit, campaign: Campaign) -> State:
        rows = model.objects.filter(unit=unit, **more)  # type: ignore[attr-defined]
        count = rows.filter(campaign=campaign).count() if in_campaign else rows.count()
        return State(_number(count))

    return state


def _events(unit: Unit, campaign: Campaign) -> State:
    return State(_number(Event.objects.filter(unit=unit, date__range=(campaign.opens, campaign.due)).count()))


def _calls(unit: Unit, campaign: Campaign) -> State:
    waiting = Call.objects.filter(unit=unit, state=CallState.OPEN).count()
    words = ngettext("%(n)s call waits", "%(n)s calls wait", waiting) % {"n": waiting}
    return State(words, "due") if waiting else State(_("no call waits"))


def _number(count: int) -> str:
    return ngettext("%(n)s entered", "%(n)s entered", count) % {"n": count} if count else _("none yet")


# what it is, the page it has, how its state is told
KINDS: list[tuple[Words, str, Callable[[Unit, Campaign], State]]] = [
    (gettext_lazy("Orders"), "orders", _orders),
    (gettext_lazy("Organising committee"), "committee", _committee),
    (gettext_lazy("Plan of measures"), "plan", _plan),
    (gettext_lazy("All minutes"), "minutes_list", _counted(Minutes)),
    (gettext_lazy("Library"), "library", _library),
    (gettext_lazy("Control visits"), "control", _control),
    (gettext_lazy("Events"), "events", _events),
    (gettext_lazy("Hot line"), "calls", _calls),
    (gettext_lazy("Surveys"), "surveys", _counted(SurveyLink)),
    (gettext_lazy("Letters of thanks and certificates"), "honours", _counted(Honour)),
    (gettext_lazy("Agreements with partners"), "agreements", _counted(Agreement, in_campaign=False)),
    (gettext_lazy("Helplines"), "helplines", _counted(Helpline, in_campaign=False)),
]
OWED = {"orders", "committee", "plan", "library", "control"}
