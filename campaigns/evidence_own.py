"""What the campaign's own papers, events and counts prove."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.evidence import Evidence, proves
from campaigns.models import (
    Agreement,
    Campaign,
    Committee,
    Event,
    Helpline,
    Honour,
    Minutes,
    Order,
    Plan,
    SurveyCount,
)
from campaigns.states import (
    DISCUSSES_RESULTS,
    FINDS_CHILDREN,
    MEDIA_ITEMS,
    MEETINGS,
    Body,
    CommitteeState,
    EventKind,
    Language,
    MinutesKind,
    OrderKind,
)
from schools.models import Scoped
from schools.number import SCHOOL, ancestors, span, subtree
from zabota.lib.clock import today

SPEAKS = {Language.KK: {Language.KK}, Language.RU: {Language.RU}, Language.MIXED: {Language.KK, Language.RU}}
# which kinds of events prove a clause; press conferences and video spots have words of their own
EVENTS: dict[str, tuple[EventKind, ...]] = {
    "6.1.2": FINDS_CHILDREN,
    "6.1.9": (EventKind.STAND, EventKind.CONSULTATION),
    "6.1.10": (EventKind.SPONSORS, *MEDIA_ITEMS),
    "6.1.12": (EventKind.HONOURING,),
    "6.2.3": (EventKind.PRESS_START, EventKind.PRESS_FINAL),
    "6.2.4": (EventKind.LEAFLETS, EventKind.CONSULTATION),
    "6.2.5": MEDIA_ITEMS,
    "6.2.6": MEETINGS,
    "6.3.3": (EventKind.PRESS_FINAL,),
}
NEEDED = ("6.2.3",)  # here each kind is asked for by itself, so that the missing one is told


@proves("6.1.1", "6.2.1")
def committees(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    pupils = Count("members", filter=Q(members__body=Body.PUPILS))
    rows = Committee.objects.filter(unit_id__in=units, campaign=campaign).select_related("order")
    for each in rows.annotate(people=Count("members"), of_pupils=pupils):
        approved = each.state == CommitteeState.APPROVED
        named = {"n": each.people, "pupils": each.of_pupils, "number": each.order.number if each.order else ""}
        words = (
            _("committee: order № %(number)s, members – %(n)s, of them from pupils – %(pupils)s")
            if approved
            else _("committee: not approved by an order yet, members – %(n)s")
        )
        for clause in ("6.1.1", "6.2.1"):
            yield Evidence(each.unit_id, clause, words % named, approved, "committee")


@proves("6.1.1", "6.2.2")
def plans(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    for plan in Plan.objects.filter(unit_id__in=units, campaign=campaign).select_related("adopted"):
        if plan.adopted:
            words = _("plan: adopted by minutes № %(number)s of %(day)s") % _paper(plan.adopted)
        else:
            words = _("plan: not adopted by the committee yet")
        for clause in ("6.1.1", "6.2.2"):
            yield Evidence(plan.unit_id, clause, words, plan.adopted is not None)


@proves("6.2.1")
def orders(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    rows = Order.objects.filter(unit_id__in=units, campaign=campaign, kind=OrderKind.START)
    for order in rows.order_by("unit_id", "-date", "-pk").distinct("unit_id"):
        words = _("order on the start: № %(number)s of %(day)s") % _paper(order)
        yield Evidence(order.unit_id, "6.2.1", words, True, "orders")


@proves("6.1.11", "6.3.2")
def discussions(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """A school's council, everybody else's council, collegium or commission."""
    rows = Minutes.objects.filter(unit_id__in=units, campaign=campaign, kind__in=DISCUSSES_RESULTS)
    for each in rows.order_by("unit_id", "date", "pk"):
        named = {**_paper(each), "kind": each.get_kind_display()}
        words = _("%(kind)s: minutes № %(number)s of %(day)s") % named
        if each.kind == MinutesKind.COUNCIL:
            yield Evidence(each.unit_id, "6.1.11", words, True, "minutes_list")
        yield Evidence(each.unit_id, "6.3.2", words, True, "minutes_list")


@proves(*EVENTS)
def events(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    wanted = {kind for kinds in EVENTS.values() for kind in kinds}
    rows = _held(Event.objects.filter(unit_id__in=units, kind__in=wanted), campaign).order_by()
    counted = rows.values("unit_id", "kind").annotate(n=Count("pk"), last=Max("date"), photos=Count("photo"))
    by_unit: dict[int, dict[str, dict]] = defaultdict(dict)
    for row in counted:
        by_unit[row["unit_id"]][row["kind"]] = row
    for unit in units:
        for clause, kinds in EVENTS.items():
            found = [by_unit[unit][kind] for kind in kinds if kind in by_unit[unit]]
            yield from (Evidence(unit, clause, _of_events(row), True, "events") for row in found)
            if clause in NEEDED:
                lacking = [kind for kind in kinds if kind not in by_unit[unit]]
                yield from (Evidence(unit, clause, _none_of(kind), False, "events") for kind in lacking)


@proves("6.2.7")
def video_spots(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """Showings in the state language and in Russian: the clause asks for both."""
    rows = _held(Event.objects.filter(unit_id__in=units, kind=EventKind.VIDEO), campaign).order_by()
    shown: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows.values("unit_id", "language").annotate(n=Sum("count", default=0), rows=Count("pk")):
        for language in SPEAKS.get(row["language"], ()):
            shown[row["unit_id"]][language] += max(row["n"], row["rows"])
    for unit, by_language in shown.items():
        words = _("video spots shown: in Kazakh – %(kk)s, in Russian – %(ru)s")
        counts = {language.value: by_language[language] for language in (Language.KK, Language.RU)}
        yield Evidence(unit, "6.2.7", words % counts, all(counts.values()), "events")


@proves("6.1.12")
def honours(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    rows = _held(Honour.objects.filter(unit_id__in=units), campaign).order_by()
    for row in rows.values("unit_id").annotate(n=Count("pk")):
        words = ngettext("honoured: %(n)s person", "honoured: %(n)s people", row["n"]) % {"n": row["n"]}
        yield Evidence(row["unit_id"], "6.1.12", words, True, "honours")


@proves("6.1.10")
def agreements(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    running = Q(until=None) | Q(until__gte=campaign.opens)
    rows = Agreement.objects.filter(running, unit_id__in=units, date__lte=campaign.due).order_by()
    for row in rows.values("unit_id").annotate(n=Count("pk")):
        words = _("agreements with partners: %(n)s") % {"n": row["n"]}
        yield Evidence(row["unit_id"], "6.1.10", words, True, "agreements")


@proves("6.2.4")
def helplines(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    rows = Helpline.objects.filter(unit_id__in=units).order_by()
    for row in rows.values("unit_id").annotate(n=Count("pk")):
        words = _("helplines of the unit: %(n)s") % {"n": row["n"]}
        yield Evidence(row["unit_id"], "6.2.4", words, True, "helplines")


@proves("6.1.11", "6.3.1")
def surveys(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """Answers stand at the unit that asked; those of the units below prove the unit above too."""
    inside = Q(unit_id__in=[unit for unit in units if span(unit) == SCHOOL])
    for first, last in (subtree(unit) for unit in units if span(unit) > SCHOOL):
        inside |= Q(unit_id__gte=first, unit_id__lte=last)
    rows = SurveyCount.objects.filter(inside, campaign=campaign).order_by().values("unit_id", "audience", "question")
    asked: dict[tuple[int, str], int] = defaultdict(int)
    for row in rows.annotate(n=Sum("online") + Sum("paper")):
        key = (row["unit_id"], row["audience"])
        asked[key] = max(asked[key], row["n"])  # one person answers several questions
    wanted, people = set(units), defaultdict[int, int](int)
    for (unit, _audience), n in asked.items():
        for above in wanted.intersection(ancestors(unit)):
            people[above] += n
    for unit, n in people.items():
        for clause in ("6.1.11", "6.3.1"):
            yield Evidence(unit, clause, _("survey: questionnaires answered – %(n)s") % {"n": n}, n > 0, "surveys")


def _held(rows: Scoped, campaign: Campaign) -> Scoped:
    """Inside the campaign, its final stage included; what is announced for a later day has not been held yet."""
    return rows.filter(date__gte=campaign.opens, date__lte=min(campaign.due, max(today(), campaign.opens)))


def _paper(paper: Order | Minutes) -> dict[str, str]:
    return {"number": paper.number, "day": _day(paper.date)}


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _of_events(row: dict) -> str:
    named = {"kind": EventKind(row["kind"]).label, "n": row["n"], "day": _day(row["last"])}
    words = _("%(kind)s: %(n)s, last on %(day)s") if row["n"] > 1 else _("%(kind)s: %(day)s")
    return " ".join(_with_photo(words % named, row["photos"]))


def _with_photo(words: str, photos: int) -> Iterable[str]:
    return [words, _("(photo)")] if photos else [words]


def _none_of(kind: EventKind) -> str:
    return _("%(kind)s: not entered yet") % {"kind": kind.label}
