"""Early warning in school-day arithmetic: a plain re-count agrees; drafts are raised, people decide."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Max
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Order
from schools.models import Unit
from students import calendar
from students.actions import cases, registers, warning
from students.actions.registers import Mark
from students.actions.warning import Flag
from students.models import Absence, Case, DayOff, Enrolment, Register
from students.states import REASON_CLASS, WITHOUT_VALID_REASON
from tests.make import enrol, make_class, make_pupil

SCHOOL = 110010001
TODAY = date(2027, 1, 28)
ONE = timedelta(days=1)
OPENS = date(2027, 1, 10)


@pytest.fixture
def seven(country):
    return make_class(SCHOOL, "7А", pupils=2)


@pytest.fixture
def child(seven):
    return seven.enrolments.for_list().first().pupil


def mark(school_class, day, absent=None):
    """A register written as it is stored, without what a save sets going."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Almaty"))
    register = Register.objects.create(
        unit_id=school_class.unit_id, school_class=school_class, date=day, taken_at=at, taken_by="x"
    )
    for pupil, reason in (absent or {}).items():
        lessons = 2 if reason == "late" else None
        Absence.objects.create(
            unit_id=school_class.unit_id,
            register=register,
            pupil=pupil,
            date=day,
            reason="unknown" if lessons else reason,
            lessons=lessons,
        )
    return register


def flags(**more):
    return warning.flags(unit_id=SCHOOL, **({"on": TODAY} | more))


def on(*days):
    return [date(2027, 1, n) for n in days]


# ---- stories: the campaign of the tests counts 5 systematic and 3 long days


def test_three_taken_school_days_in_a_row_are_long(seven, child):
    for day in on(21, 22, 25):  # Thursday, Friday, Monday: the weekend does not break the run
        mark(seven, day, {child: "no_shoes"})
    assert flags() == {child.pk: Flag(0, 3)}


def test_a_silent_day_neither_counts_nor_breaks(seven, child):
    for day in on(20, 21, 25):  # Friday 22 is silent
        mark(seven, day, {child: "unknown"})
    assert flags() == {child.pk: Flag(0, 3)}


def test_a_present_day_breaks_the_run(seven, child):
    for day in on(20, 21):
        mark(seven, day, {child: "unknown"})
    mark(seven, date(2027, 1, 22))
    mark(seven, date(2027, 1, 25), {child: "unknown"})
    assert flags() == {}


@pytest.mark.parametrize("reason", ["ill", "family", "event", "road", "late"])
def test_a_valid_reason_or_a_few_lessons_do_not_count(seven, child, reason):
    for day in on(18, 19, 20, 21, 22, 25):
        mark(seven, day, {child: reason})
    assert flags() == {}


def test_five_days_here_and_there_are_systematic(seven, child):
    for day in on(12, 14, 18, 20, 22):
        mark(seven, day, {child: "truancy"})
        mark(seven, day + ONE)
    assert flags() == {child.pk: Flag(5, 0)}


def test_a_long_run_may_begin_before_the_campaign_but_must_reach_into_it(seven, child):
    for day in on(6, 7, 8):
        mark(seven, day, {child: "works"})
    assert flags() == {}
    mark(seven, date(2027, 1, 11), {child: "works"})
    assert flags() == {child.pk: Flag(0, 4)}


@pytest.mark.parametrize("form", ["home", "evening", "external"])
def test_only_day_form_is_counted(seven, child, form):
    Enrolment.objects.filter(pupil=child).update(form=form)
    for day in on(18, 19, 20, 21, 22):
        mark(seven, day, {child: "unknown"})
    assert flags() == {}
    assert warning.streaks(unit_id=SCHOOL, on=TODAY) == {}


def test_a_day_off_announced_later_takes_its_absences_out(seven, child):
    for day in on(18, 19, 20):
        mark(seven, day, {child: "unknown"})
    assert child.pk in flags()
    DayOff.objects.create(unit_id=SCHOOL, first=on(19)[0], last=on(19)[0], kind="cancelled", order="1")
    assert flags() == {}


def test_the_run_follows_a_child_into_another_class(seven, child, country):
    other = make_class(SCHOOL, "7Б")
    for day in on(19, 20):
        mark(seven, day, {child: "unknown"})
    Enrolment.objects.filter(pupil=child).update(last=on(20)[0])
    enrol(child, other, first=on(21)[0])
    mark(other, on(21)[0], {child: "unknown"})
    assert flags() == {child.pk: Flag(0, 3)}


