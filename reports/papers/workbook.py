"""The summary as a workbook: totals are formulas that agree with the figures they were counted as."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from reports.editions import Edition, Measure, section_names
from reports.figures import Figure, is_entered
from reports.papers.pages import evenly, parts, sections, total_name
from reports.states import SubmissionState
from reports.words import day, sentences, shown
from schools.models import Unit
from schools.rights import Level
from zabota.lib.sheets_child import letter
from zabota.lib.sheets_out import SHARE, TEXT, WHOLE, Formula, Sheet, Value, workbook

LEVELS = dict(Level.choices)
NAMES = 2  # columns before the first figure: name, level
WIDE, WIDTH = 34, 13  # of a name, of a figure


def summary_xlsx(edition: Edition) -> bytes:
    """Cover, the units one level below, a sheet for each of them with what is inside, definitions, what is missing."""
    sheets = [_cover(edition), _indicators(edition)]
    if edition.children:
        sheets.append(_units(edition, edition.unit, str(_("By units")), inside=False))
    for unit in edition.children:
        if edition.below(unit):
            sheets.append(_units(edition, unit, unit.name, inside=True))
    return workbook(*sheets, _definitions(edition), _missing(edition))


def _cover(edition: Edition) -> Sheet:
    lines: list[Sequence[Value]] = [
        [_("Campaign"), edition.campaign.name],
        [_("Unit"), edition.unit.name],
        [_("As of"), day(edition.as_of)],
        [_("Sealed on"), day(edition.sealed_at.date()) if edition.sealed_at else _("not sealed: figures of the day")],
        [_("Sealed by"), str(edition.signature or "")],
        [_("Check code"), edition.code],
        *([str(n), text] for n, text in enumerate(sentences(edition), 1)),
    ]
    if edition.early:
        lines.append([_("Sealed early or without some reports, because"), edition.early])
    if edition.text:
        lines.append([_("What worked, shortcomings, proposals"), edition.text])
    return Sheet(
        title=_("Cover"),
        headers=["", edition.title],
        rows=lines,
        widths=[28, 90],
        number_formats=[TEXT, TEXT],
        autofilter=False,
        wrapped=True,
    )


def _indicators(edition: Edition) -> Sheet:
    names = section_names()
    rows: list[Sequence[Value]] = [
        [
            one.code,
            names[one.section],
            one.name,
            _value(edition.own[one.code]),
            one.of_what,
            parts(one, edition.own[one.code]),
        ]
        for one in edition.catalogue
    ]
    return Sheet(
        title=_("Figures"),
        headers=[_("Code"), _("Section"), _("Indicator"), _("Value"), _("Unit of measure"), _("Of them")],
        rows=rows,
        widths=[9, WIDE, 44, 14, 18, 60],
        wrapped=True,
    )


def _units(edition: Edition, parent: Unit, title: str, inside: bool) -> Sheet:
    """Units below the parent, with what is inside each of them when asked; the last row adds up.

    What happened at the parent itself stands on a line of its own, so that the lines make the total.
    """
    lines: list[tuple[Unit, bool]] = []
    for child in edition.below(parent):
        lines.append((child, True))
        if inside:
            lines += [(each, False) for each in edition.below(child)]
    header, top, rows = 2, [], []
    for place, (unit, direct) in enumerate(lines, header + 1):
        rows.append(_line(unit.name, str(LEVELS[unit.level]), edition.figures[unit.pk], edition.catalogue))
        if direct:
            top.append(place)
    own = _own(edition, parent)
    if any(own.values()):
        top.append(header + 1 + len(rows))
        rows.append([parent.name, _("at the unit itself"), *(own.get(one.code) for one in edition.catalogue)])
    return Sheet(
        title=title,
        headers=[_("Unit"), _("Level"), *(f"{one.code} {one.name}" for one in edition.catalogue)],
        rows=rows,
        widths=[WIDE, 18, *(WIDTH for _one in edition.catalogue)],
        number_formats=["General", "General", *(SHARE if one.share_of else WHOLE for one in edition.catalogue)],
        above=[_("%(unit)s, as of %(day)s") % {"unit": parent.name, "day": day(edition.as_of)}],
        totals=[total_name(parent), None, *_totals(edition, parent, top, header + 1 + len(rows))],
        repeated_columns=NAMES,
        page_breaks=_page_breaks(edition.catalogue),
    )


def _page_breaks(catalogue: list[Measure]) -> list[int]:
    """The last column of each printed page: a section, or a part of one, on a page."""
    breaks, column = [], NAMES
    for _section, measures in sections(catalogue):
        for some in evenly(measures):
            column += len(some)
            breaks.append(column)
    return breaks[:-1]


def _line(name: str, level: str, figures: dict[str, Figure], catalogue: Iterable[Measure]) -> list[Value]:
    return [name, level, *(_value(figures[one.code]) for one in catalogue)]


def _own(edition: Edition, parent: Unit) -> dict[str, int]:
    """What is recorded at the parent itself: its total less its units, for measures that add up."""
    return {
        one.code: edition.figures[parent.pk][one.code].numerator
        - sum(edition.figures[child.pk][one.code].numerator for child in edition.below(parent))
        for one in edition.catalogue
        if one.adds_up
    }


def _totals(edition: Edition, parent: Unit, top: list[int], row: int) -> list[Value]:
    """A sum where a sum is right; a share of sums; children counted each once as they were counted."""
    columns = {one.code: letter(place) for place, one in enumerate(edition.catalogue, NAMES + 1)}
    figures = edition.figures[parent.pk]
    if not is_entered(figures):
        return [shown(figures[one.code]) for one in edition.catalogue]
    made: list[Value] = []
    for one in edition.catalogue:
        if one.share_of:
            made.append(_share(one.share_of, columns, row))
        elif one.adds_up:
            made.append(Formula(f"=SUM({_ranges(columns[one.code], top)})"))
        else:
            made.append(figures[one.code].numerator)
    return made


def _share(sides: list[dict[str, int]], columns: dict[str, str], row: int) -> Formula:
    over, under = ("+".join(f"{times}*{columns[code]}{row}" for code, times in side.items()) for side in sides)
    return Formula(f'=IF(({under})=0,"",({over})/({under}))')


def _ranges(column: str, rows: list[int]) -> str:
    """«C3:C9,C12»: rows that follow one another as one range."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ",".join(f"{column}{first}:{column}{last}" for first, last in runs)


