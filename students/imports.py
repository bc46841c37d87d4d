"""The roster workbook: read into typed rows with their cells, then checked, one function per rule (PRODUCT 13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from schools.models import Unit
from students.actions.rosters import HIGHEST_GRADE, LONGEST_NAME, RosterRow, class_key, class_title, decide
from students.models import Enrolment
from students.states import Form, Sex
from zabota.lib import iin, kazakh, sheets_in, sheets_out
from zabota.lib.clock import today
from zabota.lib.sheets_in import BadCell, Cell, Refused, said

MAX_ROWS: Final = 10_000
SERVICE_SHEET: Final = "_zabota"
INSTRUCTIONS: Final = "Нұсқаулық – Инструкция"
VERSION: Final = "1"

# the names of the columns in Kazakh, Russian and English, then how НОБД and electronic journals call them
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "class_name": ("Сынып", "Класс", "Class", "Сынып литері", "Литер класса", "Класс/группа", "Сынып/топ"),
    "grade": ("Параллель", "Параллель", "Grade", "Parallel", "Класс параллель"),
    "surname": ("Тегі", "Фамилия", "Surname", "Last name"),
    "name": ("Аты", "Имя", "Name", "First name", "Есімі"),
    "patronymic": ("Әкесінің аты", "Отчество", "Patronymic", "Отчество при наличии", "Әкесінің аты бар болса"),
    "born": ("Туған күні", "Дата рождения", "Date of birth", "Born", "Туған жылы, айы, күні"),
    "sex": ("Жынысы", "Пол", "Sex", "Gender"),
    "iin": ("ЖСН", "ИИН", "IIN"),
    "form": ("Оқу нысаны", "Форма обучения", "Form of study", "Form", "Форма"),
    "first": ("Қабылданған күні", "Дата зачисления", "From", "Зачислен", "Дата прибытия", "Келген күні"),
    "full_name": ("Т.А.Ә.", "ФИО", "Full name", "Аты-жөні", "Фамилия, имя, отчество", "ФИО обучающегося"),
}
SEXES: Final[dict[str, tuple[str, ...]]] = {
    Sex.MALE: ("ұл", "мальчик", "boy", "м", "m", "мужской", "муж", "ер", "еркек", "ер бала", "ұл бала", "male"),
    Sex.FEMALE: ("қыз", "девочка", "girl", "ж", "f", "женский", "жен", "әйел", "қыз бала", "female"),
}
FORMS: Final[dict[str, tuple[str, ...]]] = {
    Form.DAY: ("күндізгі", "очная", "day", "очно", "дневная", "дневной"),
    Form.HOME: ("үйде", "на дому", "at home", "home", "надомная", "надомное", "үйден оқыту", "обучение на дому"),
    Form.EVENING: ("кешкі", "вечерняя", "evening"),
    Form.EXTERNAL: ("экстернат", "external", "externate", "сырттай"),
}
YOUNGEST, OLDEST = 4, 30  # years; evening schools teach grown people
FURTHEST_AHEAD = timedelta(days=60)
_ENOUGH_COLUMNS = 3
_HIDDEN_DIGITS = "•"


@dataclass
class Line:
    """A row of the file: its cells by column, what they say, what is wrong with them."""

    cells: dict[str, Cell]
    row: RosterRow | None = None
    faults: list[BadCell] = field(default_factory=list)

    def error(self, column: str, message: str, remedy: str = "") -> BadCell:
        """A fault at the cell of this column; a column the file does not have stands for the row's first cell."""
        cell = self.cells.get(column) or next(iter(self.cells.values()))
        return BadCell(cell, message, remedy)

    @property
    def number(self) -> int:
        return next(iter(self.cells.values())).row


