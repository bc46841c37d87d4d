"""Figures against a slow plain re-count, on small random worlds; and what must hold whatever the records say."""

from datetime import date, timedelta
from itertools import count as count_from

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import (
    Agreement,
    Call,
    Committee,
    ControlVisit,
    Event,
    Extension,
    Honour,
    Minutes,
    Order,
    Plan,
    PlanLine,
    SurveyCount,
)
from campaigns.states import EventKind, Language, MinutesKind
from reports import actions
from reports.counting import count
from reports.figures import is_entered
from reports.indicators import CATALOGUE, SECTIONS
from reports.live import live_figures, recount, recount_all, recount_stale
from reports.models import Submission
from schools.actions import touch
from schools.models import School, Stale, Unit
from schools.number import ancestors, subtree
from students.models import Absence, Case, DayOff, Enrolment, Register
from students.states import REASON_CLASS, DayOffKind, Reason
from tests.make import enrol, make_class, make_pupil
from tests.reports.stories import quiet_school, signed

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


# ---- the campaign itself: it happens at every level

UNITS = [0, OBLAST, DISTRICT, SCHOOL, VILLAGE, 110020000, 710000000, 710000001]
LEVELS = {0: "ministry", OBLAST: "oblast", 710000000: "oblast", DISTRICT: "district", 110020000: "district"}
ALL_UNITS = [*UNITS, 110020001, 710010000]
units = st.sampled_from(UNITS)
outreach = st.fixed_dictionaries(
    {
        "as_of": st.integers(3, 34).map(day),
        "opens": st.none() | st.integers(0, 6).map(day),
        "events": st.lists(
            st.tuples(
                units,
                days,
                st.sampled_from(list(EventKind)),
                st.sampled_from(["", *Language]),
                st.none() | st.integers(0, 9),
                st.dictionaries(st.sampled_from(["parents", "police", "media"]), st.integers(0, 5)),
                st.sets(st.integers(0, 2)),
            ),
            max_size=8,
        ),
        "calls": st.lists(st.tuples(units, days), max_size=4),
        "agreements": st.sets(st.tuples(units, days), max_size=3),
        "honours": st.sets(st.tuples(units, days), max_size=3),
        "visits": st.lists(st.tuples(units, units, days, st.booleans(), st.none() | st.integers(0, 9)), max_size=5),
        "minutes": st.lists(st.tuples(units, days, st.sampled_from(list(MinutesKind))), max_size=4),
        "orders": st.lists(st.tuples(units, days, st.sampled_from(["start", "committee"])), max_size=6),
        "plans": st.dictionaries(units, st.sampled_from(["draft", "submitted", "approved"]), max_size=5),
        "answers": st.dictionaries(
            st.tuples(units, st.sampled_from(["help", "again"]), st.sampled_from(["1", "4", "5"])),
            st.tuples(st.integers(0, 9), st.integers(0, 9)),
            max_size=5,
        ),
        "reports": st.dictionaries(
            st.tuples(units, st.sampled_from(["bulletin1", "summary"]), st.integers(1, 2)),
            st.tuples(
                st.sampled_from(["draft", "signed"]), st.integers(5, 38).map(day), st.sets(st.sampled_from("ab"))
            ),
            max_size=5,
        ),
        "longer": st.dictionaries(units, st.integers(10, 40).map(day), max_size=2),
    }
)


serial = count_from(1)


