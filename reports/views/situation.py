"""Where the campaign stands in a unit and below it, and what each figure means."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.windows import days_late
from reports.editions import adds_up
from reports.figures import Figure
from reports.gaps import registers_today
from reports.indicators import CATALOGUE, SECTIONS, Indicator
from reports.places import Place, place_of, stored_figures
from reports.states import HANDED_IN, SubmissionState
from reports.tables import SHOWN, UNITS, UnitLine, sort_key
from reports.views.figure import Link, link_to, sections_of
from reports.waiting import waiting_for
from reports.words import percent, shown
from schools.access import Request, requires, signed_in
from schools.models import Post, Unit, User
from schools.number import DISTRICT, ancestors, span
from schools.rights import Permission as P
from schools.rights import Role
from zabota.lib.clock import now, today
from zabota.lib.kazakh import order_key
from zabota.lib.paging import page_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADLINES = ("CN-01", "AT-07", "CS-03", "CS-02", "AD-01")
BARS = ("AT-07", "CS-03")
BARS_AT_MOST, OWING_AT_MOST = 12, 10
TONES = {
    SubmissionState.DRAFT: "info",
    SubmissionState.SIGNED: "info",
    SubmissionState.RETURNED: "late",
    SubmissionState.ACCEPTED: "ok",
    SubmissionState.SEALED: "ok",
}
# whom to call about a report
CALLED = (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)


@requires(P.FIGURES_VIEW)
def situation(request: Request, code: str = "") -> HttpResponse:
    unit = _unit(request.user, code)
    campaign = Campaign.objects.current()
    if campaign is None:
        return render(request, "reports/situation.html", {"unit": unit})
    place = place_of(unit, campaign, campaign.round_now())
    stored, counted_at = stored_figures(campaign, unit.pk, [each.pk for each in place.units])
    figures = stored[unit.pk]
    lines = [UnitLine(each, stored[each.pk], place.reports.get(each.pk)) for each in place.units]
    lines = _sorted(lines, request.GET.get("sort", ""))
    if request.GET.get("format") == "xlsx":
        return _workbook(place, lines)
    page = page_of(request, lines)
    link = link_to(unit)
    context = {
        "unit": unit,
        "campaign": campaign,
        "round": place.round,
        "crumbs": _crumbs(request.user, unit),
        "sentence": _sentences(place, figures),
        "waiting": waiting_for(request.user, place),
        "owing": _who_owes(place),
        "owing_more": max(0, len(place.owing) - OWING_AT_MOST),
        "headlines": [_headline(code, figures, link) for code in HEADLINES],
        "sections": sections_of(figures, link),
        "charts": [_bars(code, lines) for code in BARS] if len(lines) > 1 else [],
        "page": page,
        "headers": _headers(request.GET.get("sort", "")),
        "rows": [_row(line, place) for line in page],
        "as_of": counted_at or now(),
        "is_settled": bool(lines) and place.is_settled,
        "no_table": not lines,
    }
    return render(request, "reports/situation.html", context)


@signed_in
def definitions(request: Request) -> HttpResponse:
    sections = [
        {"title": title, "indicators": [_definition(one) for one in CATALOGUE.values() if one.section == key]}
        for key, title in SECTIONS.items()
    ]
    return render(request, "reports/definitions.html", {"sections": sections})


# ---- the place


def _unit(user: User, code: str) -> Unit:
    units = Unit.objects.for_user(user, P.FIGURES_VIEW)
    if code:
        return get_object_or_404(units, code=code)
    first = next(iter(user.grants.units(P.FIGURES_VIEW)), None)
    if first is None:
        raise Http404
    return get_object_or_404(units, pk=first)


def _crumbs(user: User, unit: Unit) -> list[tuple[str, str]]:
    """The units above that this person may open; most officials stand at the top of what they see."""
    if not any(user.grants.cover(P.FIGURES_VIEW, number) for number in ancestors(unit.pk)[1:]):
        return []
    return [
        (each.name, reverse("situation_of", args=[each.code]))
        for each in unit.line[:-1]
        if user.grants.cover(P.FIGURES_VIEW, each.pk)
    ]


# ---- what is said first


def _sentences(place: Place, figures: dict[str, Figure]) -> list[str]:
    said = [_reports_sentence(place)]
    if not place.unit.is_school:
        said.append(_("Schools taking part: %(n)s.") % {"n": shown(figures["CN-01"])})
    said.append(_registers_sentence(place, figures))
    return said


def _reports_sentence(place: Place) -> str:
    named = {"round": place.round.name, "due": f"{place.dues[place.unit.pk]:%d.%m.%Y}"}
    if place.units:
        owed = len(place.owing)
        words = {**named, "n": len(place.units) - owed, "all": len(place.units), "owed": owed}
        return _("%(round)s, due %(due)s: reports signed below – %(n)s of %(all)s, owed – %(owed)s.") % words
    report = place.reports.get(place.unit.pk)
    state = report.get_state_display() if report else _("the report is not begun")
    return _("%(round)s, due %(due)s: %(state)s.") % {**named, "state": state}


def _registers_sentence(place: Place, figures: dict[str, Figure]) -> str:
    """A district reads today's registers; above it the stored share of the campaign stands, not a sum of raw rows."""
    if span(place.unit.pk) > DISTRICT:
        return _("Registers taken since the start: %(share)s.") % {"share": shown(figures["AT-10"])}
    taken, owed = registers_today(place.unit, place.campaign, [each.pk for each in place.units if each.is_school])
    if not owed:
        return _("No registers are due today.")
    return _("Registers taken today: %(taken)s of %(owed)s (%(share)s).") % {
        "taken": taken,
        "owed": owed,
        "share": percent(taken / owed),
    }


