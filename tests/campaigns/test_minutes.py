"""Minutes: what was heard and decided, what was lacking and how it is put right."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from campaigns.actions.campaign import Stale
from campaigns.actions.minutes import change_minutes, write_minutes
from campaigns.models import Minutes
from schools.models import Entry, Unit
from schools.models import Stale as StaleValues
from schools.once import new_key
from schools.workflow import Refused

ARSHALY, SCHOOL, VILLAGE = 110010000, 110010001, 110010002


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def write(country, campaign):
    def make(by, unit=SCHOOL, number="4", kind="council", day=date(2027, 1, 25), **more):
        words = {"decided": "Жұмысты жалғастыру."} | more
        return write_minutes(
            unit=Unit.objects.get(pk=unit), campaign=campaign, kind=kind, number=number, date=day, by=by, **words
        )

    return make


def typed(**more):
    return {
        "once": new_key(),
        "kind": "council",
        "number": "4",
        "date": "2027-01-25",
        "decided": "Жұмысты жалғастыру.\nЕкінші жол.",
        "heard": "",
        "shortcomings": "",
        "remedies": "",
        "owner": "",
        "due": "",
        **more,
    }


def test_minutes_are_kept_told_and_counted(write, people):
    made = write(people.coordinator, shortcomings="Тізім кеш берілді", remedies="Күн сайын", due=date(2027, 2, 1))
    entry = Entry.objects.get(subject="campaigns.Minutes")
    assert (entry.by, entry.unit_id, entry.note, entry.after) == ("coordinator", SCHOOL, "№ 4", "council")
    assert SCHOOL in set(StaleValues.objects.values_list("unit_id", flat=True))
    assert Minutes.objects.get() == made


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"day": date(2027, 1, 29)}, "has not taken place yet"),
        ({"due": date(2027, 1, 24)}, "before the meeting"),
        ({"remedies": "Күн сайын"}, "which shortcomings"),
        ({"kind": "party"}, "not a valid choice"),
    ],
)
def test_what_cannot_be_so_is_refused(write, people, more, words):
    with pytest.raises(Refused, match=words):
        write(people.coordinator, **more)
    assert not Minutes.objects.exists()


def test_a_number_is_used_once_in_a_kind(write, people):
    write(people.coordinator)
    with pytest.raises(Refused, match="number already"):
        write(people.coordinator, number=" 4 ")
    assert write(people.coordinator, kind="committee").pk
    assert write(people.village_coordinator, unit=VILLAGE).pk


def test_minutes_are_written_at_home(write, people):
    for who in (people.stranger, people.specialist, people.teacher, people.auditor):
        with pytest.raises(PermissionDenied):
            write(who)


def test_a_late_correction_is_told(write, people):
    made = write(people.coordinator)
    words = {"number": "4", "date": made.date, "decided": "Жаңа"}
    change_minutes(minutes=made, version=1, by=people.head, **words)
    with pytest.raises(Stale):
        change_minutes(minutes=made, version=1, by=people.coordinator, **words)
    with pytest.raises(PermissionDenied):
        change_minutes(minutes=made, version=2, by=people.specialist, **words)


# ---- pages


def picture():
    import io

    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "PNG")
    return kept.getvalue()


def test_the_school_enters_minutes_with_a_scan(client_of, people, campaign):
    client = client_of(people.coordinator)
    page = client.get("/minutes/new/?unit=S1&kind=council").text
    assert "collegium" not in page  # a school holds none
    scan = SimpleUploadedFile("хаттама.png", picture(), "image/png")
    answer = client.post("/minutes/new/?unit=S1", typed(scan=scan), follow=True)
    assert "Minutes № 4 of 25.01.2027" in answer.text
    assert "хаттама.png" in answer.text
    assert Minutes.objects.get().decided == "Жұмысты жалғастыру.\nЕкінші жол."
    assert "№ 4" in client.get("/minutes/").text


def test_a_wrong_form_says_why_and_keeps_everything(client_of, people, campaign):
    fake = SimpleUploadedFile("a.pdf", b"MZ program", "application/pdf")
    answer = client_of(people.coordinator).post("/minutes/new/?unit=S1", typed(scan=fake, heard="Есеп"))
    assert answer.status_code == 422
    assert "not a PDF, JPEG or PNG" in answer.text
    assert "choose the scan again" in answer.text
    assert "Есеп" in answer.text
    answer = client_of(people.coordinator).post("/minutes/new/?unit=S1", typed(date="2027-03-01"))
    assert "The meeting has not taken place yet" in answer.text
    assert not Minutes.objects.exists()


def test_both_versions_stand_side_by_side(client_of, people, write):
    made = write(people.coordinator)
    change_minutes(minutes=made, version=1, number="4", date=made.date, decided="Сақталған сөз", by=people.head)
    client = client_of(people.coordinator)
    answer = client.post(f"/minutes/{made.pk}/change/", typed(decided="Менің сөзім", version=1))
    assert answer.status_code == 409
    assert "Сақталған сөз" in answer.text
    assert "Менің сөзім" in answer.text
    again = client.post(f"/minutes/{made.pk}/change/", typed(decided="Менің сөзім", version=2), follow=True)
    assert "The minutes are saved." in again.text
    assert Minutes.objects.get().decided == "Менің сөзім"


def test_minutes_are_read_above_and_not_beside(client_of, people, write):
    made = write(people.coordinator)
    assert "Correct the minutes" not in client_of(people.specialist).get(f"/minutes/{made.pk}/").text
    assert client_of(people.specialist).get("/minutes/?unit=S1").status_code == 200
    assert client_of(people.stranger).get(f"/minutes/{made.pk}/").status_code == 404
    assert client_of(people.specialist).post(f"/minutes/{made.pk}/change/", typed(version=1)).status_code == 403
    assert client_of(people.teacher).get("/minutes/").status_code == 403


def test_the_list_is_filtered_leaves_as_a_workbook_and_costs_the_same(
    client_of, people, write, campaign, queries_do_not_grow
):
    write(people.coordinator, number="41")
    write(people.coordinator, number="42", kind="committee")
    page = client_of(people.coordinator).get("/minutes/?unit=S1&kind=committee").text
    assert "№ 42" in page
    assert "№ 41" not in page
    assert client_of(people.coordinator).get("/minutes/?xlsx=1").content[:2] == b"PK"
    serial = iter(range(1000))

    def make(n):
        common = {"unit_id": SCHOOL, "campaign": campaign, "kind": "council", "date": date(2027, 1, 20), "decided": "А"}
        Minutes.objects.bulk_create([Minutes(number=f"т{next(serial)}", **common) for _ in range(n)])

    queries_do_not_grow(people.coordinator, "/minutes/", make)
