"""What is in a figure: every printed number opens here, down to the rows it was counted from.

Above a district, and for figures that schools alone make, the units one level below stand with their own figures;
further down the rows themselves, each once, with a link to its card.  Names stand only where they may be seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from aid.models import Family
from aid.states import AidKind, Source
from campaigns.models import Campaign, Event
from campaigns.states import Audience, Body, EventKind, HonourKind
from campaigns.survey import question_of
from campaigns.windows import with_parents
from reports import actions
from reports.editions import adds_up, opened
from reports.figures import Figure
from reports.indicators import CATALOGUE, SECTIONS, Indicator
from reports.models import Submission
from reports.papers.pages import total_name
from reports.places import children, stored_figures, stored_parts
from reports.states import HANDED_IN
from reports.words import number, shown
from schools.access import Request, requires
from schools.models import Unit, User
from schools.number import DISTRICT, ROOT, ancestors, span, subtree
from schools.rights import Permission as P
from students.models import Case, Pupil, SchoolClass
from students.states import CaseKind, ReasonClass
from students.views.cases import SENSITIVE
from zabota.lib.clock import now, today
from zabota.lib.kazakh import order_key
from zabota.lib.paging import page_of

Row = dict[str, Any]
Link = Callable[[str, str], str]  # code and part → address


@dataclass(frozen=True)
class Asked:
    """A figure of a unit, or one part of it, living or as a seal or a signature has kept it."""

    unit: Unit
    campaign: Campaign
    one: Indicator
    part: str
    kept: Submission | None

    @property
    def as_of(self) -> date:
        return (self.kept.as_of if self.kept else None) or today()

    def address(self, unit: Unit, code: str = "", **more: str) -> str:
        form = self.kept.form if self.kept else ""
        return figure_url(unit.code, code or self.one.code, part=self.part, round=form, **more)

    def words(self, figure: Figure, part: int) -> str:
        """The figure's value, or the amount of the part asked about."""
        return number(part) if self.part and figure.entered else shown(figure)


def figure_url(unit: str, code: str, **more: str) -> str:
    query = urlencode({name: value for name, value in more.items() if value})
    return reverse("figure", args=[unit, code]) + (f"?{query}" if query else "")


def link_to(unit: Unit, form: str = "") -> Link:
    """Addresses of the figures of a unit: living ones, or those kept for a round."""
    return lambda code, part: figure_url(unit.code, code, part=part, round=form)


def sections_of(figures: dict[str, Figure], link: Link) -> list[dict[str, Any]]:
    """Figures section by section as reports/indicators.html shows them; what has data is a link to its rows."""
    return [
        {
            "key": key,
            "title": title,
            "lines": [
                _line(one, figures[one.code], link)
                for one in CATALOGUE.values()
                if one.section == key and one.code in figures
            ],
        }
        for key, title in SECTIONS.items()
    ]


def _line(one: Indicator, figure: Figure, link: Link) -> dict[str, Any]:
    """An indicator with the parts that are not zero."""
    parts = [
        {"label": one.label_of(key), "amount": amount, "href": link(one.code, key)}
        for key, amount in figure.by.items()
        if amount
    ]
    href = link(one.code, "") if figure.value is not None else ""
    return {"one": one, "value": shown(figure), "href": href, "parts": parts}


@requires(P.FIGURES_VIEW)
def figure(request: Request, code: str, indicator: str) -> HttpResponse:
    asked = _asked(request, code, indicator)
    if asked.one.share_of:
        listing = _sides(asked)
    elif request.GET.get("own"):
        listing = _rows(request.user, asked, asked.unit.pk, asked.unit.pk)
    elif _in_rows(request.user, asked):
        listing = _rows(request.user, asked, *subtree(asked.unit.pk))
    else:
        listing = _units(asked)
    page = page_of(request, listing.pop("lines"))
    context = {
        "asked": asked,
        "title": f"{asked.one.label}: {asked.one.label_of(asked.part)}" if asked.part else asked.one.label,
        "crumbs": _crumbs(request.user, asked),
        "page": page,
        "rows": [line() for line in page],
        "now": now(),
        **listing,
    }
    return render(request, "reports/figure.html", context)


