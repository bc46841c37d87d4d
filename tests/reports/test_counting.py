"""Figures against a slow plain re-count, on small random worlds; and what must hold whatever the records say."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Order
from reports.counting import count
from reports.indicators import CATALOGUE, SECTIONS
from reports.live import live_figures, recount, recount_stale
from schools.actions import touch
from schools.models import School, Stale
from schools.number import ancestors
from students.models import Absence, DayOff, Enrolment, Register
from students.states import REASON_CLASS, DayOffKind, Reason
from tests.make import enrol, make_class, make_pupil

SCHOOL, VILLAGE, DISTRICT, OBLAST = 110010001, 110010002, 110010000, 110000000
FIRST, LAST = date(2027, 1, 10), date(2027, 2, 10)
WITHOUT_VALID = {"social", "invalid", "unknown"}


def day(offset):
    return FIRST + timedelta(days=offset)


days = st.integers(-10, 30).map(day)
worlds = st.fixed_dictionaries(
    {
        "as_of": st.integers(3, 34).map(day),
        "week": st.sampled_from([5, 6]),
        "shift": st.sampled_from([1, 2]),
        "opens": st.none() | st.integers(0, 6).map(day),
        "stays": st.lists(
            st.tuples(days, st.integers(0, 40), st.sampled_from([3, 7]), st.booleans()), min_size=1, max_size=5
        ),
        "silent": st.sets(days, max_size=8),
        "off": st.lists(
            st.tuples(
                st.sampled_from([SCHOOL, DISTRICT, OBLAST, 0]),
                st.integers(0, 28).map(day),
                st.integers(0, 4),
                st.sampled_from([[], [3], [7], [3, 7]]),
                st.sampled_from([None, 1, 2]),
                st.sampled_from(list(DayOffKind)),
            ),
            max_size=4,
        ),
        "marks": st.lists(st.tuples(st.integers(0, 4), days, st.sampled_from(list(Reason))), max_size=25),
    }
)


def build(world):
    School.objects.filter(unit_id=SCHOOL).update(week=world["week"])
    if world["opens"]:
        Order.objects.create(
            unit_id=OBLAST, campaign_id=world["campaign"].pk, number="1", date=FIRST, kind="dates", opens=world["opens"]
        )
    merged = make_class(SCHOOL, "3-7", grades=(3, 7), shift=world["shift"])
    for first, length, grade, at_home in world["stays"]:
        enrol(
            make_pupil(merged.unit), merged, first=first, last=first + timedelta(days=length), grade=grade,
            form="home" if at_home else "day",
        )  # fmt: skip
    for unit, first, length, grades, shift, kind in world["off"]:
        DayOff.objects.create(
            unit_id=unit, first=first, last=first + timedelta(days=length), grades=grades, shift=shift, kind=kind
        )
    registers = {
        each: Register.objects.create(unit_id=SCHOOL, school_class=merged, date=each, taken_at="2027-02-01T09:00+05:00")
        for each in map(day, range(-10, 32))
        if each not in world["silent"]
    }
    stays = list(Enrolment.objects.filter(school_class=merged).order_by("pk"))
    for place, each, reason in world["marks"]:
        stay = stays[place % len(stays)]
        if each in registers and stay.first <= each <= stay.last:
            Absence.objects.get_or_create(
                pupil=stay.pupil, date=each, defaults={"unit_id": SCHOOL, "register": registers[each], "reason": reason}
            )
    return stays, registers


def kind_of(world, grade, each):
    """What a day is, by the sentence of PRODUCT 11 read slowly."""
    could_be = each.isoweekday() <= world["week"]
    strength = ["workday", "distance", "cancelled", "holiday"]
    said = sorted(
        (
            (-unit, strength.index(kind), -place, kind)
            for place, (unit, first, length, grades, shift, kind) in enumerate(world["off"])
            if first <= each <= first + timedelta(days=length)
            and (not grades or grade in grades)
            and (shift is None or shift == world["shift"])
        ),
    )
    if said:
        kind = said[0][-1]
        return "taught" if kind == "workday" else (kind if could_be else "off")
    return "taught" if could_be else "off"


def slow(world, stays, registers):
    first = max(FIRST, world["opens"] or FIRST)
    last = min(LAST, world["as_of"])
    window = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    absences = {(a.pupil_id, a.date): REASON_CLASS[a.reason] for a in Absence.objects.all()}
    due = [(s, d) for s in stays if s.form == "day" for d in window if s.first <= d <= s.last]
    taught = [(s, d) for s, d in due if kind_of(world, s.grade, d) == "taught"]
    missed = [(s, d) for s, d in taught if (s.pupil_id, d) in absences]
    per_child = {s.pk: sum(absences[t.pupil_id, d] in WITHOUT_VALID for t, d in missed if t.pk == s.pk) for s in stays}
    longest = {s.pk: _reaching_run(world, s, registers, absences, window) for s in stays if s.form == "day"}
    inside = lambda d: bool(window) and first < d <= last  # noqa: E731
    return {
        "CN-02": sum(bool(window) and s.first <= first <= s.last for s in stays),
        "CN-03": sum(inside(s.first) for s in stays),
        "CN-04": sum(inside(s.last + timedelta(days=1)) for s in stays),
        "CN-05": sum(bool(window) and s.first <= last <= s.last for s in stays),
        "AT-01": len(taught),
        "AT-02": len(missed),
        "AT-08": len({d for _s, d in taught}),
        "AT-09": len({d for _s, d in taught if d in registers}),
        "AT-13": sum(d in registers for _s, d in taught),
        "AT-14": sum(kind_of(world, s.grade, d) == "distance" for s, d in due),
        "AT-15": sum(kind_of(world, s.grade, d) == "distance" and (s.pupil_id, d) in absences for s, d in due),
        "AT-11": sum(n >= 5 for n in per_child.values()),
        "AT-12": sum(n >= 3 for n in longest.values()),
    }


def _reaching_run(world, stay, registers, absences, window):
    """The longest run of absences on consecutive taken school days that has a day in the window."""
    longest, run = 0, []
    each = stay.first
    while window and each <= min(stay.last, window[-1]):
        if each in registers and kind_of(world, stay.grade, each) == "taught":
            if absences.get((stay.pupil_id, each)) in WITHOUT_VALID:
                run.append(each)
                if run[-1] >= window[0]:
                    longest = max(longest, len(run))
            else:
                run = []
        each += timedelta(days=1)
    return longest


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_figures_equal_a_slow_recount(country, campaign, world):
    world["campaign"] = campaign
    with transaction.atomic():
        stays, registers = build(world)
        expected = slow(world, stays, registers)
        counted = count(campaign, world["as_of"])
        school = {code: counted[SCHOOL][code].numerator for code in expected}
        assert school == expected
        assert school["CN-05"] == school["CN-02"] + school["CN-03"] - school["CN-04"]
        assert {code: counted[0][code].numerator for code in expected} == expected  # the only school with records
        assert counted[110020000]["AT-01"].numerator == 0
        transaction.set_rollback(True)


def test_a_silent_class_has_no_attendance(country, campaign):
    make_class(SCHOOL, "7А", pupils=3)
    figure = count(campaign, date(2027, 1, 28))[SCHOOL]["AT-07"]
    assert figure.value is None
    assert figure.denominator == 0


def test_a_frost_day_never_lowers_attendance_below_what_it_is_without_that_days_marks(country, campaign):
    frozen = make_class(SCHOOL, "7А", pupils=4)
    pupils = [stay.pupil for stay in frozen.enrolments.all()]
    for each, absent in [(date(2027, 1, 18), 1), (date(2027, 1, 19), 3)]:
        register = Register.objects.create(
            unit_id=SCHOOL, school_class=frozen, date=each, taken_at="2027-01-19T09:00+05:00"
        )
        for pupil in pupils[:absent]:
            Absence.objects.create(unit_id=SCHOOL, register=register, pupil=pupil, date=each, reason="ill")
    before = count(campaign, date(2027, 1, 28))[SCHOOL]["AT-07"].value
    DayOff.objects.create(unit_id=DISTRICT, first=date(2027, 1, 19), last=date(2027, 1, 19), kind="cancelled")
    after = count(campaign, date(2027, 1, 28))[SCHOOL]["AT-07"].value
    assert (before, after) == (0.5, 0.75)


def test_no_threshold_no_child_called_systematic(country, campaign):
    absent = make_class(SCHOOL, "7А", pupils=1)
    pupil = absent.enrolments.get().pupil
    for n in range(18, 26):
        register = Register.objects.create(
            unit_id=SCHOOL, school_class=absent, date=date(2027, 1, n), taken_at="2027-01-26T09:00+05:00"
        )
        Absence.objects.create(unit_id=SCHOOL, register=register, pupil=pupil, date=register.date, reason="truancy")
    assert count(campaign, date(2027, 1, 28))[SCHOOL]["AT-11"].numerator == 1
    campaign.systematic_days = None
    assert count(campaign, date(2027, 1, 28))[SCHOOL]["AT-11"].numerator == 0


def test_live_values_follow_a_save_at_every_level(country, campaign):
    live = make_class(SCHOOL, "7А", pupils=2)
    quiet = make_class(VILLAGE, "5А", pupils=1)
    touch([SCHOOL, VILLAGE])
    recount_stale()
    register = Register.objects.create(
        unit_id=SCHOOL, school_class=live, date=date(2027, 1, 28), taken_at="2027-01-28T09:00+05:00"
    )
    pupil = live.enrolments.first().pupil
    Absence.objects.create(unit_id=SCHOOL, register=register, pupil=pupil, date=register.date, reason="no_shoes")
    touch([SCHOOL], [pupil.pk])
    assert recount_stale() >= 1
    assert not Stale.objects.exists()
    for unit in ancestors(SCHOOL):
        shown = live_figures(campaign, [unit])[unit]
        assert (shown["AT-02"].numerator, shown["AT-02"].by["social"], shown["AT-13"].numerator) == (1, 1, 2)
    assert live_figures(campaign, [quiet.unit_id])[quiet.unit_id]["AT-02"].numerator == 0
    assert recount(campaign)[0] == []


def test_a_new_day_moves_the_window_and_is_no_alarm(country, campaign, clock_at):
    make_class(SCHOOL, "7А", pupils=2)
    touch([SCHOOL])
    recount_stale()
    before = live_figures(campaign, [0])[0]["AT-01"].numerator
    clock_at(date(2027, 1, 29))
    assert recount(campaign)[0] == []
    assert live_figures(campaign, [0])[0]["AT-01"].numerator == before + 2


def test_a_changed_live_value_is_found(country, campaign):
    from reports.models import Value

    make_class(SCHOOL, "7А", pupils=2)
    touch([SCHOOL])
    recount_stale()
    Value.objects.filter(unit_id=DISTRICT, code="CN-02").update(numerator=99)
    [difference] = recount(campaign)[0]
    assert (difference.unit, difference.code, difference.stored, difference.counted) == (DISTRICT, "CN-02", 99, 2)
    assert recount(campaign)[0] == []


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_every_indicator_says_what_it_is_and_why(code):
    indicator = CATALOGUE[code]
    assert str(indicator.label)
    assert str(indicator.why)
    assert str(indicator.measure)
    assert indicator.section in SECTIONS
    assert set(indicator.cuts) == set(indicator.cut_columns)
