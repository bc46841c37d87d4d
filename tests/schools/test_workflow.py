"""The database keeps the table of lawful moves too, whoever writes: `.update()`, plain SQL, another program."""

import re
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from schools.models import Entry
from schools.wall import COUNTRY, ranges_of, scope
from schools.workflow import Refused, Workflow, WrongState

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


def walks():
    return st.sampled_from(sorted(WORKFLOWS)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.lists(st.tuples(st.sampled_from(states_of(WORKFLOWS[name])), st.booleans()), max_size=12)
        )
    )


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks())
def test_no_walk_however_long_leaves_the_table(paper, walk):
    name, steps = walk
    pk, state = paper(name, WORKFLOWS[name].initial), WORKFLOWS[name].initial
    for after, above in steps:
        allowed = after == state or lawful(WORKFLOWS[name], state, after, unit=SCHOOL, from_above=above)
        with scope(ranges_of([DISTRICT if above else SCHOOL])):
            try:
                with transaction.atomic():
                    jump(pk, after)
            except IntegrityError:
                assert not allowed
            else:
                assert allowed
                state = after
        with connection.cursor() as cursor:
            cursor.execute("select state from paper where id = %s", [pk])
            assert cursor.fetchone() == (state,)


# ---- the same through Python, on a real paper


@pytest.fixture
def family(country):
    from aid.models import Family

    return Family.objects.create(unit_id=SCHOOL, key="f1", name="Әділовтар")


def test_update_cannot_jump_either(family):
    from aid.models import Family

    with pytest.raises(IntegrityError, match="unlawful move: draft to approved"), transaction.atomic():
        Family.objects.filter(pk=family.pk).update(state="approved")
    with pytest.raises(IntegrityError, match="a new paper is draft"), transaction.atomic():
        Family.objects.bulk_create([Family(unit_id=SCHOOL, key="f2", name="Бір", state="approved")])


def test_nobody_approves_the_paper_of_their_own_unit(family, people, as_user):
    from aid.models import Family
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
    from aid.models import Family
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