def _asked(request: Request, code: str, indicator: str) -> Asked:
    unit = get_object_or_404(Unit.objects.for_user(request.user, P.FIGURES_VIEW), code=code)
    campaign = Campaign.objects.current()
    one, part = CATALOGUE.get(indicator), request.GET.get("part", "")
    if campaign is None or one is None or (part and part not in {key for key, _column, _part in one.parts()}):
        raise Http404
    return Asked(unit, campaign, one, part, _kept(unit, campaign, request.GET.get("round", "")))


def _kept(unit: Unit, campaign: Campaign, form: str) -> Submission | None:
    """The sealed summary of the round for those who see it, else the unit's own signed report."""
    if not form:
        return None
    sealed = actions.sealed_submission(campaign, form)
    own = sealed or actions.current(unit, campaign, form)
    return own if own and own.state in HANDED_IN else None


def _in_rows(user: User, asked: Asked) -> bool:
    """Whether the rows themselves are shown: those of one school, or what a district counts each once."""
    if _is_hidden(user, asked):
        return False
    fact = asked.one.fact
    return asked.unit.is_school or (fact is not None and not fact.at_schools and span(asked.unit.pk) <= DISTRICT)


def _is_hidden(user: User, asked: Asked) -> bool:
    """Numbers of sensitive causes open into units, not children, where names are not open (PRODUCT 7)."""
    sensitive = {f"cause:{cause}" for cause in SENSITIVE}
    return asked.part in sensitive and not user.grants.cover(P.CHILD_VIEW, asked.unit.pk)


def _crumbs(user: User, asked: Asked) -> list[tuple[str, str]]:
    """The same figure of the units above, then the situation of the unit itself."""
    above = asked.unit.line[:-1] if len(ancestors(asked.unit.pk)) > 1 else []
    crumbs = [(each.name, asked.address(each)) for each in above if user.grants.cover(P.FIGURES_VIEW, each.pk)]
    return [*crumbs, (asked.unit.name, reverse("situation_of", args=[asked.unit.code]))]


# ---- a share


def _sides(asked: Asked) -> dict[str, Any]:
    """A share opens into the figures it divides."""
    figures = _figures(asked, [])[asked.unit.pk]
    assert asked.one.share_of is not None
    codes = dict.fromkeys(code for side in asked.one.share_of for code in side)
    headers = [{"label": _("Figure")}, {"label": _("Value"), "number": True}]

    def line(code: str) -> Callable[[], Row]:
        value = {"value": shown(figures[code]), "number": True, "label": _("Value")}
        name = f"{CATALOGUE[code].label} ({code})"
        return lambda: {"cells": [{"value": name}, value], "href": asked.address(asked.unit, code)}

    return {"headers": headers, "lines": [line(code) for code in codes], "value": shown(figures[asked.one.code])}


# ---- units one level below


def _units(asked: Asked) -> dict[str, Any]:
    units = children(asked.unit)
    numbers = [unit.pk for unit in units]
    figures, parts = _figures(asked, numbers), _parts(asked, [asked.unit.pk, *numbers])
    headers = [{"label": _("Unit")}, {"label": asked.one.measure, "number": True}]

    def line(name: str, value: str, href: str) -> Callable[[], Row]:
        cells = [{"value": name}, {"value": value, "number": True, "label": asked.one.measure}]
        return lambda: {"cells": cells, "href": href}

    def words(unit: Unit) -> str:
        return asked.words(figures[unit.pk][asked.one.code], parts.get(unit.pk, 0))

    lines = [line(unit.name, words(unit), asked.address(unit)) for unit in units]
    own = _own(asked)
    if own:
        lines.append(line(_("at the unit itself"), number(own), asked.address(asked.unit, own="on")))
    total = words(asked.unit)
    return {
        "headers": headers,
        "lines": lines,
        "foot": line(total_name(asked.unit), total, "")(),
        "value": total,
        "each_once": not adds_up(asked.one),
    }


def _own(asked: Asked) -> int:
    """What happened at the unit itself and at none below it."""
    fact = asked.one.fact
    if fact is None or fact.at_schools:
        return 0
    unit = asked.unit.pk
    return sum(row["amount"] for row in opened(asked.campaign, asked.as_of, unit, unit, asked.one, asked.part))


