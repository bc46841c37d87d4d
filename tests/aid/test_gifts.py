"""Pledge → received → given: a gift never gives more than it held, and no child is helped twice by mistake."""

import re
import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from aid.actions import gifts
from aid.models import Donation, Donor, Handout
from schools.models import Entry, School, Unit, User
from schools.models import Stale as StaleUnit
from schools.wall import COUNTRY, ranges_of, scope
from schools.workflow import Refused
from students.models import Enrolment
from tests.aid.conftest import ARSHALY, OTHER, SCHOOL, VILLAGE, typed
from tests.make import enrol, make_class, make_pupil
from zabota.lib import clock, iin
from zabota.lib.secret import blind_index

# ---- donors and gifts


def test_a_donor_with_the_same_number_is_the_same_in_the_whole_country(people, country):
    number = iin.make(1, organisation=True)
    first = gifts.add_donor(kind="company", name="«Арман» ЖШС", number=number, by=people.coordinator)
    again = gifts.add_donor(kind="company", name="«АРМАН»  ЖШС", number=number, by=people.city_coordinator)
    assert first == again
    assert Donor.objects.get().number == number


def test_a_number_under_another_name_is_told_with_the_name_that_stands(people, country, english):
    number = iin.make(1, organisation=True)
    stored = gifts.add_donor(kind="company", name="«Арман» ЖШС", number=number, by=people.coordinator)
    with pytest.raises(gifts.NumberTaken, match="belongs to another donor: «Арман» ЖШС") as taken:
        gifts.add_donor(kind="company", name="ТОО «Арман»", number=number, by=people.city_coordinator)
    assert taken.value.stored == stored
    assert Donor.objects.get().name == "«Арман» ЖШС"


def test_a_donor_of_a_folder_is_found_by_its_number(people, country):
    number = iin.make(1, organisation=True)
    loaded = Donor.objects.create(
        key="D-17", kind="company", name="«Арман» ЖШС", number=number, number_index=blind_index(number)
    )
    assert gifts.add_donor(kind="company", name="«Арман» ЖШС", number=number, by=people.coordinator) == loaded


def test_the_page_offers_the_donor_that_has_the_number(client_of, people, english):
    number = iin.make(1, organisation=True)
    stored = gifts.add_donor(kind="company", name="«Арман» ЖШС", number=number, by=people.city_coordinator)
    client = client_of(people.coordinator)
    form = typed(
        unit=SCHOOL,
        donor_name="ТОО «Арман»",
        donor_kind="company",
        number=number,
        source="sponsor",
        kind="bag",
        quantity="4",
        tenge="40 000",
        received_on="2027-01-12",
    )
    answer = client.post("/aid/gifts/new/", form)
    assert answer.status_code == 422
    assert "BIN or IIN: This number belongs to another donor: «Арман» ЖШС." in answer.text
    assert "It is that donor: use it under the name that stands" in answer.text
    assert 'value="ТОО «Арман»"' in answer.text
    assert not Donation.objects.exists()
    client.post("/aid/gifts/new/", {**form, "known_name": "«Арман» ЖШС", "use_known": "on"})
    assert Donation.objects.get().donor == stored
    assert Donor.objects.get().name == "«Арман» ЖШС"


def test_a_wrong_number_is_refused_and_a_persons_number_tells_nobody_a_name(people, country, english):
    with pytest.raises(Refused, match="not a BIN or IIN"):
        gifts.add_donor(kind="company", name="«Арман»", number="123456789012", by=people.coordinator)
    number = iin.make(7)
    gifts.add_donor(kind="person", name="Сәуле Қуанышқызы", number=number, by=people.coordinator)
    with pytest.raises(Refused, match="under another name") as refused:
        gifts.add_donor(kind="person", name="Бөтен Біреу", number=number, by=people.stranger)
    assert "Сәуле" not in str(refused.value)


