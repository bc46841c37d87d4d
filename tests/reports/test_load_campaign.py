"""The tables of the campaign's papers and outreach: states, lines and events find what stands in the portal already."""

from datetime import date

from campaigns.models import (
    Agreement,
    Call,
    Committee,
    ControlVisit,
    Event,
    Helpline,
    Honour,
    Member,
    Minutes,
    Plan,
    PlanLine,
    SurveyCount,
)
from schools.models import Unit
from schools.wall import COUNTRY, scope
from students.models import Case
from tests.reports.folders import TABLES, as_owner, dump, load


def test_a_second_loading_of_the_campaigns_papers_leaves_no_trace_either(loaded):
    nouns = (Agreement, Committee, ControlVisit, Event, Helpline, Honour, Member, Minutes, Plan, PlanLine, SurveyCount)
    before = {noun: noun.pgh_event_model.objects.count() for noun in (*nouns, Case)}
    assert all(before.values())
    assert load(loaded())[1] == ""
    assert {noun: noun.pgh_event_model.objects.count() for noun in before} == before


def test_plans_and_committees_go_through_their_states(loaded):
    states = {("KZ", "approved"), ("110000000", "submitted"), ("S1", "returned"), ("S2", "draft"), ("S4", "draft")}
    assert set(Plan.objects.values_list("unit__code", "state")) == states
    assert {plan.adopted.kind for plan in Plan.objects.exclude(adopted=None)} == {"committee"}
    approved = {("113200000", "draft", None), ("S1", "approved", "6")}  # an order of the unit's own on the committee
    assert set(Committee.objects.values_list("unit__code", "state", "order__number")) == approved

    further = TABLES["plans.csv"].replace(",submitted,", ",approved,").replace(",returned,", ",submitted,")
    assert load(loaded(**{"plans.csv": further}))[1] == ""
    assert dict(Plan.objects.values_list("unit__code", "state"))["110000000"] == "approved"
    assert dict(Plan.objects.values_list("unit__code", "state"))["S1"] == "submitted"


def test_a_plan_that_has_gone_on_is_not_taken_back(loaded):
    back = TABLES["plans.csv"].replace("KZ,2027,approved", "KZ,2027,draft").replace(",returned,", ",draft,")
    complaints = load(loaded(**{"plans.csv": back}))[1]
    assert "plans.csv, line 2, column state, «draft»: The plan is approved in the portal" in complaints
    assert "plans.csv, line 4, column state, «draft»: The plan has been sent in the portal" in complaints
    assert "2 problems were found." in complaints  # once a plan, not once a line


def test_two_lines_of_a_plan_may_change_clauses(loaded):
    swapped = TABLES["plans.csv"].replace("draft,2,6.1.2", "draft,2,6.1.3").replace("draft,3,6.1.3", "draft,3,6.1.2")
    assert load(loaded(**{"plans.csv": swapped}))[1] == ""
    assert dict(PlanLine.objects.filter(unit__code="S2").values_list("position", "clause")) == {2: "6.1.3", 3: "6.1.2"}
    moved = TABLES["plans.csv"].replace("draft,3,6.1.3", "draft,4,6.1.2").replace("S2,2027,draft,2,6.1.2,,,,\n", "")
    assert (
        "column clause, «6.1.2»: In the portal this clause is line 3 of the plan."
        in load(loaded(**{"plans.csv": moved}))[1]
    )


def test_a_committee_that_is_being_changed_is_not_approved_by_loading(loaded):
    Committee.objects.filter(unit__code="S1").update(state="draft")
    assert load(loaded())[1] == ""
    assert Committee.objects.get(unit__code="S1").state == "draft"


def test_events_that_are_alike_are_paired_one_by_one(loaded):
    first, second = Event.objects.filter(kind="consultation").order_by("pk")
    raid = Event.objects.get(kind="raid")
    Event.objects.filter(pk=second.pk).update(title="Кешкі кеңес")
    assert set(Case.objects.filter(event=raid).values_list("key", flat=True)) == {"k1"}

    changed = (
        TABLES["events.csv"]
        .replace("psychologists:1;parents:12", "parents:15")  # the second line is found again by what it says
        .replace("police:3;social:1,k1", "police:3;social:1,")
        .replace("k2;k3", "k1;k2;k3")
    )
    assert load(loaded(**{"events.csv": changed}))[1] == ""
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.participants, first.version) == ({"parents": 15}, 2)
    assert (second.participants, second.title, second.version) == ({"parents": 7}, "Кешкі кеңес", 1)
    assert not Case.objects.filter(event=raid).exists()
    assert Case.objects.filter(event__kind="doorround").count() == 3
    assert Event.objects.count() == 5


def test_calls_logged_one_by_one_leave_as_a_number_for_their_day(transactional_db, folder, tmp_path):
    with as_owner():
        assert load(folder())[1] == ""
    with scope(COUNTRY):
        school = Unit.objects.get(code="S1")
        for hour in ("20:30", "23:30"):
            Call.objects.create(unit=school, at=f"2027-01-21T{hour}:00+05:00", topic="Қабылдау")
        Call.objects.create(unit=school, at="2027-01-22T00:30:00+05:00", topic="Көмек")  # in Greenwich still the 21st
        Event.objects.create(unit=school, date=date(2027, 1, 21), kind="hotline", language="kk", count=1)
    written = dump(tmp_path / "out")
    lines = [line for line in written["events.csv"].splitlines() if "hotline" in line]
    assert lines == ["S1,2027-01-21,hotline,,1,,", "S1,2027-01-21,hotline,kk,1,,", "S1,2027-01-22,hotline,,1,,"]
    with as_owner():
        assert load(tmp_path / "out")[1] == ""
    assert dump(tmp_path / "again") == written


def test_answers_through_the_link_stay_apart_from_paper(loaded):
    SurveyCount.objects.filter(question="help", answer="5").update(online=20, paper=10)
    more = TABLES["surveys.csv"].replace("help,5,30", "help,5,33")
    assert load(loaded(**{"surveys.csv": more}))[1] == ""
    assert SurveyCount.objects.values_list("online", "paper").get(question="help", answer="5") == (20, 13)
    less = TABLES["surveys.csv"].replace("help,5,30", "help,5,19")
    complaints = load(loaded(**{"surveys.csv": less}))[1]
    assert "surveys.csv, line 3, column count, «19»: Through the link alone this answer was given 20" in complaints


def test_a_control_visit_belongs_to_the_campaign_of_its_day(loaded):
    for day, code in [
        ("2026-08-15", "2026-road"),
        ("2026-12-01", "2027"),
        ("2027-01-20", "2027"),
        ("2028-01-20", "2027"),
    ]:
        visits = f"unit,by_unit,date,finding,due,closed_on\nS1,113200000,{day},Бір ескерту,,\n"
        assert load(loaded(**{"control.csv": visits}))[1] == ""
        assert ControlVisit.objects.get(date=day, finding="Бір ескерту").campaign.code == code


def test_without_a_campaign_there_are_no_control_visits(db, folder):
    kept = {"units.csv", "control.csv"}
    complaints = load(folder(**{file: None for file in TABLES if file not in kept}))[1]
    assert "control.csv, line 2, column date, «2027-01-20»: There is no campaign that this day could" in complaints
