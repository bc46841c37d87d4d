"""The database keeps the table of lawful moves too, whoever writes: `.update()`, plain SQL, another program."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from aid.models import Family
from campaigns.actions.committees import begin_committee
from campaigns.models import Call
from reports.models import Submission
from schools.models import Entry
from schools.number import subtree
from schools.wall import COUNTRY, ranges_of, scope
from schools.workflow import Refused, Workflow, WrongState
from students.models import Case
from tests.campaigns.papers import sent_plan
from zabota.lib.embedded import APP

ROOMS = ("schools", "campaigns", "students", "aid", "reports")
SCHOOL, DISTRICT, MINISTRY = 110010001, 110010000, 0


def workflows():
    """Every workflow of the project by its name."""
    for room in ROOMS:
        for name, value in vars(import_module(f"{room}.states")).items():
            if isinstance(value, Workflow):
                yield name, value


def guarded():
    """Which table a migration guards with which workflow."""
    texts = "".join(
        path.read_text() for room in ROOMS for path in Path(settings.BASE_DIR, room, "migrations").glob("*.py")
    )
    return dict(re.findall(r'Guard\((\w+), "(\w+)"\)', texts))


WORKFLOWS, TABLES = dict(workflows()), guarded()


def states_of(workflow):
    return sorted({workflow.initial} | {s for m in workflow.moves.values() for s in (*m.sources, m.target)})


def lawful(workflow, before, after, *, unit, from_above):
    """The slow re-count of the trigger's rule from the table of moves."""
    return any(
        before in move.sources
        and after == move.target
        and (from_above or not move.from_above)
        and (unit == MINISTRY or not move.at_root)
        for move in workflow.moves.values()
    )


JUMPS = [
    (name, before, after)
    for name, workflow in WORKFLOWS.items()
    for before, after in product(states_of(workflow), repeat=2)
    if before != after
]


@pytest.fixture
def paper(country):
    """`paper(name, state, unit)`: a row guarded exactly as the real table is, in a state it has lawfully reached."""

    def make(name, state, unit=SCHOOL):
        with connection.cursor() as cursor:
            cursor.execute("create temp table if not exists paper (id serial, unit_id int, state text) on commit drop")
            cursor.execute("drop trigger if exists moves on paper")
            cursor.execute("insert into paper (unit_id, state) values (%s, %s) returning id", [unit, state])
            pk = cursor.fetchone()[0]
            cursor.execute(
                f"create trigger moves before insert or update of state on paper for each row"
                f" execute function {TABLES[name]}_moves()"
            )
        return pk

    return make


def jump(pk, after):
    with connection.cursor() as cursor:
        cursor.execute("update paper set state = %s where id = %s", [after, pk])


def test_every_workflow_has_its_guard():
    assert WORKFLOWS
    assert set(TABLES) == set(WORKFLOWS)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_the_guard_stands_on_the_real_table(db, name):
    with connection.cursor() as cursor:
        cursor.execute(
            """select p.proname, t.tgenabled, pg_get_triggerdef(t.oid) from pg_trigger t
                 join pg_proc p on p.oid = t.tgfoid
                where t.tgrelid = %s::regclass and t.tgname = %s""",
            [TABLES[name], f"{TABLES[name]}_moves"],
        )
        function, enabled, text = cursor.fetchone()
    assert (function, enabled) == (f"{TABLES[name]}_moves", "O")
    assert "BEFORE INSERT OR UPDATE OF state" in text
    assert "FOR EACH ROW" in text


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_workflow_speaks_of_the_states_of_its_model(name):
    model = next(model for model in apps.get_models() if model._meta.db_table == TABLES[name])
    field = model._meta.get_field("state")
    assert set(states_of(WORKFLOWS[name])) == set(dict(field.flatchoices))
    assert field.default == WORKFLOWS[name].initial
    assert all(str(move.label).strip() for move in WORKFLOWS[name].moves.values())