def test_the_donor_of_the_same_name_in_ones_own_units_is_not_entered_twice(gift_of):
    gift_of()
    gift_of(donor="«АРМАН»  ЖШС")
    assert Donor.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": "money", "tenge": 0}, "how much money"),
        ({"quantity": 0}, "how many pieces"),
        ({"received_on": None}, "day of the pledge"),
        ({"pledged_on": date(2027, 1, 21)}, "before it was pledged"),
        ({"received_on": date(2027, 1, 29)}, "lies in the future"),
    ],
)
def test_a_gift_that_cannot_be_is_refused_in_words(gift_of, english, more, words):
    with pytest.raises(Refused, match=words):
        gift_of(**more)
    assert not Donation.objects.exists()


def test_gifts_are_written_by_ones_own_units_alone(people, gift_of):
    for person in (people.stranger, people.head, people.oblast_specialist):
        with pytest.raises(PermissionDenied):
            gift_of(by=person)


def test_a_pledge_gives_nothing_until_it_has_arrived(people, gift_of, give, child, english):
    gift = gift_of(received_on=None, pledged_on=date(2027, 1, 12))
    with pytest.raises(Refused, match="not been received yet"):
        give(child(), donation=gift)
    gifts.receive(
        donation=gift, received_on=date(2027, 1, 26), quantity=2, tenge=40_000, version=1, by=people.coordinator
    )
    handout = give(child(), donation=gift, date=date(2027, 1, 26))
    assert (handout.source, handout.kind, handout.size) == ("sponsor", "outerwear", "140")  # the gift's own


# ---- never more than was received


def test_a_gift_never_gives_more_pieces_than_it_held(gift_of, give, child, english):
    gift = gift_of(quantity=3, tenge=60_000)
    give(child(), donation=gift, quantity=2, tenge=40_000)
    with pytest.raises(Refused, match="only 1 pieces left"):
        give(child(), donation=gift, quantity=2, tenge=10_000)
    with pytest.raises(Refused, match="only 20\u202f000 ₸ left"):
        give(child(), donation=gift, quantity=1, tenge=20_001)
    give(child(), donation=gift, quantity=1, tenge=20_000)
    with pytest.raises(Refused, match="only 0 pieces left"):
        give(child(), donation=gift, tenge=0)
    assert gifts.left_of(gift) == (0, 0)


def test_money_has_no_pieces_but_its_sum_is_kept(gift_of, give, child, english):
    gift = gift_of(kind="money", size="", quantity=0, tenge=50_000)
    give(child(), donation=gift, tenge=30_000, proof_due=date(2027, 2, 5))
    with pytest.raises(Refused, match="only 20\u202f000 ₸ left"):
        give(child(), donation=gift, tenge=30_000)


def test_ten_people_at_the_same_moment_give_away_three_jackets_once(live_country):
    with scope(COUNTRY):
        people = live_country.people
        school_class = make_class(SCHOOL, "7А")
        pupils = [make_pupil(live_country.unit(SCHOOL)) for _ in range(10)]
        for pupil in pupils:
            enrol(pupil, school_class)
        donor = gifts.add_donor(kind="company", name="«Арман» ЖШС", by=people.coordinator)
        gift = gifts.register_donation(
            unit=live_country.unit(SCHOOL),
            donor=donor,
            source="sponsor",
            kind="outerwear",
            size="140",
            quantity=3,
            tenge=60_000,
            pledged_on=None,
            received_on=date(2027, 1, 20),
            by=people.coordinator,
        )
    start, refused = threading.Barrier(10), []

    def hand(pupil):
        try:
            with clock.at(date(2027, 1, 28)):
                user = User.objects.get(username="coordinator")
                user.grants  # posts of that day
            start.wait(timeout=20)
            with clock.at(date(2027, 1, 28)), scope(ranges_of(user.grants.all_units())):
                gifts.hand_out(
                    pupil=pupil,
                    giver=Unit.objects.get(pk=SCHOOL),
                    date=date(2027, 1, 25),
                    source="sponsor",
                    kind="outerwear",
                    size="140",
                    quantity=1,
                    tenge=20_000,
                    donation=Donation.objects.get(pk=gift.pk),
                    by=user,
                )
        except Refused as trouble:
            refused.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand, args=(pupil,)) for pupil in pupils]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scope(COUNTRY):
        assert Handout.objects.count() == 3
        assert gifts.left_of(Donation.objects.get()) == (0, 0)
    assert len(refused) == 7
    assert all(isinstance(trouble, gifts.TooMuch) for trouble in refused)


