"""Deadlines: the last second of a day, a day off, more time that ends by itself."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actions import give_extension
from campaigns.models import FINAL, Extension
from campaigns.windows import days_late, due_of
from schools.models import Entry
from schools.workflow import Refused
from tests.campaigns.stories import ARSHALY, MINISTRY, OBLAST, SCHOOL, VILLAGE, order, thresholds_ordered, unit

ASKED = {"round": FINAL, "asked_by": "Директор, хат № 12", "why": "Ауылда жарық болмады"}


@pytest.fixture
def more_time(campaign, people):
    def give(until, number=SCHOOL, by=None, **more):
        return give_extension(
            unit=unit(number), campaign=campaign, until=until, by=by or people.specialist, **{**ASKED, **more}
        )

    return give


def hub(client, code="S1"):
    return " ".join(client.get(f"/campaign/?unit={code}").text.split())


def test_deadlines_go_up_in_steps_and_leave_each_reviewer_whole_days(campaign):
    dues = [due_of(unit(number), campaign, FINAL) for number in (SCHOOL, ARSHALY, OBLAST, MINISTRY)]
    # the campaign closes on Wednesday 10.02; the Committee's 20.02 is a Saturday and moves to Friday
    assert dues == [date(2027, 2, 12), date(2027, 2, 16), date(2027, 2, 18), date(2027, 2, 19)]


def test_a_step_does_not_count_public_holidays(campaign):
    campaign.holidays = [date(2027, 2, 11)]
    assert campaign.due_for("school", FINAL) == date(2027, 2, 15)


def test_one_second_before_midnight_is_in_time_and_one_second_after_is_late(client_of, people, campaign, clock_at):
    client = client_of(people.coordinator)
    clock_at(datetime(2027, 2, 12, 23, 59, 59))
    assert days_late(due_of(unit(SCHOOL), campaign, FINAL)) == 0
    in_time = hub(client)
    assert "today, until midnight" in in_time
    clock_at(datetime(2027, 2, 13, 0, 0, 1))
    assert days_late(due_of(unit(SCHOOL), campaign, FINAL)) == 1
    late = hub(client)
    assert "1 day late" in late
    assert "today, until midnight" not in late


def test_the_clock_of_the_deadline_is_almaty(campaign, settings):
    settings.CLOCK = "2027-02-12T23:59:59"  # in Almaty; 18:59:59 in London
    assert days_late(date(2027, 2, 12)) == 0
    settings.CLOCK = "2027-02-13T00:00:01"  # still the 12th in London
    assert days_late(date(2027, 2, 12)) == 1


@pytest.mark.parametrize(
    ("rule", "holidays", "day"),
    [
        ("before", [], date(2027, 2, 19)),
        ("after", [], date(2027, 2, 22)),
        ("before", [date(2027, 2, 19)], date(2027, 2, 18)),
        ("after", [date(2027, 2, 22)], date(2027, 2, 23)),
    ],
)
def test_a_due_date_on_a_saturday_moves_as_the_rule_says(campaign, rule, holidays, day):
    campaign.weekend_rule, campaign.holidays = rule, holidays
    assert date(2027, 2, 20).weekday() == 5
    assert campaign.due_for("ministry", FINAL) == day


def test_more_time_moves_the_units_day_and_no_other_units(campaign, more_time):
    more_time(date(2027, 2, 16))
    assert due_of(unit(SCHOOL), campaign, FINAL) == date(2027, 2, 16)
    assert due_of(unit(VILLAGE), campaign, FINAL) == date(2027, 2, 12)
    assert due_of(unit(SCHOOL), campaign, "bulletin2") == date(2027, 1, 29)


def test_more_time_ends_by_itself_and_the_first_day_stands_again(campaign, more_time, clock_at):
    more_time(date(2027, 2, 16))
    clock_at(datetime(2027, 2, 16, 23, 59, 59))
    assert days_late(due_of(unit(SCHOOL), campaign, FINAL)) == 0
    clock_at(datetime(2027, 2, 17, 0, 0, 1))
    assert due_of(unit(SCHOOL), campaign, FINAL) == date(2027, 2, 12)
    assert days_late(due_of(unit(SCHOOL), campaign, FINAL)) == 5
    assert Extension.objects.count() == 1  # it stays on the list, to be printed


def test_more_time_until_a_saturday_moves_like_every_date(campaign, more_time):
    assert more_time(date(2027, 2, 13), number=ARSHALY + 1, round="bulletin2").until == date(2027, 2, 12)
    campaign.weekend_rule = "after"
    assert more_time(date(2027, 2, 13)).until == date(2027, 2, 15)


def test_only_the_very_unit_above_gives_more_time(people, more_time):
    for person in (people.coordinator, people.head, people.other_specialist, people.oblast_specialist, people.analyst):
        with pytest.raises(PermissionDenied):
            more_time(date(2027, 2, 16), by=person)
    with pytest.raises(PermissionDenied):
        more_time(date(2027, 2, 19), number=ARSHALY)
    assert more_time(date(2027, 2, 17), number=ARSHALY, by=people.oblast_specialist).unit_id == ARSHALY


@pytest.mark.parametrize(
    ("until", "more", "words"),
    [
        (date(2027, 2, 12), {}, "has until 12.02.2027 already"),
        (date(2027, 1, 27), {"round": "bulletin1"}, "27.01.2027 is over"),
        (date(2027, 2, 22), {}, "due on 19.02.2027"),
        (date(2027, 2, 16), {"round": "poem"}, "no such report"),
    ],
)
def test_a_day_that_gives_no_time_is_refused_in_words(more_time, until, more, words):
    with pytest.raises(Refused, match=words):
        more_time(until, **more)
    assert not Extension.objects.exists()


def test_the_journal_says_who_gave_more_time_and_why(more_time):
    given = more_time(date(2027, 2, 16))
    entry = Entry.objects.get(subject="campaigns.Extension", subject_id=str(given.pk))
    assert (entry.by, entry.unit_id, entry.note) == ("specialist", SCHOOL, "16.02.2027: Ауылда жарық болмады")


# ---- pages


def test_the_district_gives_more_time_from_its_own_page(client_of, people, campaign):
    client = client_of(people.specialist)
    assert "№ 1 мектеп" in client.get("/campaign/extensions/new/").text
    form = {"round": FINAL, "asked_by": "Директор", "why": "Қатты аяз", "until": "2027-02-13"}
    refused = client.post("/campaign/extensions/new/?unit=S1", {**form, "until": "2027-02-10"})
    assert refused.status_code == 422
    assert "gives no more time" in refused.text
    assert "Қатты аяз" in refused.text
    campaign.weekend_rule = "after"
    campaign.save()
    answer = client.post("/campaign/extensions/new/?unit=S1", form, follow=True)
    assert "№ 1 мектеп has until 15.02.2027." in answer.text
    assert "Қатты аяз" in answer.text
    assert "runs" in answer.text
    assert client.get("/campaign/extensions/?xlsx=1").content[:2] == b"PK"


def test_the_school_reads_its_extension_and_a_stranger_does_not(client_of, people, more_time):
    more_time(date(2027, 2, 16))
    assert "Ауылда жарық болмады" in client_of(people.coordinator).get("/campaign/extensions/").text
    assert "Ауылда жарық болмады" not in client_of(people.village_coordinator).get("/campaign/extensions/").text
    assert client_of(people.other_specialist).get("/campaign/extensions/new/?unit=S1").status_code == 404
    assert client_of(people.oblast_specialist).get("/campaign/extensions/new/?unit=S1").status_code == 403


def test_the_reports_of_the_unit_know_its_extension(client_of, people, more_time, clock_at):
    more_time(date(2027, 2, 16))
    clock_at(datetime(2027, 2, 15, 10, 0))
    client = client_of(people.specialist)
    own = client_of(people.coordinator).get("/reports/S1/summary/")
    assert "16.02.2027" in own.text
    page = client_of(people.specialist).get("/reports/?round=summary").text
    assert page.count("3 days late") == 1  # Көктал alone; the school with more time is not late
    clock_at(datetime(2027, 2, 17, 10, 0))
    assert "5 days late" in client.get("/reports/?round=summary").text


def test_the_list_of_extensions_costs_the_same_for_ten_and_for_three_hundred(queries_do_not_grow, people, campaign):
    def make(n):
        Extension.objects.bulk_create(
            Extension(
                unit_id=(SCHOOL, VILLAGE)[k % 2], campaign=campaign, until=date(2027, 2, 16), given_by="specialist",
                given_at=datetime.fromisoformat("2027-01-28T10:00+05:00"), **ASKED,
            )
            for k in range(n)
        )  # fmt: skip

    queries_do_not_grow(people.specialist, "/campaign/extensions/", make)


# ---- own dates and the timeline


def test_own_dates_are_inherited_below_and_stand_on_the_timeline(client_of, people, campaign):
    thresholds_ordered(campaign)
    order(OBLAST, campaign, people.oblast_specialist, closes=date(2027, 2, 8))
    order(ARSHALY, campaign, people.specialist, kind="dates", opens=date(2027, 1, 15))
    arshaly, burabay = hub(client_of(people.coordinator)), hub(client_of(people.stranger), "S3")
    assert "From 15.01.2027 to 10.02.2027, both days included." in arshaly  # the nearest unit's word alone
    assert "From 10.01.2027 to 08.02.2027, both days included." in burabay
    assert "Set by order № 1 of 11.01.2027, Ақмола облысы." in burabay


def test_the_timeline_says_frozen_when_the_report_is_accepted(client_of, people, campaign):
    from reports.models import Submission
    from schools.wall import COUNTRY, scope

    with scope(COUNTRY):
        made = Submission.objects.create(unit_id=SCHOOL, campaign=campaign, form=FINAL)
    client = client_of(people.coordinator)
    assert "the figures stay as they were" not in hub(client)
    for state in ("signed", "accepted"):
        made.state = state
        made.save()
    page = hub(client)
    assert "the figures stay as they were" in page
    assert "not late" in page
