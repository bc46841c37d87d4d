"""The plan: filled from the guide, adopted, sent, returned with remarks, approved; proved by what the portal holds."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from campaigns.actions.campaign import Stale
from campaigns.actions.committees import amend_committee
from campaigns.actions.minutes import write_minutes
from campaigns.actions.plans import (
    approve_plan,
    begin_plan,
    explain_line,
    move_line,
    put_back_lines,
    remove_line,
    return_plan,
    save_line,
    send_plan,
    tick_remark,
    unexplained,
)
from campaigns.evidence import evidence_of, is_proved, lines_with_evidence
from campaigns.guide import OFFICE_LINES, SCHOOL_LINES, lines_for, words_of
from campaigns.models import Committee, Event, Honour, Minutes, Plan, PlanLine, PlanRemark, SurveyCount
from reports.models import Submission
from schools.models import Entry, Unit
from schools.models import Stale as StaleValues
from schools.once import new_key
from schools.workflow import Refused, WrongState
from students.models import Absence, Case, Register
from tests.campaigns.papers import ADOPTED, again, approved_plan, committee_of, plan_of, sent_plan, year_before
from tests.make import make_class

MINISTRY, OBLAST, ARSHALY, SCHOOL, VILLAGE, OTHER = 0, 110000000, 110010000, 110010001, 110010002, 110020001


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def plan(country, people, campaign):
    return plan_of(SCHOOL, people.coordinator, campaign)


@pytest.fixture
def sent(country, people, campaign):
    return sent_plan(SCHOOL, people.coordinator, campaign)


def write_line(plan, by, line=None, text="Ата-аналар жиналысы", owner="Директор", due=date(2027, 1, 30), version=None):
    stored = again(plan)
    version = stored.version if version is None else version
    return save_line(plan=stored, line=line, version=version, text=text, owner=owner, due=due, by=by)


# ---- filled from the guide


def test_the_guide_has_twelve_lines_for_a_school_and_eleven_above():
    assert [line.clause for line in SCHOOL_LINES] == [f"6.1.{n}" for n in range(1, 13)]
    assert [line.clause for line in OFFICE_LINES] == [f"6.2.{n}" for n in range(1, 8)] + [
        f"6.3.{n}" for n in range(1, 5)
    ]
    assert {lines_for(level) for level in ("district", "oblast", "ministry")} == {OFFICE_LINES}


def test_every_line_is_due_on_a_working_day_of_the_campaign(campaign):
    for line in (*SCHOOL_LINES, *OFFICE_LINES):
        assert campaign.opens <= line.due(campaign) <= campaign.due
        assert line.due(campaign).weekday() < 5


def test_a_plan_begins_with_the_lines_of_its_level(plan, people, campaign):
    assert [line.clause for line in plan.lines.all()] == [line.clause for line in SCHOOL_LINES]
    assert [line.due for line in plan.lines.all()] == [line.due(campaign) for line in SCHOOL_LINES]
    district = plan_of(ARSHALY, people.specialist, campaign)
    assert [line.clause for line in district.lines.all()] == [line.clause for line in OFFICE_LINES]
    assert plan_of(SCHOOL, people.head, campaign) == plan  # begun once
    assert plan.lines.count() == 12


def test_the_guides_words_are_not_copied_and_are_read_in_every_language(plan, people):
    line = plan.lines.first()
    write_line(plan, people.coordinator, line, text=words_of(line), owner="Менің орынбасарым")
    line.refresh_from_db()
    assert (line.text, line.owner) == ("", "Менің орынбасарым")
    write_line(plan, people.coordinator, line, text="Біздің сөз")
    line.refresh_from_db()
    assert words_of(line) == "Біздің сөз"


def test_lines_are_added_moved_taken_out_and_put_back(plan, people):
    own = write_line(plan, people.coordinator)
    assert own.position == 13
    move_line(line=own, up=True, version=again(plan).version, by=people.coordinator)
    assert [line.pk for line in plan.lines.all()][11] == own.pk
    first = plan.lines.first()
    move_line(line=first, up=True, version=again(plan).version, by=people.coordinator)  # already at the top
    assert plan.lines.first() == first
    remove_line(line=first, version=again(plan).version, by=people.coordinator)
    assert plan.lines.count() == 12
    assert put_back_lines(plan=plan, version=again(plan).version, by=people.coordinator) == 1
    assert plan.lines.last().clause == "6.1.1"


def test_an_empty_line_says_nothing(plan, people):
    with pytest.raises(Refused, match="Say what is to be done"):
        write_line(plan, people.coordinator, text="  ")


def test_nobody_writes_the_plan_of_another_unit(plan, people, campaign):
    for who in (people.stranger, people.specialist, people.teacher, people.auditor, people.analyst):
        with pytest.raises(PermissionDenied):
            begin_plan(unit=plan.unit, campaign=campaign, by=who)
        with pytest.raises(PermissionDenied):
            write_line(plan, who)


# ---- adopted and sent


def test_without_a_committee_nothing_is_sent_and_everything_missing_is_said(plan, people):
    for line in plan.lines.all()[:2]:
        PlanLine.objects.filter(pk=line.pk).update(due=None)
    with pytest.raises(Refused, match=r"(?s)committee is not approved.*2 lines have no date"):
        send_plan(plan=plan, version=1, number="2", date=ADOPTED, by=people.coordinator)
    assert not Minutes.objects.exists()


def test_sending_enters_the_committees_minutes(sent):
    minutes = Minutes.objects.get()
    assert (minutes.kind, minutes.number, minutes.date, minutes.unit_id) == ("committee", "2", ADOPTED, SCHOOL)
    assert (again(sent).state, again(sent).adopted) == ("submitted", minutes)
    assert SCHOOL in set(StaleValues.objects.values_list("unit_id", flat=True))


def test_minutes_that_are_there_already_are_used(people, campaign, country):
    committee_of(SCHOOL, people.coordinator, campaign)
    unit = Unit.objects.get(pk=SCHOOL)
    known = write_minutes(
        unit=unit, campaign=campaign, kind="committee", number="2", date=ADOPTED, decided="А", by=people.head
    )
    plan = plan_of(SCHOOL, people.coordinator, campaign)
    send_plan(plan=plan, version=1, number=" 2", date=ADOPTED, by=people.coordinator)
    assert again(plan).adopted == known


def test_a_number_of_another_day_is_another_paper(people, campaign, country):
    committee_of(SCHOOL, people.coordinator, campaign)
    plan = plan_of(SCHOOL, people.coordinator, campaign)
    write_minutes(
        unit=plan.unit, campaign=campaign, kind="committee", number="2", date=ADOPTED, decided="А", by=people.head
    )
    with pytest.raises(Refused, match="number already"):
        send_plan(plan=plan, version=1, number="2", date=date(2027, 1, 20), by=people.coordinator)
    assert again(plan).state == "draft"


def test_a_sent_plan_is_closed_to_its_writers(sent, people):
    with pytest.raises(WrongState):
        write_line(sent, people.coordinator)
    with pytest.raises(WrongState):
        send_plan(plan=sent, version=again(sent).version, number="3", date=ADOPTED, by=people.coordinator)


def test_the_ministrys_plan_holds_on_adoption(people, campaign, country):
    plan = sent_plan(MINISTRY, people.ministry_head, campaign)
    assert again(plan).state == "approved"


# ---- returned and approved


def test_remarks_are_tied_to_lines_and_each_is_ticked_off(sent, people):
    line = sent.lines.get(clause="6.1.3")
    version = again(sent).version
    with pytest.raises(Refused, match="at least one remark"):
        return_plan(plan=sent, version=version, remarks={line.pk: " "}, by=people.specialist)
    said = {line.pk: "Жауаптыны көрсетіңіз", None: "Қол қойылмаған"}
    return_plan(plan=sent, version=version, remarks=said, by=people.specialist)
    assert again(sent).state == "returned"
    assert set(PlanRemark.objects.values_list("line_id", "by")) == {(line.pk, "specialist"), (None, "specialist")}
    write_line(sent, people.coordinator, line, text="Күнделікті бақылау")
    with pytest.raises(Refused, match="2 remarks are not answered"):
        send_plan(plan=sent, version=again(sent).version, number="3", date=ADOPTED, by=people.coordinator)
    for remark in PlanRemark.objects.all():
        with pytest.raises(Refused, match="Say what was done"):
            tick_remark(remark=remark, answer=" ", by=people.coordinator)
        with pytest.raises(PermissionDenied):
            tick_remark(remark=remark, answer="Дайын", by=people.specialist)
        tick_remark(remark=remark, answer="Жөнделді", by=people.coordinator)
    send_plan(plan=sent, version=again(sent).version, number="3", date=date(2027, 1, 15), by=people.coordinator)
    approve_plan(plan=sent, version=again(sent).version, by=people.specialist)
    assert again(sent).state == "approved"


def test_a_remark_belongs_to_the_plan_it_is_about(sent, people, campaign):
    foreign = plan_of(VILLAGE, people.village_coordinator, campaign).lines.first()
    with pytest.raises(Refused, match="belongs to a line of this plan"):
        return_plan(plan=sent, version=again(sent).version, remarks={foreign.pk: "А"}, by=people.specialist)
    assert not PlanRemark.objects.exists()


def test_a_remark_outlives_its_line(sent, people):
    line = sent.lines.first()
    return_plan(plan=sent, version=again(sent).version, remarks={line.pk: "Артық"}, by=people.specialist)
    remove_line(line=line, version=again(sent).version, by=people.coordinator)
    assert PlanRemark.objects.get().line is None


def test_only_the_very_unit_above_decides(sent, people):
    for who in (people.coordinator, people.head, people.other_specialist, people.oblast_head, people.analyst):
        with pytest.raises(PermissionDenied):
            approve_plan(plan=sent, version=again(sent).version, by=who)
        with pytest.raises(PermissionDenied):
            return_plan(plan=sent, version=again(sent).version, remarks={None: "А"}, by=who)


def test_another_text_than_was_read_is_not_approved(sent, people):
    with pytest.raises(Stale):
        approve_plan(plan=sent, version=again(sent).version - 1, by=people.specialist)
    assert again(sent).state == "submitted"


# ---- pages: from empty to sent


def test_a_new_school_goes_from_empty_to_sent_by_one_path(client_of, people, campaign):
    client = client_of(people.coordinator)
    page = client.get("/plan/").text
    for step in ("1. The committee", "2. The lines of the plan", "3. Adopted by the committee", "Begin the plan"):
        assert step in page
    page = client.post("/plan/begin/?unit=S1", {"once": new_key()}, follow=True).text
    assert "filled with the lines of the guide" in page
    assert "The committee is not approved by an order yet" in page
    committee_of(SCHOOL, people.coordinator, campaign)
    page = client.get("/plan/").text
    assert "Adopt and send" in page
    plan = Plan.objects.get()
    form = {"once": new_key(), "version": plan.version, "number": "2", "date": "2027-01-13"}
    page = client.post(f"/plan/{plan.pk}/send/", form, follow=True).text
    assert "The plan is adopted and sent for approval." in page
    assert "waits for approval" in page
    assert client.post(f"/plan/{plan.pk}/send/", form, follow=True).status_code == 200  # the same form again
    assert Minutes.objects.count() == 1


def test_a_line_is_changed_in_its_form_and_a_late_save_shows_both(client_of, people, plan):
    client = client_of(people.coordinator)
    line = plan.lines.get(clause="6.1.9")
    typed = {"once": new_key(), "text": "Стенд ілу", "owner": "Орынбасар", "due": "2027-01-15", "version": plan.version}
    assert "Put up an information stand" in client.get(f"/plan/lines/{line.pk}/").text
    client.post(f"/plan/lines/{line.pk}/", typed)
    line.refresh_from_db()
    assert (line.text, line.owner, line.due) == ("Стенд ілу", "Орынбасар", date(2027, 1, 15))
    late = typed | {"once": new_key(), "text": "Кешіккен сөз"}
    answer = client.post(f"/plan/lines/{line.pk}/", late)
    assert answer.status_code == 409
    assert "Кешіккен сөз" in answer.text
    assert "Стенд ілу" in answer.text
    assert f'name="version" value="{again(plan).version}"' in answer.text
    wrong = client.post(f"/plan/lines/{line.pk}/", late | {"once": new_key(), "due": "жоқ"})
    assert wrong.status_code == 422
    assert "Кешіккен сөз" in wrong.text


def test_the_buttons_of_a_line_move_it_and_take_it_out(client_of, people, plan):
    client = client_of(people.coordinator)
    line = plan.lines.get(clause="6.1.2")
    client.post(f"/plan/lines/{line.pk}/", {"once": new_key(), "version": again(plan).version, "up": "1"})
    assert plan.lines.first() == line
    client.post(f"/plan/lines/{line.pk}/", {"once": new_key(), "version": again(plan).version, "remove": "1"})
    assert plan.lines.count() == 11
    page = client.get("/plan/").text
    assert "Put back the lines of the guide (1)" in page
    typed = {
        "once": new_key(),
        "text": "Өз шарамыз",
        "owner": "Директор",
        "due": "2027-01-30",
        "version": again(plan).version,
    }
    page = client.post("/plan/lines/new/?unit=S1", typed, follow=True).text
    assert "Өз шарамыз" in page


def test_the_district_returns_with_remarks_and_the_school_ticks_them_off(client_of, people, sent):
    line = sent.lines.get(clause="6.1.3")
    client = client_of(people.specialist)
    page = client.get("/plan/?unit=S1").text
    assert "Approve the plan" in page
    nothing = client.post(f"/plan/{sent.pk}/send_back/", {"version": again(sent).version, f"remark-{line.pk}": ""})
    assert nothing.status_code == 422
    form = {"once": new_key(), "version": again(sent).version, f"remark-{line.pk}": "Күні тым кеш"}
    assert "is returned to" in client.post(f"/plan/{sent.pk}/send_back/", form, follow=True).text
    client = client_of(people.coordinator)
    page = client.get("/plan/").text
    assert "Күні тым кеш" in page
    assert "1 remark is not answered" in page
    remark = PlanRemark.objects.get()
    empty = client.post(f"/plan/remarks/{remark.pk}/", {"answer": ""})
    assert empty.status_code == 422
    assert "Say what was done." in empty.text
    page = client.post(f"/plan/remarks/{remark.pk}/", {"answer": "Күнін өзгерттік"}, follow=True).text
    assert "Күнін өзгерттік" in page
    assert "Adopt and send" in page


def test_a_plan_is_approved_by_its_page_once(client_of, people, sent):
    client = client_of(people.specialist)
    stale = client.post(f"/plan/{sent.pk}/approve/", {"version": again(sent).version - 1})
    assert stale.status_code == 409
    client.post(f"/plan/{sent.pk}/approve/", {"version": again(sent).version})
    assert again(sent).state == "approved"
    assert client.post(f"/plan/{sent.pk}/approve/", {"version": again(sent).version}).status_code == 409


def test_strangers_see_no_plan(client_of, people, sent):
    assert client_of(people.stranger).get("/plan/?unit=S1").status_code == 404
    assert client_of(people.stranger).post(f"/plan/{sent.pk}/approve/", {"version": 1}).status_code == 404
    assert client_of(people.teacher).get("/plan/").status_code == 403
    assert client_of(people.village_coordinator).get("/plan/?unit=S1").status_code == 404
    assert client_of(people.village_coordinator).get(f"/plan/lines/{sent.lines.first().pk}/").status_code == 404


# ---- the official's desk


def many(people, campaign, count, start=3):
    """Schools of the district with sent plans, made quickly: the rows alone."""
    for n in range(start, start + count):
        unit = Unit.objects.create(
            id=ARSHALY + n, code=f"M{n}", level="school", name_kk=f"№ {n} мектеп", name_ru=f"Школа № {n}"
        )
        minutes = Minutes.objects.create(
            unit=unit, campaign=campaign, kind="committee", number="1", date=ADOPTED, decided="А"
        )
        plan = Plan.objects.create(unit=unit, campaign=campaign, adopted=minutes)
        PlanLine.objects.bulk_create(
            PlanLine(unit=unit, plan=plan, position=n, clause=line.clause, due=line.due(campaign))
            for n, line in enumerate(SCHOOL_LINES)
        )
        Plan.objects.filter(pk=plan.pk).update(state="submitted")


def test_the_desk_shows_who_waits_first_and_filters(client_of, people, sent, campaign):
    approved_plan(VILLAGE, people.village_coordinator, people.specialist, campaign)
    client = client_of(people.specialist)
    page = client.get("/plans/").text
    assert "1 plan waits for your decision." in page
    assert page.index("№ 1 мектеп") < page.index("Көктал ауылының мектебі")
    page = client.get("/plans/?state=approved").text
    assert "Көктал ауылының мектебі" in page
    assert "№ 1 мектеп" not in page
    assert "№ 1 мектеп" in client.get("/plans/?q=1 мектеп").text
    assert client.get("/plans/?xlsx=1").content[:2] == b"PK"
    assert client_of(people.coordinator).get("/plans/").status_code == 403
    assert client_of(people.oblast_specialist).get("/plans/").text.count("Аршалы ауданы") == 1


def test_the_desk_costs_the_same_for_ten_units_and_for_three_hundred(queries_do_not_grow, people, campaign):
    serial = iter(range(3, 1000, 1))

    def make(n):
        many(people, campaign, n, start=next(serial) if n == 10 else 100)

    queries_do_not_grow(people.specialist, "/plans/", make)


def test_forty_plans_are_read_side_by_side_and_approved_in_one_action(client_of, people, campaign):
    many(people, campaign, 40)
    own = PlanLine.objects.get(unit_id=ARSHALY + 7, clause="6.1.9")
    PlanLine.objects.filter(pk=own.pk).update(text="Екі стенд ілу")
    PlanLine.objects.filter(unit_id=ARSHALY + 8, clause="6.1.12").delete()
    client = client_of(people.specialist)
    page = client.get("/plans/compare/").text
    assert page.count("As in the guide: 40 of 40.") == 10
    assert page.count("As in the guide: 39 of 40.") == 2
    assert "Екі стенд ілу" in page
    assert "not in the plan" in page
    assert page.count('name="plan"') == 40
    assert "checked" not in page
    assert client.get("/plans/compare/?tick=all").text.count(" checked") == 40
    plans = list(Plan.objects.order_by("unit_id"))
    Plan.objects.filter(pk=plans[0].pk).update(version=2)  # sent anew since
    read = [f"{plan.pk}:1" for plan in plans]
    page = client.post("/plans/compare/", {"once": new_key(), "plan": read}, follow=True).text
    assert "39 plans are approved." in page
    assert "Changed since you read them, not approved: № 3 мектеп." in page
    assert Plan.objects.filter(state="approved").count() == 39
    assert Entry.objects.filter(verb="approve", by="specialist").count() == 39


def test_last_years_line_stands_beside_and_the_difference_is_marked(client_of, people, campaign, country):
    earlier = year_before(campaign)
    before = plan_of(SCHOOL, people.coordinator, earlier)
    write_line(
        before, people.coordinator, before.lines.get(clause="6.1.9"), text="Былтырғы стенд", due=date(2026, 1, 14)
    )
    sent_plan(SCHOOL, people.coordinator, campaign)
    page = client_of(people.specialist).get("/plans/compare/").text
    assert "Былтырғы стенд" in page
    assert page.count("changed since last year") == 1


def test_nothing_ticked_is_told_and_foreign_plans_are_not_approved(client_of, people, sent, campaign):
    client = client_of(people.specialist)
    assert client.post("/plans/compare/", {"once": new_key()}).status_code == 422
    foreign = sent_plan(OTHER, people.stranger, campaign)
    client.post("/plans/compare/", {"once": new_key(), "plan": f"{foreign.pk}:{again(foreign).version}"})
    assert again(foreign).state == "submitted"


def test_side_by_side_costs_the_same_for_ten_and_for_forty(client_of, people, campaign):
    client = client_of(people.specialist)
    many(people, campaign, 10)
    client.get("/plans/compare/")
    with CaptureQueriesContext(connection) as few:
        assert client.get("/plans/compare/").status_code == 200
    many(people, campaign, 30, start=50)
    with CaptureQueriesContext(connection) as more:
        assert client.get("/plans/compare/").status_code == 200
    assert len(more) == len(few)


# ---- a plan proves itself


def words_for(unit, clause, campaign):
    return [each.words for each in evidence_of([unit], campaign, {clause})[unit][clause]]


def test_registers_prove_attendance_and_tell_the_silent_class(people, campaign, country):
    taken, silent = make_class(SCHOOL, "7А", 2), make_class(SCHOOL, "8А", 2, grades=(8,))
    for day in (date(2027, 1, 11), date(2027, 1, 12)):
        Register.objects.create(unit_id=SCHOOL, school_class=taken, date=day, taken_at=timezone.now(), taken_by="t")
    # 14 school days from 11.01 to 28.01 in each class
    assert words_for(SCHOOL, "6.1.3", campaign) == ["registers: 2 of 28 class-days, classes with a silent day – 2"]
    assert silent.pk
    assert words_for(SCHOOL, "6.1.4", campaign) == ["on the roll: pupils – 4, classes – 2"]


def test_typing_done_is_no_evidence(plan, people, campaign):
    line = plan.lines.get(clause="6.1.9")
    write_line(plan, people.coordinator, line, text="Стенд ілінді, орындалды")
    explain_line(line=line, remark="Орындалды", by=people.coordinator)
    assert lines_with_evidence([SCHOOL], campaign) == {SCHOOL: (0, 12)}
    Event.objects.create(unit_id=SCHOOL, date=date(2027, 1, 12), kind="stand")
    assert words_for(SCHOOL, "6.1.9", campaign) == ["information stand: 12.01.2027"]
    assert lines_with_evidence([SCHOOL], campaign) == {SCHOOL: (1, 12)}


def test_what_lies_outside_the_campaign_proves_nothing(plan, campaign):
    Event.objects.create(unit_id=SCHOOL, date=date(2026, 12, 30), kind="stand")
    Event.objects.create(unit_id=SCHOOL, date=date(2027, 2, 5), kind="stand")  # announced, not held
    Event.objects.create(unit_id=VILLAGE, date=date(2027, 1, 12), kind="stand")
    assert words_for(SCHOOL, "6.1.9", campaign) == []


def test_every_clause_of_a_school_can_be_proved(people, campaign, clock_at, country):
    """A school that did everything has evidence in all twelve lines; the neighbour that did nothing in none."""
    from aid.models import Family

    plan = sent_plan(SCHOOL, people.coordinator, campaign)
    plan_of(VILLAGE, people.village_coordinator, campaign)
    made = make_class(SCHOOL, "7А", 2)
    pupil = made.enrolments.first().pupil
    register = Register.objects.create(
        unit_id=SCHOOL, school_class=made, date=date(2027, 1, 12), taken_at=timezone.now(), taken_by="t"
    )
    Absence.objects.create(
        unit_id=SCHOOL, register=register, pupil=pupil, date=date(2027, 1, 12), reason="truancy", contact="call"
    )
    case = Case.objects.create(
        unit_id=SCHOOL,
        finder_id=SCHOOL,
        key="c1",
        pupil=pupil,
        found_on=date(2027, 1, 13),
        source="register",
        kind="long",
        confirmed_on=date(2027, 1, 13),
    )
    Family.objects.create(unit_id=SCHOOL, key="f1", name="Әділовтар")
    Family.objects.update(state="submitted")
    for kind in ("stand", "sponsors"):
        Event.objects.create(unit_id=SCHOOL, date=date(2027, 1, 12), kind=kind)
    Honour.objects.create(unit_id=SCHOOL, date=date(2027, 1, 20), name="Оспанов", kind="thanks")
    write_minutes(
        unit=plan.unit,
        campaign=campaign,
        kind="council",
        number="4",
        date=date(2027, 1, 26),
        decided="А",
        by=people.head,
    )
    found = evidence_of([SCHOOL, VILLAGE], campaign)
    assert [line.clause for line in SCHOOL_LINES if not is_proved(found[SCHOOL][line.clause])] == []
    assert lines_with_evidence([SCHOOL, VILLAGE, OTHER], campaign) == {SCHOOL: (12, 12), VILLAGE: (0, 12)}
    assert "children found: 1, returned – 0" in words_for(SCHOOL, "6.1.2", campaign)
    assert "pedagogical council: minutes № 4 of 26.01.2027" in words_for(SCHOOL, "6.1.11", campaign)
    assert case.pk


def test_every_clause_of_an_office_can_be_proved(people, campaign, clock_at, country):
    clock_at(datetime(2027, 2, 19, 12))
    plan = sent_plan(ARSHALY, people.specialist, campaign)
    for kind in ("press_start", "press_final", "leaflets", "ticker", "roundtable"):
        Event.objects.create(unit_id=ARSHALY, date=date(2027, 2, 12), kind=kind)
    Event.objects.create(unit_id=ARSHALY, date=date(2027, 2, 1), kind="video", language="kk")
    assert not is_proved(evidence_of([ARSHALY], campaign)[ARSHALY]["6.2.7"])  # in Russian too
    Event.objects.create(unit_id=ARSHALY, date=date(2027, 2, 1), kind="video", language="ru", count=5)
    assert words_for(ARSHALY, "6.2.7", campaign) == ["video spots shown: in Kazakh – 1, in Russian – 5"]
    counts = {"campaign": campaign, "audience": "parents", "answer": "5"}
    SurveyCount.objects.create(unit_id=SCHOOL, question="reached", online=3, paper=2, **counts)
    SurveyCount.objects.create(unit_id=SCHOOL, question="clear", online=3, paper=1, **counts)
    assert words_for(ARSHALY, "6.3.1", campaign) == ["survey: questionnaires answered – 5"]
    write_minutes(
        unit=plan.unit,
        campaign=campaign,
        kind="collegium",
        number="4",
        date=date(2027, 2, 15),
        decided="А",
        by=people.district_head,
    )
    Submission.objects.create(unit_id=ARSHALY, campaign=campaign, form="summary")
    Submission.objects.update(state="signed")
    found = evidence_of([ARSHALY], campaign)[ARSHALY]
    assert [line.clause for line in OFFICE_LINES if not is_proved(found[line.clause])] == []


def test_evidence_is_asked_for_many_units_at_the_price_of_one(people, campaign, country):
    numbers = [SCHOOL, VILLAGE, OTHER, ARSHALY, OBLAST]
    with CaptureQueriesContext(connection) as one:
        evidence_of([SCHOOL], campaign)
    with CaptureQueriesContext(connection) as all_of_them:
        evidence_of(numbers, campaign)
    assert len(all_of_them) == len(one)


def test_a_line_without_evidence_owes_a_remark_at_the_end(client_of, people, plan, campaign, clock_at):
    assert (
        "A line without evidence needs your remark by the end of the campaign."
        in client_of(people.coordinator).get("/plan/").text
    )
    clock_at(date(2027, 2, 12))
    client = client_of(people.coordinator)
    owed = unexplained(SCHOOL, campaign)
    assert len(owed) == 12
    assert "12 lines have no evidence: write a remark beside each." in client.get("/plan/").text
    line = owed[8]
    page = client.post(
        f"/plan/lines/{line.pk}/", {"once": new_key(), "explain": "1", "remark": "Стенд жөндеуде"}, follow=True
    )
    assert "Стенд жөндеуде" in page.text
    assert len(unexplained(SCHOOL, campaign)) == 11
    with pytest.raises(PermissionDenied):
        explain_line(line=line, remark="А", by=people.specialist)


def test_the_plan_page_tells_evidence_and_leaves_as_a_workbook(client_of, people, plan, campaign):
    Event.objects.create(unit_id=SCHOOL, date=date(2027, 1, 12), kind="stand")
    client = client_of(people.coordinator)
    page = client.get("/plan/").text
    assert "information stand: 12.01.2027" in page
    assert "With evidence in the portal: 1 of 12 lines." in page
    assert client.get("/plan/?unit=S1&xlsx=1").content[:2] == b"PK"


def test_the_plan_page_costs_the_same_for_many_lines(queries_do_not_grow, people, plan):
    serial = iter(range(1000))

    def make(n):
        PlanLine.objects.bulk_create(
            PlanLine(unit_id=SCHOOL, plan=plan, position=20 + next(serial), text="Шара", due=date(2027, 1, 20))
            for _ in range(n)
        )

    queries_do_not_grow(people.coordinator, "/plan/", make)


def test_a_committee_under_change_adopts_nothing(people, campaign, country):
    committee = committee_of(SCHOOL, people.coordinator, campaign)
    amend_committee(committee=committee, by=people.coordinator)
    plan = plan_of(SCHOOL, people.coordinator, campaign)
    with pytest.raises(Refused, match="committee is not approved"):
        send_plan(plan=plan, version=1, number="2", date=ADOPTED, by=people.coordinator)
    assert Committee.objects.get().state == "draft"
