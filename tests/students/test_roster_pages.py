"""Classes, workbooks and the card of a child as people read them."""

import io
import re
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from schools.models import Document, Entry, Job, Post, Reading, Unit
from schools.tasks import run_job
from students.models import Case, Enrolment, Intake, Movement, Pupil, SchoolClass
from tests.make import enrol, make_class, make_pupil
from tests.rosters import book, child
from zabota.lib import iin
from zabota.lib.secret import blind_index

SCHOOL, VILLAGE, OTHER = 110010001, 110010002, 110020001


@pytest.fixture
def page(client_of):
    """`page(person, url)`: the words of a page in English, tags gone."""

    def get(person, url, status=200):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        answer = client.get(url)
        assert answer.status_code == status
        return words(answer)

    return get


@pytest.fixture
def send(client_of):
    def post(person, url, status=303, **data):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        answer = client.post(url, {"once": str(uuid.uuid4())} | data)
        assert answer.status_code == status, words(answer)
        return answer

    return post


def words(answer):
    text = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text.replace("&#x27;", "'").replace("&quot;", '"'))


def upload(send, person, data, status=303, name="2027.xlsx"):
    return send(person, reverse("roster"), status, file=SimpleUploadedFile(name, data))


def work(key):
    """What the worker does; the real one has a test of its own."""
    run_job(Job.objects.get(key__startswith=key).pk)


# ---- a workbook


def test_a_good_workbook_is_read_shown_and_entered(page, send, people, country):
    answer = upload(send, people.coordinator, book(*(child(n) for n in range(5))))
    url = answer["Location"]
    assert "In the queue: it starts within a few seconds." in page(people.coordinator, url)
    work("roster.check")
    text = page(people.coordinator, url)
    assert "5 rows read, 5 good" in text
    assert "New classes: 7А." in text
    assert "5 new children" in text
    assert not Pupil.objects.exists()
    send(people.coordinator, f"{url}enter/")
    work("roster.enter")
    assert "The roster is entered." in page(people.coordinator, url)
    assert Enrolment.objects.count() == 5