def tell(world, campaign):
    """Write the records of a world, as people at every level might have."""
    if world["opens"]:
        Order.objects.create(
            unit_id=OBLAST, campaign=campaign, number="1", date=FIRST, kind="dates", opens=world["opens"]
        )
    pupils = [make_pupil(Unit.objects.get(pk=SCHOOL)) for _ in range(3)]
    for unit, on, kind, language, pieces, people, found in world["events"]:
        event = Event.objects.create(
            unit_id=unit, date=on, kind=kind, language=language, count=pieces, participants=people
        )
        for child in found:
            Case.objects.create(
                unit_id=SCHOOL, finder_id=unit, key=f"c{next(serial)}", pupil=pupils[child], found_on=on, source="raid",
                kind="long", event=event,
            )  # fmt: skip
    for unit, on in world["calls"]:
        Call.objects.create(unit_id=unit, at=f"{on}T00:30+05:00", topic="Сұрақ")
    for unit, on in world["agreements"]:
        Agreement.objects.create(unit_id=unit, partner="Қор", date=on, subject="Киім")
    for unit, on in world["honours"]:
        Honour.objects.create(unit_id=unit, date=on, name="Әлиев", kind="thanks")
    for unit, other, on, finds, closed in world["visits"]:
        if unit != other:
            ControlVisit.objects.create(
                unit_id=unit, by_unit_id=other, campaign=campaign, date=on, finding="Ескерту" if finds else "",
                closed_on=None if closed is None else on + timedelta(days=closed),
            )  # fmt: skip
    for unit, on, kind in world["minutes"]:
        Minutes.objects.create(unit_id=unit, campaign=campaign, kind=kind, number=next(serial), date=on, decided="Иә")
    for unit, on, kind in world["orders"]:
        order = Order.objects.create(unit_id=unit, campaign=campaign, number=f"o{next(serial)}", date=on, kind=kind)
        if kind == "committee" and not Committee.objects.filter(unit_id=unit).exists():
            committee = Committee.objects.create(unit_id=unit, campaign=campaign, order=order)
            Committee.objects.filter(pk=committee.pk).update(state="approved")
    for unit, state in world["plans"].items():
        adopted = Minutes.objects.create(
            unit_id=unit, campaign=campaign, kind="committee", number="p", date=FIRST, decided="Қабылдансын"
        )
        plan = Plan.objects.create(unit_id=unit, campaign=campaign, adopted=adopted)
        steps = ["draft", "approved"] if unit == 0 else ["draft", "submitted", "approved"]
        for step in steps[1 : steps.index(state) + 1] if state in steps else []:
            Plan.objects.filter(pk=plan.pk).update(state=step)
        for line, clause in enumerate(["6.1.1", "6.1.9", "6.2.3", ""], 1):
            PlanLine.objects.create(unit_id=unit, plan=plan, position=line, clause=clause, text="Шара")
    for (unit, question, answer), (online, paper) in world["answers"].items():
        SurveyCount.objects.create(
            unit_id=unit, campaign=campaign, audience="parents", question=question, answer=answer, online=online,
            paper=paper,
        )  # fmt: skip
    for (unit, form, edition), (state, on, nil) in world["reports"].items():
        report = Submission.objects.create(
            unit_id=unit, campaign=campaign, form=form, edition=edition, signed_on=on, nil=sorted(nil)
        )
        Submission.objects.filter(pk=report.pk).update(state=state)
    for unit, until in world["longer"].items():
        Extension.objects.create(
            unit_id=unit, campaign=campaign, round="bulletin1", asked_by="Мектеп", why="Аяз", until=until,
            given_by="a", given_at="2027-01-20T09:00+05:00",
        )  # fmt: skip


def by_hand(world, campaign, top):
    """The same figures of a unit, by the sentences of PRODUCT 11 read slowly."""
    low, high = subtree(top)
    as_of, last = world["as_of"], min(LAST, world["as_of"])

    def first(unit):
        return max(FIRST, world["opens"] or FIRST) if unit // 10_000_000 == 11 else FIRST

    def here(name, *, until=last):
        rows = world[name]
        return [row for row in rows if low <= row[0] <= high and first(row[0]) <= row[1] <= until]

    events = here("events")
    of = lambda *kinds: [row for row in events if row[2] in kinds]  # noqa: E731
    pieces = lambda *kinds: sum(1 if row[4] is None else row[4] for row in of(*kinds))  # noqa: E731
    calls = {(row[0], row[1]) for row in [*of("hotline"), *here("calls")]}
    control = [row for row in world["visits"] if low <= row[0] <= high and row[0] != row[1]]
    control = [row for row in control if first(row[0]) <= row[2] <= last]
    dated = [row for row in world["orders"] if low <= row[0] <= high and row[1] <= as_of]
    minutes = [row for row in here("minutes", until=as_of) if row[2] in ("council", "collegium", "commission")]
    committees = {}
    for unit, on, kind in world["orders"]:
        if kind == "committee":
            committees.setdefault(unit, on)
    answers = {key: sum(n) for key, n in world["answers"].items() if low <= key[0] <= high}
    signed = {
        key: row
        for key, row in world["reports"].items()
        if row[0] == "signed" and row[1] <= as_of and low <= key[0] <= high
    }

    def in_time(unit, form):
        due = campaign.due_for(LEVELS.get(unit, "school"), form)
        if form == "bulletin1":
            due = max(due, world["longer"].get(unit, due))
        return min(row[1] for key, row in signed.items() if key[:2] == (unit, form)) <= due

    latest = {key[:2]: row for key, row in sorted(signed.items())}
    return {
        "OR-00": sum(low <= unit <= high for unit in ALL_UNITS),
        "OR-01A": len({row[0] for row in dated if row[2] == "start"}),
        "OR-02A": sum(low <= unit <= high and on <= as_of for unit, on in committees.items()),
        "OR-03A": sum(low <= unit <= high and state == "approved" for unit, state in world["plans"].items()),
        "OR-04B": 4 * sum(low <= unit <= high for unit in world["plans"]),
        "OR-05": len({row[0] for row in minutes}),
        "OR-06": sum(answers.values()),
        "OR-07A": sum(n for key, n in answers.items() if key[1] == "help" and key[2] in "45"),
        "OR-07B": sum(n for key, n in answers.items() if key[1] == "help"),
        "OR-08": len(here("honours")),
        "OR-09": sum(in_time(*key) for key in latest),
        "OR-10": sum(len(row[2]) for row in latest.values()),
        "OR-11": len({row[:3] for row in control}),
        "OR-11A": sum(
            finds and (closed is None or on + timedelta(days=closed) > as_of) for _u, _b, on, finds, closed in control
        ),
        "EV-01": len(of("raid", "doorround")),
        "EV-02": sum(sum(row[5].values()) for row in of("raid", "doorround")),
        "EV-03": len({child for row in of("raid", "doorround") for child in row[6]}),
        "EV-04": len(of("press_start", "press_final")),
        "EV-05": len(of("broadcast", "article", "ticker", "advert")),
        "EV-06": pieces("leaflets"),
        "EV-07": sum(
            max(
                sum(1 if row[4] is None else row[4] for row in of("hotline") if row[:2] == key),
                sum(row == key for row in here("calls")),
            )
            for key in calls
        ),
        "EV-08": len(of("roundtable", "masterclass")),
        "EV-08A": sum(sum(row[5].values()) for row in of("roundtable", "masterclass")),
        "EV-09": pieces("video"),
        "EV-10": len(here("agreements")),
        "EV-11": sum(row[5].get("parents", row[4] or 0) for row in of("consultation")),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=outreach)
