"""A school hands in its roster: every row is read, judged in words, and entered once or not at all."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from schools.models import Entry, Job, Unit
from schools.models import Stale as StaleRow
from schools.wall import scope
from schools.workflow import Refused
from students import imports
from students.actions import movement, rosters
from students.models import Absence, Enrolment, Intake, Movement, Pupil, Register, SchoolClass
from tests.make import enrol, make_class, make_pupil
from tests.rosters import HOLIDAY, book, child
from zabota.lib import iin, sheets_in
from zabota.lib.secret import blind_index

SCHOOL, VILLAGE, OTHER = 110010001, 110010002, 110020001


@pytest.fixture
def school(country):
    return Unit.objects.get(pk=SCHOOL)


@pytest.fixture
def coordinator(people, as_user):
    with as_user(people.coordinator):
        yield people.coordinator


def look(school, data):
    """Read and judge: (roster, what would change)."""
    roster = imports.read_roster(data, school)
    return roster, imports.check(roster, school)


def bring_in(school, by, data):
    """The whole way of a workbook without a queue."""
    intake = rosters.hand_in(unit=school, name="roster.xlsx", content=data, by=by)
    roster, changes = look(school, data)
    rosters.report(
        intake=intake,
        rows_read=len(roster.lines),
        rows_good=roster.good,
        errors=imports.errors_of(roster),
        changes=changes,
        by=by,
    )
    assert not roster.faults, [str(fault) for fault in roster.faults]
    return rosters.enter(intake=intake, rows=roster.rows, by=by)


def told(roster):
    return [(fault.cell.address, str(fault.message)) for fault in roster.faults]


# ---- the good day


def test_a_roster_opens_its_classes_and_brings_its_children(school, coordinator):
    changes = bring_in(school, coordinator, book(child(1), child(2), child(3, class_name="8 «Ә»", grade=8)))
    assert changes == {"new": 3, "changed": 0, "same": 0}
    assert [(row.name, row.grades) for row in SchoolClass.objects.order_by("grades")] == [("7А", [7]), ("8Ә", [8])]
    pupil = Pupil.objects.get(iin_index=blind_index(iin.make(1)))
    assert (pupil.iin, pupil.unit_id, pupil.sex) == (iin.make(1), SCHOOL, "f")
    assert pupil.key.startswith(f"{SCHOOL}-")
    enrolment = pupil.enrolments.get()
    assert (enrolment.first, enrolment.last, enrolment.form, enrolment.grade) == (HOLIDAY, None, "day", 7)
    assert Entry.objects.filter(verb="enter_roster", note="new 3, changed 0, same 0").exists()
    assert StaleRow.objects.filter(unit_id=SCHOOL).exists()


def test_the_same_file_twice_changes_nothing(school, coordinator):
    data = book(*(child(n) for n in range(30)))
    bring_in(school, coordinator, data)
    before = list(Pupil.objects.order_by("pk").values_list("pk", "key", "version"))
    assert bring_in(school, coordinator, data) == {"new": 0, "changed": 0, "same": 30}
    assert list(Pupil.objects.order_by("pk").values_list("pk", "key", "version")) == before
    assert Enrolment.objects.count() == 30


def test_entering_one_workbook_twice_has_one_effect(school, coordinator):
    data = book(child(1))
    bring_in(school, coordinator, data)
    intake = Intake.objects.get()
    assert rosters.enter(intake=intake, rows=look(school, data)[0].rows, by=coordinator)["new"] == 1
    assert Pupil.objects.count() == 1


def test_a_missing_row_deletes_nobody_and_an_empty_cell_erases_nothing(school, coordinator):
    bring_in(school, coordinator, book(child(1, patronymic="Серікқызы"), child(2)))
    again = bring_in(school, coordinator, book(child(1, patronymic="", iin="", sex="")))
    assert again == {"new": 0, "changed": 0, "same": 1}
    kept = Pupil.objects.get(iin_index=blind_index(iin.make(1)))
    assert (kept.patronymic, kept.sex) == ("Серікқызы", "f")
    assert Enrolment.objects.filter(last=None).count() == 2


def test_a_corrected_name_is_found_by_the_iin(school, coordinator):
    bring_in(school, coordinator, book(child(1)))
    assert bring_in(school, coordinator, book(child(1, surname="Ахметқызы")))["changed"] == 1
    pupil = Pupil.objects.get()
    assert (pupil.surname, pupil.version) == ("Ахметқызы", 2)


def test_a_child_without_an_iin_is_found_by_names_and_birth_date_and_gets_its_number(school, coordinator):
    bring_in(school, coordinator, book(child(1, iin="", surname="Құсайынова")))
    assert bring_in(school, coordinator, book(child(1, surname="Кусайынова")))["changed"] == 1
    pupil = Pupil.objects.get()
    assert (pupil.iin, pupil.iin_index) == (iin.make(1), blind_index(iin.make(1)))


def test_names_in_capitals_are_no_change(school, coordinator):
    bring_in(school, coordinator, book(child(1, surname="Әлиева-Нұр", name="Айша")))
    assert bring_in(school, coordinator, book(child(1, surname="ӘЛИЕВА-НҰР", name="АЙША")))["same"] == 1


@pytest.mark.parametrize("spelling", ["7 «А»", "7А", "7-а", "7A", "7 a", "7\xa0«A»", " 7 «А» сынып", "7А класс"])
def test_all_spellings_of_a_class_are_one_class(school, coordinator, spelling):
    make_class(school, "7А")
    bring_in(school, coordinator, book(child(1, class_name=spelling)))
    assert SchoolClass.objects.get().name == "7А"


def test_kazakh_letters_make_classes_of_their_own(school, coordinator):
    bring_in(
        school, coordinator, book(child(1, class_name="7А"), child(2, class_name="7Ә"), child(3, class_name="7 «ә»"))
    )
    assert sorted(SchoolClass.objects.values_list("name", flat=True)) == ["7А", "7Ә"]


def test_the_grade_may_be_left_to_the_name_of_the_class(school, coordinator):
    bring_in(school, coordinator, book(child(1, class_name="11Б", grade=None), child(2, class_name="0А", grade=None)))
    assert sorted(Enrolment.objects.values_list("grade", flat=True)) == [0, 11]


# ---- a year goes on


def test_a_child_moves_to_another_class_from_a_day(school, coordinator):
    bring_in(school, coordinator, book(child(1), child(2, class_name="7Б")))
    bring_in(school, coordinator, book(child(1, class_name="7Б", first=date(2027, 1, 11))))
    child_one = Pupil.objects.get(iin_index=blind_index(iin.make(1)))
    rows = [(e.school_class.name, e.first, e.last) for e in child_one.enrolments.order_by("first")]
    assert rows == [("7А", HOLIDAY, date(2027, 1, 10)), ("7Б", date(2027, 1, 11), None)]
    # the old file, uploaded once more, does not move it back
    assert bring_in(school, coordinator, book(child(1)))["same"] == 1


def test_a_wrong_class_is_corrected_in_place_until_there_are_marks(school, coordinator):
    bring_in(school, coordinator, book(child(1), child(2, class_name="7Б")))
    bring_in(school, coordinator, book(child(1, class_name="7Б")))
    enrolment = Enrolment.objects.get(pupil__iin_index=blind_index(iin.make(1)))
    assert enrolment.school_class.name == "7Б"
    register = Register.objects.create(
        unit=school, school_class=enrolment.school_class, date=date(2027, 1, 12), taken_at=datetime.now().astimezone()
    )
    Absence.objects.create(unit=school, register=register, pupil=enrolment.pupil, date=register.date)
    roster, _changes = look(school, book(child(1)))
    assert told(roster) == [("J2", "The child studies in another class of the school since 01.09.2026.")]


def taken(school, day, name="7А"):
    """A register of the class on that day, everybody present."""
    school_class = SchoolClass.objects.get(unit=school, name=name)
    at = datetime(day.year, day.month, day.day, 9).astimezone()
    return Register.objects.create(unit=school, school_class=school_class, date=day, taken_at=at)


def test_a_later_first_day_alone_shortens_nobody_s_past(school, coordinator):
    bring_in(school, coordinator, book(child(1), child(2)))
    assert bring_in(school, coordinator, book(*(child(n, first=date(2027, 1, 25)) for n in (1, 2))))["same"] == 2
    assert set(Enrolment.objects.values_list("first", "last")) == {(HOLIDAY, None)}


def test_an_earlier_first_day_is_a_correction_until_a_register_was_taken_before(school, coordinator):
    bring_in(school, coordinator, book(child(1, first=date(2027, 1, 18)), child(2)))
    assert bring_in(school, coordinator, book(child(1, first=date(2027, 1, 13))))["changed"] == 1
    taken(school, date(2027, 1, 12))
    assert bring_in(school, coordinator, book(child(1, first=date(2027, 1, 11))))["same"] == 1
    assert Enrolment.objects.get(pupil__iin_index=blind_index(iin.make(1))).first == date(2027, 1, 13)


def test_another_form_of_study_holds_from_its_day_on(school, coordinator):
    bring_in(school, coordinator, book(child(1)))
    bring_in(school, coordinator, book(child(1, form="үйде", first=date(2027, 1, 25))))
    rows = Enrolment.objects.order_by("first").values_list("form", "first", "last")
    assert list(rows) == [("day", HOLIDAY, date(2027, 1, 24)), ("home", date(2027, 1, 25), None)]


def test_a_form_of_study_is_corrected_in_place_until_a_register_was_taken(school, coordinator):
    bring_in(school, coordinator, book(child(1)))
    assert bring_in(school, coordinator, book(child(1, form="кешкі")))["changed"] == 1
    assert Enrolment.objects.get().form == "evening"
    taken(school, date(2027, 1, 12))
    roster, _changes = look(school, book(child(1, form="үйде")))
    assert told(roster) == [("J2", "Registers were taken with the former grade and form of study since 01.09.2026.")]


def test_a_class_is_not_corrected_under_registers_of_either_class(school, coordinator):
    bring_in(school, coordinator, book(child(1), child(2, class_name="7Б")))
    taken(school, date(2027, 1, 12), "7Б")
    roster, _changes = look(school, book(child(1, class_name="7Б")))
    assert told(roster) == [("J2", "The child studies in another class of the school since 01.09.2026.")]


def test_the_facts_of_a_child_that_left_are_not_touched(school, coordinator):
    bring_in(school, coordinator, book(child(1, surname="Ахметова")))
    movement.depart(enrolment=Enrolment.objects.get(), left_on=date(2027, 1, 20), reason="transfer", by=coordinator)
    for first in (HOLIDAY, date(2027, 1, 11)):
        assert bring_in(school, coordinator, book(child(1, surname="Басқа", first=first)))["same"] == 1
    assert (Pupil.objects.get().surname, Pupil.objects.get().version) == ("Ахметова", 1)
    assert Enrolment.objects.get().first == HOLIDAY


def test_a_hidden_number_of_a_child_that_is_not_recognised_is_asked_for(school, coordinator):
    bring_in(school, coordinator, book(child(1)))
    assert bring_in(school, coordinator, book(child(1, iin=iin.mask(iin.make(1)))))["same"] == 1
    roster, _changes = look(school, book(child(1, iin=iin.mask(iin.make(1)), surname="Басқа")))
    assert told(roster) == [("H2", "The IIN is hidden and the school has no child of this name and date of birth.")]


def test_a_child_that_left_is_not_brought_back_by_an_old_file(school, coordinator):
    data = book(child(1))
    bring_in(school, coordinator, data)
    movement.depart(enrolment=Enrolment.objects.get(), left_on=date(2027, 1, 20), reason="transfer", by=coordinator)
    assert bring_in(school, coordinator, data)["same"] == 1
    assert Enrolment.objects.get().last == date(2027, 1, 19)
    roster, _changes = look(school, book(child(1, first=None)))
    assert told(roster) == [("J2", "The child left the school on 20.01.2027.")]
    # it came back by itself: the transit ends where it began
    bring_in(school, coordinator, book(child(1, first=date(2027, 1, 25))))
    assert Enrolment.objects.count() == 2
    assert Movement.objects.get().arrived_on == date(2027, 1, 25)


def test_a_new_child_in_a_running_class_needs_its_first_day(school, coordinator):
    bring_in(school, coordinator, book(child(1, first=None)))
    assert Enrolment.objects.get().first == HOLIDAY
    roster, _changes = look(school, book(child(1, first=None), child(2, first=None)))
    assert told(roster) == [("J3", "The child is new in a class that has begun already.")]


# ---- children of the whole country


def test_a_child_of_another_school_is_named_by_its_school_and_nothing_else(country, school, people, as_user):
    theirs = make_class(OTHER, "7А")
    hidden = make_pupil(theirs.unit, "Серікқызы", "Айым", born=date(2013, 3, 3), iin=iin.make(500))
    hidden.iin_index = blind_index(iin.make(500))
    hidden.save()
    enrol(hidden, theirs)
    with as_user(people.coordinator):
        by_iin, _ = look(school, book(child(1, iin=iin.make(500))))
        by_name, _ = look(school, book(child(1, surname="Серикқызы", name="Айым", born=date(2013, 3, 3), iin="")))
        namesake, changes = look(school, book(child(1, surname="Серікқызы", name="Айым", born=date(2013, 3, 3))))
    sentence = "There is such a child at № 3 мектеп, Бурабай ауданы, Ақмола облысы."
    assert [str(fault.message) for fault in by_iin.faults] == [sentence]
    assert "take the arrival in" in str(by_iin.faults[0].remedy)
    assert [str(fault.message) for fault in by_name.faults] == [sentence]
    assert not namesake.faults, "another IIN is another child"
    assert changes["new"] == 1


def test_an_iin_of_somebody_else_cannot_be_given_to_a_known_child(country, school, people, as_user):
    theirs = make_class(OTHER, "7А")
    hidden = make_pupil(theirs.unit, iin=iin.make(500), iin_index=blind_index(iin.make(500)))
    enrol(hidden, theirs)
    with as_user(people.coordinator):
        bring_in(school, people.coordinator, book(child(1, iin="")))
        roster, _changes = look(school, book(child(1, iin=iin.make(500))))
    assert [str(fault.message) for fault in roster.faults] == [
        "Another child has this IIN: № 3 мектеп, Бурабай ауданы, Ақмола облысы."
    ]


def test_a_row_that_went_bad_after_the_check_stops_the_whole_file(country, school, people, as_user):
    data = book(child(1), child(2))
    with as_user(people.coordinator):
        roster, changes = look(school, data)
        intake = rosters.hand_in(unit=school, name="x.xlsx", content=data, by=people.coordinator)
        rosters.report(intake=intake, rows_read=2, rows_good=2, errors=[], changes=changes, by=people.coordinator)
    theirs = make_class(OTHER, "7А")
    enrol(make_pupil(theirs.unit, iin=iin.make(2), iin_index=blind_index(iin.make(2))), theirs)
    with as_user(people.coordinator):
        with pytest.raises(Refused, match="1 rows cannot be entered any more"):
            rosters.enter(intake=intake, rows=roster.rows, by=people.coordinator)
        assert not Enrolment.objects.exists()


# ---- what is wrong is said by its cell


@pytest.mark.parametrize(
    ("more", "cell", "words"),
    [
        ({"iin": "061211600013"}, "H2", "This is not an IIN: a digit is wrong or missing."),
        ({"iin": "6,12E+10"}, "H2", "This is not an IIN: a digit is wrong or missing."),
        ({"class_name": "13А", "grade": 13}, "B2", "The number is out of bounds."),
        ({"class_name": "8А", "grade": 7}, "B2", "The name of the class says grade 8, the row says 7."),
        ({"class_name": "Кемпірқосақ", "grade": None}, "B2", "The name of the class does not tell the grade."),
        ({"born": date(1913, 1, 1)}, "F2", "A pupil born on this day would be 114 years old."),
        ({"born": date(2026, 1, 1)}, "F2", "A pupil born on this day would be 1 years old."),
        ({"born": "кеше"}, "F2", "This is not a date."),
        ({"born": None, "iin": None}, "F2", "Neither date of birth nor IIN is given."),
        ({"surname": None}, "C2", "The cell is empty."),
        ({"surname": "123"}, "C2", "This is not a name."),
        ({"sex": "иә"}, "G2", "This word is not on the list."),
        ({"form": "алыстан"}, "I2", "This word is not on the list."),
        ({"first": date(2028, 1, 1)}, "J2", "The first day lies far ahead."),
        ({"first": date(2013, 6, 1)}, "J2", "The first day comes before school age."),
        ({"class_name": "«»"}, "A2", "This is not the name of a class."),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(school, coordinator, more, cell, words):
    roster, _changes = look(school, book(child(1, **more)))
    assert told(roster) == [(cell, words)]
    assert all(fault.remedy for fault in roster.faults)


def test_a_class_of_the_school_must_have_the_grade(school, coordinator):
    make_class(school, "Аралас", grades=(1, 2))
    roster, _changes = look(school, book(child(1, class_name="аралас", grade=3)))
    assert told(roster) == [("B2", "Class Аралас has no grade 3.")]


def test_one_child_stands_in_one_row(school, coordinator):
    roster, _changes = look(
        school,
        book(
            child(1),
            child(2, iin=iin.make(1)),
            child(3),
            child(3, iin=""),
        ),
    )
    assert told(roster) == [
        ("H3", "The same child stands in row 2."),
        ("C5", "The same child stands in row 4."),
    ]


def test_a_wrong_iin_is_kept_by_its_last_digits_alone(school, coordinator):
    roster, _changes = look(school, book(child(1, iin="061211600013")))
    assert imports.errors_of(roster)[0]["value"] == "•••• 0013"


# ---- honest but odd files: accepted + refused = rows of the file


def lost_zero(made, sheet):
    """A spreadsheet took the number for a quantity."""
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 8).value = int(sheet.cell(row, 8).value)


def as_text(made, sheet):
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 2).value = "7"
        sheet.cell(row, 6).value = f"{sheet.cell(row, 6).value:%d.%m.%Y}"
        sheet.cell(row, 10).value = f"{sheet.cell(row, 10).value:%d.%m.%y}"


def no_break_spaces(made, sheet):
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 3).value = f"\xa0{sheet.cell(row, 3).value}\u200b "
        sheet.cell(row, 1).value = "7\xa0«А»"


def latin_look_alikes(made, sheet):
    table = str.maketrans("АОСЕ", "AOCE")
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 1).value = "7A"
        sheet.cell(row, 3).value = sheet.cell(row, 3).value.translate(table)


def hidden_rows(made, sheet):
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["E"].hidden = True


def since_1904(made, sheet):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    made.epoch = CALENDAR_MAC_1904


def second_sheet(made, sheet):
    other = made.create_sheet("8 сыныптар")
    other.append([cell.value for cell in sheet[1]])
    other.append(child(90, class_name="8А", grade=8))
    other.sheet_state = "hidden"


def title_above(made, sheet):
    sheet.insert_rows(1, 2)
    sheet["A1"] = "№ 1 мектеп, 2026-2027 оқу жылы"


def numbers_before(made, sheet):
    sheet.insert_cols(1)
    sheet["A1"] = "№"
    for row in range(2, sheet.max_row + 3):
        sheet.cell(row, 1).value = row - 1


GOOD = [
    lost_zero,
    as_text,
    no_break_spaces,
    latin_look_alikes,
    hidden_rows,
    since_1904,
    second_sheet,
    title_above,
    numbers_before,
]


@pytest.mark.parametrize("change", GOOD, ids=lambda change: change.__name__)
def test_an_odd_but_honest_file_is_read_whole(school, coordinator, change):
    roster, changes = look(school, book(*(child(n) for n in range(1, 6)), change=change))
    expected = 6 if change is second_sheet else 5
    assert told(roster) == []
    assert (len(roster.lines), roster.good, changes["new"]) == (expected, expected, expected)
    assert {row.iin for row in roster.rows} >= {iin.make(n) for n in range(1, 6)}
    assert {row.surname for row in roster.rows} >= {child(n)[2] for n in range(1, 6)}
    assert {row.born for row in roster.rows} >= {child(n)[5] for n in range(1, 6)}


def wrong_dimension(data):
    """The sheet says it has one cell."""
    return _rewritten(data, lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml))


def formula_without_result(data):
    return _rewritten(data, lambda xml: re.sub(r'(<c r="B3"[^>]*>)<v>7</v>', r"\1<f>3+4</f>", xml))


def _rewritten(data, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = change(content.decode()).encode()
            new.writestr(entry.filename, content)
    return out.getvalue()


def test_a_wrong_dimension_loses_no_row(school, coordinator):
    roster, changes = look(school, wrong_dimension(book(*(child(n) for n in range(1, 6)))))
    assert (len(roster.lines), changes["new"]) == (5, 5)


def test_a_formula_without_a_result_is_a_bad_cell(school, coordinator):
    roster, changes = look(school, formula_without_result(book(*(child(n) for n in range(1, 6)))))
    assert told(roster) == [("B3", "The formula in this cell has no result.")]
    assert (len(roster.lines), roster.good, changes["new"]) == (5, 4, 4)


def test_merged_cells_are_refused_row_by_row(school, coordinator):
    def merge(made, sheet):
        sheet.merge_cells("A2:A4")

    roster, _changes = look(school, book(*(child(n) for n in range(1, 6)), change=merge))
    assert told(roster) == [(f"A{row}", "The cell is merged with another one.") for row in (3, 4)]
    assert roster.good + 2 == len(roster.lines) == 5
    assert any("merged" in note for note in roster.notes)


def test_a_table_that_goes_on_after_a_gap_cannot_be_entered(school, coordinator):
    def gap(made, sheet):
        for column, value in enumerate(child(9), 1):
            sheet.cell(200, column).value = value

    roster, _changes = look(school, book(child(1), change=gap))
    assert told(roster) == [("A200", "The table goes on here after a long gap; this part was not read.")]


def test_a_workbook_without_a_table_of_pupils_is_refused(school, coordinator):
    with pytest.raises(sheets_in.Refused, match="No sheet has a table of pupils"):
        look(school, book(("бір", "екі"), header=("Кітап", "Саны")))
    with pytest.raises(sheets_in.Refused, match="lacks the column Сынып"):
        look(school, book(("Ахметов", "Дамир", "м"), header=("Фамилия", "Имя", "Пол")))


def test_russian_and_english_headers_and_a_whole_name_in_one_column_are_understood(school, coordinator):
    roster, _changes = look(
        school,
        book(("7А", "АХМЕТОВ ДАМИР СЕРІКҰЛЫ", "05.05.2013", "м"), header=("Класс", "ФИО", "Дата рождения", "Пол")),
    )
    row = roster.rows[0]
    assert (row.surname, row.name, row.patronymic, row.sex) == ("Ахметов", "Дамир", "Серікұлы", "m")
    roster, _changes = look(
        school,
        book(("7А", "Ахметов", "Дамир", date(2013, 5, 5)), header=("Class", "Surname", "Name", "Date of birth")),
    )
    assert not roster.faults


# ---- the template


def test_the_template_comes_back_as_it_went(school, coordinator):
    bring_in(
        school, coordinator, book(*(child(n) for n in range(12)), child(20, class_name="8Б", grade=8, form="үйде"))
    )
    rows = Enrolment.objects.on(date(2027, 1, 28)).select_related("pupil", "school_class")
    for language in ("kk", "ru", "en"):
        from django.utils import translation

        with translation.override(language):
            data = imports.template(school, rows, "Taken by nobody")
            roster, changes = look(school, data)
        assert told(roster) == []
        assert (len(roster.lines), changes["same"], changes["notes"]) == (13, 13, [])


def test_the_template_of_another_school_is_refused(school, coordinator):
    other = Unit.objects.get(pk=OTHER)
    data = imports.template(other, [], "Taken by nobody")
    with pytest.raises(sheets_in.Refused, match=r"template of another school \(S3\)"):
        look(school, data)


# ---- a class by hand


def test_a_class_is_not_opened_twice_in_two_spellings(school, coordinator):
    make_class(school, "7А")
    with pytest.raises(Refused, match="a class with this name"):
        rosters.save_class(school_class=SchoolClass(unit=school, name="7 «A»", grades=[7]), version=0, by=coordinator)


def test_an_older_version_of_a_class_is_not_saved(school, coordinator):
    mine = make_class(school, "7А")
    theirs = SchoolClass.objects.get(pk=mine.pk)
    theirs.shift = 2
    rosters.save_class(school_class=theirs, version=1, by=coordinator)
    mine.shift = 3
    with pytest.raises(rosters.Stale) as refused:
        rosters.save_class(school_class=mine, version=1, by=coordinator)
    assert refused.value.stored.shift == 2


def test_a_grade_with_children_cannot_be_taken_from_a_class(school, coordinator):
    school_class = make_class(school, "7А", pupils=1)
    school_class.grades = [8]
    with pytest.raises(Refused, match="Children of grade 7"):
        rosters.save_class(school_class=school_class, version=1, by=coordinator)


def test_a_roster_can_only_enter_its_own_school(country, people, as_user):
    village = Unit.objects.get(pk=VILLAGE)
    with as_user(people.coordinator), pytest.raises(PermissionDenied):
        rosters.hand_in(unit=village, name="x.xlsx", content=book(child(1)), by=people.coordinator)
    with pytest.raises(Exception, match="row-level security"), scope([(SCHOOL, SCHOOL)]):
        rosters.hand_in(unit=village, name="x.xlsx", content=book(child(1)), by=people.village_coordinator)


@pytest.mark.parametrize("login", ["head", "teacher", "specialist", "stranger"])
def test_only_those_who_keep_the_rosters_act_on_them(school, people, login):
    by = getattr(people, login)
    own = rosters.hand_in(unit=school, name="x.xlsx", content=book(child(1)), by=people.coordinator)
    with pytest.raises(PermissionDenied):
        rosters.hand_in(unit=school, name="x.xlsx", content=book(child(1)), by=by)
    with pytest.raises(PermissionDenied):
        rosters.want_entry(intake=own, by=by)
    with pytest.raises(PermissionDenied):
        rosters.enter(intake=own, rows=[], by=by)
    with pytest.raises(PermissionDenied):
        rosters.save_class(school_class=SchoolClass(unit=school, name="7А", grades=[7]), version=0, by=by)
    assert Intake.objects.get().state == "uploaded"
    assert not SchoolClass.objects.exists()


def test_the_check_is_wanted_once(school, coordinator):
    intake = rosters.hand_in(unit=school, name="x.xlsx", content=book(child(1)), by=coordinator)
    job = Job.objects.get(key=f"roster.check:{intake.pk}")
    assert job.args["intake"] == intake.pk
    assert "x.xlsx" not in str(job.args)
