"""Every printed number opens exactly the rows that make it, at every level, for everybody who reads it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aid.models import Handout
from reports import actions
from reports.counting import count
from reports.editions import opened
from reports.indicators import CATALOGUE
from reports.live import live_figures, recount_all
from reports.models import Value
from reports.words import number
from schools.models import Unit
from schools.number import subtree
from students.models import Case, Pupil
from tests.make import make_class
from tests.reports.stories import (
    CITY,
    CITY_SCHOOL,
    DISTRICT,
    OBLAST,
    OTHER_SCHOOL,
    SCHOOL,
    VILLAGE,
    busy_school,
    lively,
    signed,
    take,
)
from tests.reports.test_submissions import text_of

pytestmark = pytest.mark.usefixtures("in_english")
DAY = date(2027, 1, 28)
COUNTED = [one for one in CATALOGUE.values() if one.fact]


@pytest.fixture
def busy(country):
    for unit, pupils in [(SCHOOL, 4), (VILLAGE, 6), (OTHER_SCHOOL, 5), (CITY_SCHOOL, 3)]:
        busy_school(unit, pupils=pupils)
    recount_all()
    return country


def rows_on(page):
    """Lines of the table of a page, without the line of totals."""
    body = page.content.decode().split("<tbody>")[1].split("</tbody>")[0] if b"<tbody>" in page.content else ""
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in re.findall(r"<tr>.*?</tr>", body, re.S)
    ]


@pytest.mark.parametrize("unit", [SCHOOL, DISTRICT, OBLAST, CITY, 0])
def test_the_rows_of_every_figure_and_of_every_part_make_the_figure(busy, unit):
    figures = count(busy.campaign, DAY, *subtree(unit))[unit]
    for one in COUNTED:
        for part, amount in {"": figures[one.code].numerator, **figures[one.code].by}.items():
            rows = opened(busy.campaign, DAY, *subtree(unit), one, part)
            assert sum(row["amount"] for row in rows) == amount, (one.code, part)
            if not one.amount.startswith("sum"):
                assert len(rows) == amount, (one.code, part)


@pytest.fixture
def lively_country(country):
    for unit in (SCHOOL, VILLAGE, DISTRICT, OBLAST, CITY_SCHOOL, 0):
        lively(unit, by=OBLAST if unit == DISTRICT else DISTRICT)
    recount_all()
    return country


@pytest.mark.parametrize("unit", [SCHOOL, DISTRICT, OBLAST, CITY, 0])
def test_what_happens_at_every_level_opens_into_its_rows_too(lively_country, unit):
    figures = count(lively_country.campaign, DAY, *subtree(unit))[unit]
    for one in [one for one in COUNTED if one.section in ("events", "campaign")]:
        assert figures[one.code].numerator or one.code == "OR-01A", one.code
        for part, amount in {"": figures[one.code].numerator, **figures[one.code].by}.items():
            rows = opened(lively_country.campaign, DAY, *subtree(unit), one, part)
            assert sum(row["amount"] for row in rows) == amount, (one.code, part)


@pytest.mark.parametrize(("login", "code"), [("coordinator", "S1"), ("specialist", "113200000"), ("analyst", "KZ")])
def test_figures_of_the_campaign_open_with_the_same_number(lively_country, people, client_of, login, code):
    client = client_of(getattr(people, login))
    page = client.get(f"/situation/{code}/").content.decode()
    links = set(re.findall(rf'<a href="(/figures/{code}/(?:EV|OR)[^"]+)">([^<]+)<', page))
    assert len(links) > 35
    for address, printed in links:
        opened_page = client.get(address.replace("&amp;", "&"))
        assert opened_page.status_code == 200, address
        assert f"<strong>{printed}</strong>" in opened_page.content.decode(), (address, printed)


def test_the_rows_say_which_event_which_body_which_answer(lively_country, people, client_of):
    client = client_of(people.coordinator)
    assert rows_on(client.get("/figures/S1/EV-02/"))[0].split()[:1] == ["raid"]
    assert "non-governmental organisations" in text_of(client.get("/figures/S1/EV-02/"))
    assert "5 – yes, fully" in text_of(client.get("/figures/S1/OR-07A/"))
    assert "Bulletin 1" in text_of(client.get("/figures/S1/OR-10/"))
    assert "Аршалы ауданы" in text_of(client.get("/figures/S1/OR-11/"))


def test_what_the_ministry_does_itself_stands_on_a_line_of_its_own(lively_country, people, client_of):
    lines = rows_on(client_of(people.analyst).get("/figures/KZ/EV-01/"))
    assert any(line.startswith("at the unit itself 2") for line in lines), lines


def test_a_child_with_two_cases_is_one_row(busy):
    twice = Case.objects.get(unit_id=SCHOOL)
    again = Case.objects.create(
        unit_id=SCHOOL, finder_id=SCHOOL, key="again", pupil=twice.pupil, found_on=date(2027, 1, 20), source="raid",
        kind="systematic", confirmed_on=date(2027, 1, 21),
    )  # fmt: skip
    Case.objects.filter(pk=again.pk).update(state="confirmed")
    rows = opened(busy.campaign, DAY, SCHOOL, SCHOOL, CATALOGUE["CS-12"])
    assert [(row["child"], row["amount"]) for row in rows] == [(twice.pupil_id, 1)]


def test_days_missed_at_a_former_school_are_among_what_the_figure_opens(busy, people, client_of):
    """The district of today's school sees the child; what it missed elsewhere only its number of days."""
    before = make_class(OTHER_SCHOOL, "8А", pupils=1)
    stay = before.enrolments.get()
    take(before, date(2027, 1, 18), date(2027, 1, 19), absent=[stay.pupil], reason="truancy")
    stay.last = date(2027, 1, 19)
    stay.save()
    after = make_class(SCHOOL, "8А", pupils=0)
    after.enrolments.create(unit_id=SCHOOL, pupil=stay.pupil, grade=7, form="day", first=date(2027, 1, 20))
    take(after, date(2027, 1, 20), date(2027, 1, 21), date(2027, 1, 22), absent=[stay.pupil], reason="truancy")
    recount_all()
    page = client_of(people.coordinator).get("/figures/S1/AT-11/")
    shown = [row for row in rows_on(page) if "22.01.2027" in row]
    assert len(shown) == 1
    assert " 5 " in shown[0]


