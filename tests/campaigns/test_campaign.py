"""The campaign as data: its dates on a calendar, its thresholds by order, its hub; a unit that closes in the middle."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actions import Stale, add_campaign, set_campaign, set_norms
from campaigns.calendar import dates_of, months_of, proposal
from campaigns.models import NORMS, Campaign, Order
from reports.counting import count
from schools.actions import close_unit
from schools.models import Post
from schools.models import Stale as StaleFigures
from schools.once import new_key
from schools.workflow import Refused
from students.models import Enrolment, Register
from tests.campaigns.stories import ARSHALY, MINISTRY, OBLAST, OTHER, SCHOOL, VILLAGE, order, thresholds_ordered, unit
from tests.make import enrol, make_class
from tests.reports.stories import start, take

DAYS = dict.fromkeys(NORMS, 5)
ORDER = {"number": "512", "date": date(2027, 1, 5), "title_kk": "Шектер туралы", "title_ru": "О порогах"}


def typed(campaign, **more):
    names = ("name_kk", "name_ru", "name_en", "weekend_rule", "school_step", "district_step", "oblast_step", "version")
    form = {name: getattr(campaign, name) for name in names}
    days = {name: f"{getattr(campaign, name)}" for name in ("opens", "closes", "due")}
    return {"once": new_key(), **form, **days, "holidays": "", **more}


def words(answer):
    return " ".join(answer.text.split())


# ---- dates and rules


def test_the_calendar_shows_which_dates_move_and_where(campaign):
    moved = {each.label: (each.meant, each.day) for each in dates_of(campaign) if each.moves}
    assert moved["Summary to the Committee"] == (date(2027, 2, 20), date(2027, 2, 19))
    assert moved["Bulletin 2 due"] == (date(2027, 1, 30), date(2027, 1, 29))
    months = months_of(campaign)
    assert [month.name for month in months] == ["January 2027", "February 2027"]
    cells = {cell.day: cell for month in months for week in month.weeks for cell in week if cell}
    assert cells[date(2027, 2, 20)].words == ["Summary to the Committee: moved to 19.02.2027"]
    assert "deadline" in cells[date(2027, 2, 19)].kinds
    assert "off" in cells[date(2027, 1, 10)].kinds


def test_the_ministry_looks_first_and_saves_after(client_of, people, campaign):
    client = client_of(people.ministry_head)
    form = typed(campaign, weekend_rule="after", holidays="22.02.2027")
    seen = client.post("/campaign/edit/2027/", {**form, "preview": "1"})
    assert seen.status_code == 200
    assert "23.02.2027" in seen.text  # Saturday 20.02 moves over the weekend and the holiday
    assert "moved from Sat, 20.02.2027, a day off" in words(seen)
    campaign.refresh_from_db()
    assert campaign.weekend_rule == "before"
    answer = client.post("/campaign/edit/2027/", form, follow=True)  # the same form: looking was no sending
    assert "The campaign is saved." in answer.text
    campaign.refresh_from_db()
    assert (campaign.weekend_rule, campaign.holidays, campaign.version) == ("after", [date(2027, 2, 22)], 2)


def test_moved_dates_make_the_figures_of_every_school_stale(people, campaign):
    campaign.closes = date(2027, 2, 12)
    set_campaign(campaign=campaign, by=people.ministry_head)
    assert {SCHOOL, VILLAGE, OTHER} <= set(StaleFigures.objects.values_list("unit_id", flat=True))


def test_wrong_input_is_said_in_words_and_what_was_typed_stays(client_of, people, campaign):
    form = typed(campaign, closes="2027-01-01", holidays="31.02.2027", school_step="9", name_ru="Другое имя")
    answer = client_of(people.ministry_head).post("/campaign/edit/2027/", form)
    assert answer.status_code == 422
    assert "The last day cannot come before the first." in answer.text
    assert "There is no such date: 31.02.2027" in answer.text
    assert "A school reports before its district" in answer.text
    assert "Другое имя" in answer.text


def test_two_people_of_the_ministry_do_not_overwrite_each_other(client_of, people, campaign):
    early = typed(campaign, name_ru="Моё имя")
    campaign.name_ru = "Имя коллеги"
    set_campaign(campaign=campaign, by=people.analyst)
    answer = client_of(people.ministry_head).post("/campaign/edit/2027/", early)
    assert answer.status_code == 409
    assert "Моё имя" in answer.text
    assert "Имя коллеги" in answer.text
    assert 'name="version" value="2"' in answer.text
    stale = Campaign.objects.get(pk=campaign.pk)
    stale.version = 1
    with pytest.raises(Stale):
        set_campaign(campaign=stale, by=people.ministry_head)


def test_a_campaign_that_is_over_keeps_its_dates(people, campaign, clock_at):
    clock_at(date(2027, 3, 1))
    campaign.closes = date(2027, 2, 15)
    with pytest.raises(Refused, match="is over"):
        set_campaign(campaign=campaign, by=people.ministry_head)


def test_nobody_below_the_ministry_touches_the_campaign(client_of, people, campaign):
    with pytest.raises(PermissionDenied):
        set_campaign(campaign=campaign, by=people.oblast_head)
    with pytest.raises(PermissionDenied):
        set_norms(campaign=campaign, norms=DAYS, unit=unit(MINISTRY), by=people.oblast_head, **ORDER)
    client = client_of(people.oblast_head)
    for page in ("/campaign/new/", "/campaign/edit/2027/", "/campaign/norms/2027/"):
        assert client.get(page).status_code == 403


# ---- a campaign after this one


def test_the_next_campaign_and_the_sister_are_proposed_with_the_days_of_the_guide(client_of, people, campaign):
    assert (proposal(sister=False).code, proposal(sister=False).opens) == ("2028", date(2028, 1, 10))
    road = proposal(sister=True)
    assert (road.code, road.opens, road.closes) == ("road-2027", date(2027, 8, 1), date(2027, 9, 30))
    client = client_of(people.ministry_head)
    page = client.get("/campaign/new/?kind=road").text
    assert "«Дорога в школу» – 2027" in page
    assert "August 2027" in page
    form = {**typed(road), "code": "road-2027"}
    del form["version"]
    answer = client.post("/campaign/new/?kind=road", form, follow=True)
    assert "It opens when its thresholds and norms are set by order." in answer.text
    assert "Road to School 2027" in client_of(people.coordinator).get("/campaign/").text
    again = client_of(people.ministry_head).post("/campaign/new/?kind=road", {**form, "once": new_key()})
    assert "There is a campaign with this code already." in again.text
    assert Campaign.objects.count() == 2


# ---- thresholds by order


def test_no_unit_starts_before_the_ministry_has_set_the_thresholds_by_order(client_of, people, campaign):
    with pytest.raises(Refused, match="cannot open yet"):
        order(ARSHALY, campaign, people.specialist)
    page = words(client_of(people.specialist).get("/campaign/"))
    assert "The campaign cannot open yet" in page
    assert "can be entered all the same" in page
    form = {
        "once": new_key(), "kind": "start", "unit": ARSHALY, "number": "1", "date": "2027-01-11",
        "title_kk": "Акция", "title_ru": "Акция",
    }  # fmt: skip
    answer = client_of(people.specialist).post("/orders/new/", form)
    assert answer.status_code == 422
    assert "The campaign cannot open yet" in answer.text
    set_norms(campaign=campaign, norms=DAYS, unit=unit(MINISTRY), by=people.ministry_head, **ORDER)
    campaign.refresh_from_db()
    assert order(ARSHALY, campaign, people.specialist).pk


def test_an_order_alone_does_not_open_a_campaign_whose_norms_are_empty(people):
    road = add_campaign(
        code="road", name_kk="Мектепке жол", name_ru="Дорога в школу", name_en="", opens=date(2027, 8, 1),
        closes=date(2027, 9, 30), due=date(2027, 10, 10), by=people.ministry_head,
    )  # fmt: skip
    thresholds_ordered(road)
    assert road.missing_norms == list(NORMS)
    with pytest.raises(Refused, match="cannot open yet"):
        order(ARSHALY, road, people.specialist)


def test_other_papers_and_the_work_wait_for_nobody(people, campaign):
    assert order(ARSHALY, campaign, people.specialist, kind="committee").pk


def test_thresholds_come_all_together_with_their_order(client_of, people, campaign):
    with pytest.raises(Refused, match="together"):
        set_norms(campaign=campaign, norms={"long_days": 3}, unit=unit(MINISTRY), by=people.ministry_head, **ORDER)
    client = client_of(people.ministry_head)
    assert client.get("/orders/new/?kind=norms")["Location"] == "/campaign/norms/2027/"
    form = {
        "once": new_key(), "unit": MINISTRY, "number": "512", "date": "2027-01-05", "title_kk": "Шектер",
        "title_ru": "Пороги", **DAYS, "systematic_days": "7",
    }  # fmt: skip
    empty = client.post("/campaign/norms/2027/", {**form, "visit_days": ""})
    assert empty.status_code == 422
    assert not Order.objects.exists()
    answer = client.post("/campaign/norms/2027/", form, follow=True)
    assert "Order № 512 sets the thresholds and norms." in answer.text
    campaign.refresh_from_db()
    assert (campaign.systematic_days, campaign.visit_days) == (7, 5)


def test_a_used_number_leaves_the_norms_as_they_were(people, campaign):
    thresholds_ordered(campaign)
    with pytest.raises(Refused, match="number already"):
        set_norms(campaign=campaign, norms=DAYS, unit=unit(MINISTRY), by=people.ministry_head, **ORDER)
    campaign.refresh_from_db()
    assert campaign.long_days == 3


# ---- the hub


def test_the_hub_says_what_is_owed_and_leads_to_every_paper(client_of, people, campaign):
    thresholds_ordered(campaign)
    page = words(client_of(people.coordinator).get("/campaign/"))
    assert page.index("What is owed next") < page.index("no order on the start yet") < page.index("All papers")
    for path in (
        "/orders/",
        "/campaign/library/",
        "/campaign/control/",
        "/campaign/agreements/",
        "/campaign/helplines/",
    ):
        assert f'href="{path}?unit=S1&amp;campaign=2027"' in page
    assert "8 days late" in page  # the first bulletin of 20.01
    order(SCHOOL, campaign, people.coordinator)
    page = words(client_of(people.coordinator).get("/campaign/"))
    assert "started by № 1 of 11.01.2027" in page
    assert "no order on the start yet" not in page


def test_an_official_sees_the_units_below_as_a_list(client_of, people, campaign):
    thresholds_ordered(campaign)
    order(SCHOOL, campaign, people.coordinator, number="7-ө")
    page = words(client_of(people.specialist).get("/campaign/"))
    assert "№ 7-ө of 11.01.2027" in page
    assert "Көктал ауылының мектебі" in page
    assert "№ 3 мектеп" not in page
    assert client_of(people.specialist).get("/campaign/?unit=S3").status_code == 404
    assert client_of(people.specialist).get("/campaign/?unit=S1").status_code == 200


def test_a_class_teacher_sees_the_timeline_and_no_papers(client_of, people, campaign):
    page = words(client_of(people.teacher).get("/campaign/"))
    assert "Days that count" in page
    assert "All papers" not in page


def test_the_hub_costs_the_same_for_ten_units_and_for_three_hundred(queries_do_not_grow, people, campaign):
    from schools.models import Unit

    serial = iter(range(100, 1000))

    def make(n):
        Unit.objects.bulk_create(
            Unit(id=ARSHALY + k, code=f"S{k}", level="school", name_kk=f"№ {k}", name_ru=f"№ {k}")
            for k in (next(serial) for _ in range(n))
        )

    queries_do_not_grow(people.specialist, "/campaign/", make)


def test_everybody_finds_the_campaign_in_the_menu(client_of, people, campaign):
    for person in (people.coordinator, people.specialist, people.analyst):
        assert '<a href="/campaign/" aria-current="page">' in client_of(person).get("/campaign/").text


# ---- a unit closes in mid-campaign


@pytest.fixture
def closing(country, people, campaign):
    """The village school gives its children to school № 1 on 22 January and is closed."""
    start(VILLAGE, campaign)
    start(SCHOOL, campaign)
    old, new = make_class(VILLAGE, "7А", pupils=4), make_class(SCHOOL, "7Б", pupils=3)
    days = [date(2027, 1, day) for day in (11, 12, 13, 14, 15, 18, 19, 20, 21, 22)]
    children = [stay.pupil for stay in old.enrolments.all()]
    take(old, *days, absent=children[:2], reason="truancy")
    take(new, *days)
    old.enrolments.update(last=date(2027, 1, 22))
    for child in children:
        enrol(child, new, first=date(2027, 1, 25))
    take(new, date(2027, 1, 25), date(2027, 1, 26), date(2027, 1, 27), absent=children[:1], reason="truancy")
    return {"unit": unit(VILLAGE), "on": date(2027, 1, 22), "successor": unit(SCHOOL)}


def test_a_closed_unit_keeps_its_history_and_no_rate_passes_a_hundred(closing, people, campaign):
    administrator = people.administrator
    before = (Register.objects.filter(unit_id=VILLAGE).count(), Enrolment.objects.filter(unit_id=VILLAGE).count())
    closed = close_unit(**closing, by=administrator)
    assert (closed.closed_on, closed.successor_id) == (date(2027, 1, 22), SCHOOL)
    after = (Register.objects.filter(unit_id=VILLAGE).count(), Enrolment.objects.filter(unit_id=VILLAGE).count())
    assert before == after == (10, 4)
    assert Order.objects.filter(unit_id=VILLAGE).exists()
    figures = count(campaign, date(2027, 1, 28))
    for place in (VILLAGE, SCHOOL, ARSHALY, OBLAST, MINISTRY):
        shares = {
            code: figure.value for code, figure in figures[place].items() if figure.is_share and figure.denominator
        }
        assert {"AT-07", "AT-10"} <= set(shares)
        assert all(0 <= share <= 1 for share in shares.values()), (place, shares)
    assert figures[VILLAGE]["AT-02"].numerator > 0  # what was missed there stays there


def test_the_people_of_a_closed_unit_end_with_it(closing, people):
    close_unit(**closing, by=people.administrator)
    assert not Post.objects.today().filter(unit_id=VILLAGE).exists()
    assert Post.objects.filter(unit_id=VILLAGE).exists()


def test_who_closes_a_unit_and_what_speaks_against_it(closing, people):
    for person in (people.village_coordinator, people.specialist, people.stranger):
        with pytest.raises(PermissionDenied):
            close_unit(**closing, by=person)
    with pytest.raises(Refused, match="another unit"):
        close_unit(**{**closing, "successor": unit(VILLAGE)}, by=people.administrator)
    close_unit(**closing, by=people.administrator)
    with pytest.raises(Refused, match="was closed on"):
        close_unit(**closing, by=people.administrator)