def test_without_thresholds_nobody_is_flagged(seven, child, campaign):
    for day in on(18, 19, 20):
        mark(seven, day, {child: "unknown"})
    Campaign.objects.update(systematic_days=None, long_days=None)
    assert flags() == {}


def test_own_dates_of_the_school_are_its_window(seven, child, campaign):
    for day in on(11, 12, 13, 14, 15):
        mark(seven, day, {child: "unknown"})
    assert flags() == {child.pk: Flag(5, 5)}
    Order.objects.create(
        unit_id=SCHOOL,
        campaign=campaign,
        number="1",
        date=OPENS,
        kind="start",
        opens=on(18)[0],
        title_kk="х",
        title_ru="х",
    )
    assert flags() == {}


def test_a_streak_is_about_any_reason_and_ends_with_a_present_day(seven, child):
    for day in on(25, 26, 27):
        mark(seven, day, {child: "ill"})
    assert warning.streaks(unit_id=SCHOOL, on=TODAY)[child.pk] == warning.Streak(3, on(25)[0], "ill")
    assert warning.streaks(unit_id=SCHOOL, on=TODAY, least=4) == {}
    mark(seven, TODAY)
    assert warning.streaks(unit_id=SCHOOL, on=TODAY) == {}


# ---- drafts


@pytest.fixture
def take(people, seven, clock_at):
    def save(day, *absent, reason="unknown"):
        clock_at(day)
        version = Register.objects.filter(school_class=seven, date=day).aggregate(v=Max("version"))["v"] or 0
        return registers.take(
            school_class=seven,
            date=day,
            absent={pupil.pk: Mark(reason) for pupil in absent},
            version=version,
            by=people.teacher_of_seven,
        )

    seven.teacher = people.teacher_of_seven = people.teacher
    seven.save()
    return save


def test_the_third_day_lays_a_draft_on_the_table_once(take, child, people):
    for day in on(25, 26):
        take(day, child)
    assert not Case.objects.exists()
    take(on(27)[0], child)
    take(on(28)[0], child)
    case = Case.objects.get()
    assert (case.pupil, case.kind, case.source, case.state) == (child, "long", "register", "draft")
    assert (case.unit_id, case.finder_id, case.found_on) == (SCHOOL, SCHOOL, on(27)[0])


def test_a_dismissed_child_is_left_alone_until_new_absences_reach_the_threshold(take, child, people):
    Campaign.objects.update(systematic_days=20)  # a decision about one kind says nothing about the other
    for day in on(18, 19, 20):
        take(day, child)
    cases.dismiss(case=Case.objects.get(), note="in hospital, papers came later", by=people.coordinator)
    for day in on(21, 22):
        take(day, child)
    assert Case.objects.count() == 1
    take(on(25)[0], child)
    assert [(case.state, case.kind) for case in Case.objects.order_by("pk")] == [
        ("dismissed", "long"),
        ("draft", "long"),
    ]


def test_a_present_day_returns_a_child_and_new_absences_take_it_out_again(take, child, people):
    for day in on(11, 12, 13):
        take(day, child)
    cases.confirm(case=Case.objects.get(), confirmed_on=on(13)[0], cause="clothes", by=people.coordinator)
    take(on(14)[0])
    case = Case.objects.get()
    assert case.returned_on == on(14)[0]
    assert case.is_back
    for day in on(15, 18):
        take(day, child)
    assert Case.objects.get().is_back
    take(on(19)[0], child)
    case = Case.objects.get()
    assert case.relapsed_on == on(19)[0]
    assert not case.is_back
    take(on(20)[0])
    assert Case.objects.get().returned_on == on(20)[0]


def test_a_systematic_absentee_is_back_on_the_first_present_day_and_out_again_at_the_threshold(take, child, people):
    for day in on(11, 13, 18, 20, 25):
        take(day, child)
        take(day + ONE)  # present between the absences: before the child was found this proves nothing
    case = Case.objects.get()
    assert (case.kind, case.found_on, case.returned_on) == ("systematic", on(25)[0], None)
    cases.confirm(case=case, confirmed_on=on(26)[0], cause="", by=people.coordinator)
    assert Case.objects.get().returned_on == on(26)[0]
    for day in on(27, 28):
        take(day, child)
    assert Case.objects.get().is_back
    take(on(29)[0], child)
    assert Case.objects.get().relapsed_on == on(29)[0]