def _who_owes(place: Place) -> list[dict[str, Any]]:
    """Units below that have not signed, with whom to call; a returned report first."""
    first = sorted(place.owing, key=lambda unit: place.reports.get(unit.pk) is None)[:OWING_AT_MOST]
    people = called([unit.pk for unit in first])
    return [_owed(place, unit, people.get(unit.pk)) for unit in first]


def called(units: Iterable[int]) -> dict[int, User]:
    """Whom to call about a report of each unit: the coordinator or specialist, better with a phone, else the head."""
    posts = Post.objects.today().filter(unit_id__in=list(units), role__in=CALLED).select_related("user")
    found: dict[int, User] = {}
    for post in sorted(posts, key=lambda post: (CALLED.index(Role(post.role)), not post.user.phone)):
        found.setdefault(post.unit_id, post.user)
    return found


def _owed(place: Place, unit: Unit, person: User | None) -> dict[str, Any]:
    report = place.reports.get(unit.pk)
    late = days_late(place.dues[unit.pk])
    state = report.get_state_display() if report else _("the report is not begun")
    return {
        "label": unit.name,
        "href": reverse("submission", args=[unit.code, place.round.code]),
        "tone": "late" if late or (report and report.state == SubmissionState.RETURNED) else "due",
        "word": _("%(state)s, %(n)s days late") % {"state": state, "n": late} if late else state,
        "hint": f"{person.full_name}, {person.phone or _('no phone')}" if person else _("nobody holds a post here"),
    }


# ---- figures


def _headline(code: str, figures: dict[str, Figure], link: Link) -> dict[str, Any]:
    figure = figures[code]
    href = link(code, "") if figure.value is not None else ""
    return {"label": CATALOGUE[code].label, "value": shown(figure), "href": href}


def cells_of(figures: dict[str, Figure], link: Link) -> list[dict[str, Any]]:
    """The figures of a row of a table of units, each a link to what it is made of."""
    return [
        {
            "value": shown(figures[code]),
            "number": True,
            "label": CATALOGUE[code].label,
            "href": link(code, "") if figures[code].value is not None else "",
        }
        for code in SHOWN
        if code in figures
    ]