def _figures(asked: Asked, units: list[int]) -> dict[int, dict[str, Figure]]:
    """Kept figures where the country is sealed, else living ones."""
    if asked.kept and asked.kept.unit_id == ROOT:
        return actions.sealed(asked.kept, [asked.unit.pk, *units]).figures
    return stored_figures(asked.campaign, asked.unit.pk, units)[0]


def _parts(asked: Asked, units: list[int]) -> dict[int, int]:
    if not asked.part:
        return {}
    if asked.kept and asked.kept.unit_id == ROOT:
        figures = actions.sealed(asked.kept, units).figures
        return {unit: figures[unit][asked.one.code].by[asked.part] for unit in units}
    return stored_parts(asked.campaign, asked.one.code, asked.part, units)


# ---- rows


def _rows(user: User, asked: Asked, low: int, high: int) -> dict[str, Any]:
    found = opened(asked.campaign, asked.as_of, low, high, asked.one, asked.part)
    names = _Names(user, asked.campaign, found)
    found.sort(key=lambda row: (*names.order(row), *(str(row[column]) for column in asked.one.counted)))
    columns = [column for column in CELLS if found and column in found[0] and names.tells(column, asked)]
    sums = asked.one.amount.startswith("sum")
    headers: list[Row] = [{"label": CELLS[column][0]()} for column in columns]
    total = sum(row["amount"] for row in found)
    if sums:
        headers.append({"label": asked.one.measure, "number": True})

    def line(row: Row) -> Callable[[], Row]:
        def made() -> Row:
            cells = [{"label": CELLS[column][0](), **CELLS[column][1](names, row)} for column in columns]
            if sums:
                cells.append({"value": number(row["amount"]), "number": True, "label": asked.one.measure})
            return {"cells": cells}

        return made

    return {"headers": headers, "lines": [line(row) for row in found], "value": number(total), "in_rows": True}


class _Names:
    """Names and cards of what the rows speak of, as far as this person may see them; one question for each kind."""

    def __init__(self, user: User, campaign: Campaign, rows: list[Row]) -> None:
        def keys(column: str) -> set[int]:
            return {row[column] for row in rows if row.get(column) is not None}

        self.user = user
        self.campaign = campaign
        self.units = {
            each.pk: each for each in Unit.objects.for_user(user, P.FIGURES_VIEW).filter(pk__in=keys("unit_id"))
        }
        pupils = Pupil.objects.for_user(user, P.CHILD_VIEW).filter(pk__in=keys("child"))
        self.pupils = {each.pk: each for each in pupils}
        cases = Case.objects.for_user(user, P.CASE_VIEW).filter(pk__in=keys("case_id"))
        self.cases = {each.pk: each for each in cases.select_related("pupil")}
        self.families = {
            each.pk: each for each in Family.objects.for_user(user, P.FAMILY_VIEW).filter(pk__in=keys("family"))
        }
        classes = SchoolClass.objects.for_user(user, P.FIGURES_VIEW).filter(pk__in=keys("school_class_id"))
        self.classes = {each.pk: each for each in classes}
        events = Event.objects.for_user(user, P.EVENT_VIEW).filter(pk__in=keys("event"))
        self.events = {each.pk: each for each in events}
        self.visitors = with_parents(keys("by_unit_id"))

    def tells(self, column: str, asked: Asked) -> bool:
        return column != "unit_id" or not asked.unit.is_school or "unit_id" in asked.one.fact.rows  # type: ignore[union-attr]

    def order(self, row: Row) -> tuple[str, ...]:
        """By school, then by the name of the child or family, or by class."""
        unit = self.units.get(row["unit_id"])
        child = order_key(self.child(row)["value"]) if "child" in row else ""
        family = order_key(self.family(row)["value"]) if "family" in row else ""
        return (order_key(unit.name) if unit else "", child, family, order_key(self.school_class(row)["value"]))

    def unit(self, row: Row) -> Row:
        unit = self.units.get(row["unit_id"])
        return {"value": unit.name, "href": reverse("situation_of", args=[unit.code])} if unit else {"value": "–"}

    def visitor(self, row: Row) -> Row:
        return {"value": self.visitors.get(row["by_unit_id"], "–")}

    def event(self, row: Row) -> Row:
        event = self.events.get(row["event"])
        if event is None:
            return {"value": "–"}
        return {"value": event.title or event.get_kind_display(), "href": reverse("event", args=[event.pk])}

    def form(self, row: Row) -> Row:
        round_ = self.campaign.round(row["form"])
        return {"value": str(round_.name) if round_ else row["form"]}

    def question(self, row: Row) -> Row:
        asked = question_of(row["audience"], row["question"])
        return {"value": str(asked.text) if asked else row["question"]}

    def answer(self, row: Row) -> Row:
        asked = question_of(row["audience"], row["question"])
        return {"value": str(dict(asked.answers).get(row["answer"], row["answer"]) if asked else row["answer"])}

    def child(self, row: Row) -> Row:
        pupil, case = self.pupils.get(row["child"]), self.cases.get(row.get("case_id") or 0)
        if pupil:
            return {"value": pupil.full_name, "href": reverse("pupil", args=[pupil.pk])}
        if case and case.pupil_id is None and self.user.grants.cover(P.CHILD_VIEW, case.unit_id):
            return {"value": case.child_name, "href": reverse("case", args=[case.pk])}
        return {"value": _("name not shown here")}

    def case(self, row: Row) -> Row:
        case = self.cases.get(row["case_id"])
        return {"value": case.key, "href": reverse("case", args=[case.pk])} if case else {"value": "–"}

    def family(self, row: Row) -> Row:
        family = self.families.get(row["family"])
        if family is None:
            return {"value": _("name not shown here")}
        named = self.user.grants.cover(P.CHILD_VIEW, family.unit_id)
        return {"value": family.name if named else family.key, "href": reverse("family", args=[family.pk])}

    def school_class(self, row: Row) -> Row:
        """A class, with the day's register for those who take it."""
        found = self.classes.get(row.get("school_class_id") or 0)
        if found is None:
            return {"value": "–"}
        day = row.get("day") or row.get("date")
        if day and self.user.grants.cover(P.REGISTER_TAKE, found.unit_id):
            return {"value": found.name, "href": f"{reverse('register', args=[found.pk])}?date={day:%Y-%m-%d}"}
        return {"value": found.name}