def test_figures_of_the_campaign_equal_a_slow_recount_at_every_level(country, campaign, world):
    with transaction.atomic():
        tell(world, campaign)
        counted = count(campaign, world["as_of"])
        for unit in ALL_UNITS:
            expected = by_hand(world, campaign, unit)
            assert {code: counted[unit][code].numerator for code in expected} == expected, unit
            for code in ("EV-02", "EV-09"):
                assert sum(counted[unit][code].by.values()) == counted[unit][code].numerator
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=outreach, world=outreach)
def test_live_values_of_the_campaign_follow_what_happens_at_any_level(country, campaign, before, world):
    with transaction.atomic():
        make_class(SCHOOL, "7А", pupils=1)
        before = {**before, "opens": None, "orders": [], "plans": {}, "answers": {}, "reports": {}}
        tell(before, campaign)
        recount_all()
        tell({**world, "opens": None, "agreements": set(), "honours": set()}, campaign)
        told = ("events", "calls", "visits", "minutes", "orders", "plans", "answers", "reports", "longer")
        touch({row[0] if isinstance(row, tuple) else row for name in told for row in world[name]})
        recount_stale()
        assert recount(campaign)[0] == []
        transaction.set_rollback(True)


def test_a_unit_of_which_nothing_is_entered_still_owes_its_papers(country, campaign):
    """Empty is not zero; that no order is registered is known all the same."""
    Event.objects.create(unit_id=DISTRICT, date=date(2027, 1, 12), kind="raid")
    counted = count(campaign, date(2027, 1, 28))
    empty = counted[110020000]
    assert (empty["OR-00"].value, empty["OR-01"].value, empty["EV-01"].value, empty["OR-07"].value) == (
        2,
        0,
        None,
        None,
    )
    assert not is_entered(empty)
    assert is_entered(counted[DISTRICT])
    assert counted[DISTRICT]["OR-07"].value is None


def test_reports_in_time_follow_signature_return_and_more_time(country, campaign, people, clock_at):
    quiet_school(SCHOOL)
    recount_all()

    def live(code):
        recount_stale()
        assert recount(campaign)[0] == []
        return [live_figures(campaign, [unit])[unit][code].numerator for unit in (SCHOOL, DISTRICT, 0)]

    clock_at(date(2027, 2, 1))  # the second bulletin was due on Friday 29 January
    report = signed("head", SCHOOL)
    assert (live("OR-09"), live("OR-10")) == ([0, 0, 0], [3, 3, 3])
    Extension.objects.create(
        unit_id=SCHOOL, campaign=campaign, round="bulletin2", asked_by="Мектеп", why="Аяз", until=date(2027, 2, 2),
        given_by="a", given_at="2027-01-29T09:00+05:00",
    )  # fmt: skip
    touch([SCHOOL])
    assert live("OR-09") == [1, 1, 1]
    actions.send_back(submission=report, note="Толықтыру керек", by=people.specialist)
    assert (live("OR-09"), live("OR-10")) == ([0, 0, 0], [0, 0, 0])


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
