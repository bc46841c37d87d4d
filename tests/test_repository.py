"""The repository reads itself: one door to rows of units, short files, no way around the audit or the wall."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("zabota", "schools", "campaigns", "students", "aid", "reports")
SHAPES_AND_PAGES = ("views", "forms", "tables", "imports")
LINES_AT_MOST = 600

# rows of these belong to no unit; Unit is asked for names of parents, Post for the people of the demo's panel
WITHOUT_UNIT = {"Campaign", "User", "Unit"}
# (module, how many times): the only places that widen what the database shows
OPENERS = {
    "schools/middleware.py": 2,  # the request, the reading log
    "schools/tasks.py": 1,  # the ranges of the job's user
    "reports/tasks.py": 2,  # live values of the whole country, by the clock
    "reports/management/commands/dump.py": 1,  # commands of the machine's keeper work on the whole country
    "reports/management/commands/load.py": 1,
    "reports/management/commands/recount.py": 1,
    "reports/management/commands/summary.py": 1,
    "reports/editions.py": 2,  # numbers of one unit, and their rows, may depend on days at a child's former school
    "zabota/demo/telling.py": 1,
    "zabota/demo/stage.py": 2,  # the demo plays its people one after another
}


def sources(*rooms):
    return sorted(
        path
        for room in rooms or ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    )


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def pages():
    """Views, forms, tables and imports, whether a file or a package."""
    return [path for path in sources(*ROOMS[1:]) if {path.stem, path.parent.name} & set(SHAPES_AND_PAGES)]


def doors(path):
    """(line, model, what follows) of every `Something.objects.what` of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            yield node.lineno, ast.unparse(node.value), _following(path, node)


def _following(path, manager):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and ast.dump(node.value) == ast.dump(manager) and same_place(node, manager):
            return node.attr
    return ""


def same_place(node, manager):
    return (node.value.lineno, node.value.col_offset) == (manager.lineno, manager.col_offset)


def test_there_is_something_to_read():
    assert len(pages()) > 5
    assert any(list(doors(path)) for path in pages())


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_for_user_is_the_only_door_from_a_page_to_rows_of_units(path):
    for line, model, what in doors(path):
        doors_of_rights = ("for_user", "in_sight", "open_to")
        allowed = what in doors_of_rights or model in WITHOUT_UNIT or (model, what) == ("Post", "today")
        assert allowed, f"{name_of(path)}:{line}: {model}.objects.{what} shows rows past the rights of the user"


@pytest.mark.parametrize("model", ["Campaign", "User"])
def test_what_is_allowed_without_for_user_carries_no_unit(model):
    fields = {
        field.name for found in apps.get_models() if found.__name__ == model for field in found._meta.get_fields()
    }
    assert fields
    assert "unit" not in fields


@pytest.mark.parametrize("path", [*sources(), *sorted((ROOT / "tests").rglob("*.py"))], ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= LINES_AT_MOST, "make it a package"


def calls(path, name):
    """How often a function of this name is called (`scope(…)` or `wall.scope(…)`)."""
    return sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_the_scope_is_opened_in_a_few_known_places():
    found = Counter({name_of(path): calls(path, "scope") for path in sources()})
    assert +found == Counter(OPENERS)


def test_nobody_switches_the_triggers_off():
    for path in sources():
        text = path.read_text()
        assert "pgtrigger.ignore" not in text, name_of(path)
        assert "session_replication_role" not in text, name_of(path)
        assert "disable trigger" not in text.lower(), name_of(path)


def test_models_and_migrations_agree():
    answer = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("room", ROOMS[1:])
def test_migrations_stand_in_one_line(room):
    numbers = [path.name[:4] for path in (ROOT / room / "migrations").glob("0*.py")]
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]