@pytest.mark.parametrize(("name", "before", "after"), JUMPS)
@pytest.mark.parametrize("unit", [SCHOOL, MINISTRY])
@pytest.mark.parametrize("above", [True, False])
def test_plain_sql_makes_lawful_jumps_and_no_others(paper, name, before, after, unit, above):
    pk = paper(name, before, unit)
    from_above = above and unit != MINISTRY  # nobody stands above the ministry
    ranges = ranges_of([DISTRICT]) if above else ranges_of([SCHOOL])
    with scope(ranges):
        if lawful(WORKFLOWS[name], before, after, unit=unit, from_above=from_above):
            jump(pk, after)
        else:
            with pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic():
                jump(pk, after)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_paper_is_born_in_its_first_state_only(paper, name):
    paper(name, WORKFLOWS[name].initial)
    for state in states_of(WORKFLOWS[name]):
        if state != WORKFLOWS[name].initial:
            with (
                pytest.raises(IntegrityError, match="a new paper is"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute("insert into paper (unit_id, state) values (%s, %s)", [SCHOOL, state])


STEPS, WALKS = 250, 8

# one statement walks the whole way, so that ten thousand steps cost seconds
WALK = """
  create or replace function pg_temp.walk(pk int, wanted text[], scopes text[]) returns text[] language plpgsql as $$
  declare
    seen text[] := '{}';
    stands text;
  begin
    for n in 1 .. cardinality(wanted) loop
      perform set_config('zabota.scope', scopes[n], true);
      begin
        update paper set state = wanted[n] where id = pk;
      exception when check_violation then null;
      end;
      select state into stands from paper where id = pk;
      seen := seen || stands;
    end loop;
    return seen;
  end $$"""


def walk(pk, steps):
    """The state after each step (where to, from above or not)."""
    first, last = subtree(DISTRICT)
    scopes = [f"{{[{first},{last}]}}" if above else f"{{[{SCHOOL},{SCHOOL}]}}" for _after, above in steps]
    with connection.cursor() as cursor:
        cursor.execute(WALK)
        cursor.execute("select pg_temp.walk(%s, %s, %s)", [pk, [after for after, _above in steps], scopes])
        return cursor.fetchone()[0]


def test_the_walks_are_ten_thousand_steps_in_all():
    assert STEPS * WALKS * len(WORKFLOWS) >= 10_000


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
@effort(max_examples=WALKS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dice=st.binary(min_size=STEPS, max_size=STEPS))
def test_no_walk_however_long_leaves_the_table(paper, name, dice):
    workflow, states = WORKFLOWS[name], states_of(WORKFLOWS[name])
    steps = [(states[each // 2 % len(states)], bool(each % 2)) for each in dice]
    state, expected = workflow.initial, []
    for after, above in steps:
        if lawful(workflow, state, after, unit=SCHOOL, from_above=above):
            state = after
        expected.append(state)
    assert walk(paper(name, workflow.initial), steps) == expected


# ---- the same through Python, on a real paper


@pytest.fixture
def family(country):
    return Family.objects.create(unit_id=SCHOOL, key="f1", name="Әділовтар")


def test_update_cannot_jump_either(family):
    with pytest.raises(IntegrityError, match="unlawful move: draft to approved"), transaction.atomic():
        Family.objects.filter(pk=family.pk).update(state="approved")
    with pytest.raises(IntegrityError, match="a new paper is draft"), transaction.atomic():
        Family.objects.bulk_create([Family(unit_id=SCHOOL, key="f2", name="Бір", state="approved")])


def test_nobody_approves_the_paper_of_their_own_unit(family, people, as_user):
    from aid.states import FAMILY

    FAMILY.make("submit", family, by=people.coordinator)
    with pytest.raises(PermissionDenied):
        FAMILY.make("approve", family, by=people.head)
    with as_user(people.coordinator), pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic():
        Family.objects.filter(pk=family.pk).update(state="approved")
    with as_user(people.specialist):
        FAMILY.make("approve", family, by=people.specialist)
    family.refresh_from_db()
    assert family.state == "approved"


def test_a_stale_button_is_told_the_state(family, people):
    from aid.states import FAMILY

    seen = Family.objects.get(pk=family.pk)
    FAMILY.make("submit", family, by=people.coordinator)
    with pytest.raises(WrongState):
        FAMILY.make("submit", seen, by=people.coordinator)


def test_a_return_needs_its_reason_and_the_journal_keeps_it(family, people):
    from aid.states import FAMILY

    FAMILY.make("submit", family, by=people.coordinator)
    with pytest.raises(Refused):
        FAMILY.make("send_back", family, by=people.specialist, note="  ")
    FAMILY.make("send_back", family, by=people.specialist, note="Мекенжайы жоқ")
    entry = Entry.objects.order_by("-pk").first()
    assert (entry.by, entry.verb, entry.before, entry.after, entry.note) == (
        "specialist",
        "send_back",
        "submitted",
        "draft",
        "Мекенжайы жоқ",
    )


def test_the_buttons_are_the_moves_open_to_a_person(family, people):
    from aid.states import FAMILY

    assert [move.name for move in FAMILY.open_to(people.coordinator, family)] == ["submit"]
    assert FAMILY.open_to(people.specialist, family) == []
    assert FAMILY.open_to(people.stranger, family) == []
    FAMILY.make("submit", family, by=people.coordinator)
    assert [move.name for move in FAMILY.open_to(people.specialist, family)] == ["approve", "send_back"]
    assert FAMILY.open_to(people.coordinator, family) == []


def test_a_scope_of_the_country_is_from_above_for_everybody_but_the_ministry(paper):
    pk = paper("SUBMISSION", "signed", MINISTRY)
    with scope(COUNTRY), pytest.raises(IntegrityError), transaction.atomic():
        jump(pk, "accepted")


# ---- four ways past the table, all of them shut


@dataclass(frozen=True)
class Attempt:
    """Somebody wants a paper of their own to stand where only others, or nobody, may put it."""

    workflow: str
    login: str
    after: str
    page: str
    post: str
    make: Callable
    data: dict = field(default_factory=dict)


def own_plan(country):
    return sent_plan(SCHOOL, country.people.coordinator, country.campaign)


def own_committee(country):
    unit = country.unit(SCHOOL)
    return begin_committee(unit=unit, campaign=country.campaign, by=country.people.coordinator)


def closed_call(country):
    call = Call.objects.create(unit_id=DISTRICT, at=timezone.now(), topic="Мектепке қабылдау")
    Call.objects.filter(pk=call.pk).update(state="closed", answer="Түсіндірілді")
    return call


def signed_report(country):
    report = Submission.objects.create(unit_id=SCHOOL, campaign=country.campaign, form="bulletin1")
    Submission.objects.filter(pk=report.pk).update(state="signed")
    return report


def draft_case(country):
    return Case.objects.create(
        unit_id=SCHOOL,
        finder_id=SCHOOL,
        key="c1",
        surname="Әділ",
        name="Айбек",
        found_on=date(2027, 1, 20),
        source="round",
        kind="never",
    )


def submitted_family(country):
    family = Family.objects.create(unit_id=SCHOOL, key="f1", name="Әділовтар")
    Family.objects.filter(pk=family.pk).update(state="submitted")
    return family


ATTEMPTS = [
    Attempt("PLAN", "head", "approved", "/plan/", "/plan/{pk}/approve/", own_plan, {"version": "2"}),
    Attempt("PLAN", "coordinator", "returned", "/plan/", "/plan/{pk}/send_back/", own_plan, {"remark": "А"}),
    # without an order of the unit nobody approves a committee, at home least of all
    Attempt(
        "COMMITTEE",
        "head",
        "approved",
        "/committee/",
        "/committee/approve/?unit=S1",
        own_committee,
        {"number": "1", "date": "2027-01-20", "version": "1"},
    ),
    Attempt(
        "CALL", "specialist", "forwarded", "/calls/{pk}/", "/calls/{pk}/forward/", closed_call, {"forwarded_to": "А"}
    ),
    Attempt("SUBMISSION", "head", "accepted", "/reports/S1/bulletin1/", "/reports/S1/bulletin1/accept/", signed_report),
    # a case that nobody has confirmed is not closed, and a head decides about no child
    Attempt(
        "CASE",
        "head",
        "closed",
        "/cases/{pk}/",
        "/cases/{pk}/close/",
        draft_case,
        {"closing": "abroad", "closed_on": "2027-01-25", "note": "А", "version": "1"},
    ),
    Attempt(
        "CASE",
        "coordinator",
        "closed",
        "/cases/{pk}/",
        "/cases/{pk}/close/",
        draft_case,
        {"closing": "abroad", "closed_on": "2027-01-25", "note": "А", "version": "1"},
    ),
    Attempt("FAMILY", "coordinator", "approved", "/families/{pk}/", "/families/{pk}/approve/", submitted_family),
]
ATTEMPT_IDS = [f"{each.workflow}-{each.login}-{each.after}" for each in ATTEMPTS]


@pytest.fixture
def own(request, country):
    """The paper of the attempt, and a question where it stands now."""
    made = request.param.make(country)
    start = type(made).objects.get(pk=made.pk).state
    return SimpleNamespace(
        attempt=request.param,
        pk=made.pk,
        model=type(made),
        who=getattr(country.people, request.param.login),
        stands=lambda: type(made).objects.get(pk=made.pk).state == start,
    )


own_papers = pytest.mark.parametrize("own", ATTEMPTS, ids=ATTEMPT_IDS, indirect=True)


def test_every_workflow_is_attempted():
    assert {each.workflow for each in ATTEMPTS} == set(WORKFLOWS)


@own_papers
def test_there_is_no_button(own, client_of):
    answer = client_of(own.who).get(own.attempt.page.format(pk=own.pk))
    assert answer.status_code == 200
    assert own.attempt.post.format(pk=own.pk) not in answer.text


@own_papers
def test_a_direct_post_is_refused(own, client_of):
    answer = client_of(own.who).post(own.attempt.post.format(pk=own.pk), own.attempt.data)
    assert answer.status_code in (403, 409, 422)
    assert own.stands()


@own_papers
def test_an_update_is_refused(own, as_user):
    with as_user(own.who), pytest.raises(IntegrityError), transaction.atomic():
        own.model.objects.filter(pk=own.pk).update(state=own.attempt.after)
    assert own.stands()


@own_papers
def test_sql_as_the_applications_role_is_refused(own, as_user):
    with as_user(own.who), connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (APP,)
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(
                f"update {own.model._meta.db_table} set state = %s where id = %s", [own.attempt.after, own.pk]
            )
    assert own.stands()
