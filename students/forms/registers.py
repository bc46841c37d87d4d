"""The register as people type it: thirty rows, two of them marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from students import calendar
from students.actions.registers import MOST_LESSONS, Mark, Seat, Sheet
from students.forms import day_from
from students.states import REASON_CLASS, Contact, Reason, ReasonClass
from zabota.lib.clock import today

# the campaign's key cut comes first; without a choice the reason is unknown, which must be cleared
_ORDER = [ReasonClass.UNKNOWN, ReasonClass.SOCIAL, ReasonClass.ILL, ReasonClass.VALID, ReasonClass.INVALID]


def reasons_for(kind: str) -> list[tuple[str, str]]:
    """Reasons in the order of the select; «no device» stands first on a distance day and nowhere on another."""
    codes = sorted(Reason, key=lambda code: _ORDER.index(REASON_CLASS[code]))
    codes.remove(Reason.NO_DEVICE)
    if kind == calendar.DISTANCE:
        codes.insert(1, Reason.NO_DEVICE)
    return [(code.value, str(code.label)) for code in codes]


@dataclass(frozen=True)
class Row:
    """One pupil of the register as the page shows it; the last four are what was typed, right or wrong."""

    number: int
    seat: Seat
    absent: bool
    reason: str
    lessons: str
    contacted_on: str
    contact: str

    @property
    def has_details(self) -> bool:
        return bool(self.lessons or self.contacted_on or self.contact)


class RegisterForm(forms.Form):
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    why = forms.CharField(
        label=gettext_lazy("Why the register of a past day is changed"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"class": "plain"}),
    )

    def __init__(self, data: QueryDict | None = None, *, sheet: Sheet, version: int | None = None) -> None:
        super().__init__(data, initial={"version": sheet.version})
        self.sheet = sheet
        self.marks: dict[int, Mark] = {}
        self.shown_version = sheet.version if version is None else version

    @property
    def needs_why(self) -> bool:
        return self.sheet.register is not None and self.sheet.day < today()

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            if row.absent:
                self._read(row)
        return self.cleaned_data

    @cached_property
    def rows(self) -> list[Row]:
        make = self._typed if self.is_bound else self._stored
        return [make(number, seat) for number, seat in enumerate(self.sheet.seats, 1)]

    def _typed(self, number: int, seat: Seat) -> Row:
        pk = seat.pupil
        text = {
            name: self.data.get(f"{name}-{pk}", "").strip() for name in ("reason", "lessons", "contacted_on", "contact")
        }
        return Row(number, seat, str(pk) in self._ticked, **text)

    @cached_property
    def _ticked(self) -> set[str]:
        return set(self.data.getlist("absent"))  # type: ignore[attr-defined]

    def _stored(self, number: int, seat: Seat) -> Row:
        mark = self.sheet.marks.get(seat.pupil)
        if mark is None:
            return Row(number, seat, False, "", "", "", "")
        lessons = "" if mark.lessons is None else str(mark.lessons)
        contacted = mark.contacted_on.isoformat() if mark.contacted_on else ""
        return Row(number, seat, True, mark.reason, lessons, contacted, mark.contact)

    def _read(self, row: Row) -> None:
        """A marked row as a mark; what cannot be read is said with the child's name."""
        name = row.seat.name
        lessons = int(row.lessons) if row.lessons.isdecimal() and len(row.lessons) < 4 else None
        if row.lessons and lessons is None:
            self.add_error(
                None,
                _("%(name)s: lessons missed is a number from 1 to %(most)s.") % {"name": name, "most": MOST_LESSONS},
            )
        contacted = self._contacted(row, name)
        if row.reason and row.reason not in Reason.values:
            self.add_error(None, _("%(name)s: choose a reason from the list.") % {"name": name})
        self.marks[row.seat.pupil] = Mark(row.reason or Reason.UNKNOWN, lessons, contacted, row.contact)

    def _contacted(self, row: Row, name: str) -> date | None:
        day = day_from(row.contacted_on)
        if row.contacted_on and day is None:
            self.add_error(None, _("%(name)s: there is no such date of contact.") % {"name": name})
        if row.contacted_on and not row.contact:
            self.add_error(None, _("%(name)s: say how the family was contacted.") % {"name": name})
        return day or (self.sheet.day if row.contact else None)


def words_of_mark(mark: Mark | None) -> str:
    """A mark in a few words, for hints and for comparing two versions."""
    if mark is None:
        return str(_("present"))
    parts = [str(Reason(mark.reason).label)]
    if mark.lessons is not None:
        parts.append(_("lessons missed: %(n)s") % {"n": mark.lessons})
    if mark.contact:
        day = f" {mark.contacted_on:%d.%m.%Y}" if mark.contacted_on else ""
        parts.append(f"{Contact(mark.contact).label}{day}")
    return ", ".join(parts)


def differences(sheet: Sheet, mine: Mapping[int, Mark], theirs: Mapping[int, Mark]) -> list[dict[str, str]]:
    """Rows of components/conflict.html: every child marked in one of the two versions."""
    return [
        {
            "label": seat.name,
            "mine": words_of_mark(mine.get(seat.pupil)),
            "theirs": words_of_mark(theirs.get(seat.pupil)),
        }
        for seat in sheet.seats
        if seat.pupil in mine or seat.pupil in theirs
    ]
