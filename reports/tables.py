"""The units one level below on one table: on the screen, sorted by any column, and in a workbook."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from reports.figures import Figure
from reports.indicators import CATALOGUE
from reports.models import Submission
from reports.words import shown
from schools.models import Unit
from zabota.lib.sheets_out import SHARE, WHOLE, Value
from zabota.lib.tables import Column, Table

SHOWN = ("CN-05", "AT-10", "AT-07", "CS-01", "CS-12", "CS-02", "CS-03", "FM-02", "AD-01", "AD-04")


@dataclass(frozen=True)
class UnitLine:
    """A unit, its live figures, its report of the round."""

    unit: Unit
    figures: dict[str, Figure]
    submission: Submission | None

    @property
    def state(self) -> str:
        return self.submission.get_state_display() if self.submission else str(_("the report is not begun"))


def _cell(code: str) -> Callable[[UnitLine], Value]:
    def value(line: UnitLine) -> Value:
        figure = line.figures[code]
        return shown(figure) if figure.value is None else figure.value

    return value


def _column(code: str) -> Column:
    indicator = CATALOGUE[code]
    return Column(indicator.label, _cell(code), SHARE if indicator.is_share else WHOLE, number=True)


UNITS = Table(
    Column(_("Unit"), lambda line: line.unit.name),
    Column(_("Report"), lambda line: line.state),
    *(_column(code) for code in SHOWN),
)


def sort_key(code: str) -> Callable[[UnitLine], float]:
    """Shares of nothing come before the lowest share."""

    def key(line: UnitLine) -> float:
        value = line.figures[code].value
        return -1.0 if value is None else float(value)

    return key