def _value(figure: Figure) -> Value:
    """A number a spreadsheet can add; words where there is nothing to divide by."""
    value = figure.value
    return shown(figure) if value is None else value


def _definitions(edition: Edition) -> Sheet:
    names = section_names()
    rows: list[Sequence[Value]] = [
        [one.code, one.name, names[one.section], one.of_what, _how(one), one.source] for one in edition.catalogue
    ]
    return Sheet(
        title=_("Definitions"),
        headers=[_("Code"), _("Indicator"), _("Section"), _("Unit of measure"), _("How units add up"), _("Source")],
        rows=rows,
        widths=[9, 44, WIDE, 18, WIDE, WIDE],
        wrapped=True,
    )


def _how(measure: Measure) -> str:
    if measure.share_of:
        return str(_("divided after adding up"))
    return str(_("added up")) if measure.adds_up else str(_("each child once inside the unit"))


def _missing(edition: Edition) -> Sheet:
    states = dict(SubmissionState.choices)
    rows: list[Sequence[Value]] = [
        [each.called, str(states.get(each.state, _("the report is not begun"))), each.why] for each in edition.lacking
    ]
    headers = [_("Unit"), _("State"), _("Remark")]
    return Sheet(title=_("Missing"), headers=headers, rows=rows, widths=[WIDE, 30, 60], wrapped=True)