# ---- where it counts, and what is refused


def test_it_counts_where_the_child_was_enrolled_that_day(people, give, child):
    pupil = child(unit=VILLAGE)
    StaleUnit.objects.all().delete()
    handout = give(pupil, giver=ARSHALY, by=people.specialist)
    assert (handout.unit_id, handout.giver_id) == (VILLAGE, ARSHALY)
    assert VILLAGE in set(StaleUnit.objects.values_list("unit_id", flat=True))


def test_a_child_enrolled_nowhere_that_day_counts_at_the_giver(people, give, country):
    pupil = make_pupil(Unit.objects.get(pk=SCHOOL))
    assert give(pupil).unit_id == SCHOOL


def test_a_child_who_has_moved_away_is_helped_at_the_new_school(people, give, child, classes, as_user, english):
    pupil = child("Иманов", "Бекзат")
    Enrolment.objects.filter(pupil=pupil).update(last=date(2027, 1, 15))
    enrol(pupil, classes[OTHER], first=date(2027, 1, 16))
    with as_user(people.coordinator), pytest.raises(Refused, match="№ 3 мектеп, Бурабай ауданы"):
        give(pupil, date=date(2027, 1, 20))
    with as_user(people.coordinator):
        assert give(pupil, date=date(2027, 1, 14)).unit_id == SCHOOL


def test_the_fund_is_refused_at_a_private_school_in_words(people, give, child, english):
    School.objects.filter(unit_id=SCHOOL).update(ownership="private")
    with pytest.raises(Refused, match="fund is for state schools"):
        give(child(), source="fund")
    assert give(child(), source="sponsor").pk
    assert give(child(unit=VILLAGE), giver=ARSHALY, by=people.specialist, source="fund").pk


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"date": date(2027, 1, 29)}, "when it has been given"),
        ({"quantity": 0}, "at least one piece"),
        ({"kind": "money", "tenge": 0}, "how much money"),
        ({"proof_due": date(2027, 1, 1)}, "cannot be due before"),
        ({"kind": "yacht"}, "yacht"),
    ],
)
def test_what_cannot_be_is_refused_in_words(give, child, english, more, words):
    with pytest.raises(Refused, match=words):
        give(child(), **more)


def test_a_gift_of_another_unit_and_a_foreign_child_are_refused(people, gift_of, give, child, english):
    with pytest.raises(Refused, match="belongs to another unit"):
        give(child(), donation=gift_of(unit=ARSHALY, by=people.specialist))
    with pytest.raises(Refused, match="cannot see this child"):
        give(child(unit=OTHER))
    with pytest.raises(PermissionDenied):
        give(child(), by=people.head)


# ---- nobody twice by mistake


def test_the_same_kind_in_the_same_campaign_needs_a_reason_whatever_the_source(give, child, english):
    pupil = child()
    give(pupil, source="sponsor", date=date(2027, 1, 20))
    with pytest.raises(gifts.Twice, match="same kind of aid in this campaign"):
        give(pupil, source="fund", date=date(2027, 1, 25))
    give(pupil, source="fund", date=date(2027, 1, 25), reason="Өсіп кетті, өлшемі кіші")
    assert Entry.objects.get(verb="hand_out", note="Өсіп кетті, өлшемі кіші")
    give(pupil, kind="bag")  # another kind is no repetition


def test_what_was_given_before_the_campaign_does_not_count_against_the_child(give, child):
    pupil = child()
    give(pupil, date=date(2027, 1, 9))
    assert give(pupil, date=date(2027, 1, 10)).pk


