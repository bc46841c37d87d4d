"""Files of units: opened by the right written on them, always as a download that can run nothing."""

import pytest

from schools.actions import keep_document
from schools.models import Document, Reading, Unit
from schools.rights import Permission

SCHOOL = 110010001


@pytest.fixture
def keep(people):
    def make(permission=Permission.REPORT_VIEW, personal=False, name="Есеп № 1.pdf", content=b"%PDF-1.7 ..."):
        return keep_document(
            unit=Unit.objects.get(pk=SCHOOL),
            name=name,
            content=content,
            content_type="application/pdf",
            permission=permission,
            personal=personal,
            by=people.coordinator,
        )

    return make


def test_the_file_comes_as_it_was_kept(keep, client_of, people):
    kept = keep(content=b"%PDF-1.7 report")
    answer = client_of(people.coordinator).get(f"/documents/{kept.pk}/")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"%PDF-1.7 report", "application/pdf")


def test_it_is_a_download_that_a_browser_can_neither_run_nor_guess(keep, client_of, people):
    answer = client_of(people.coordinator).get(f"/documents/{keep().pk}/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%95%D1%81%D0%B5%D0%BF%20%E2%84%96%201.pdf"
    )


@pytest.mark.parametrize("name", ['a"b.pdf', "../../etc/passwd", "a\r\nSet-Cookie: x=1.pdf"])
def test_a_file_name_is_only_words(keep, client_of, people, name):
    answer = client_of(people.coordinator).get(f"/documents/{keep(name=name).pk}/")
    assert answer.status_code == 200
    assert "\n" not in answer["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("specialist", 200),
        ("ministry_head", 200),
        ("teacher", 404),  # holds no such right
        ("village_coordinator", 404),
        ("stranger", 404),
        ("other_specialist", 404),
        ("administrator", 404),
    ],
)
def test_who_opens_a_report_of_the_school(keep, client_of, people, who, status):
    assert client_of(getattr(people, who)).get(f"/documents/{keep().pk}/").status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 200), ("specialist", 200), ("oblast_specialist", 403), ("ministry_head", 403)]
)
def test_a_file_with_names_needs_the_right_to_see_children(keep, client_of, people, who, status):
    kept = keep(permission=Permission.CASE_VIEW, personal=True)
    assert client_of(getattr(people, who)).get(f"/documents/{kept.pk}/").status_code == status


def test_opening_names_is_kept(keep, client_of, people):
    client = client_of(people.specialist)
    client.get(f"/documents/{keep().pk}/")
    assert not Reading.objects.exists()
    kept = keep(permission=Permission.CASE_VIEW, personal=True)
    client.get(f"/documents/{kept.pk}/")
    reading = Reading.objects.get()
    assert (reading.by, reading.unit_id, reading.subject, reading.subject_id) == (
        "specialist",
        SCHOOL,
        "schools.Document",
        str(kept.pk),
    )


def test_a_document_that_is_not_there_is_not_found(client_of, people):
    client = client_of(people.coordinator)
    assert client.get("/documents/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert not Document.objects.exists()