@dataclass
class Roster:
    """A workbook that was read; `unread` are faults of places that are no rows of children."""

    lines: list[Line]
    notes: list[str]
    unread: list[BadCell]
    header_row: int = 1

    @property
    def faults(self) -> list[BadCell]:
        return [*(fault for line in self.lines for fault in line.faults), *self.unread]

    @property
    def good(self) -> int:
        return sum(not line.faults for line in self.lines)

    @property
    def rows(self) -> list[RosterRow]:
        return [line.row for line in self.lines if line.row is not None and not line.faults]


# The template ----------------------------------------------------------------------------------------------------

_IN_TEMPLATE = ("class_name", "grade", "surname", "name", "patronymic", "born", "sex", "iin", "form", "first")
_FORMATS = {"class_name": sheets_out.TEXT, "born": sheets_out.DATE, "iin": sheets_out.TEXT, "first": sheets_out.DATE}


def template(unit: Unit, enrolments: Iterable[Enrolment], stamp: str, filled_in: bool = False) -> bytes:
    """The workbook a school fills in: its own children, drop-downs, instructions in both languages, the school's code.

    `stamp` says who took it and when: the workbook names children.  Their numbers are masked, unless it is `filled_in`
    as a school hands it back.
    """
    spoken = {"kk": 0, "ru": 1}.get(translation.get_language() or "", 2)
    sexes = {code: words[spoken] for code, words in SEXES.items()}
    forms = {code: words[spoken] for code, words in FORMS.items()}
    pupils = sheets_out.Sheet(
        title=unit.name,
        headers=[" / ".join(dict.fromkeys(COLUMNS[key][:2])) for key in _IN_TEMPLATE],
        rows=[_template_row(enrolment, sexes, forms, filled_in) for enrolment in enrolments],
        number_formats=[_FORMATS.get(key, sheets_out.GENERAL) for key in _IN_TEMPLATE],
        choices={
            _IN_TEMPLATE.index("sex") + 1: list(sexes.values()),
            _IN_TEMPLATE.index("form") + 1: list(forms.values()),
        },
    )
    instructions = sheets_out.Sheet(
        title=INSTRUCTIONS,
        headers=["Қазақша", "Русский"],
        rows=list(zip(_instructions("kk"), _instructions("ru"), strict=True)),
        widths=[60, 60],
        above=[stamp],
        autofilter=False,
    )
    service = sheets_out.Sheet(
        title=SERVICE_SHEET,
        headers=["school", unit.code],
        rows=[("version", VERSION)],
        freeze=False,
        autofilter=False,
        hidden=True,
    )
    return sheets_out.workbook(pupils, instructions, service)


def _template_row(
    enrolment: Enrolment, sexes: dict[str, str], forms: dict[str, str], filled_in: bool
) -> list[sheets_out.Value]:
    pupil = enrolment.pupil
    return [
        enrolment.school_class.name,
        enrolment.grade,
        pupil.surname,
        pupil.name,
        pupil.patronymic,
        pupil.born,
        sexes.get(pupil.sex, ""),
        pupil.iin if filled_in else iin.mask(pupil.iin),
        forms.get(enrolment.form, ""),
        enrolment.first,
    ]


def _instructions(language: str) -> list[str]:
    with translation.override(language):
        return [
            _("Fill in one row for each child. Do not rename the columns."),
            _("Class: 7А. A class the portal does not know yet is opened by itself."),
            _("Grade: 0 to 12; it may stay empty where the name of the class begins with it."),
            _("Dates: 31.12.2015."),
            _("IIN: twelve digits as text. It may stay empty if the child has none yet; leave a hidden one as it is."),
            _("Form of study: choose from the list; empty means by day."),
            _("From: the first day in this class; empty means 1 September in a class that is new here."),
            _("An empty cell erases nothing. A child whose row is missing stays in its class."),
            _("Do not enter arrivals from another school here: take them in on the page of the class."),
        ]


# Reading ---------------------------------------------------------------------------------------------------------