def _day(column: str) -> Callable[[_Names, Row], Row]:
    return lambda _names, row: {"value": f"{row[column]:%d.%m.%Y}" if row[column] else "–"}


def _word(column: str, *choices: Any) -> Callable[[_Names, Row], Row]:
    words = {code: label for each in choices for code, label in each.choices}
    return lambda _names, row: {"value": words.get(row[column], "–")}


# the columns of facts that are told, in their order: the header, the cell
CELLS: dict[str, tuple[Callable[[], str], Callable[[_Names, Row], Row]]] = {
    "child": (lambda: _("Child"), _Names.child),
    "case_id": (lambda: _("Case"), _Names.case),
    "family": (lambda: _("Family"), _Names.family),
    "event": (lambda: _("Event"), _Names.event),
    "unit_id": (lambda: _("School or unit"), _Names.unit),
    "school_class_id": (lambda: _("Class"), _Names.school_class),
    "day": (lambda: _("Date"), _day("day")),
    "date": (lambda: _("Date"), _day("date")),
    "found_on": (lambda: _("Found on"), _day("found_on")),
    "came": (lambda: _("From"), _day("came")),
    "until": (lambda: _("To"), _day("until")),
    "taken": (lambda: _("Register"), lambda _names, row: {"value": _("taken") if row["taken"] else _("not taken")}),
    "reason": (lambda: _("Reason"), _word("reason", ReasonClass)),
    "by_unit_id": (lambda: _("Who came"), _Names.visitor),
    "form": (lambda: _("Report"), _Names.form),
    "section": (lambda: _("Section"), lambda _names, row: {"value": str(SECTIONS.get(row["section"], "–"))}),
    "body": (lambda: _("Body"), _word("body", Body)),
    "audience": (lambda: _("Who answers"), _word("audience", Audience)),
    "question": (lambda: _("Question"), _Names.question),
    "answer": (lambda: _("Answer"), _Names.answer),
    "kind": (lambda: _("Kind"), _word("kind", CaseKind, AidKind, EventKind, HonourKind)),
    "source": (lambda: _("Source"), _word("source", Source)),
    "days": (lambda: _("Days missed"), lambda _names, row: {"value": str(row["days"])}),
    "last_day": (lambda: _("Last day"), _day("last_day")),
}