def test_the_exact_copy_of_a_handout_is_refused(give, child, english):
    pupil = child()
    give(pupil)
    with pytest.raises(Refused, match="entered already"):
        give(pupil, reason="тағы")


# ---- pages


def handout_form(pupil, **more):
    usual = {
        "pupil": pupil.pk,
        "unit": SCHOOL,
        "date": "2027-01-27",
        "source": "sponsor",
        "kind": "shoes",
        "size": "36",
        "quantity": "1",
        "tenge": "15 000",
    }
    return typed(**{**usual, **more})


def test_a_handout_is_recorded_from_search_to_list(client_of, people, child, english):
    pupil = child("Қасымова", "Ләйла")
    client = client_of(people.coordinator)
    assert f"?pupil={pupil.pk}" in client.get("/aid/new/?q=касымова лай").text
    assert "Nothing yet." in client.get(f"/aid/new/?pupil={pupil.pk}").text
    page = client.post("/aid/new/", handout_form(pupil), follow=True).text
    assert "Қасымова Ләйла: shoes, 15\u202f000\u00a0₸. The handout is recorded." in page
    assert "In all: 1, children: 1" in page


def test_the_second_pair_of_shoes_asks_for_a_reason_and_keeps_what_was_typed(client_of, people, child, give, english):
    pupil = child()
    give(pupil)
    client = client_of(people.coordinator)
    form = handout_form(pupil, size="37", tenge="16000")
    answer = client.post("/aid/new/", form)
    assert answer.status_code == 422
    assert "This child was given the same kind of aid in this campaign." in answer.text
    assert "Why the same kind of aid again" in answer.text
    assert 'value="37"' in answer.text
    assert 'value="16000"' in answer.text
    assert "25.01.2027" in answer.text  # what was given before
    client.post("/aid/new/", {**form, "reason": "Бірінші жұп жыртылды"})
    assert Handout.objects.count() == 2


@pytest.mark.parametrize("typed_sum", ["45", "999", "150001"])
def test_a_sum_outside_the_band_asks_thousand_tenge(client_of, people, child, english, typed_sum):
    pupil = child()
    client = client_of(people.coordinator)
    form = handout_form(pupil, tenge=typed_sum)
    answer = client.post("/aid/new/", form)
    assert answer.status_code == 422
    assert "did you mean thousand tenge?" in answer.text
    assert "The sum is right: whole ₸, not thousands" in answer.text
    assert f'value="{typed_sum}"' in answer.text
    assert not Handout.objects.exists()
    client.post("/aid/new/", {**form, "sure": "on"})
    assert Handout.objects.get().tenge == int(typed_sum)


def test_a_usual_sum_asks_nothing(client_of, people, child):
    for tenge in ("1000", "150 000", "45\u00a0000 ₸", ""):
        answer = client_of(people.coordinator).post("/aid/new/", handout_form(child(), tenge=tenge))
        assert answer.status_code == 302


def test_wrong_input_is_said_in_words_and_nothing_typed_is_lost(client_of, people, child, english):
    School.objects.filter(unit_id=SCHOOL).update(ownership="private")
    client = client_of(people.coordinator)
    answer = client.post("/aid/new/", handout_form(child(), source="fund", size="XS-9"))
    assert answer.status_code == 422
    assert "Source: The universal-education fund is for state schools." in answer.text
    assert 'value="XS-9"' in answer.text
    answer = client.post("/aid/new/", handout_form(child(), tenge="пятнадцать", date="2027-02-30"))
    assert "Write the sum in whole ₸, digits only." in answer.text
    assert "пятнадцать" in answer.text


def test_twenty_copies_of_one_handout_form_have_one_effect(client_of, people, child):
    client = client_of(people.coordinator)
    form = handout_form(child())
    answers = {client.post("/aid/new/", form)["Location"] for _ in range(20)}
    assert answers == {"/aid/"}
    assert Handout.objects.count() == 1