@pytest.mark.parametrize(
    ("login", "code", "unit"),
    [("coordinator", "S1", SCHOOL), ("specialist", "113200000", DISTRICT), ("oblast_specialist", "110000000", OBLAST)],
)
def test_every_figure_of_the_situation_opens_with_the_same_number(busy, people, client_of, login, code, unit):
    client = client_of(getattr(people, login))
    page = client.get(f"/situation/{code}/").content.decode()
    links = set(re.findall(rf'<a href="(/figures/{code}/[^"]+)">([^<]+)<', page))
    assert len(links) > len(CATALOGUE)  # with their parts
    for address, printed in links:
        opened_page = client.get(address.replace("&amp;", "&"))
        assert opened_page.status_code == 200, address
        assert f"<strong>{printed}</strong>" in opened_page.content.decode(), (address, printed)


def test_the_table_of_units_opens_the_figures_of_each_unit(busy, people, client_of):
    page = client_of(people.specialist).get("/situation/").content.decode()
    assert '<a href="/figures/S1/CS-03/">1</a>' in page
    assert '<a href="/figures/S2/CN-05/">6</a>' in page


def test_from_the_country_to_one_case_in_four_presses(busy, people, client_of):
    client = client_of(people.analyst)
    for address, leads in [
        ("/figures/KZ/CS-03/", "/figures/110000000/CS-03/"),
        ("/figures/110000000/CS-03/", "/figures/113200000/CS-03/"),
        ("/figures/113200000/CS-03/", f"/cases/{Case.objects.get(unit_id=SCHOOL).pk}/"),
    ]:
        assert f'href="{leads}"' in client.get(address).content.decode(), address


def test_names_stand_only_where_they_may_be_seen(busy, people, client_of):
    name = Pupil.objects.filter(unit_id=SCHOOL, handouts__isnull=False).first().full_name
    assert name in text_of(client_of(people.specialist).get("/figures/113200000/AD-01/"))
    above = client_of(people.oblast_specialist).get("/figures/113200000/AD-01/")
    assert name not in text_of(above)
    assert text_of(above).count("name not shown here") == len(rows_on(above)) == 6
    assert "Сынақ отбасы" not in text_of(client_of(people.oblast_specialist).get("/figures/113200000/FM-01/"))


def test_a_sensitive_cause_opens_into_units_above_the_district(busy, people, client_of):
    Case.objects.filter(unit_id=SCHOOL).update(cause="violence")
    recount_all()
    address = "/figures/113200000/CS-12/?part=cause%3Aviolence"
    key = Case.objects.get(unit_id=SCHOOL).key
    assert key in text_of(client_of(people.specialist).get(address))
    above = text_of(client_of(people.oblast_specialist).get(address))
    assert key not in above
    assert "№ 1 мектеп 1" in above
    assert key not in text_of(client_of(people.oblast_specialist).get("/figures/S1/CS-12/?part=cause%3Aviolence"))