def read_roster(data: bytes, unit: Unit) -> Roster:
    """The rows of children in the workbook; raises sheets_in.Refused for a file that is no roster of this school."""
    book = sheets_in.read(data, max_rows=MAX_ROWS)
    _refuse_another_school(book, unit)
    roster = Roster([], [], [])
    tables = 0
    for sheet in book.sheets:
        if sheet.name in (SERVICE_SHEET, INSTRUCTIONS) or not sheet.rows:
            continue
        columns = _columns_of(sheet)
        if columns is None:
            words = _("Sheet “%(sheet)s” has no table of pupils; it was not read.")
            roster.notes.append(words % {"sheet": sheet.name})
            continue
        roster.header_row = roster.header_row if tables else columns.header.number
        tables += 1
        _read_sheet(sheet, columns, roster)
    if not tables:
        names = ", ".join(COLUMNS[key][0] for key in ("class_name", "surname", "name", "born"))
        raise Refused(said(_("No sheet has a table of pupils. The columns needed are: %(names)s."), names=names))
    return roster


def _refuse_another_school(book: sheets_in.Workbook, unit: Unit) -> None:
    for sheet in book.sheets:
        if sheet.name == SERVICE_SHEET and sheet.rows:
            code = sheets_in.as_text(sheet.rows[0].cell(2))
            if code != unit.code:
                words = _("This is the template of another school (%(code)s). Download your own.")
                raise Refused(said(words, code=code))


def _columns_of(sheet: sheets_in.Sheet) -> sheets_in.Columns | None:
    """The columns of a sheet that is a table of pupils; None for any other sheet."""
    try:
        columns = sheets_in.find_header(sheet, COLUMNS)
    except Refused:
        return None
    except BadCell as trouble:
        raise Refused(str(trouble)) from trouble
    if len(columns.at) < _ENOUGH_COLUMNS:
        return None
    whole_name = "full_name" in columns.at
    needed = ["class_name"] if whole_name else ["class_name", "surname", "name"]
    missing = [COLUMNS[key][0] for key in needed if key not in columns.at]
    if missing:
        words = _("Sheet “%(sheet)s” lacks the column %(names)s.")
        raise Refused(said(words, sheet=sheet.name, names=", ".join(missing)))
    return columns


def _read_sheet(sheet: sheets_in.Sheet, columns: sheets_in.Columns, roster: Roster) -> None:
    passed = []
    for row in sheet.rows:
        if row.number <= columns.header.number:
            continue
        cells = columns.pick(row)
        if all(cell.is_blank for cell in cells.values()):
            passed.append(row.number)
            continue
        roster.lines.append(_line(cells))
    roster.notes += [str(note) for note in sheet.notes()]
    if passed:
        words = _("Sheet “%(sheet)s”: rows with nothing in the columns of the roster were passed over: %(rows)s.")
        shown = ", ".join(map(str, passed[:10])) + (", …" if len(passed) > 10 else "")
        roster.notes.append(words % {"sheet": sheet.name, "rows": shown})
    if sheet.unread_from is not None:
        place = Cell(sheet.name, sheet.unread_from, 1, None)
        words = _("The table goes on here after a long gap; this part was not read.")
        remedy = _("Delete the empty rows above it and upload the file again.")
        roster.unread.append(BadCell(place, words, remedy))


def _line(cells: dict[str, Cell]) -> Line:
    """One row in typed values; every cell that cannot be taken leaves a fault, and then there is no typed row."""
    line = Line(cells)

    def take(key: str, reader: Callable[[Cell], Any], blank: Any, *, needed: bool = False) -> Any:
        cell = cells.get(key)
        if cell is None:
            return blank
        try:
            value = reader(sheets_in.filled(cell) if needed else cell)
        except BadCell as trouble:
            line.faults.append(trouble)
            return blank
        return blank if value is None else value

    surname, name, patronymic = _names(cells, take)
    row = RosterRow(
        class_name=take("class_name", _class_name, "", needed=True),
        grade=take("grade", _grade, None),
        surname=surname,
        name=name,
        patronymic=patronymic,
        born=take("born", sheets_in.as_date, None),
        sex=take("sex", _word_of(SEXES), ""),
        iin=take("iin", _iin, ""),
        form=take("form", _word_of(FORMS), ""),
        first=take("first", sheets_in.as_date, None),
        masked="iin" in cells and _HIDDEN_DIGITS in str(cells["iin"].value),
    )
    if not line.faults:
        line.row = row
    return line


