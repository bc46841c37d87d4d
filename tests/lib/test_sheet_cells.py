"""What people type into a cell is understood as a date, a number, a choice – or sent back with its remedy."""

from datetime import date, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zabota.lib import sheets_in
from zabota.lib.sheets_in import BadCell, Cell, Refused, Row, Sheet, columns, find_header


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def cell(value, fault="", since_1904=False):
    return Cell("Тізім", 12, 3, value, fault, since_1904)


class TestText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, ""),
            ("\u00a0 ", ""),
            (" Әбіш\u00a0\n Айгүл\u200b ", "Әбіш Айгүл"),
            (61211600012, "61211600012"),
            (61211600012.0, "61211600012"),
            (7.5, "7.5"),
        ],
    )
    def test_it_is_one_tidy_line(self, value, text):
        assert sheets_in.as_text(cell(value)) == text

    def test_a_text_the_spreadsheet_took_for_a_date_is_sent_back(self):
        with pytest.raises(BadCell, match="turned this text into a date"):
            sheets_in.as_text(cell(datetime(2026, 1, 7)))

    def test_a_name_loses_its_latin_letters(self):
        assert sheets_in.as_name(cell("Aсель")) == "Асель"


class TestDate:
    @pytest.mark.parametrize(
        ("value", "day"),
        [
            (None, None),
            ("\u00a0", None),
            (datetime(2015, 3, 2, 13, 5), date(2015, 3, 2)),
            ("02.03.2015", date(2015, 3, 2)),
            ("2.3.2015", date(2015, 3, 2)),
            ("02/03/2015", date(2015, 3, 2)),
            ("02.03.15", date(2015, 3, 2)),
            ("02.03.78", date(1978, 3, 2)),
            ("02.03.2015 г.", date(2015, 3, 2)),
            ("02.03.2015ж.", date(2015, 3, 2)),
            ("2015-03-02", date(2015, 3, 2)),
            ("2015-03-02 00:00:00", date(2015, 3, 2)),
            (42065, date(2015, 3, 2)),
            (42065.0, date(2015, 3, 2)),
            ("42065", date(2015, 3, 2)),
        ],
    )
    def test_every_way_to_write_it_is_understood(self, value, day):
        assert sheets_in.as_date(cell(value)) == day

    def test_a_day_number_since_1904(self):
        assert sheets_in.as_date(cell(40603, since_1904=True)) == date(2015, 3, 2)

    @pytest.mark.parametrize(
        "value", ["31.02.2015", "02.13.2015", "2015", 2015, 12, True, 99_999, "вчера", "02.03.0015", "1.2.3.4", 42065.5]
    )
    def test_what_is_no_date_is_sent_back(self, value):
        with pytest.raises(BadCell, match="not a date"):
            sheets_in.as_date(cell(value))

    @given(st.dates(date(1928, 1, 1), date(2098, 12, 31)))
    def test_all_forms_of_one_day_are_one_day(self, day):
        forms = [
            f"{day:%d.%m.%Y}",
            day.isoformat(),
            datetime(day.year, day.month, day.day),
            (day - date(1899, 12, 30)).days,
        ]
        assert {sheets_in.as_date(cell(form)) for form in forms} == {day}


class TestWhole:
    @pytest.mark.parametrize(
        ("value", "number"),
        [
            (None, None),
            ("", None),
            (12, 12),
            (12.0, 12),
            ("12", 12),
            ("1\u00a0200", 1200),
            ("1\u202f200 000", 1_200_000),
            ("1200,00", 1200),
            ("1 200.0", 1200),
        ],
    )
    def test_every_way_to_write_it_is_understood(self, value, number):
        assert sheets_in.as_whole(cell(value)) == number

    @pytest.mark.parametrize(
        "value",
        ["1,200", "1.200", 1.5, "1,5", "двенадцать", "12 дана", "1e3", "٣", True, float("inf"), datetime(2026, 1, 1)],
    )
    def test_what_would_have_to_be_guessed_is_sent_back(self, value):
        with pytest.raises(BadCell, match="not a whole number"):
            sheets_in.as_whole(cell(value))

    @pytest.mark.parametrize(("value", "bounds"), [(-1, {}), ("-1", {}), (13, {"most": 12}), (4, {"least": 5})])
    def test_bounds_are_told_in_the_remedy(self, value, bounds):
        with pytest.raises(BadCell, match="Write a number from"):
            sheets_in.as_whole(cell(value), **bounds)