def test_attendance_opens_into_what_it_is_divided_from_then_into_registers(busy, people, client_of):
    client = client_of(people.coordinator)
    assert 'href="/figures/S1/AT-13/"' in client.get("/figures/S1/AT-07/").content.decode()
    school_class = busy_class(SCHOOL)
    page = client.get("/figures/S1/AT-13/").content.decode()
    assert f'href="/today/{school_class.pk}/?date=2027-01-28"' in page
    assert "/figures/S1/AT-13/" in client_of(people.specialist).get("/figures/113200000/AT-13/").content.decode()


def busy_class(unit):
    from students.models import SchoolClass

    return SchoolClass.objects.get(unit_id=unit)


def test_what_happened_at_a_unit_itself_is_a_line_of_its_own(busy, people, client_of):
    Handout.objects.create(
        unit_id=OBLAST, giver_id=OBLAST, pupil=Pupil.objects.filter(unit_id=SCHOOL).last(), date=date(2027, 1, 25),
        source="fund", kind="food", tenge=5_000,
    )  # fmt: skip
    recount_all()
    client = client_of(people.oblast_specialist)
    page = client.get("/figures/110000000/AD-04/")
    assert "at the unit itself 5 000" in text_of(page).replace("\u00a0", " ")
    own = client.get("/figures/110000000/AD-04/?own=on")
    assert len(rows_on(own)) == 1


def test_a_unit_that_has_entered_nothing_has_no_data(busy, people, client_of):
    page = client_of(people.city_specialist).get("/situation/")
    row = next(row for row in page.content.decode().split("<tr>") if "Алматы ауданы" in row and "<td" in row)
    assert row.count("no data") >= 8
    assert "/figures/711110000/" not in row
    assert "nothing has been entered here yet" not in text_of(page)


def test_a_sealed_figure_opens_what_was_sealed(busy, people, client_of, clock_at):
    actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    Value.objects.all().delete()
    client = client_of(people.analyst)
    page = client.get("/summary/bulletin2/").content.decode()
    address = "/figures/110000000/AD-01/?round=bulletin2"
    assert f'<a href="{address}">9</a>' in page
    clock_at(date(2027, 2, 3))
    said = text_of(client.get(address))
    assert "Ақмола облысы: 9" in said
    assert "As of 28.01.2027" in said
    assert "Аршалы ауданы 6" in said


def test_a_signed_figure_opens_the_rows_of_its_day(busy, people, client_of, clock_at):
    signed("head", SCHOOL)
    Handout.objects.create(
        unit_id=SCHOOL, giver_id=SCHOOL, pupil=Pupil.objects.filter(unit_id=SCHOOL).last(), date=date(2027, 1, 29),
        source="fund", kind="food", tenge=5_000,
    )  # fmt: skip
    clock_at(date(2027, 1, 30))
    recount_all()
    client = client_of(people.head)
    assert 'href="/figures/S1/AD-03/?round=bulletin2">3</a>' in client.get("/reports/S1/bulletin2/").content.decode()
    assert len(rows_on(client.get("/figures/S1/AD-03/?round=bulletin2"))) == 3
    assert len(rows_on(client.get("/figures/S1/AD-03/"))) == 4


def test_nobody_opens_figures_of_others(busy, people, client_of):
    assert client_of(people.stranger).get("/figures/S1/AD-01/").status_code == 404
    assert client_of(people.teacher).get("/figures/S1/AD-01/").status_code == 403
    for wrong in ("/figures/S1/XX-01/", "/figures/S1/AD-01/?part=nonsense", "/figures/NO/AD-01/"):
        assert client_of(people.head).get(wrong).status_code == 404
    assert client_of(people.head).get("/figures/S1/AD-01/?round=nonsense").status_code == 200


def test_a_long_list_of_rows_costs_as_much_as_a_short_one(busy, people, client_of):
    client = client_of(people.coordinator)

    def asked(address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = asked("/figures/S1/CN-05/")
    make_class(SCHOOL, "9В", pupils=40)
    assert asked("/figures/S1/CN-05/") == before
    assert live_figures(busy.campaign, [SCHOOL])[SCHOOL]["CN-05"].numerator == 4  # not counted again yet
    assert f"<strong>{number(44)}</strong>" in client.get("/figures/S1/CN-05/").content.decode()


def test_units_below_stand_in_the_order_of_the_readers_alphabet(busy, people, client_of):
    client = client_of(people.analyst)
    Unit.objects.create(id=120000000, code="150000000", level="oblast", name_kk="Әулие", name_ru="Ялта")
    assert [row.split()[0] for row in rows_on(client.get("/figures/KZ/CN-05/"))] == ["Ақмола", "Астана", "Әулие"]
    client.cookies["django_language"] = "ru"
    assert [row.split()[0] for row in rows_on(client.get("/figures/KZ/CN-05/"))] == ["Акмолинская", "г.", "Ялта"]