def test_from_a_gift_only_the_child_and_the_share_are_asked(client_of, people, child, gift_of, english):
    gift, pupil = gift_of(quantity=3, tenge=60_000), child()
    client = client_of(people.coordinator)
    page = client.get(f"/aid/new/?pupil={pupil.pk}&gift={gift.pk}").text
    assert "3 pieces, 60\u202f000\u00a0₸" in page
    assert 'name="source"' not in page
    form = typed(pupil=pupil.pk, gift=gift.pk, date="2027-01-27", quantity="1", tenge="")
    page = client.post("/aid/new/", form, follow=True).text
    assert "partly given" in page
    assert "2 pieces, 40\u202f000\u00a0₸" in page
    assert Handout.objects.get().tenge == 20_000
    refused = client.post("/aid/new/", typed(pupil=child().pk, gift=gift.pk, date="2027-01-27", quantity="3", tenge=""))
    assert refused.status_code == 422
    assert "Pieces: The gift has only 2 pieces left." in refused.text


def test_the_way_of_a_gift_from_pledge_to_the_last_piece(client_of, people, english):
    client = client_of(people.coordinator)
    form = typed(
        unit=SCHOOL,
        donor_name="«Арман» ЖШС",
        donor_kind="company",
        number="",
        source="sponsor",
        kind="bag",
        size="",
        quantity="4",
        tenge="40 000",
        pledged_on="2027-01-12",
        received_on="",
    )
    page = client.post("/aid/gifts/new/", form, follow=True).text
    gift = Donation.objects.get()
    assert "The gift of «Арман» ЖШС is recorded." in page
    assert "The gift has arrived" in page
    arrival = typed(received_on="2027-01-28", quantity="3", tenge="30000", version="1")
    page = client.post(f"/aid/gifts/{gift.pk}/", arrival, follow=True).text
    assert "The gift is received and can be handed out." in page
    assert "3 pieces, 30\u202f000\u00a0₸" in page
    late = client.post(
        f"/aid/gifts/{gift.pk}/", typed(received_on="2027-01-27", quantity="4", tenge="40000", version="1")
    )
    assert late.status_code == 409
    assert "Somebody saved this record while you were writing" in late.text


def test_a_gift_with_nothing_in_it_is_refused_beside_its_field(client_of, people, english):
    form = typed(
        unit=SCHOOL,
        donor_name="«Арман» ЖШС",
        donor_kind="company",
        number="123",
        source="sponsor",
        kind="bag",
        received_on="2027-01-12",
    )
    answer = client_of(people.coordinator).post("/aid/gifts/new/", form)
    assert answer.status_code == 422
    assert "BIN or IIN: This is not a BIN or IIN" in answer.text
    assert not Donor.objects.exists()
    answer = client_of(people.coordinator).post("/aid/gifts/new/", {**form, "number": ""})
    assert "Pieces: Write how many pieces there are." in answer.text
    assert not Donor.objects.exists()


def test_a_debt_is_closed_when_the_proof_is_handed_in(client_of, people, child, give, english):
    handout = give(child("Есенов"), kind="money", size="", tenge=20_000, proof_due=date(2027, 1, 26))
    client = client_of(people.coordinator)
    assert "due 26.01.2027" in client.get("/aid/?debt=on").text
    page = client.post("/aid/", {"proof": handout.pk}, follow=True).text
    assert "The proof of purchase is recorded." in page
    assert Handout.objects.get().proof_on == date(2027, 1, 28)
    assert client_of(people.head).post("/aid/", {"proof": handout.pk}).status_code == 404


def test_the_foot_of_the_list_is_the_databases_sum_over_all_pages(client_of, people, child, give, english):
    for number in range(60):
        give(child(), tenge=1_000 + number, quantity=2)
    page = client_of(people.specialist).get("/aid/").text
    assert "In all: 60, children: 60" in page
    assert f"{sum(range(1000, 1060)):,}".replace(",", "\u202f") in page
    assert "1–50 of 60" in page


