"""Agreements with partners (Guide, task 7 of 2.2)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actions import Stale, save_agreement
from campaigns.models import Agreement
from schools.models import Stale as StaleFigures
from schools.once import new_key
from schools.workflow import Refused
from tests.campaigns.stories import SCHOOL, VILLAGE, unit


@pytest.fixture
def agreed(country, people):
    def make(number=SCHOOL, by=None, **more):
        typed = {"partner": "«Жылу» қоры", "date": date(2027, 1, 12), "subject": "Қысқы киім", **more}
        return save_agreement(agreement=Agreement(unit=unit(number), **typed), by=by or people.coordinator)

    return make


def typed(**more):
    return {
        "once": new_key(), "partner": "«Жылу» қоры", "date": "2027-01-12", "subject": "Қысқы киім", **more,
    }  # fmt: skip


def test_a_school_enters_an_agreement_and_the_district_reads_it(client_of, people, campaign):
    client = client_of(people.coordinator)
    answer = client.post("/campaign/agreements/new/", typed(until="2027-12-31"), follow=True)
    assert "The agreement with «Жылу» қоры is saved." in answer.text
    assert "31.12.2027" in answer.text
    assert SCHOOL in StaleFigures.objects.values_list("unit_id", flat=True)
    assert "«Жылу» қоры" in client_of(people.specialist).get("/campaign/agreements/").text
    assert "«Жылу» қоры" not in client_of(people.stranger).get("/campaign/agreements/").text
    assert client_of(people.specialist).get("/campaign/agreements/?xlsx=1").content[:2] == b"PK"


def test_wrong_dates_and_a_second_copy_are_refused_in_words(client_of, people, agreed):
    client = client_of(people.coordinator)
    answer = client.post("/campaign/agreements/new/", typed(until="2027-01-01"))
    assert answer.status_code == 422
    assert "An agreement cannot end before it begins." in answer.text
    assert "Қысқы киім" in answer.text
    agreed()
    with pytest.raises(Refused):
        agreed()
    assert client.post("/campaign/agreements/new/", typed()).status_code == 422
    assert Agreement.objects.count() == 1


def test_nobody_signs_for_another_unit(client_of, people, agreed):
    for person in (people.specialist, people.village_coordinator, people.stranger):
        with pytest.raises(PermissionDenied):
            agreed(by=person)
    row = agreed()
    assert client_of(people.village_coordinator).get(f"/campaign/agreements/{row.pk}/").status_code == 404
    assert client_of(people.specialist).get(f"/campaign/agreements/{row.pk}/").status_code == 403


def test_an_agreement_is_corrected_and_a_late_save_shows_both_versions(client_of, people, agreed):
    row = agreed()
    client = client_of(people.coordinator)
    assert 'value="«Жылу» қоры"' in client.get(f"/campaign/agreements/{row.pk}/").text
    client.post(f"/campaign/agreements/{row.pk}/", typed(subject="Аяқ киім", version=1))
    row.refresh_from_db()
    assert (row.subject, row.version) == ("Аяқ киім", 2)
    late = client.post(f"/campaign/agreements/{row.pk}/", typed(subject="Тамақ", version=1))
    assert late.status_code == 409
    assert "Аяқ киім" in late.text
    assert "Тамақ" in late.text
    row.version = 1
    with pytest.raises(Stale):
        save_agreement(agreement=row, by=people.coordinator)


def test_the_list_costs_the_same_for_ten_agreements_and_for_three_hundred(queries_do_not_grow, people, country):
    serial = iter(range(1000))

    def make(n):
        Agreement.objects.bulk_create(
            Agreement(unit_id=(SCHOOL, VILLAGE)[k % 2], partner=f"№ {k}", date=date(2027, 1, 12), subject="Көмек")
            for k in (next(serial) for _ in range(n))
        )

    queries_do_not_grow(people.specialist, "/campaign/agreements/", make)
