"""A listing is described once and shown three times: on the screen, in a workbook, on paper."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from zabota.lib import sheets_out


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how to get its value from an object, how a spreadsheet shows it.

    `personal` columns name people and vanish for those who may not see names; `number` columns stand to the right.
    """

    label: str | Promise
    value: Callable[[Any], Any]
    number_format: str = sheets_out.GENERAL
    personal: bool = False
    number: bool = False


class Table:
    """Columns in their order."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns

    def without_personal(self) -> "Table":
        """The same table without names of people."""
        return Table(*(column for column in self.columns if not column.personal))

    @property
    def headers(self) -> list[str]:
        """The names of the columns in the language now active."""
        return [str(column.label) for column in self.columns]

    def rows(self, objects: Iterable[Any]) -> Iterator[list[Any]]:
        """The values of each object, one row at a time."""
        for item in objects:
            yield [column.value(item) for column in self.columns]

    def to_sheet(
        self, objects: Iterable[Any], *, title: str | Promise, above: Iterable[str | Promise] = ()
    ) -> sheets_out.Sheet:
        """The rows as a sheet of a workbook, with lines of text above them (who, when, why)."""
        return sheets_out.Sheet(
            title=title,
            headers=self.headers,
            rows=self.rows(objects),
            number_formats=[column.number_format for column in self.columns],
            above=tuple(above),
        )

    def to_xlsx(
        self, objects: Iterable[Any], *, title: str | Promise = "1", above: Iterable[str | Promise] = ()
    ) -> bytes:
        """The rows as a workbook of one sheet."""
        return sheets_out.workbook(self.to_sheet(objects, title=title, above=above))
