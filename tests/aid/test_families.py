"""The school lists a family, the district approves it; nobody approves a family of their own unit."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from aid.actions import Stale, families
from aid.models import Family, Member
from schools.models import Entry, Reading, Unit
from schools.models import Stale as StaleUnit
from schools.workflow import Refused
from tests.aid.conftest import CITY_SCHOOL, OTHER, SCHOOL, VILLAGE, typed

# ---- who is listed


def test_a_family_counts_once_the_district_has_approved_it(family_of, people):
    family = family_of()
    families.submit(family=family, by=people.coordinator)
    assert Family.objects.get().approved_on is None
    StaleUnit.objects.all().delete()
    families.approve(family=family, by=people.specialist)
    family.refresh_from_db()
    assert (family.state, family.approved_on) == ("approved", date(2027, 1, 28))
    assert set(StaleUnit.objects.values_list("unit_id", flat=True)) == {SCHOOL}
    assert [entry.verb for entry in Entry.objects.filter(subject="aid.Family").order_by("pk")] == [
        "add_family",
        "submit",
        "approve",
    ]


def test_a_returned_family_is_a_draft_again_and_the_remark_is_kept(family_of, people, english):
    family = family_of(state="submitted")
    with pytest.raises(Refused, match="Give the reason"):
        families.send_back(family=family, remark=" ", by=people.specialist)
    families.send_back(family=family, remark="Табыс туралы анықтама жоқ", by=people.specialist)
    assert Family.objects.get().state == "draft"
    assert Entry.objects.get(verb="send_back").note == "Табыс туралы анықтама жоқ"


def test_a_family_leaves_the_list_only_with_a_reason(family_of, people, english):
    family = family_of(state="approved")
    with pytest.raises(Refused, match="Give the reason"):
        families.remove(family=family, why="", by=people.coordinator)
    families.remove(family=family, why="Көшіп кетті", by=people.coordinator)
    family.refresh_from_db()
    assert (family.removed_on, family.removed_why) == (date(2027, 1, 28), "Көшіп кетті")
    assert family.approved_on  # what was counted before stays


def test_a_family_without_children_cannot_be_sent(people, country, english):
    family = families.add_family(unit=Unit.objects.get(pk=SCHOOL), name="Бостар", address="", by=people.coordinator)
    with pytest.raises(Refused, match="Add at least one child"):
        families.submit(family=family, by=people.coordinator)


def test_category_five_needs_the_minutes_and_the_journal_keeps_them(family_of, people, child, english):
    family = family_of()
    grounds = {"family": family, "pupil": child("Әлиев", "Мирас"), "statuses": [], "valid_until": None}
    with pytest.raises(Refused, match="minutes of the collegial body"):
        families.add_member(**grounds, categories=[5], by=people.coordinator)
    families.add_member(**grounds, categories=[5, 1], note="№ 4, 14.01.2027", by=people.coordinator)
    assert Member.objects.get(categories=[1, 5])
    assert Entry.objects.get(subject="aid.Member", note="№ 4, 14.01.2027").by == "coordinator"


@pytest.mark.parametrize(
    ("grounds", "words"),
    [
        ({"categories": [6]}, "from the lists"),
        ({"statuses": ["rich"]}, "from the lists"),
        ({"categories": [], "statuses": []}, "needs a legal category"),
        ({"valid_until": date(2027, 1, 27)}, "have ended"),
    ],
)
def test_wrong_grounds_are_refused_in_words(family_of, people, child, english, grounds, words):
    usual = {"categories": [1], "statuses": ["orphan"], "valid_until": None}
    with pytest.raises(Refused, match=words):
        families.add_member(family=family_of(), pupil=child("Иманов"), by=people.coordinator, **{**usual, **grounds})


def test_a_child_out_of_sight_cannot_be_added_and_nobody_is_in_two_families(family_of, people, child, english):
    family = family_of(pupil=child("Есенов"))
    usual = {"categories": [1], "statuses": [], "valid_until": None, "by": people.coordinator}
    with pytest.raises(Refused, match="not on the roll of your school"):
        families.add_member(family=family, pupil=child("Біржанова", unit=OTHER), **usual)
    second = families.add_family(unit=family.unit, name="Есеновтер", address="", by=people.coordinator)
    with pytest.raises(Refused, match="on the list already, in the family «Ахметовтер»"):
        families.add_member(family=second, pupil=family.members.get().pupil, **usual)


def test_what_the_district_has_in_hand_or_approved_is_not_changed_behind_its_back(family_of, people, child, english):
    for state, words in (("submitted", "at the district"), ("approved", "approved this family as it is")):
        family = family_of(name=state, pupil=child(), state=state)
        with pytest.raises(Refused, match=words):
            families.add_member(
                family=family, pupil=child(), categories=[1], statuses=[], valid_until=None, by=people.coordinator
            )


def test_only_the_schools_own_people_write_its_list(people, country):
    for person in (people.stranger, people.village_coordinator, people.specialist, people.teacher, people.head):
        with pytest.raises(PermissionDenied):
            families.add_family(unit=Unit.objects.get(pk=SCHOOL), name="Бөтен", address="", by=person)


# ---- nobody approves a family of their own unit


def test_not_by_a_button(client_of, family_of, people, english):
    family = family_of(state="submitted")
    page = client_of(people.coordinator).get(f"/families/{family.pk}/").text
    assert f"/families/{family.pk}/approve/" not in page
    assert f"/families/{family.pk}/approve/" in client_of(people.specialist).get(f"/families/{family.pk}/").text


def test_not_by_a_direct_post(client_of, family_of, people):
    family = family_of(state="submitted")
    for person in (people.coordinator, people.head):
        assert client_of(person).post(f"/families/{family.pk}/approve/", typed()).status_code == 403
    assert Family.objects.get().state == "submitted"


def test_not_by_the_action(family_of, people):
    with pytest.raises(PermissionDenied):
        families.approve(family=family_of(state="submitted"), by=people.coordinator)


def test_not_by_update_nor_by_sql_as_the_application(family_of, people, as_user):
    family = family_of(state="submitted")
    with as_user(people.coordinator):
        with pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic():
            Family.objects.filter(pk=family.pk).update(state="approved")
        with pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("update aid_family set state = 'approved', approved_on = now() where id = %s", [family.pk])
        with pytest.raises(IntegrityError, match="a new paper is draft"), transaction.atomic():
            Family.objects.create(unit_id=SCHOOL, key="x", name="Бірден бекітілген", state="approved")
    assert Family.objects.get().state == "submitted"


# ---- pages


def test_the_whole_way_of_a_family_one_thing_at_a_time(client_of, people, child, english):
    pupil = child("Қасымова", "Ләйла")
    client = client_of(people.coordinator)
    form = typed(unit=SCHOOL, name="Қасымовтар", address="Абай к-сі, 1")
    search = client.post("/families/new/", form, follow=True)
    family = Family.objects.get()
    assert search.redirect_chain[-1][0] == f"/families/{family.pk}/member/"
    assert "Which child?" in search.text

    found = client.get(f"/families/{family.pk}/member/?q=касым").text
    assert "Қасымова Ләйла" in found
    assert "7А, № 1 мектеп" in found
    assert f"?pupil={pupil.pk}" in found

    grounds = typed(pupil=pupil.pk, categories=["1"], statuses=["disability"], version="1")
    check = client.post(f"/families/{family.pk}/member/", grounds, follow=True).text
    assert "1. receives targeted social aid" in check
    assert "with a disability" in check

    assert "sent to the district" in client.post(f"/families/{family.pk}/submit/", typed(), follow=True).text
    approved = client_of(people.specialist).post(f"/families/{family.pk}/approve/", typed(), follow=True).text
    assert "The family is approved and counts from today." in approved
    assert "Approved on" in approved
    assert "28.01.2027" in approved


def test_a_return_without_a_remark_is_refused_in_words_and_with_one_keeps_it(client_of, family_of, people, english):
    family = family_of(state="submitted")
    client = client_of(people.specialist)
    answer = client.post(f"/families/{family.pk}/send_back/", typed(note=""))
    assert answer.status_code == 422
    assert "Give the reason." in answer.text
    client.post(f"/families/{family.pk}/send_back/", typed(note="Мекенжайын анықтаңыз"))
    assert "Мекенжайын анықтаңыз" in client_of(people.coordinator).get(f"/families/{family.pk}/").text


def test_the_school_reads_that_its_family_came_back_and_why(client_of, family_of, people, english):
    family = family_of(state="submitted")
    families.send_back(family=family, remark="Табыс туралы анықтама жоқ", by=people.specialist)
    families.submit(family=family, by=people.coordinator)
    client = client_of(people.coordinator)
    assert "returned with a remark" not in client.get("/families/").text
    families.send_back(family=family, remark="Мекенжайын <анықтаңыз>", by=people.specialist)
    assert "returned with a remark" in client.get("/families/").text
    card = client.get(f"/families/{family.pk}/").text
    notice = card.index("The district returned the family: Мекенжайын &lt;анықтаңыз&gt;")
    assert notice < card.index('<dl class="summary">')
    assert card.count("returned with a remark") == 3  # the state, and twice what happened
    assert "The district returned" not in client.get(f"/families/{family_of('Жаңа').pk}/").text


def test_two_people_of_the_district_press_at_once_the_second_reads_what_happened(client_of, family_of, people, english):
    family = family_of(state="approved")
    answer = client_of(people.specialist).post(f"/families/{family.pk}/approve/", typed())
    assert answer.status_code == 409
    assert "it is now «approved»" in answer.text


def test_a_foreign_family_is_not_found(client_of, family_of, people):
    family = family_of(state="submitted")
    for person in (people.stranger, people.village_coordinator, people.other_specialist, people.city_specialist):
        client = client_of(person)
        assert client.get(f"/families/{family.pk}/").status_code == 404
        answer = client.post(f"/families/{family.pk}/approve/", typed())
        assert answer.status_code in (403, 404)
    for person in (people.teacher, people.commission, people.auditor, people.administrator):
        assert client_of(person).get(f"/families/{family.pk}/").status_code == 403


def test_opening_a_family_is_recorded(client_of, family_of, people):
    family = family_of()
    client_of(people.head).get(f"/families/{family.pk}/")
    reading = Reading.objects.get()
    assert (reading.by, reading.subject, reading.subject_id) == ("head", "aid.Family", str(family.pk))


def test_above_the_district_there_are_numbers_and_counts_and_no_names(client_of, family_of, people, child, english):
    family = family_of(pupil=child("Ғабитов", "Дамир"), state="approved")
    client = client_of(people.oblast_specialist)
    by_district = client.get("/families/").text
    assert "Families in need: Ақмола облысы" in by_district
    assert 'href="/families/?unit=113200000">Аршалы ауданы' in by_district
    by_school = client.get("/families/?unit=113200000").text
    assert "Families in need: Аршалы ауданы" in by_school
    assert 'href="/families/?unit=S1">№ 1 мектеп' in by_school
    by_number = client.get("/families/?unit=S1").text
    assert '<a href="/families/">Families in need</a>' in by_number  # the way back up
    assert '<a href="/families/?unit=113200000">Аршалы ауданы</a>' in by_number
    card = client.get(f"/families/{family.pk}/").text
    for page in (by_number, card):
        assert family.number in page
    for page in (by_district, by_school, by_number, card):
        assert not any(name in page for name in ("Ахметовтер", "Ғабитов", "Көктал к-сі", family.key))


def test_the_ministry_sees_sums_and_goes_down_to_a_school(client_of, family_of, people, child, english):
    for state in ("approved", "submitted", "draft"):
        family_of(pupil=child(), state=state)
    client = client_of(people.analyst)
    country = client.get("/families/").text
    assert cells(country, "Ақмола облысы") == ["1", "1", "1", "0"]
    assert cells(country, "Астана қ.") == ["0", "0", "0", "0"]  # nobody listed is told too
    assert cells(country, "In all") == ["1", "1", "1", "0"]
    assert cells(client.get("/families/?unit=110000000").text, "Аршалы ауданы") == ["1", "1", "1", "0"]
    assert cells(client.get("/families/?unit=113200000").text, "№ 1 мектеп") == ["1", "1", "1", "0"]
    assert "In all: 3" in client.get("/families/?unit=S1").text
    assert client_of(people.oblast_specialist).get("/families/?unit=710000000").status_code == 404


def test_a_school_directly_under_a_city_stands_beside_its_districts(client_of, people, english):
    families.add_family(unit=Unit.objects.get(pk=CITY_SCHOOL), name="Лицей", address="", by=people.city_coordinator)
    client = client_of(people.analyst)
    assert cells(client.get("/families/").text, "Астана қ.") == ["0", "0", "1", "0"]
    city = client.get("/families/?unit=710000000").text
    assert cells(city, "№ 4 лицей") == ["0", "0", "1", "0"]
    assert cells(city, "Алматы ауданы") == ["0", "0", "0", "0"]


def cells(page, first):
    """The cells of the row that begins with these words."""
    row = re.search(rf"<tr>\s*<th[^>]*>(?:<a[^>]*>)?{re.escape(first)}(?:</a>)?</th>(.*?)</tr>", page, re.DOTALL)
    return re.findall(r"<td[^>]*>(.*?)</td>", row[1])


def test_the_list_is_filtered_and_its_foot_is_counted_by_the_database(client_of, family_of, people, child, english):
    for number, state in enumerate(["draft", "submitted", "submitted", "approved"]):
        family_of(name=f"Отбасы {number}", pupil=child(), state=state)
    client = client_of(people.specialist)
    waiting = client.get("/families/?state=submitted").text
    assert "Отбасы 1" in waiting
    assert "Отбасы 3" not in waiting
    assert "In all: 2" in waiting
    assert "Отбасы 3" in client.get("/families/?q=ОТБАСЫ 3").text
    part = client.get("/families/?state=submitted", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Отбасы 2" in part


def test_names_stand_in_the_order_of_the_kazakh_alphabet(client_of, family_of, people, child):
    for name in ("Яхиялар", "Әлиевтер", "Бековтар", "Арыстандар"):
        family_of(name=name, pupil=child())
    page = client_of(people.coordinator).get("/families/").text
    places = [page.index(name) for name in ("Арыстандар", "Әлиевтер", "Бековтар", "Яхиялар")]
    assert places == sorted(places)


def test_the_list_costs_the_same_for_ten_families_and_for_three_hundred(queries_do_not_grow, people, country):
    serial = iter(range(1000))

    def make(count):
        Family.objects.bulk_create(
            Family(unit_id=SCHOOL, key=f"f{n}", name=f"Отбасы {n}") for n, _ in zip(serial, range(count), strict=False)
        )

    queries_do_not_grow(people.specialist, "/families/", make)


def test_wrong_input_is_said_in_words_and_nothing_typed_is_lost(client_of, family_of, people, child, english):
    client = client_of(people.coordinator)
    answer = client.post("/families/new/", typed(unit=SCHOOL, name="", address="Абай к-сі, 77"))
    assert answer.status_code == 422
    assert "This field is required." in answer.text
    assert "Абай к-сі, 77" in answer.text

    family, pupil = family_of(), child("Жақыпова")
    form = typed(pupil=pupil.pk, categories=["5"], statuses=["orphan"], valid_until="2027-06-01", note="", version="1")
    answer = client.post(f"/families/{family.pk}/member/", form)
    assert answer.status_code == 422
    assert "Category 5 needs the minutes of the collegial body" in answer.text
    assert 'value="2027-06-01"' in answer.text
    assert answer.text.count("checked") == 2


def test_a_child_of_another_school_cannot_be_posted(client_of, family_of, people, child):
    family, foreign = family_of(), child("Зейнолла", unit=VILLAGE)
    client = client_of(people.coordinator)
    assert client.post(f"/families/{family.pk}/member/", typed(pupil=foreign.pk, categories=["1"])).status_code == 404
    assert "Зейнолла" not in client.get(f"/families/{family.pk}/member/?q=зейн").text


def test_a_late_save_shows_both_versions_and_keeps_what_was_typed(client_of, family_of, people, english):
    family = family_of()
    stored = Family.objects.get()
    families.change_family(
        family=stored, name="Ахметовтер", address="Жаңа к-сі, 9", version=stored.version, by=people.coordinator
    )
    client = client_of(people.coordinator)
    late = typed(name="Ахметовтер", address="Ескі к-сі, 2", version=stored.version)
    answer = client.post(f"/families/new/?family={family.pk}", late)
    assert answer.status_code == 409
    assert "Жаңа к-сі, 9" in answer.text
    assert "Ескі к-сі, 2" in answer.text
    again = typed(name="Ахметовтер", address="Ескі к-сі, 2", version=stored.version + 1)
    client.post(f"/families/new/?family={family.pk}", again)
    assert Family.objects.get().address == "Ескі к-сі, 2"


def test_a_late_change_of_a_childs_grounds_is_shown_too(client_of, family_of, people, english):
    family = family_of()
    before, member = Family.objects.get().version, family.members.get()
    families.add_member(
        family=family, pupil=member.pupil, categories=[3], statuses=[], valid_until=None, by=people.coordinator
    )
    with pytest.raises(Stale):
        families.add_member(
            family=family,
            pupil=member.pupil,
            categories=[1],
            statuses=[],
            valid_until=None,
            version=before,
            by=people.coordinator,
        )
    form = typed(pupil=member.pupil_id, categories=["1"], version=before)
    answer = client_of(people.coordinator).post(f"/families/{family.pk}/member/", form)
    assert answer.status_code == 409
    assert "orphan or without parental care, living in a family" in answer.text
    assert Member.objects.get().categories == [3]


def test_a_child_of_the_wrong_family_is_taken_off(client_of, family_of, people, english):
    family = family_of()
    form = typed(pupil=family.members.get().pupil_id, remove="1")
    page = client_of(people.coordinator).post(f"/families/{family.pk}/member/", form, follow=True).text
    assert "The child is taken off the family." in page
    assert "Add at least one child." in page
    assert not Member.objects.exists()


def test_the_family_page_shows_what_its_children_were_given(client_of, family_of, people, give, child, english):
    pupil = child("Дәулетова")
    family = family_of(pupil=pupil, state="approved")
    give(pupil, kind="shoes", tenge=15_000)
    page = client_of(people.coordinator).get(f"/families/{family.pk}/").text
    assert "Help given in this campaign" in page
    assert "15\u202f000" in page