def test_foreign_aid_is_not_seen_and_above_the_district_without_names(client_of, people, child, give, gift_of, english):
    give(child("Ғабитов", "Дамир"))
    gift = gift_of()
    for person in (people.stranger, people.other_specialist):
        client = client_of(person)
        assert "№ 1 мектеп" not in client.get("/aid/").text
        assert client.get(f"/aid/gifts/{gift.pk}/").status_code == 404
    client = client_of(people.oblast_specialist)
    for url in ("/aid/", "/aid/?unit=S1", "/aid/gifts/", "/aid/gifts/?unit=S1", f"/aid/gifts/{gift.pk}/"):
        page = client.get(url)
        assert page.status_code == 200
        assert "Ғабитов" not in page.text
    assert "15\u202f000\u00a0₸" in client.get("/aid/").text
    ministry = client_of(people.analyst)
    for url in ("/aid/", "/aid/?unit=110000000", "/aid/?unit=113200000"):
        assert "15\u202f000\u00a0₸" in ministry.get(url).text
    for url in ("/aid/gifts/", "/aid/gifts/?unit=110000000"):
        assert "60\u202f000\u00a0₸" in ministry.get(url).text


def test_a_person_who_gives_is_named_up_to_the_district_and_a_company_everywhere(client_of, people, gift_of, english):
    giver = gifts.add_donor(kind="person", name="Сәуле Қуанышқызы", by=people.coordinator)
    gift = gift_of()
    Donation.objects.filter(pk=gift.pk).update(donor=giver)
    gift_of()
    addresses = ("/aid/gifts/?unit=S1", f"/aid/gifts/{gift.pk}/")
    for url in addresses:
        assert "Сәуле" in client_of(people.specialist).get(url).text
        assert "Сәуле" not in client_of(people.oblast_specialist).get(url).text
    assert "«Арман» ЖШС" in client_of(people.oblast_specialist).get("/aid/gifts/?unit=S1").text


def test_a_child_helped_in_two_districts_is_one_child_for_the_oblast(client_of, people, child, give, classes, english):
    pupil = child()
    Enrolment.objects.filter(pupil=pupil).update(last=date(2027, 1, 15))
    enrol(pupil, classes[OTHER], first=date(2027, 1, 16))
    give(pupil, date=date(2027, 1, 14))
    give(pupil, giver=OTHER, by=people.stranger, kind="bag")
    page = client_of(people.analyst).get("/aid/").text
    totals = re.findall(r"<td[^>]*>(.*?)</td>", page.split("<tfoot>")[1].split("</tfoot>")[0])
    assert totals == ["1", "2", "30\u202f000\u00a0₸"]


def test_a_foreign_child_or_gift_cannot_be_posted(client_of, people, child, gift_of):
    client = client_of(people.coordinator)
    assert client.post("/aid/new/", handout_form(child(unit=VILLAGE))).status_code == 404
    foreign = gift_of(unit=ARSHALY, by=people.specialist)
    assert client.post("/aid/new/", handout_form(child(), gift=foreign.pk)).status_code == 404
    assert client_of(people.head).post("/aid/new/", handout_form(child())).status_code == 403


def test_lists_cost_the_same_for_ten_rows_and_for_three_hundred(queries_do_not_grow, people, classes):
    donor = gifts.add_donor(kind="ngo", name="«Мейірім» қоры", by=people.coordinator)
    school = Unit.objects.get(pk=SCHOOL)
    serial = iter(range(10_000))

    def make(count):
        for _ in range(count):
            n = next(serial)
            gift = Donation.objects.create(
                unit=school, key=f"g{n}", donor=donor, source="ngo", kind="bag", quantity=5, received_on="2027-01-20"
            )
            pupil = make_pupil(school)
            Handout.objects.create(
                unit=school, pupil=pupil, giver=school, date="2027-01-20", source="ngo", kind="bag", donation=gift
            )

    queries_do_not_grow(people.specialist, "/aid/", make)
    queries_do_not_grow(people.specialist, "/aid/gifts/", make)
