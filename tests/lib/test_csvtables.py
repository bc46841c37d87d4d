"""The engine of the folder of tables, on tables of its own."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zabota.lib import iin
from zabota.lib.csvcells import BadValue, Code, Codes, Day, Flag, Ranges, Secret, Text, Whole
from zabota.lib.csvtables import Check, Column, Loading, Problem, Ref, Rejected, Table, dump

SHAPES = Table(
    file="shapes.csv",
    columns=[Column("code", Text(limit=10), required=True), Column("sides", Whole(least=3, most=12))],
    key=("code",),
    known="select id, code from toy_shape",
    steps=["insert into toy_shape (code) select code from load_shapes where not bad on conflict do nothing"],
    dump="select * from (values ('ә', 3), (' б ', null)) t(code, sides)",
)
BOXES = Table(
    file="boxes.csv",
    columns=[
        Column("key", Text(limit=5), required=True),
        Column("shape", Text(limit=10)),
        Column("made", Day()),
        Column("colours", Codes(codes=["red", "blue"])),
        Column("text", Text(limit=100)),
    ],
    key=("key", "made"),
    refs=[Ref(("shape",), SHAPES, "shape_id")],
    steps=[
        Check(
            "made",
            "select line, made as value, key from s where made > '2027-01-01'",
            "Box %(key)s is of tomorrow.",
            "Wait.",
        )
    ],
    dump="select 'k', 'ә', '2026-12-31'::date, '{blue,red}'::text[], E'a\\rb, \"c\"'",
)


@pytest.fixture
def database(db):
    """One shape is known already."""
    with connection.cursor() as cursor:
        cursor.execute("create temp table toy_shape (id serial, code text unique) on commit drop")
        cursor.execute("insert into toy_shape (code) values ('round')")


@pytest.fixture
def problems(database, tmp_path):
    """`problems(shapes=…, boxes=…)`: what is wrong with these files, each in one line."""

    def read(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            Loading([SHAPES, BOXES], tmp_path).run()
        except Rejected as trouble:
            return [str(problem) for problem in trouble.problems]
        return []

    return read


def test_good_files_have_no_problems(problems):
    boxes = "key,shape,made,colours,text\n1,square,2026-12-31,red,\n"
    assert problems(shapes="code,sides\nsquare,4\n", boxes=boxes) == []


def test_the_line_is_where_the_row_begins(problems):
    boxes = 'key,shape,made,colours,text\n1,,,,"two\nlines"\n\n2,,soon,,"three\n\nlines"\n3,,,green,\n'
    assert problems(boxes=boxes) == [
        "boxes.csv, line 5, column made, «soon»: This is not a date. Write the date as 2027-01-31.",
        "boxes.csv, line 8, column colours, «green»: There is no such code. Write one of: red, blue.",
    ]


def test_a_reference_may_be_to_the_file_or_to_the_database(problems):
    found = problems(shapes="code,sides\nsquare,4\n", boxes="key,shape,made,colours,text\n1,round,,,\n2,oval,,,\n")
    assert found == [
        "boxes.csv, line 3, column shape, «oval»: Neither shapes.csv nor the portal has it."
        " Correct the cell or add the row to shapes.csv."
    ]


def test_rows_that_refer_to_a_bad_row_wait_in_silence(problems):
    found = problems(shapes="code,sides\nsquare,2\n", boxes="key,shape,made,colours,text\n1,square,2027-02-02,,\n")
    assert found == ["shapes.csv, line 2, column sides, «2»: The number is out of bounds. Write a number from 3 to 12."]


def test_a_check_names_what_it_found(problems):
    found = problems(boxes="key,shape,made,colours,text\n7,,2027-02-02,,\n")
    assert found == ["boxes.csv, line 2, column made, «2027-02-02»: Box 7 is of tomorrow. Wait."]


def test_a_key_stands_once(problems):
    found = problems(boxes="key,shape,made,colours,text\n1,,,,a\n1,,2026-01-01,,b\n1,,,,c\n")
    told = "boxes.csv, line 4, column key, «1»: Line 2 has the same key (key, made). Leave one of the two lines."
    assert found == [told]


def test_bytes_that_are_no_text_are_refused(problems):
    assert problems(shapes=b"code,sides\n\xd0\x90,4\n\xff\xfe,4\n") == [
        "shapes.csv, line 3: The file is not in UTF-8. Save it as “CSV UTF-8”."
    ]
    assert "no text has" in problems(shapes="code,sides\na\x00b,4\n")[0]


def test_a_quotation_that_never_ends_is_refused(problems):
    found = problems(shapes='code,sides\n"square,4\ncircle,3\n')
    assert found[0].startswith("shapes.csv, line 2: The quotation marks of this line do not fit together.")


def test_ids_of_what_was_spoken_of(database, tmp_path):
    (tmp_path / "boxes.csv").write_text("key,shape,made,colours,text\n1,round,,,\n2,,,,\n")
    loading = Loading([SHAPES, BOXES], tmp_path)
    assert loading.run() == {"boxes.csv": 2}
    assert loading.touched(SHAPES) == {1}


def test_what_is_written_can_be_read(database, tmp_path):
    folder = tmp_path / "out"
    assert dump([SHAPES, BOXES], folder) == {"shapes.csv": 2, "boxes.csv": 1}
    assert (folder / "shapes.csv").read_bytes() == "code,sides\nә,3\nб,\n".encode()
    assert (folder / "boxes.csv").read_bytes() == (
        'key,shape,made,colours,text\nk,ә,2026-12-31,red;blue,"a\nb, ""c"""\n'.encode()
    )
    assert (folder / "boxes.csv").stat().st_mode & 0o077 == 0  # names of children may be inside
    assert Loading([SHAPES, BOXES], folder).run() == {"shapes.csv": 2, "boxes.csv": 1}


