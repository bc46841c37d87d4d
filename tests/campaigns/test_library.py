"""The library: a level hands a document down, and sees who has read it and who has not."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.actions import hand_down, mark_read
from campaigns.models import LibraryItem, ReadMark
from campaigns.scans import Scan
from schools.models import Entry
from schools.once import new_key
from schools.workflow import Refused
from tests.campaigns.stories import ARSHALY, BURABAY, OBLAST, SCHOOL, VILLAGE, paper, unit


@pytest.fixture
def handed(campaign, people):
    def make(number=ARSHALY, by=None, title="Үлгі ереже"):
        return hand_down(
            unit=unit(number), campaign=campaign, title_kk=title, title_ru="Типовые правила",
            scan=Scan("правила.pdf", paper()), by=by or people.specialist,
        )  # fmt: skip

    return make


def test_a_school_reads_what_its_district_hands_down_and_says_so(client_of, people, handed):
    item = handed()
    client = client_of(people.coordinator)
    assert "not read" in client.get("/campaign/library/").text
    assert "1 document not read" in client.get("/campaign/").text
    page = client.get(f"/campaign/library/{item.pk}/").text
    assert f"/documents/{item.document_id}/" in page
    assert client.get(f"/documents/{item.document_id}/").content.startswith(b"%PDF")
    form = {"once": new_key(), "unit": "S1"}
    for _ in range(3):
        client.post(f"/campaign/library/{item.pk}/", form)
    assert ReadMark.objects.get().by == "coordinator"
    assert "№ 1 мектеп has read it." in client.get(f"/campaign/library/{item.pk}/").text
    assert "everything read" in client.get("/campaign/").text


def test_the_giver_sees_who_has_read_and_who_has_not(client_of, people, handed):
    item = handed()
    mark_read(item=item, unit=unit(SCHOOL), by=people.coordinator)
    client = client_of(people.specialist)
    assert "read by 1 below" in client.get("/campaign/library/").text
    everybody = client.get(f"/campaign/library/{item.pk}/").text
    assert "№ 1 мектеп" in everybody
    assert "28.01.2027" in everybody
    assert "Көктал" in everybody
    unread = client.get(f"/campaign/library/{item.pk}/?unread=on").text
    assert "Көктал" in unread
    assert "№ 1 мектеп" not in unread
    assert client.get(f"/campaign/library/{item.pk}/?xlsx=1").content[:2] == b"PK"
    assert client.get("/campaign/library/?xlsx=1").content[:2] == b"PK"


def test_a_document_is_seen_below_and_nowhere_else(client_of, people, handed):
    item = handed()
    for person in (people.stranger, people.other_specialist, people.city_coordinator):
        assert client_of(person).get(f"/campaign/library/{item.pk}/").status_code == 404
        assert client_of(person).get(f"/documents/{item.document_id}/").status_code == 404
    assert client_of(people.oblast_specialist).get(f"/campaign/library/{item.pk}/").status_code == 200


def test_nobody_hands_down_for_another_level_or_marks_for_another_unit(people, handed):
    for person in (people.oblast_specialist, people.coordinator, people.other_specialist):
        with pytest.raises(PermissionDenied):
            handed(by=person)
    item = handed()
    for number, person in (
        (VILLAGE, people.coordinator),
        (ARSHALY, people.specialist),
        (BURABAY, people.other_specialist),
    ):
        with pytest.raises(PermissionDenied):
            mark_read(item=item, unit=unit(number), by=person)
    assert not ReadMark.objects.exists()


def test_a_district_reads_the_oblasts_document_and_is_read_by_its_schools(client_of, people, handed):
    item = handed(OBLAST, people.oblast_specialist)
    mark_read(item=item, unit=unit(ARSHALY), by=people.specialist)
    mark_read(item=item, unit=unit(SCHOOL), by=people.coordinator)
    page = client_of(people.specialist).get(f"/campaign/library/{item.pk}/").text
    assert "Аршалы ауданы has read it." in page
    assert "№ 1 мектеп" in page
    assert "№ 3 мектеп" not in page


def test_the_form_says_in_words_what_cannot_be_kept(client_of, people, campaign):
    client = client_of(people.specialist)
    form = {"title_kk": "Ереже", "title_ru": "Правила"}
    fake = SimpleUploadedFile("rules.pdf", b"MZ\x90\x00 program", "application/pdf")
    refused = client.post("/campaign/library/new/", {**form, "scan": fake})
    assert refused.status_code == 422
    assert "This file is not a PDF, JPEG or PNG" in refused.text
    assert "choose the file again" in refused.text
    assert 'value="Правила"' in refused.text
    scan = SimpleUploadedFile("rules.pdf", paper(), "application/pdf")
    answer = client.post("/campaign/library/new/", {**form, "scan": scan}, follow=True)
    assert "The document is handed down." in answer.text
    item = LibraryItem.objects.get()
    assert item.document.handed_down
    assert Entry.objects.get(subject="campaigns.LibraryItem").by == "specialist"
    assert client_of(people.coordinator).get("/campaign/library/new/").status_code == 403


def test_an_unfit_file_leaves_nothing_behind(campaign, people):
    with pytest.raises(Refused):
        hand_down(
            unit=unit(ARSHALY), campaign=campaign, title_kk="Ереже", title_ru="Правила",
            scan=Scan("a.pdf", b"no"), by=people.specialist,
        )  # fmt: skip
    assert not LibraryItem.objects.exists()


def test_the_library_costs_the_same_for_ten_documents_and_for_three_hundred(queries_do_not_grow, people, handed):
    first = handed()

    def make(n):
        LibraryItem.objects.bulk_create(
            LibraryItem(
                unit_id=ARSHALY, campaign=first.campaign, title_kk="Ереже", title_ru="Правила",
                document=first.document, given_at=first.given_at,
            )
            for _ in range(n)
        )  # fmt: skip

    queries_do_not_grow(people.coordinator, "/campaign/library/", make)