class TestChoice:
    CHOICES = {"Ұл": "m", "Мальчик": "m", "Қыз": "f", "Девочка": "f"}

    @pytest.mark.parametrize("value", ["Ұл", "ұл", "УЛ", " мальчик\u00a0", "Mальчик", "«мальчик»"])
    def test_it_is_found_as_search_finds(self, value):
        assert sheets_in.as_choice(cell(value), self.CHOICES) == "m"

    def test_blank_is_no_choice(self):
        assert sheets_in.as_choice(cell(" "), self.CHOICES) is None

    def test_another_word_is_answered_with_the_list(self):
        with pytest.raises(BadCell, match="Choose one of: Ұл, Мальчик, Қыз, Девочка"):
            sheets_in.as_choice(cell("бала"), self.CHOICES)


class TestBadCell:
    def test_it_says_sheet_row_column_value_and_remedy(self):
        with pytest.raises(BadCell) as caught:
            sheets_in.as_date(cell("вчера"))
        assert str(caught.value) == (
            "Sheet “Тізім”, row 12, column C, “вчера”: This is not a date. Write the date as 31.12.2015."
        )
        assert caught.value.as_dict() == {
            "sheet": "Тізім",
            "row": 12,
            "column": 3,
            "letter": "C",
            "value": "вчера",
            "message": "This is not a date.",
            "remedy": "Write the date as 31.12.2015.",
        }

    def test_an_empty_cell_that_must_be_filled_says_so(self):
        with pytest.raises(BadCell, match=r"row 12, column C: The cell is empty\. Fill it in\."):
            sheets_in.filled(cell(" "))

    def test_a_filled_cell_passes(self):
        assert sheets_in.as_whole(sheets_in.filled(cell("5"))) == 5


NAMES = {"surname": ["Тегі", "Фамилия", "Surname"], "iin": ["ЖСН", "ИИН"], "born": ["Туған күні", "Дата рождения"]}


def header(*names, number=1):
    return Row("Тізім", number, names)


class TestColumns:
    @pytest.mark.parametrize(
        "name",
        ["Фамилия", " фамилия ", "ФАМИЛИЯ*", "Фaмилия", "Тегі / Фамилия", "Тегі\nФамилия", "Фамилия (как в паспорте)"],
    )
    def test_a_name_is_found_however_it_is_typed(self, name):
        assert columns(header("№", name), NAMES).at == {"surname": 2}

    def test_what_is_missing_and_what_is_unknown_is_told(self):
        found = columns(header("ЖСН", None, "Ескерту", "Тегі"), NAMES)
        assert found.at == {"iin": 1, "surname": 4}
        assert found.missing == ("born",)
        assert [cell.address for cell in found.unknown] == ["C1"]

    def test_two_columns_of_one_name_are_sent_back(self):
        with pytest.raises(BadCell, match="Two columns"):
            columns(header("Тегі", "Фамилия"), NAMES)

    def test_a_header_that_names_two_things_means_neither(self):
        assert columns(header("Тегі / ЖСН"), NAMES).at == {}

    def test_the_cells_of_a_row_come_under_their_keys(self):
        found = columns(header("ЖСН", "Тегі"), NAMES)
        assert {key: cell.value for key, cell in found.pick(Row("Тізім", 2, ("1", "Әбіш"))).items()} == {
            "iin": "1",
            "surname": "Әбіш",
        }

    def test_the_header_is_found_below_the_title(self):
        rows = [
            header("Список 2026"),
            header("Тегі"),
            header("ЖСН", "Тегі", "Туған күні", number=5),
            header("1", "Әбіш"),
        ]
        assert find_header(Sheet("Тізім", rows), NAMES).header.number == 5

    def test_a_sheet_without_any_header_is_refused_with_the_names_expected(self):
        with pytest.raises(Refused, match="Expected: Тегі, ЖСН, Туған күні"):
            find_header(Sheet("Тізім", [header("a", "b")]), NAMES)

    def test_an_empty_sheet_is_refused_too(self):
        with pytest.raises(Refused, match="no row with the names"):
            find_header(Sheet("Тізім", []), NAMES)


def test_letters_of_columns():
    assert [sheets_in.letter(n) for n in (1, 26, 27, 52, 53, 702, 703, 16384)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