def _names(cells: dict[str, Cell], take: Callable[..., Any]) -> tuple[str, str, str]:
    if "full_name" in cells and "surname" not in cells:
        whole = take("full_name", _full_name, ("", "", ""), needed=True)
        return whole[0], whole[1], whole[2]
    return take("surname", _name, "", needed=True), take("name", _name, "", needed=True), take("patronymic", _name, "")


def _name(cell: Cell) -> str:
    """A name; one typed in capitals alone («АХМЕТОВА») gets small letters, so that it is no change of the name."""
    text = sheets_in.as_name(cell)
    if text and not any(mark.isalpha() for mark in text):
        raise BadCell(cell, _("This is not a name."), _("Write it in letters."))
    if len(text) > 100:
        raise BadCell(cell, _("The name is longer than 100 letters."), _("Shorten it."))
    return _capitalised(text) if len(text) > 1 and text.isupper() else text


def _capitalised(text: str) -> str:
    return " ".join("-".join(part.capitalize() for part in word.split("-")) for word in text.split(" "))


def _full_name(cell: Cell) -> tuple[str, str, str]:
    parts = _name(cell).split(" ", 2)
    if len(parts) < 2:
        raise BadCell(cell, _("Surname and name are needed."), _("Write the surname, the name, then the patronymic."))
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _class_name(cell: Cell) -> str:
    text = sheets_in.as_text(cell)
    if not class_key(text):
        raise BadCell(cell, _("This is not the name of a class."), _("Write it like 7А."))
    if len(class_title(text)) > LONGEST_NAME or len(text) > 2 * LONGEST_NAME:
        raise BadCell(cell, _("The name of the class is too long."), _("Write it like 7А."))
    return text


def _grade(cell: Cell) -> int | None:
    return sheets_in.as_whole(cell, least=0, most=HIGHEST_GRADE)


def _iin(cell: Cell) -> str:
    text = sheets_in.as_text(cell)
    if not text or _HIDDEN_DIGITS in text:
        return ""  # a masked number, as screens show it: nothing new was said
    number = iin.repair(text)
    if number is None:
        remedy = _("Copy the twelve digits from the document, or clear the cell if there is no IIN yet.")
        raise BadCell(cell, _("This is not an IIN: a digit is wrong or missing."), remedy)
    return number


def _word_of(words: dict[str, tuple[str, ...]]) -> Callable[[Cell], str | None]:
    # the first spellings of every meaning come first: they are the ones the remedy names
    longest = max(map(len, words.values()))
    choices = {
        spellings[place]: code
        for place in range(longest)
        for code, spellings in words.items()
        if place < len(spellings)
    }
    return lambda cell: sheets_in.as_choice(cell, choices)


# Checks: each yields the faults of one rule ----------------------------------------------------------------------

Check = Callable[[Sequence[Line]], Iterator[tuple[Line, BadCell]]]


def a_child_has_a_birth_date_or_an_iin(lines: Sequence[Line]) -> Iterator[tuple[Line, BadCell]]:
    """Without either nobody could tell the child from another of the same name."""
    for line in _sound(lines):
        if line.row.born is None and not line.row.iin:
            yield line, line.error("born", _("Neither date of birth nor IIN is given."), _("Give the date of birth."))


def birth_date_fits_a_pupil(lines: Sequence[Line]) -> Iterator[tuple[Line, BadCell]]:
    """Pupils are 4 to 30 years old; anything else is a slip of the year, or the 1904 calendar of an old workbook."""
    for line in _sound(lines):
        if line.row.born is not None and not YOUNGEST <= _age(line.row.born) <= OLDEST:
            words = _("A pupil born on this day would be %(years)s years old.") % {"years": _age(line.row.born)}
            yield line, line.error("born", words, _("Correct the date of birth."))


