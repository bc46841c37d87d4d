"""No word of the code reaches the reader of the journal: every deed, subject and code has words of its room."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from schools.journal import record
from schools.tables import WORDS, lines_of
from schools.workflow import Workflow

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("schools", "campaigns", "students", "aid", "reports")
# facts that no deed names: they are parts of a paper, and the deed names the paper
PARTS = {"schools.School", "students.Absence", "campaigns.Member", "campaigns.SurveyCount"}


def strings_of(node, function, module):
    """Every text this expression may be: through `a if b else c`, names given in the function, and its parameters."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return strings_of(node.body, function, module) | strings_of(node.orelse, function, module)
    if isinstance(node, ast.Name):
        given = [each.value for each in ast.walk(function) if isinstance(each, ast.Assign) and names(each, node.id)]
        found = [strings_of(value, function, module) for value in given]
        return set().union(*found, *handed_in(node.id, function, module))
    return set()


def names(assignment, name):
    return any(isinstance(target, ast.Name) and target.id == name for target in assignment.targets)


def handed_in(name, function, module):
    """The texts that the callers of the same file give to this parameter."""
    parameters = [each.arg for each in function.args.args]
    if name not in parameters:
        return
    for caller, call in calls_of(function.name, module):
        by_name = {each.arg: each.value for each in call.keywords}
        place = parameters.index(name)
        given = by_name.get(name) or (call.args[place] if place < len(call.args) else None)
        yield strings_of(given, caller, module)


def calls_of(name, module):
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == name:
                    yield function, call


def recorded():
    """(room, verb) of every `record(subject, verb, …)` of the code; a workflow's own call stands for its moves."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ast.parse(path.read_text())
            for function, call in calls_of("record", module) if path.name != "workflow.py" else ():
                verbs = strings_of(call.args[1], function, module)
                assert verbs, f"{path}:{call.lineno}: the verb cannot be read"
                yield from ((room, verb) for verb in verbs)


def recorded_in_sql():
    """(room, verb) of what a database function writes into the journal by itself."""
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("functions.sql")):
            for written in re.findall(r"insert into schools_entry.*?select(.*?)\bfrom\b", path.read_text(), re.DOTALL):
                verbs = re.findall(r"'([a-z_]+)'", written)
                assert verbs, f"{path}: the verb cannot be read"
                yield from ((room, verb) for verb in verbs)


def workflows():
    for room in ROOMS:
        for value in vars(__import__(f"{room}.states", fromlist=["states"])).values():
            if isinstance(value, Workflow):
                yield room, value


RECORDED = sorted({*recorded(), *recorded_in_sql()})


def test_there_is_something_to_read():
    assert len(RECORDED) > 25
    assert ("students", "return_withdrawn") in RECORDED


@pytest.mark.parametrize(("room", "verb"), RECORDED)
def test_every_deed_has_words(room, verb):
    assert str(WORDS[room].deeds[verb]) != verb


def test_every_move_of_a_paper_has_words():
    moves = [(room, name) for room, workflow in workflows() for name in workflow.moves]
    assert len(moves) > 8
    assert [move for move in moves if move[1] not in WORDS[move[0]].deeds] == []


def test_every_fact_is_called_by_a_word():
    facts = {model._meta.label for model in apps.get_models() if hasattr(model, "pgh_event_model")}
    assert len(facts) > 15
    called = {f"{room}.{name}" for room, words in WORDS.items() for name in words.subjects}
    assert facts - PARTS - called == set()
    assert {label for label in called if not apps.get_model(label)} == set()


def line(subject, verb, people, **more):
    record(subject, verb, unit=110010001, by=people.coordinator, **more)
    from schools.models import Entry

    return lines_of([Entry.objects.latest("pk")], people.auditor)[0]


def test_codes_numbers_and_names_are_told_in_words(people):
    from datetime import date

    from aid.models import Donation
    from students.actions import registers
    from students.models import Enrolment, Intake, Movement
    from tests.make import make_class

    seventh = make_class(110010001, "7А", pupils=2)
    register = registers.take(
        school_class=seventh, date=date(2027, 1, 28), absent={}, version=0, by=people.coordinator
    )  # fmt: skip
    told = line(register, "change_register", people, before="0", after="3")
    assert (told.deed, told.subject, told.change) == (
        "Register corrected",
        "register 7А, 28.01.2027",
        "absent: 0 → 3",
    )
    assert line(Movement(pk=7), "depart", people, after="transfer").change == "transfer to another school"
    assert line(Movement(pk=7), "depart", people).subject == "departure № 7"
    assert line(Enrolment(pk=7), "arrive", people, after="transit").change == "from another school"
    assert line(Donation(pk=7), "receive", people, before="pledged", after="received").change == "pledged → received"
    rows = line(Intake(pk=7), "enter_roster", people, note="new 12, changed 3, same 0")
    assert rows.note == "new: 12, changed: 3, unchanged: 0"
    assert line(Intake(pk=7), "check_roster", people, note="281/287").note == "281 of 287 rows are good"


def test_what_the_portal_has_forgotten_does_not_break_the_page(people):
    from schools.models import Entry
    from zabota.lib.clock import now

    old = Entry(at=now(), by="x", unit_id=0, subject="lost.Paper", subject_id="3", verb="fold", before="a", after="b")
    told = lines_of([old], people.auditor)[0]
    assert (told.subject, told.change) == ("№ 3", "")