def test_a_problem_of_a_whole_file_has_no_line():
    assert str(Problem("a.csv", 0, "", "", "It is empty.", "Fill it.")) == "a.csv: It is empty. Fill it."


# Cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        ("7", [7]),
        ("1-4", [1, 2, 3, 4]),
        ("0-4;11", [0, 1, 2, 3, 4, 11]),
        ("11; 0 – 2", [0, 1, 2, 11]),
        ("3;2;3", [2, 3]),
    ],
)
def test_ranges_are_read_as_people_write_them(text, grades):
    assert Ranges(most=12).parse(text) == grades


@pytest.mark.parametrize("text", ["13", "4-1", "1-", "a", "1,2", ";", "1–4–5", "01.апр"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(BadValue):
        Ranges(most=12).parse(text)


@given(st.sets(st.integers(0, 12)))
def test_ranges_come_back_as_they_were(numbers):
    kind = Ranges(most=12)
    text = kind.format(list(numbers))
    assert (kind.parse(text) if text else kind.empty) == sorted(numbers)
    assert kind.format(sorted(numbers)) == text


@given(st.sets(st.sampled_from(["b", "a", "c"])))
def test_codes_come_back_in_the_order_of_their_list(chosen):
    kind = Codes(codes=["c", "a", "b"])
    text = kind.format(list(chosen))
    parsed = kind.parse(text) if text else kind.empty
    assert set(parsed) == chosen
    assert parsed == [code for code in ["c", "a", "b"] if code in chosen]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_come_back_as_they_were(day):
    assert Day().parse(Day().format(day)) == day


@pytest.mark.parametrize("text", ["31.01.2027", "2027-1-31", "2027-02-29", "20270131", "1899-12-31", "２０２７-01-31"])
def test_other_dates_are_refused(text):
    with pytest.raises(BadValue):
        Day().parse(text)


@pytest.mark.parametrize("text", ["1.0", "1 000", "٣", "1e3", "--1", "9" * 30])
def test_only_digits_are_numbers(text):
    with pytest.raises(BadValue):
        Whole(most=10**15).parse(text)


def test_a_secret_is_staged_sealed_with_its_index():
    number = iin.make(5)
    sealed, index = Secret().parts(Secret().parse(number))
    assert number not in sealed + index
    assert Secret().format(sealed) == number
    assert Secret().parts("") == ["", ""]
    assert Secret().format(None) == ""
    with pytest.raises(BadValue):
        Secret().parse(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert Secret(checked=False).parse("123456789012") == "123456789012"


def test_flags_and_codes():
    assert [Flag().parse("1"), Flag().parse("0")] == [True, False]
    assert [Flag().format(True), Flag().format(False)] == ["1", "0"]
    with pytest.raises(BadValue):
        Flag().parse("yes")
    with pytest.raises(BadValue, match="no such code"):
        Code(codes=["a"]).parse("A")