def test_a_corrected_register_takes_its_proof_back(take, child, people, seven):
    for day in on(11, 12, 13):
        take(day, child)
    cases.confirm(case=Case.objects.get(), confirmed_on=on(13)[0], cause="", by=people.coordinator)
    take(on(14)[0])
    assert Case.objects.get().is_back
    take(on(14)[0], child)
    case = Case.objects.get()
    assert case.returned_on is None


def test_one_press_for_everybody_returns_a_child_too(take, child, people, seven, clock_at):
    for day in on(11, 12, 13):
        take(day, child)
    cases.confirm(case=Case.objects.get(), confirmed_on=on(13)[0], cause="", by=people.coordinator)
    clock_at(on(14)[0])
    registers.take_all_present(classes=[seven], date=on(14)[0], by=people.coordinator)
    assert Case.objects.get().returned_on == on(14)[0]


def test_drafts_can_be_asked_for_a_class_or_a_school(seven, child, people):
    for day in on(25, 26, 27):
        mark(seven, day, {child: "unknown"})
    assert len(warning.raise_drafts(school_class=seven, on=TODAY, by=people.coordinator)) == 1
    assert warning.raise_drafts(unit=Unit.objects.get(pk=SCHOOL), on=TODAY, by=people.coordinator) == []


# ---- the property: SQL against a plain re-count

DAYS = [OPENS - timedelta(days=6) + n * ONE for n in range(24)]  # Monday 04.01 … Wednesday 27.01
REASONS = ["unknown", "no_shoes", "truancy", "ill", "road", "late"]
day = st.one_of(st.none(), st.dictionaries(st.integers(0, 2), st.sampled_from(REASONS), max_size=3))
plans = st.fixed_dictionaries(
    {
        "registers": st.lists(day, min_size=len(DAYS), max_size=len(DAYS)),
        "off": st.lists(
            st.tuples(st.integers(0, 23), st.sampled_from(["holiday", "distance", "workday"])),
            max_size=4,
            unique_by=lambda x: x[0],
        ),
        "systematic": st.integers(1, 5),
        "long": st.integers(1, 4),
        "on": st.integers(6, 24),
    }
)


def recount(plan, taught):
    """By hand, one child after the other, one day after the other."""
    found = {}
    last = OPENS - timedelta(days=6) + plan["on"] * ONE
    for child in range(3):
        systematic, run, run_inside, long_days = 0, 0, False, 0
        for each, absent in zip(DAYS, plan["registers"], strict=True):
            if absent is None or each not in taught or each > last:
                continue
            reason = absent.get(child, "")
            if reason not in ("", "late") and REASON_CLASS[reason] in WITHOUT_VALID_REASON:
                run += 1
                run_inside |= each >= OPENS
                systematic += each >= OPENS
                if run >= plan["long"] and run_inside:
                    long_days = run
            else:
                run, run_inside = 0, False
        flag = Flag(systematic if systematic >= plan["systematic"] else 0, long_days)
        if flag != Flag(0, 0):
            found[child] = flag
    return found


def test_flags_agree_with_a_plain_recount(country):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(plans)
    def check(plan):
        with transaction.atomic():
            Campaign.objects.update(systematic_days=plan["systematic"], long_days=plan["long"])
            school_class = make_class(SCHOOL)
            children = [make_pupil(school_class.unit) for _ in range(3)]
            for child in children:
                enrol(child, school_class)
            for place, kind in plan["off"]:
                DayOff.objects.create(unit_id=SCHOOL, first=DAYS[place], last=DAYS[place], kind=kind)
            for each, absent in zip(DAYS, plan["registers"], strict=True):
                if absent is not None:
                    mark(school_class, each, {children[n]: reason for n, reason in absent.items()})
            taught = {d.day for d in calendar.school_days(DAYS[0], DAYS[-1], [SCHOOL]) if d.kind == "taught"}
            expected = {children[n].pk: flag for n, flag in recount(plan, taught).items()}
            assert flags(on=OPENS - timedelta(days=6) + plan["on"] * ONE) == expected
            transaction.set_rollback(True)

    check()