def _bars(code: str, lines: list[UnitLine]) -> dict[str, Any]:
    """The units that need a look first: the lowest attendance, the most children still out."""
    indicator = CATALOGUE[code]
    known = [line for line in lines if line.figures[code].value is not None]
    chosen = sorted(known, key=sort_key(code), reverse=not indicator.is_share)[:BARS_AT_MOST]
    longest = 1.0 if indicator.is_share else max((sort_key(code)(line) for line in chosen), default=0)
    bars = [
        {
            "label": line.unit.name,
            "value": shown(line.figures[code]),
            "percent": round(100 * sort_key(code)(line) / longest, 1) if longest else 0,
            "href": reverse("situation_of", args=[line.unit.code]),
        }
        for line in chosen
    ]
    if len(known) <= BARS_AT_MOST:
        title = str(indicator.label)
    elif indicator.is_share:
        title = _("%(indicator)s: the lowest %(n)s") % {"indicator": indicator.label, "n": len(bars)}
    else:
        title = _("%(indicator)s: the highest %(n)s") % {"indicator": indicator.label, "n": len(bars)}
    return {"title": title, "bars": bars}


# ---- the table of units


def _sorted(lines: list[UnitLine], sort: str) -> list[UnitLine]:
    code = sort.removeprefix("-")
    if code in SHOWN:
        return sorted(lines, key=sort_key(code), reverse=sort.startswith("-"))
    return sorted(lines, key=lambda line: (order_key(line.unit.name), line.unit.pk), reverse=sort == "-name")


def _headers(sort: str) -> list[dict[str, Any]]:
    """Each column sorts by itself; pressed again, the other way round."""
    columns = ["name", "", *SHOWN]
    made = []
    for column, code in zip(UNITS.columns, columns, strict=True):
        other = f"-{code}" if sort == code or (code == "name" and not sort) else code
        direction = (
            "ascending" if sort == code or (code == "name" and not sort) else "descending" if sort == f"-{code}" else ""
        )
        made.append(
            {
                "label": column.label,
                "number": column.number,
                "sort": f"?sort={other}#units" if code else "",
                "sorted": direction if code else "",
            }
        )
    return made


def _row(line: UnitLine, place: Place) -> dict[str, Any]:
    late = days_late(place.dues[line.unit.pk])
    report = line.submission
    tone = TONES[SubmissionState(report.state)] if report else "none"
    if late and (report is None or report.state not in HANDED_IN):
        tone = "late"
    headers = UNITS.headers
    cells: list[dict[str, Any]] = [{"value": line.unit.name}, {"value": line.state, "tone": tone, "label": headers[1]}]
    cells += cells_of(line.figures, link_to(line.unit))
    return {"cells": cells, "href": reverse("situation_of", args=[line.unit.code])}


def _workbook(place: Place, lines: list[UnitLine]) -> HttpResponse:
    above = [_("%(unit)s, %(moment)s") % {"unit": place.unit.name, "moment": f"{now():%d.%m.%Y %H:%M}"}]
    content = UNITS.to_xlsx(lines, title=place.unit.name, above=above)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = (
        f'attachment; filename="{place.campaign.code}-{place.unit.code}-{today():%Y-%m-%d}.xlsx"'
    )
    return response


# ---- definitions


def _definition(indicator: Indicator) -> dict[str, Any]:
    if indicator.share_of:
        how = _("A share: added up first, divided last. %(over)s ÷ %(under)s.") % {
            "over": _side(indicator.share_of[0]),
            "under": _side(indicator.share_of[1]),
        }
    elif adds_up(indicator):
        how = _("A unit has the sum of the units below it.")
    else:
        how = _("Each counted once inside the unit asked about, so a sum of units may be larger.")
    return {
        "one": indicator,
        "how": how,
        "cuts": [", ".join(map(str, cut.values())) for cut in indicator.cuts.values()],
    }


def _side(side: dict[str, int]) -> str:
    """«(AT-13 − AT-02)»."""
    text = ""
    for code, times in side.items():
        text += (" − " if times < 0 else " + ") + code if text else code
    return f"({text})" if len(side) > 1 else text
