"""Twelve digits: what is one, what a spreadsheet makes of it, how it is shown."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zabota.lib import iin

people = st.integers(0, 9_999_999).map(iin.make)


class TestCheck:
    @pytest.mark.parametrize("number", ["009900000008", "009900030008", "130502500905", "130502500917"])
    def test_it_takes_numbers_of_the_first_and_of_the_second_row(self, number):
        assert iin.check(number)

    @pytest.mark.parametrize("last", "0123456789")
    def test_it_takes_no_number_whose_rows_both_give_ten(self, last):
        assert not iin.check("13050250098" + last)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "000000000000",
            "00990000000",
            "0099000000080",
            "00990000000A",
            "٠٠٩٩٠٠٠٠٠٠٠٨",
            "００９９００００００08",
            " 09900000008",
        ],
    )
    def test_it_takes_nothing_but_twelve_ascii_digits(self, text):
        assert not iin.check(text)

    @given(people)
    def test_nothing_is_asked_of_a_birth_date(self, number):
        assert number[2:4] == "99"
        assert iin.check(number)


class TestRepair:
    @given(people)
    def test_a_good_number_stays_as_it_is(self, number):
        assert iin.repair(number) == number

    @given(people)
    def test_zeros_lost_in_a_spreadsheet_come_back(self, number):
        assert iin.repair(str(int(number))) == (number if len(str(int(number))) >= 9 else None)

    @pytest.mark.parametrize(
        "written",
        [
            "61211600012",
            "61211600012.0",
            "61211600012,00",
            "6.1211600012E+10",
            "6,1211600012e10",
            "0612 1160 0012",
            "061211\u00a0600012",
            "'061211600012",
            " 061211-600012\u200b",
        ],
    )
    def test_every_way_a_spreadsheet_writes_it_is_understood(self, written):
        assert iin.repair(written) == "061211600012"

    @pytest.mark.parametrize("written", ["6.12116E+10", "6.12E+10", "1.2E+99"])
    def test_a_rounded_number_is_not_guessed_at(self, written):
        assert iin.repair(written) is None

    @pytest.mark.parametrize("written", ["", "—", "жоқ", "061211600013", "61211600012.5", "12", "0", "1" * 40])
    def test_what_is_no_number_is_refused(self, written):
        assert iin.repair(written) is None

    @given(st.text(max_size=30))
    def test_it_gives_a_valid_number_or_none(self, text):
        repaired = iin.repair(text)
        assert repaired is None or iin.check(repaired)


class TestMask:
    def test_only_the_last_four_digits_show(self):
        assert iin.mask("061211600012") == "•••••••• 0012"

    def test_nothing_of_a_short_number_shows(self):
        assert iin.mask("12345") == "•••••"
        assert iin.mask("") == ""


class TestMake:
    def test_the_same_serial_gives_the_same_number_and_another_one_another(self):
        made = [iin.make(serial) for serial in range(5_000)]
        assert made == [iin.make(serial) for serial in range(5_000)]
        assert len(set(made)) == 5_000
        assert all(iin.check(number) for number in made)

    def test_chance_can_draw_the_serial(self):
        assert iin.make(Random(7)) == iin.make(Random(7))

    @given(st.integers(0, 99_999))
    def test_an_organisation_has_its_own_mark(self, serial):
        number = iin.make(serial, organisation=True)
        assert iin.check(number)
        assert number[4:6] == "40"

    @pytest.mark.parametrize("serial", [-1, 10_000_000])
    def test_a_serial_out_of_bounds_is_an_error(self, serial):
        with pytest.raises(ValueError, match="serial"):
            iin.make(serial)
