"""The small campaign of tests/folder, counted by hand: load, summary, recount, dump and load again."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaigns.models import Campaign
from reports.counting import count
from reports.live import live_figures
from schools.models import Unit
from schools.number import subtree
from schools.wall import COUNTRY, scope
from tests.conftest import APP, OWNER, log_in_as

FOLDER = Path(__file__).parents[1] / "folder"
ANSWERS = json.loads((FOLDER / "answers.json").read_text())
AS_OF = date.fromisoformat(ANSWERS["as_of"])


def load(folder):
    """As `manage.py load` does: by the owner of the tables."""
    log_in_as(OWNER)
    try:
        call_command("load", str(folder), stdout=StringIO(), stderr=StringIO())
    finally:
        log_in_as(APP)


def summary(unit="KZ", lang="kk", **options):
    out = StringIO()
    call_command("summary", "2027", unit=unit, as_of=AS_OF, format="json", lang=lang, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def loaded(transactional_db, clock_at):
    clock_at(AS_OF)
    load(FOLDER)


def plain(value):
    """A figure as the answers are written: a number, or [numerator, denominator] of a share."""
    return [value["numerator"], value["denominator"]] if isinstance(value["value"], float) else value["numerator"]


def not_zero(parts):
    return {key: not_zero(part) if isinstance(part, dict) else part for key, part in parts.items() if part}


def test_the_summary_equals_what_was_counted_by_hand(loaded):
    wrong = []
    for unit, answers in ANSWERS["values"].items():
        values = json.loads(summary(unit))["values"]
        for code, answer in answers.items():
            shown = (
                plain(values[code]) if answer != [0, 0] else [values[code]["numerator"], values[code]["denominator"]]
            )
            if shown != answer:
                wrong.append((unit, code, shown, answer))
        for code, parts in ANSWERS["by"].get(unit, {}).items():
            if not_zero(values[code]["by"]) != not_zero(parts):
                wrong.append((unit, code, not_zero(values[code]["by"]), parts))
    assert wrong == []


def test_the_children_of_a_summary_are_the_units_one_level_below(loaded):
    country = json.loads(summary())
    assert country["unit"] == "KZ"
    assert country["as_of"] == "2027-01-22"
    assert [child["unit"] for child in country["children"]] == ["110000000", "710000000"]
    assert country["children"][1]["values"]["AD-01"] == {"value": 2, "numerator": 2, "denominator": None}
    city = json.loads(summary("710000000"))
    assert [child["unit"] for child in city["children"]] == ["C"]  # a school directly under the city


def test_a_share_is_a_number_between_zero_and_one(loaded):
    attendance = json.loads(summary("A"))["values"]["AT-07"]
    assert attendance["value"] == pytest.approx(35 / 46)
    assert json.loads(summary("117000000"))["values"]["AT-07"]["value"] is None


def test_live_values_stand_after_a_load_and_recount_finds_nothing(loaded):
    out = StringIO()
    call_command("recount", stdout=out)
    assert out.getvalue().startswith("0 differences in ")
    with scope(COUNTRY):
        live = live_figures(Campaign.objects.get(), [0])[0]
    assert live["AT-02"].numerator == ANSWERS["values"]["KZ"]["AT-02"]


def test_each_unit_counted_alone_equals_its_place_in_the_country(loaded):
    with scope(COUNTRY):
        campaign = Campaign.objects.get()
        whole = count(campaign, AS_OF)
        for unit in Unit.objects.all():
            assert count(campaign, AS_OF, *subtree(unit.pk))[unit.pk] == whole[unit.pk], unit.code


def test_load_of_the_dump_gives_the_same_summary_to_the_byte(loaded, tmp_path):
    first = [summary(), summary("A", lang="ru")]
    call_command("dump", str(tmp_path / "one"), stdout=StringIO())
    empty_the_database()
    load(tmp_path / "one")
    assert [summary(), summary("A", lang="ru")] == first
    call_command("dump", str(tmp_path / "two"), stdout=StringIO())
    assert files(tmp_path / "two") == files(tmp_path / "one")


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def empty_the_database():
    log_in_as(OWNER)
    call_command("flush", interactive=False, stdout=StringIO())
    log_in_as(APP)


def test_a_bad_row_is_named_and_nothing_is_loaded(transactional_db, tmp_path):
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = (tmp_path / "absences.csv").read_text().replace("2027-01-12,ill", "2027-01-12,sick", 1)
    (tmp_path / "absences.csv").write_text(lines)
    err = StringIO()
    log_in_as(OWNER)
    try:
        with pytest.raises((CommandError, SystemExit)) as stop:
            call_command("load", str(tmp_path), stdout=StringIO(), stderr=err)
    finally:
        log_in_as(APP)
    said = err.getvalue() + str(stop.value)
    for part in ("absences.csv", "2", "reason", "sick", "no_shoes"):
        assert part in said
    assert not Unit.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from campaigns_campaign")
        assert cursor.fetchone() == (0,)