def test_bad_cells_are_listed_and_given_back_coloured(page, send, people, country, client):
    rows = [child(n) for n in range(4)]
    rows += [child(5, iin="061211600013"), child(6, sex="иә")]
    url = upload(send, people.coordinator, book(*rows))["Location"]
    work("roster.check")
    text = page(people.coordinator, url)
    assert "6 rows read, 4 good, 2 to correct" in text
    assert "Парақ1 6 H •••• 0013 This is not an IIN" in text
    assert "Парақ1 7 G иә This word is not on the list. Choose one of: ұл, қыз, мальчик, девочка" in text
    assert "061211600013" not in text
    send(people.coordinator, f"{url}enter/")
    assert "correct it and upload it again" in page(people.coordinator, url)
    assert not Job.objects.filter(kind="roster.enter").exists()

    answer = client.get(f"{url}marked/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet["H6"].fill.fgColor.rgb == sheet["G7"].fill.fgColor.rgb == "FFF9DEDC"
    assert sheet["H5"].fill.fgColor.rgb != "FFF9DEDC"
    assert "This is not an IIN" in sheet["K6"].value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PDF, honestly", "The file is not an Excel workbook."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "has a password or is in the old .xls form"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_on_the_page_and_not_kept(send, people, country, data, reason):
    answer = upload(send, people.coordinator, data, status=422)
    assert reason in words(answer)
    assert not Document.objects.exists()
    assert not Intake.objects.exists()


def test_a_workbook_of_something_else_says_so(page, send, people, country):
    url = upload(send, people.coordinator, book(("бір", 2), header=("Кітап", "Саны")))["Location"]
    work("roster.check")
    assert "No sheet has a table of pupils." in page(people.coordinator, url)
    assert Intake.objects.get().state == "refused"


def test_the_same_form_twice_is_one_workbook(client_of, people, country):
    client, key = client_of(people.coordinator), str(uuid.uuid4())
    for _again in range(2):
        file = SimpleUploadedFile("2027.xlsx", book(child(1)))
        client.post(reverse("roster"), {"once": key, "file": file})
    assert Intake.objects.count() == 1


def test_a_workbook_belongs_to_its_school(page, send, people, country):
    url = upload(send, people.coordinator, book(child(1)))["Location"]
    for person, status in ((people.village_coordinator, 404), (people.head, 403), (people.teacher, 403)):
        page(person, url, status)


def test_the_template_holds_the_own_children_and_its_taking_is_recorded(client_of, people, country):
    own = make_class(SCHOOL, "7А", pupils=2)
    enrol(make_pupil(own.unit, "Ә", iin=iin.make(7), iin_index=blind_index(iin.make(7))), own)
    make_class(VILLAGE, "8А", pupils=2)
    answer = client_of(people.coordinator).get(reverse("roster_template"))
    book_ = load_workbook(io.BytesIO(answer.content))
    assert book_.sheetnames[1] == "Нұсқаулық – Инструкция"
    sheet = book_.worksheets[0]
    assert sheet.max_row == 4
    assert sheet["A2"].value == "7А"
    assert sheet["H2"].number_format == "@"
    assert iin.mask(iin.make(7)) in [cell.value for cell in sheet["H"]]
    assert iin.make(7) not in [cell.value for cell in sheet["H"]]
    assert len(sheet.data_validations.dataValidation) == 2
    assert "Taken by" in str(book_.worksheets[1]["A1"].value)
    assert book_["_zabota"]["B1"].value == "S1"
    assert book_["_zabota"].sheet_state == "hidden"
    assert Reading.objects.filter(by="coordinator", subject="students.Pupil").count() == 3


# ---- classes


def test_the_list_of_classes_counts_todays_pupils_with_other_forms_apart(page, people, country):
    seventh = make_class(SCHOOL, "7А", pupils=3, teacher=people.teacher)
    enrol(make_pupil(seventh.unit), seventh, form="home")
    enrol(make_pupil(seventh.unit), seventh, last=date(2027, 1, 27))
    make_class(SCHOOL, "1-4", grades=(1, 2, 3, 4), shift=2)
    text = page(people.coordinator, reverse("classes"))
    assert "2 classes and groups" in text
    assert "3 pupils in day form" in text
    assert "1 pupils in other forms of study" in text
    assert "7А 7 1 Kazakh Teacher Сынақ 3 1" in text
    assert "1-4 1-4 2 Kazakh not given 0 –" in text


def test_the_classes_of_one_unit_are_asked_for_in_the_address(page, people, country):
    make_class(SCHOOL, "7А", pupils=1)
    make_class(VILLAGE, "8Ә", pupils=2)
    url = reverse("classes")
    text = page(people.specialist, url)
    assert "7А" in text
    assert "8Ә" in text
    text = page(people.specialist, f"{url}?unit=S2")
    assert "7А" not in text
    assert "8Ә" in text
    assert "Көктал ауылының мектебі, Аршалы ауданы" in text
    assert "2 pupils in day form" in text
    page(people.specialist, f"{url}?unit=S3", 404)
    page(people.coordinator, f"{url}?unit=S2", 404)


def test_who_keeps_two_schools_opens_a_class_in_the_one_asked_for(client_of, people, country):
    Post.objects.create(user=people.coordinator, unit_id=VILLAGE, role="coordinator", since=date(2026, 9, 1))
    html = client_of(people.coordinator).get(f"{reverse('classes')}?unit=S2").content.decode()
    assert f'<option value="{VILLAGE}" selected>' in html


def test_a_failed_work_is_told_in_words(page, send, people, country):
    url = upload(send, people.coordinator, book(child(1)))["Location"]
    Job.objects.update(state="failed", words="OperationalError")
    text = page(people.coordinator, url)
    assert "OperationalError" not in text
    assert "The portal could not finish this after several tries." in text


def test_a_teacher_sees_one_class_a_stranger_none(page, people, country):
    own = make_class(SCHOOL, "7А", pupils=1, teacher=people.teacher)
    other = make_class(SCHOOL, "7Б", pupils=1)
    text = page(people.teacher, reverse("classes"))
    assert "7А" in text
    assert "7Б" not in text
    assert "Upload a roster" not in text
    page(people.teacher, reverse("school_class", args=[own.pk]))
    page(people.teacher, reverse("school_class", args=[other.pk]), 404)
    page(people.stranger, reverse("school_class", args=[own.pk]), 404)
    page(people.oblast_specialist, reverse("school_class", args=[own.pk]), 403)


def test_the_list_of_classes_costs_the_same_for_ten_and_for_three_hundred(people, country, queries_do_not_grow):
    def more(count):
        start = SchoolClass.objects.count()
        for n in range(start, start + count):
            make_class(SCHOOL, f"Топ {n}", teacher=people.teacher)

    queries_do_not_grow(people.coordinator, reverse("classes"), more)


def test_the_page_of_a_class_costs_the_same_for_ten_and_for_three_hundred(people, country, queries_do_not_grow):
    group = make_class(SCHOOL, "7А")

    def more(count):
        for _n in range(count):
            enrol(make_pupil(group.unit), group)

    queries_do_not_grow(people.coordinator, reverse("school_class", args=[group.pk]), more)


FACTS = {"name": "1-4", "kind": "class", "grades": "1-4", "shift": "1", "week": "", "language": "kk", "teacher": ""}


def test_a_class_is_opened_and_changed_by_hand(page, send, people, country):
    url = send(people.coordinator, reverse("classes"), **FACTS)["Location"]
    assert SchoolClass.objects.get().grades == [1, 2, 3, 4]
    assert "Class 1-4 is open." in page(people.coordinator, url)
    send(people.coordinator, url, **FACTS | {"shift": "2", "version": "1"})
    assert SchoolClass.objects.get().shift == 2
    answer = send(people.coordinator, url, 409, **FACTS | {"shift": "3", "version": "1"})
    assert "Somebody saved this record while you were writing" in words(answer)
    assert "Shift (differs) 3 2" in words(answer)
    answer = send(people.coordinator, url, 422, **FACTS | {"grades": "жеті", "version": "2"})
    assert "Write the grades like 7, 1-4 or 1, 3." in words(answer)


def test_only_those_who_keep_rosters_change_a_class(page, send, people, country):
    made = make_class(SCHOOL, "7А")
    assert "Change the class" not in page(people.head, reverse("school_class", args=[made.pk]))
    send(people.head, reverse("school_class", args=[made.pk]), 200, **FACTS)
    assert SchoolClass.objects.get().name == "7А"


# ---- the card of a child


@pytest.fixture
def aiym(country):
    number = iin.make(7)
    known = make_pupil(
        Unit.objects.get(pk=SCHOOL),
        "Серікқызы",
        "Айым",
        born=date(2013, 3, 3),
        iin=number,
        iin_index=blind_index(number),
    )
    return enrol(known, make_class(SCHOOL, "7А", teacher=country.people.teacher))


def test_the_card_shows_the_child_and_hides_the_number(page, send, people, aiym):
    Case.objects.create(
        unit_id=SCHOOL,
        finder_id=SCHOOL,
        key="c1",
        pupil=aiym.pupil,
        found_on=date(2027, 1, 15),
        source="raid",
        kind="long",
    )
    url = reverse("pupil", args=[aiym.pupil_id])
    text = page(people.coordinator, url)
    assert "Серікқызы Айым" in text
    assert f"•••••••• {iin.make(7)[-4:]}" in text
    assert iin.make(7) not in text
    assert "long absent" in text
    assert Reading.objects.filter(by="coordinator", subject_id=str(aiym.pupil_id)).count() == 1
    shown = send(people.coordinator, url, 200)
    assert iin.make(7) in words(shown)
    assert Entry.objects.filter(verb="reveal_iin", by="coordinator").exists()
    assert "long absent" not in page(people.teacher, url)
    assert iin.make(7) not in words(send(people.head, url, 200))


def test_the_card_is_closed_to_others(page, people, aiym):
    url = reverse("pupil", args=[aiym.pupil_id])
    page(people.stranger, url, 404)
    page(people.oblast_head, url, 403)
    aiym.school_class.teacher = None
    aiym.school_class.save()
    page(people.teacher, url, 404)


def test_a_child_entered_by_another_school_opens_where_it_studies(page, people, country):
    moved = make_pupil(Unit.objects.get(pk=OTHER), "Көшкен", "Бала")
    enrol(moved, make_class(SCHOOL, "7А"))
    assert "Көшкен Бала" in page(people.coordinator, reverse("pupil", args=[moved.pk]))
    assert Reading.objects.get().unit_id == SCHOOL


def test_a_child_leaves_and_arrives_through_the_pages(page, send, people, aiym):
    leave = reverse("pupil_leave", args=[aiym.pupil_id])
    facts = {"left_on": "2027-01-20", "reason": "transfer", "slip": "12", "to_school": "мектеп"}
    answer = send(people.coordinator, leave, 422, **facts)
    assert "Several schools fit: choose one." in words(answer)
    assert "№ 3 мектеп, Бурабай ауданы, Ақмола облысы" in words(answer)
    done = send(people.coordinator, leave, **facts, to_unit=str(OTHER))
    assert "left for № 3 мектеп, Бурабай ауданы" in page(people.coordinator, done["Location"])
    assert Movement.objects.get().to_unit_id == OTHER
    assert "in transit" in page(people.coordinator, reverse("pupil", args=[aiym.pupil_id]))
    page(people.coordinator, leave, 404)

    theirs = make_class(OTHER, "7Б")
    url = reverse("pupil_arrive", args=[theirs.pk])
    who = {"surname": "СЕРИКҚЫЗЫ", "name": "Айым", "born": "2013-03-03", "iin": ""}
    answer = send(people.stranger, url, 200, **who)
    assert "There is such a child at № 1 мектеп, Аршалы ауданы" in words(answer)
    assert "It is a pupil there until 19.01.2027." in words(answer)
    here = {"grade": "7", "form": "day", "first": "2027-01-25", "take": "1"}
    send(people.stranger, url, **who, **here)
    assert Movement.objects.get().arrived_on == date(2027, 1, 25)
    assert "Серікқызы Айым" in page(people.stranger, reverse("school_class", args=[theirs.pk]))
    assert "confirmed" in page(people.coordinator, reverse("pupil", args=[aiym.pupil_id]))


def test_a_child_that_never_left_cannot_arrive(send, people, aiym):
    theirs = make_class(OTHER, "7Б")
    who = {"surname": "Серікқызы", "name": "Айым", "born": "2013-03-03", "iin": iin.make(7)}
    answer = send(people.stranger, reverse("pupil_arrive", args=[theirs.pk]), 422, **who)
    assert "still enrolled at № 1 мектеп" in words(answer)
    assert "ask that school for the slip" in words(answer)


def test_a_child_nobody_knows_is_taken_in(page, send, people, country):
    own = make_class(SCHOOL, "7А")
    url = reverse("pupil_arrive", args=[own.pk])
    assert "looked for in the whole country" in page(people.coordinator, url)
    who = {"surname": "Жаңа", "name": "Бала", "born": "2013-05-05", "iin": iin.make(55)}
    assert "No school in the country knows this child." in words(send(people.coordinator, url, 200, **who))
    here = {"grade": "7", "form": "day", "first": "2027-01-28", "sex": "f", "take": "1"}
    assert "The first day lies ahead" in words(
        send(people.coordinator, url, 422, **who, **here | {"first": "2027-05-01"})
    )
    send(people.coordinator, url, **who, **here)
    assert Pupil.objects.get().iin == iin.make(55)
    page(people.head, url, 403)
