"""The country shipped with the portal: complete, consistent, and spelt in its own letters."""

import csv
import re
from collections import Counter
from pathlib import Path
from unicodedata import is_normalized

import pytest

FILE = Path(__file__).resolve().parents[2] / "schools" / "data" / "country.csv"
COLUMNS = ["code", "parent", "level", "kato", "name_kk", "name_ru", "kind", "ownership", "week", "bin"]
CITIES = {"71": "Астана", "75": "Алматы", "79": "Шымкент"}

# First two digits of KATO and the number of districts and cities right below.
BELOW = {
    "10": 12, "11": 20, "15": 13, "19": 11, "23": 8, "27": 13, "31": 11, "33": 10, "35": 13, "39": 20,
    "43": 9, "47": 7, "55": 13, "59": 14, "61": 17, "62": 5, "63": 13, "71": 6, "75": 8, "79": 5,
}  # fmt: skip

KAZAKH = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі")
RUSSIAN = KAZAKH - set("әғқңөұүһі")
KAZAKH_IN_RUSSIAN = {
    "область Жетісу", "область Ұлытау", "г. Қонаев", "район Ақсуат", "район Жаңасемей", "район Мақаншы",
    "район Бәйтерек", "район Тереңкөл", "район Аққулы", "район Марқакөл", "район Үлкен Нарын",
    "район Байқоңыр", "район Нұра", "район Сарайшық", "район Тұран",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def oblasts(rows):
    return [row for row in rows if row["level"] == "oblast"]


@pytest.fixture(scope="module")
def districts(rows):
    return [row for row in rows if row["level"] == "district"]


def test_the_file_is_a_table_of_units(rows):
    text = FILE.read_bytes().decode("utf-8")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert "\r" not in text
    assert text.endswith("\n")
    assert is_normalized("NFC", text)
    assert not any(row["kind"] or row["ownership"] or row["week"] or row["bin"] for row in rows)
    assert all(value == value.strip() for row in rows for value in row.values())


def test_twenty_oblasts_and_228_districts(rows, oblasts, districts):
    assert (len(oblasts), len(districts), len(rows)) == (20, 228, 248)
    assert Counter(row["parent"][:2] for row in districts) == BELOW
    assert {row["code"][:2] for row in oblasts} == set(BELOW)


def test_by_kind_of_unit(districts):
    cities = [row for row in districts if row["name_kk"].endswith(" қ.")]
    inside = [row for row in districts if row["parent"][:2] in CITIES]
    assert (len(cities), len(inside), len(districts) - len(cities) - len(inside)) == (39, 19, 170)


def test_codes_are_kato_codes_and_unique(rows, oblasts):
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"\d{9}", row["code"]) and row["kato"] == row["code"] for row in rows)
    assert all(row["code"].endswith("0000000") for row in oblasts)


def test_parents_come_first_and_share_the_first_digits(rows, oblasts, districts):
    assert rows == oblasts + districts
    for level in (oblasts, districts):
        assert [row["code"] for row in level] == sorted(row["code"] for row in level)
    assert {row["parent"] for row in oblasts} == {"KZ"}
    known = {row["code"] for row in oblasts}
    assert all(row["parent"] in known and row["parent"][:2] == row["code"][:2] for row in districts)


def test_kazakh_names_are_written_in_kazakh(rows, oblasts, districts):
    for row in rows:
        assert set(row["name_kk"].lower()) <= KAZAKH | set(" .-"), row
        assert re.match("[А-ЯӘҒҚҢӨҰҮҺІ]", row["name_kk"]), row
    for row in oblasts:
        assert row["name_kk"].endswith(" қ." if row["code"][:2] in CITIES else " облысы"), row
    for row in districts:
        assert row["name_kk"].endswith((" қ.", " ауданы", " атындағы аудан")), row


def test_russian_names_are_written_in_russian_but_for_those_named_so_by_decree(rows):
    odd = {row["name_ru"] for row in rows if not set(row["name_ru"].lower()) <= RUSSIAN | set(" .-")}
    assert odd == KAZAKH_IN_RUSSIAN
    for row in rows:
        assert set(row["name_ru"].lower()) <= KAZAKH | set(" .-"), row
        words = row["name_ru"].split()
        kind = "область" if row["name_kk"].endswith(" облысы") else "г." if row["name_kk"].endswith(" қ.") else "район"
        assert kind in (words[0], words[-1]), row


def test_cities_of_the_republic_have_their_names(oblasts):
    assert {row["code"][:2]: row["name_ru"] for row in oblasts if row["code"][:2] in CITIES} == {
        code: f"г. {name}" for code, name in CITIES.items()
    }


def test_some_districts_share_a_name_but_never_a_parent(districts):
    shared = {name: n for name, n in Counter(row["name_kk"] for row in districts).items() if n > 1}
    assert shared == {"Абай ауданы": 3, "Есіл ауданы": 3, "Жамбыл ауданы": 3, "Ақтоғай ауданы": 2, "Нұра ауданы": 2}
    assert len({(row["parent"], row["name_kk"]) for row in districts}) == len(districts)
    assert len({(row["parent"], row["name_ru"]) for row in districts}) == len(districts)