def first_day_is_sensible(lines: Sequence[Line]) -> Iterator[tuple[Line, BadCell]]:
    """A pupil comes after the third birthday and not more than two months from today."""
    for line in _sound(lines):
        first, born = line.row.first, line.row.born
        if first is None:
            continue
        if first > today() + FURTHEST_AHEAD:
            yield line, line.error("first", _("The first day lies far ahead."), _("Correct the date."))
        elif born is not None and first < born + timedelta(days=3 * 365):
            yield line, line.error("first", _("The first day comes before school age."), _("Correct the date."))


def iin_is_unique_in_file(lines: Sequence[Line]) -> Iterator[tuple[Line, BadCell]]:
    """Two rows must not describe the same child."""
    seen: dict[str, Line] = {}
    for line in _sound(lines):
        if line.row.iin and line.row.iin in seen:
            remedy = _("Keep one of the rows or correct the IIN.")
            yield line, line.error("iin", _already_in(seen[line.row.iin]), remedy)
        elif line.row.iin:
            seen[line.row.iin] = line


def child_stands_once_in_file(lines: Sequence[Line]) -> Iterator[tuple[Line, BadCell]]:
    """The same name and birth date is the same child, unless both rows have an IIN and they differ."""
    seen: dict[tuple[str, str, date | None], list[Any]] = {}
    for line in _sound(lines):
        same = seen.setdefault(line.row.names, [])
        double = next((each for each in same if not (line.row.iin and each.row.iin)), None)
        if double is not None:
            yield line, line.error("surname", _already_in(double), _("Keep one of the rows, or give the IIN in both."))
        same.append(line)


CHECKS: Final[tuple[Check, ...]] = (
    a_child_has_a_birth_date_or_an_iin,
    birth_date_fits_a_pupil,
    first_day_is_sensible,
    iin_is_unique_in_file,
    child_stands_once_in_file,
)


def check(roster: Roster, unit: Unit) -> dict[str, Any]:
    """Run all rules, put the faults on their rows; returns what entering would do, in numbers and names of classes."""
    for rule in CHECKS:
        for line, fault in list(rule(roster.lines)):
            line.faults.append(fault)
    lines = list(_sound(roster.lines))
    decisions = decide(unit, [line.row for line in lines])
    counts = {"new": 0, "changed": 0, "same": 0}
    opened = set()
    for line, decision in zip(lines, decisions, strict=True):
        if decision.problem is not None:
            problem = decision.problem
            line.faults.append(line.error(problem.column, problem.message, problem.remedy))
            continue
        counts[decision.kind] += 1
        if decision.school_class is None:
            opened.add(class_title(line.row.class_name))
    return {
        **counts,
        "classes": sorted(opened, key=kazakh.order_key),
        "notes": roster.notes,
        "header_row": roster.header_row,
    }


def errors_of(roster: Roster) -> list[dict[str, Any]]:
    """The faults as they are kept and shown; an IIN is shown by its last digits alone."""
    told = []
    for line in roster.lines:
        place = line.cells.get("iin")
        for fault in line.faults:
            about = fault.as_dict()
            if place is not None and about["column"] == place.column:
                about["value"] = _masked(about["value"])
            told.append(about)
    told += [fault.as_dict() for fault in roster.unread]
    return told


def _masked(text: str) -> str:
    return f"•••• {text[-4:]}" if len(text) > 4 else text


def _sound(lines: Sequence[Line]) -> Iterator[Any]:
    return (line for line in lines if line.row is not None and not line.faults)


def _already_in(line: Line) -> str:
    return _("The same child stands in row %(row)s.") % {"row": line.number}


def _age(born: date) -> int:
    day = today()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
