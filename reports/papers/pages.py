"""What stands on the pages of a printed summary, as ready words."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from reports.editions import Edition, Measure, section_names
from reports.figures import Figure
from reports.words import language, number, shown
from schools.models import Unit
from schools.rights import Level

MOST_COLUMNS = 8
KEY = ("CN-01", "CN-05", "AT-07", "AT-10", "CS-01", "CS-12", "CS-02", "CS-03", "FM-02", "AD-01", "AD-04")
RATED = ("AT-07", "AD-01", "AD-04")


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[str]
    heading: bool = False  # a line above its schools or districts


@dataclass(frozen=True)
class Group:
    """A table: measures across, units down, the unit itself as the total."""

    title: str
    columns: list[Measure]
    rows: list[Row]
    total: Row | None


@dataclass(frozen=True)
class Line:
    """An indicator of the unit itself: its value and what it is made of."""

    measure: Measure
    value: str
    parts: str


@dataclass(frozen=True)
class Bar:
    label: str
    value: str
    percent: float
    href: str = ""
    fill: str = ""


@dataclass(frozen=True)
class Bars:
    title: str
    bars: list[Bar]


def by_section(edition: Edition) -> list[tuple[str, list[Line]]]:
    """All indicators of the unit itself, section by section."""
    names = section_names()
    return [
        (
            names[section],
            [Line(one, shown(edition.own[one.code]), parts(one, edition.own[one.code])) for one in measures],
        )
        for section, measures in sections(edition.catalogue)
    ]


def key_lines(edition: Edition) -> list[Line]:
    return [Line(one, shown(edition.own[one.code]), "") for one in _chosen(edition, KEY)]


def parts(measure: Measure, figure: Figure) -> str:
    """«ill 12, social 4»: the parts that are not zero."""
    words = language()
    return ", ".join(f"{measure.parts[key][words]} – {number(amount)}" for key, amount in figure.by.items() if amount)


def tables(edition: Edition) -> list[Group]:
    """Tables of the units one level below, at most so many columns each."""
    units = edition.children
    if not units:
        return []
    names, made = section_names(), []
    for section, measures in sections(edition.catalogue):
        for some in evenly(measures):
            rows = [_row(edition, unit, some) for unit in units]
            total = Row(total_name(edition.unit), _cells(edition, edition.unit, some))
            made.append(Group(names[section], some, rows, total))
    return made


def annex(edition: Edition) -> Group | None:
    """Units two levels below under their parents: districts of the country, schools of an oblast."""
    columns = _chosen(edition, KEY)
    rows = []
    for unit in edition.children:
        inner = [each for each in edition.below(unit) if unit.level == Level.DISTRICT or _in_annex(edition, each)]
        if inner:
            rows.append(_row(edition, unit, columns, heading=True))
            rows += [_row(edition, each, columns) for each in inner]
    return Group("", columns, rows, None) if rows else None


def charts(edition: Edition) -> list[Bars]:
    units = edition.children
    if len(units) < 2:
        return []
    return [bars(edition, one, units) for one in _chosen(edition, RATED)]


def bars(edition: Edition, measure: Measure, units: Iterable[Unit]) -> Bars:
    """The units from the highest value to the lowest; those with no data last."""
    values = {unit.pk: edition.figures[unit.pk][measure.code] for unit in units}
    heights = {number: -1.0 if figure.value is None else float(figure.value) for number, figure in values.items()}
    longest = 1.0 if measure.share_of else max(heights.values(), default=0.0)
    ranked = sorted(units, key=lambda unit: -heights[unit.pk])
    made = [
        Bar(unit.name, shown(values[unit.pk]), 100 * max(heights[unit.pk], 0) / longest if longest > 0 else 0)
        for unit in ranked
    ]
    return Bars(measure.name, made)


def total_name(unit: Unit) -> str:
    """What the line of totals is called."""
    return str(_("Total for the republic") if unit.level == Level.MINISTRY else _("Total"))


def _in_annex(edition: Edition, unit: Unit) -> bool:
    """The country's annex names districts; a city's own schools stand in the workbook."""
    return edition.unit.level != Level.MINISTRY or unit.level == Level.DISTRICT


def _row(edition: Edition, unit: Unit, columns: list[Measure], heading: bool = False) -> Row:
    return Row(unit.name, _cells(edition, unit, columns), heading)


def _cells(edition: Edition, unit: Unit, columns: list[Measure]) -> list[str]:
    return [shown(edition.figures[unit.pk][one.code]) for one in columns]


def _chosen(edition: Edition, codes: Iterable[str]) -> list[Measure]:
    known = {one.code: one for one in edition.catalogue}
    return [known[code] for code in codes if code in known]


def sections(catalogue: list[Measure]) -> list[tuple[str, list[Measure]]]:
    return [(section, list(some)) for section, some in groupby(catalogue, key=lambda one: one.section)]


def evenly(measures: list[Measure]) -> list[list[Measure]]:
    """Cut into as few tables as fit the page, of about the same width."""
    pieces = -(-len(measures) // MOST_COLUMNS)
    size = -(-len(measures) // pieces)
    return [measures[start : start + size] for start in range(0, len(measures), size)]
