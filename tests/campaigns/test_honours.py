"""Honours: who took an active part is on the list once, and a mistake comes off it with a reason."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook

from campaigns.actions.honours import add_honour, remove_honour
from campaigns.models import Honour
from schools.models import Entry, Stale, Unit
from schools.once import new_key
from schools.workflow import Refused

SCHOOL = 110010001


@pytest.fixture
def honoured(country, people, campaign):
    def make(name="Дәулетова Айгүл", by=people.coordinator, **more):
        return add_honour(
            unit=Unit.objects.get(pk=SCHOOL),
            campaign=campaign,
            date=more.pop("date", date(2027, 1, 27)),
            name=name,
            kind=more.pop("kind", "thanks"),
            reason="Белсенділігі үшін",
            by=by,
        )

    return make


def test_the_same_paper_of_a_day_is_given_once(honoured):
    honoured()
    with pytest.raises(Refused, match="on the list already"):
        honoured(" Дәулетова  Айгүл ")
    assert honoured(kind="certificate").pk
    assert Stale.objects.filter(unit_id=SCHOOL).exists()


def test_nobody_honours_for_another_unit(honoured, people):
    for person in (people.stranger, people.specialist, people.teacher):
        with pytest.raises(PermissionDenied):
            honoured(by=person)
    with pytest.raises(PermissionDenied):
        remove_honour(honour=honoured(), why="қате", by=people.stranger)


def test_a_mistake_comes_off_with_a_reason(honoured, people):
    row = honoured()
    with pytest.raises(Refused, match="reason"):
        remove_honour(honour=row, why="", by=people.coordinator)
    remove_honour(honour=row, why="басқа адам", by=people.coordinator)
    assert not Honour.objects.exists()
    assert Entry.objects.get(verb="remove_honour").note == "басқа адам"


def test_one_form_puts_a_name_on_the_list_and_one_takes_it_off(client_of, people, campaign):
    client = client_of(people.coordinator)
    form = {"unit": SCHOOL, "kind": "certificate", "name": "«Жылу» ЖШС", "reason": "", "date": "2027-01-27"}
    page = client.post("/honours/new/", {"once": new_key(), **form}, follow=True).text
    assert "«Жылу» ЖШС is on the list." in page
    row = Honour.objects.get()
    assert row.campaign == campaign
    twice = client.post("/honours/new/", {"once": new_key(), **form})
    assert twice.status_code == 422
    assert "on the list already" in twice.text
    assert "«Жылу» ЖШС" in twice.text
    assert client.post(f"/honours/{row.pk}/", {"once": new_key(), "why": ""}).status_code == 422
    client.post(f"/honours/{row.pk}/", {"once": new_key(), "why": "қате"})
    assert not Honour.objects.exists()


def test_the_district_reads_the_list_of_its_schools_and_changes_nothing(client_of, people, honoured):
    row = honoured()
    client = client_of(people.specialist)
    assert "Дәулетова Айгүл" in client.get("/honours/?kind=thanks").text
    assert "Дәулетова Айгүл" not in client.get("/honours/?kind=certificate").text
    assert client.get(f"/honours/{row.pk}/").status_code == 404
    rows = load_workbook(io.BytesIO(client.get("/honours/?xlsx=1").content)).active
    assert rows["A2"].value == "Дәулетова Айгүл"
    assert "Дәулетова" not in client_of(people.stranger).get("/honours/").text


def test_the_list_costs_the_same_for_ten_and_for_three_hundred(queries_do_not_grow, people, honoured):
    serial = iter(range(1000))
    queries_do_not_grow(people.specialist, "/honours/", lambda n: [honoured(f"Адам {next(serial)}") for _ in range(n)])
