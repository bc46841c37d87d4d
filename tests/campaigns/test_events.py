"""Events of every kind: what was held, with whom, and which children a raid found."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from PIL import Image

from campaigns.actions.campaign import Stale
from campaigns.actions.events import remove_event, save_event
from campaigns.event_found import children_found
from campaigns.models import Event
from campaigns.scans import Scan
from campaigns.states import EventKind
from schools import models as schools
from schools.models import Document, Entry, Unit
from schools.once import new_key
from schools.workflow import Refused
from students.actions import cases
from students.models import Case, Pupil
from tests.make import make_class

ARSHALY, SCHOOL, VILLAGE, BURABAY = 110010000, 110010001, 110010002, 110020000
DAY = date(2027, 1, 20)


@pytest.fixture
def held(country, people):
    """`held("raid")`: an event of the school, entered by its coordinator."""

    def make(kind="raid", unit=SCHOOL, by=people.coordinator, photo=None, consent=False, **more):
        row = Event(unit=Unit.objects.get(pk=unit), date=more.pop("date", DAY), kind=kind, **{"place": "Аршалы"} | more)
        return save_event(event=row, photo=photo, consent=consent, by=by)

    return make


def picture():
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "JPEG")
    return kept.getvalue()


def typed(**more):
    return {"once": new_key(), "unit": SCHOOL, "date": "2027-01-20", **more}


# ---- what is entered


def test_an_event_of_which_nothing_is_said_proves_nothing(held):
    with pytest.raises(Refused, match="Say something of it"):
        held("roundtable", place="")


def test_an_event_keeps_people_by_body_and_drops_noughts(held):
    row = held("roundtable", title="  Бала  құқығы ", participants={"police": 3, "teachers": 12, "media": 0})
    assert row.participants == {"teachers": 12, "police": 3}
    assert row.title == "Бала құқығы"
    assert schools.Stale.objects.filter(unit_id=SCHOOL).exists()
    assert Entry.objects.get(verb="add_event").after == "roundtable"


def test_what_a_kind_does_not_count_is_not_kept(held):
    assert held("leaflets", count=500).count == 500
    assert held("roundtable", count=500).count is None


def test_an_event_that_lies_ahead_is_refused(held):
    with pytest.raises(Refused, match="when it has taken place"):
        held(date=date(2027, 1, 29))


def test_nobody_enters_an_event_of_another_unit(held, people):
    for person in (people.stranger, people.specialist, people.village_coordinator):
        with pytest.raises(PermissionDenied):
            held(by=person)


def test_a_photo_needs_the_word_about_children(held):
    with pytest.raises(Refused, match="no child can be recognised"):
        held("stand", photo=Scan("stand.jpg", picture()))
    row = held("stand", photo=Scan("stand.jpg", picture()), consent=True)
    assert row.photo.permission == "event_view"
    assert Entry.objects.filter(verb="add_photo", subject_id=str(row.pk)).count() == 1


def test_a_paper_is_no_photo(held):
    with pytest.raises(Refused, match="not a PDF"):
        held("stand", photo=Scan("stand.pdf", _pdf()), consent=True)


def _pdf():
    import pikepdf

    kept = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(kept)
    return kept.getvalue()


def test_a_change_keeps_the_photo_until_it_is_taken_away(held, people):
    row = held("stand", photo=Scan("stand.jpg", picture()), consent=True)
    again = Event.objects.get(pk=row.pk)
    again.place = "Дәліз"
    assert save_event(event=again, by=people.coordinator).photo_id == row.photo_id
    assert save_event(event=again, without_photo=True, by=people.coordinator).photo_id is None
    assert Event.objects.get().version == 3


def test_two_people_do_not_write_over_each_other(held, people):
    row = held()
    first, second = Event.objects.get(pk=row.pk), Event.objects.get(pk=row.pk)
    first.place = "1-көше"
    save_event(event=first, by=people.coordinator)
    second.place = "2-көше"
    with pytest.raises(Stale) as late:
        save_event(event=second, by=people.head)
    assert late.value.stored.place == "1-көше"


# ---- what is taken back


def test_an_event_is_removed_with_a_reason_that_stays(held, people):
    row = held()
    with pytest.raises(Refused, match="reason"):
        remove_event(event=row, why=" ", by=people.coordinator)
    with pytest.raises(PermissionDenied):
        remove_event(event=row, why="қате", by=people.stranger)
    remove_event(event=row, why="екі рет енгізілген", by=people.coordinator)
    assert not Event.objects.exists()
    assert Entry.objects.get(verb="remove_event").note == "екі рет енгізілген"


def test_a_raid_that_found_a_child_stays(held, people):
    row = held()
    find(row, people.coordinator)
    with pytest.raises(Refused, match="A child was found here"):
        remove_event(event=row, why="қате", by=people.coordinator)
    assert Event.objects.get() == row


def test_a_raid_stays_though_its_case_stands_where_this_person_does_not_see(held, people, as_user):
    row = held(unit=ARSHALY, by=people.specialist)
    pupil = _pupil_of(BURABAY + 1)
    find(row, people.specialist, pupil=pupil)
    with as_user(people.specialist):
        assert not Case.objects.exists()
        with pytest.raises(Refused, match="A child was found here"):
            remove_event(event=row, why="қате", by=people.specialist)


def _pupil_of(school):
    make_class(school, pupils=1)
    return Pupil.objects.get()


# ---- children whom it found


def find(event, by, **more):
    who = {} if "pupil" in more else {"surname": "Сәрсен", "name": "Айбек"}
    return cases.open_draft(
        unit=event.unit, found_on=event.date, source="raid", kind="never", event=event, by=by, **who, **more
    )


def test_only_a_raid_or_a_round_of_the_unit_finds_children(held, people):
    with pytest.raises(Refused, match="raid or a round"):
        find(held("leaflets"), people.coordinator)
    raid = held("doorround")
    assert find(raid, people.coordinator).event == raid


def test_a_dismissed_draft_is_nobody_found(held, people):
    raid = held()
    find(raid, people.coordinator)
    wrong = find(raid, people.coordinator, born=date(2015, 1, 1))
    cases.dismiss(case=wrong, note="қате", by=people.coordinator)
    assert children_found([raid, held("leaflets")]) == {raid.pk: 1}


def test_a_found_child_becomes_a_draft_in_one_form(client_of, people, held):
    raid = held()
    client = client_of(people.coordinator)
    assert f"/events/{raid.pk}/found/" in client.get(f"/events/{raid.pk}/").text
    answer = client.post(
        f"/events/{raid.pk}/found/new/",
        {"once": new_key(), "surname": "Сәрсен", "name": "Айбек", "kind": "never"},
        follow=True,
    )
    assert answer.redirect_chain[-1] == (f"/events/{raid.pk}/found/", 303)
    assert "Сәрсен Айбек" in answer.text
    case = Case.objects.get()
    assert (case.event, case.source, case.found_on, case.unit_id) == (raid, "raid", DAY, SCHOOL)
    assert ">1<" in client.get("/events/").text.replace("\n", "")


def test_a_child_whom_a_register_knows_is_shown_before_a_second_one_is_made(client_of, people, held):
    raid, pupil = held(), _pupil_of(SCHOOL)
    url = f"/events/{raid.pk}/found/new/"
    name = {"surname": pupil.surname, "name": pupil.name, "born": f"{pupil.born:%Y-%m-%d}", "kind": "long"}
    client = client_of(people.coordinator)
    answer = client.post(url, {"once": new_key(), **name})
    assert answer.status_code == 422
    assert "There is such a child already" in answer.text
    assert f"{url}?pupil={pupil.pk}" in answer.text
    client.post(f"{url}?pupil={pupil.pk}", {"once": new_key(), "kind": "long"})
    assert Case.objects.get().pupil == pupil


def test_above_the_district_the_found_have_no_names(client_of, people, held):
    raid = held()
    case = find(raid, people.coordinator)
    page = client_of(people.oblast_specialist).get(f"/events/{raid.pk}/found/").text
    assert case.key in page
    assert "Сәрсен" not in page


def test_a_stranger_finds_nothing(client_of, people, held):
    raid, leaflets = held(), held("leaflets")
    client = client_of(people.stranger)
    for page in ("", "edit/", "remove/", "found/", "found/new/"):
        assert client.get(f"/events/{raid.pk}/{page}").status_code == 404
    assert client_of(people.coordinator).get(f"/events/{leaflets.pk}/found/").status_code == 404


# ---- pages


@pytest.mark.parametrize("kind", EventKind.values)
def test_every_kind_asks_for_what_it_needs_and_is_saved(client_of, people, campaign, kind):
    client = client_of(people.coordinator)
    assert client.get(f"/events/new/?kind={kind}").status_code == 200
    answer = client.post(f"/events/new/?kind={kind}", typed(place="Мектеп", of_teachers="4", count="10"))
    assert answer.status_code == 303, answer.text
    assert Event.objects.get().kind == kind
    assert client.get(answer["Location"]).status_code == 200


def test_the_number_is_called_what_it_counts(client_of, people, campaign):
    client = client_of(people.coordinator)
    for kind, words in (("leaflets", "Copies handed out"), ("video", "Showings"), ("hotline", "Calls")):
        asked, _fold, folded = client.get(f"/events/new/?kind={kind}").text.partition("<details>")
        assert words in asked
        assert "How many people came?" not in asked
        assert 'name="photo"' in folded
    raid = client.get("/events/new/?kind=raid").text.partition("<details>")[0]
    assert "How many people came?" in raid
    assert 'name="of_police"' in raid
    assert 'name="count"' not in raid
    assert client.get("/events/new/?kind=party").status_code == 404
    assert "Raid" in client.get("/events/new/").text


def test_wrong_input_is_said_in_words_and_nothing_typed_is_lost(client_of, people, campaign):
    answer = client_of(people.coordinator).post(
        "/events/new/?kind=article", typed(date="2027-01-29", title="Мақала", link="жоқ", of_media="-1")
    )
    assert answer.status_code == 422
    assert "when it has taken place" in answer.text
    assert 'value="Мақала"' in answer.text
    assert "<details open>" in answer.text  # the wrong number of people is not folded away
    assert not Event.objects.exists()


def test_a_photo_without_the_tick_is_refused_beside_it(client_of, people, campaign):
    client = client_of(people.coordinator)
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    answer = client.post("/events/new/?kind=stand", typed(photo=photo, place="Дәліз"))
    assert answer.status_code == 422
    assert "Say that no child can be recognised" in answer.text
    assert "choose the photo again" in answer.text
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    answer = client.post("/events/new/?kind=stand", typed(photo=photo, consent="on"), follow=True)
    assert f"/documents/{Document.objects.get().pk}/" in answer.text
    assert client_of(people.specialist).get(f"/documents/{Document.objects.get().pk}/").status_code == 200
    assert client_of(people.stranger).get(f"/documents/{Document.objects.get().pk}/").status_code == 404


def test_a_late_save_shows_both_versions_and_then_goes_through(client_of, people, held):
    row = held(place="1-көше")
    url = f"/events/{row.pk}/edit/"
    again = Event.objects.get(pk=row.pk)
    again.place = "2-көше"
    save_event(event=again, by=people.head)
    client = client_of(people.coordinator)
    late = client.post(url, typed(place="3-көше", version="1"))
    assert late.status_code == 409
    assert all(place in late.text for place in ("2-көше", "3-көше"))
    assert 'name="version" value="2"' in late.text
    assert client.post(url, typed(place="3-көше", version="2")).status_code == 303
    assert Event.objects.get().place == "3-көше"


def test_a_wrong_field_of_an_old_page_does_not_bless_the_newer_version(client_of, people, held):
    row = held()
    save_event(event=Event.objects.get(pk=row.pk), by=people.head)
    wrong = client_of(people.coordinator).post(f"/events/{row.pk}/edit/", typed(date="", version="1"))
    assert wrong.status_code == 422
    assert 'name="version" value="1"' in wrong.text


def test_an_event_is_removed_on_its_page(client_of, people, held):
    row = held()
    client = client_of(people.coordinator)
    assert client.post(f"/events/{row.pk}/remove/", {"once": new_key(), "why": ""}).status_code == 422
    answer = client.post(
        f"/events/{row.pk}/remove/", {"once": new_key(), "why": "қайталанған", "version": 1}, follow=True
    )
    assert "is removed" in answer.text
    assert not Event.objects.exists()


def test_twenty_copies_of_one_form_are_one_event(client_of, people, campaign):
    client, form = client_of(people.coordinator), typed(count="5")
    answers = {client.post("/events/new/?kind=leaflets", form)["Location"] for _ in range(20)}
    assert answers == {f"/events/{Event.objects.get().pk}/"}


def test_the_list_is_filtered_by_kind_days_and_unit(client_of, people, held):
    held("leaflets", title="Алғашқы", date=date(2027, 1, 12))
    held("raid", title="Кейінгі", date=date(2027, 1, 22))
    held("raid", unit=VILLAGE, by=people.village_coordinator, title="Ауылдағы")
    held("raid", unit=ARSHALY, by=people.specialist, title="Аудандағы")
    client = client_of(people.specialist)

    def seen(query):
        page = client.get(f"/events/?{query}").text
        return {word for word in ("Алғашқы", "Кейінгі", "Ауылдағы", "Аудандағы") if word in page}

    assert seen("") == {"Алғашқы", "Кейінгі", "Ауылдағы", "Аудандағы"}
    assert seen("kind=leaflets") == {"Алғашқы"}
    assert seen("first=2027-01-21") == {"Кейінгі"}
    assert seen("unit=S1&last=2027-01-15") == {"Алғашқы"}
    assert seen("unit=S2") == {"Ауылдағы"}
    assert client.get("/events/?unit=S3").status_code == 404


def test_above_a_district_the_list_begins_with_ones_own(client_of, people, held):
    held(title="Мектептің рейді")
    held(unit=110000000, by=people.oblast_specialist, title="Облыстың рейді")
    client = client_of(people.oblast_specialist)
    page = client.get("/events/").text
    assert "Облыстың рейді" in page
    assert "Мектептің рейді" not in page
    assert "Мектептің рейді" in client.get("/events/?kind=raid").text


def test_the_list_leaves_as_a_workbook(client_of, people, held):
    held("roundtable", title="=1+1", participants={"teachers": 12, "police": 3})
    answer = client_of(people.coordinator).get("/events/?xlsx=1")
    assert "events-2027-01-28.xlsx" in answer["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert "teachers 12, police 3" in rows[1]
    assert 15 in rows[1]


def test_the_list_costs_the_same_for_ten_and_for_three_hundred(queries_do_not_grow, people, held):
    def make(n):
        for place in range(n):
            held(("raid", "leaflets", "stand")[place % 3])

    queries_do_not_grow(people.specialist, "/events/", make)


def test_a_teacher_and_an_auditor_have_no_events(client_of, people, campaign):
    for person in (people.teacher, people.auditor, people.commission):
        assert client_of(person).get("/events/").status_code == 403
        assert client_of(person).get("/events/new/").status_code == 403
