"""The hot line: a call is answered or passed on, then closed, and names nobody."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook

from campaigns.actions.calls import close_call, forward_call, take_call
from campaigns.models import Call
from schools.models import Entry, Unit
from schools.once import new_key
from schools.workflow import Refused, WrongState
from zabota.lib.clock import now
from zabota.lib.iin import make as make_iin

SCHOOL, VILLAGE = 110010001, 110010002


@pytest.fixture
def called(country, people):
    def make(topic="Құжаттар туралы", unit=SCHOOL, by=people.coordinator, **more):
        return take_call(unit=Unit.objects.get(pk=unit), at=more.pop("at", now()), topic=topic, by=by, **more)

    return make


def typed(**more):
    return {"once": new_key(), "unit": SCHOOL, "day": "2027-01-28", "hour": "09:30", "topic": "Құжаттар", **more}


# ---- the way of a call


def test_a_call_is_forwarded_then_closed_and_the_journal_tells(called, people):
    call = called()
    forward_call(call=call, forwarded_to="  Білім бөлімі ", by=people.coordinator)
    close_call(call=call, answer="Қабылданды", by=people.coordinator)
    stored = Call.objects.get()
    assert (stored.state, stored.forwarded_to, stored.answer) == ("closed", "Білім бөлімі", "Қабылданды")
    verbs = Entry.objects.filter(subject="campaigns.Call").order_by("pk").values_list("verb", "after")
    assert list(verbs) == [("take_call", "open"), ("forward", "forwarded"), ("close", "closed")]


def test_a_call_answered_at_once_is_closed(called):
    assert called(answer="Мекенжай айтылды").state == "closed"


def test_a_closed_call_goes_nowhere(called, people):
    call = called(answer="Айтылды")
    with pytest.raises(WrongState):
        forward_call(call=call, forwarded_to="Полиция", by=people.coordinator)


def test_nothing_is_closed_or_forwarded_without_words(called, people):
    call = called()
    for act, field in ((close_call, "answer"), (forward_call, "forwarded_to")):
        with pytest.raises(Refused, match="reason"):
            act(call=call, **{field: "  "}, by=people.coordinator)
    assert Call.objects.get().state == "open"


def test_a_call_that_has_not_come_in_is_refused(called):
    with pytest.raises(Refused, match="when it has come in"):
        called(at=now() + timedelta(hours=1))


def test_nobody_writes_in_anothers_log(called, people):
    for person in (people.stranger, people.specialist, people.teacher):
        with pytest.raises(PermissionDenied):
            called(by=person)
    with pytest.raises(PermissionDenied):
        close_call(call=called(), answer="жоқ", by=people.stranger)


# ---- nobody is named


@pytest.mark.parametrize("number", [make_iin(7), "8 701 000 11 22", "+7(701)000-11-22"])
def test_a_long_number_is_asked_about(called, number):
    with pytest.raises(Refused, match="looks like a phone or a personal number"):
        called(topic=f"Бала {number}")
    assert called(topic=f"Бала {number}", is_checked=True).pk


@pytest.mark.parametrize("text", ["Бұйрық № 124 27.01.2027", "2026–2027 оқу жылы, 7-сынып", "150 000 теңге"])
def test_dates_and_sums_are_nobody(called, text):
    assert called(topic=text).topic == text


def test_the_page_asks_once_more_and_keeps_what_was_typed(client_of, people, campaign):
    client = client_of(people.coordinator)
    form = typed(topic="Хабарласу: 87010001122")
    assert 'name="is_checked"' not in client.get("/calls/new/").text
    answer = client.post("/calls/new/", form)
    assert answer.status_code == 422
    assert "87010001122" in answer.text
    assert 'name="is_checked"' in answer.text
    assert client.post("/calls/new/", {**form, "once": new_key(), "is_checked": "on"}).status_code == 303
    assert Call.objects.count() == 1


# ---- pages


def test_a_call_is_written_down_forwarded_and_closed(client_of, people, campaign):
    client = client_of(people.coordinator)
    page = client.post("/calls/new/", typed(), follow=True).text
    call = Call.objects.get()
    assert f"/calls/{call.pk}/forward/" in page
    answer = client.post(f"/calls/{call.pk}/forward/", {"once": new_key(), "forwarded_to": "Білім бөлімі"}, follow=True)
    assert "The call is forwarded." in answer.text
    assert f"/calls/{call.pk}/forward/" not in answer.text
    answer = client.post(f"/calls/{call.pk}/close/", {"once": new_key(), "answer": "Шешілді"}, follow=True)
    assert "Шешілді" in answer.text
    assert f"/calls/{call.pk}/close/" not in answer.text
    late = client.post(f"/calls/{call.pk}/close/", {"once": new_key(), "answer": "Екінші жауап"})
    assert late.status_code == 422
    assert "Екінші жауап" in late.text
    assert "changed meanwhile" in late.text


def test_the_list_is_filtered_by_state_and_leaves_as_a_workbook(client_of, people, called):
    called("Ашық сұрақ")
    called("Жабық сұрақ", answer="Айтылды")
    client = client_of(people.specialist)
    page = client.get("/calls/?state=open").text
    assert "Ашық сұрақ" in page
    assert "Жабық сұрақ" not in page
    rows = load_workbook(io.BytesIO(client.get("/calls/?xlsx=1").content)).active
    assert {row[0] for row in rows.iter_rows(min_row=2, values_only=True)} == {"Ашық сұрақ", "Жабық сұрақ"}


def test_a_neighbour_sees_no_call(client_of, people, called):
    call = called()
    client = client_of(people.village_coordinator)
    assert "Құжаттар туралы" not in client.get("/calls/").text
    for page in ("", "close/"):
        assert client.get(f"/calls/{call.pk}/{page}").status_code == 404
    assert client_of(people.coordinator).get(f"/calls/{call.pk}/burn/").status_code == 404


def test_the_list_costs_the_same_for_ten_and_for_three_hundred(queries_do_not_grow, people, called):
    queries_do_not_grow(people.specialist, "/calls/", lambda n: [called() for _ in range(n)])
