"""The demo is built by the actions and forms that people use, and it tells a true story."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign
from reports.models import Submission, Value
from schools.models import Entry, Post, Unit, User
from schools.wall import COUNTRY, ranges_of, scope
from students.actions import warning
from students.models import Absence, Case, Enrolment, Movement, Register
from students.states import CaseState, Reason
from zabota.demo import PASSWORD
from zabota.lib import clock

ROOT = Path(__file__).resolve().parents[2]
FILES = [*(ROOT / "zabota" / "demo").glob("*.py"), ROOT / "zabota/management/commands/demo.py"]

APPS = ("schools", "campaigns", "students", "aid", "reports")
VERBS = {f"{app}.{room}" for app in APPS for room in ("actions", "forms")} | {"zabota.lib", "zabota.demo"}
WORDS = {f"{app}.states" for app in APPS} | {"schools.rights", "campaigns.survey"}  # codes of kinds, roles, answers
NOUNS = {f"{app}.models" for app in APPS}  # read back, handed to actions, never written
DOORS = {  # what else a person's page, the loader or the clock calls
    "schools.wall": {"COUNTRY", "ranges_of", "scope"},
    "schools.imports": {"STAFF", "UNITS"},
    "students.imports": {"check", "errors_of", "read_roster", "template"},
    "students.calendar": {"DISTANCE"},
    "reports.places": {"below"},
    "reports.live": {"recount_all"},
}
WRITING = {
    *("save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update", "delete"),
    *("execute", "cursor", "raw"),
}


def imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)


def is_allowed(module, name):
    if module.split(".")[0] not in (*APPS, "zabota"):
        return True
    whole = f"{module}.{name}"
    inside = any(each in (module, whole) or module.startswith(f"{each}.") for each in VERBS | WORDS | NOUNS)
    return inside or name in DOORS.get(module, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_verbs_and_words_alone(path):
    found = {pair for pair in imports_of(ast.parse(path.read_text())) if not is_allowed(*pair)}
    assert not found, f"{path.name} goes round the actions: {sorted(found)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_writes_no_row_by_itself(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING:
            assert ast.unparse(node.func) == "form.save", f"{path.name}:{node.lineno}: {ast.unparse(node.func)}"


# ---- the story, shortened: three schools, the first week


@pytest.fixture
def told(transactional_db, settings):
    settings.DEMO = True
    out = StringIO()
    call_command("demo", "--schools", "arshaly1,arshaly2,gymnasium203", "--until", "2027-01-15T18:00", stdout=out)
    return out.getvalue()


def figure(code, campaign, unit=0):
    return Value.objects.filter(code=code, cut="", campaign=campaign, unit_id=unit).values_list("numerator", flat=True)


def test_the_first_week_of_three_schools(told):
    assert "20 oblasts and cities, 228 districts, 3 schools." in told
    assert "arshaly1.coordinator" in told
    assert PASSWORD in told
    with scope(COUNTRY):
        everybody_can_sign_in()
        registers_are_those_of_the_morning()
        flagged_children_have_a_case()
        one_child_is_on_the_way()
        the_contingent_balances()
        the_journal_says_who_did_it()
    the_wall_stands_between_the_schools()
    live_values_are_right()
    a_second_time_is_refused()


def everybody_can_sign_in():
    roles = set(Post.objects.values_list("role", "unit__level"))
    assert {("teacher", "school"), ("commission", "district"), ("auditor", "ministry")} <= roles
    for login in ("arshaly1.head", "arshaly1.teacher", "burabay.head", "ministry.auditor"):
        assert User.objects.get(username=login).check_password(PASSWORD)


def registers_are_those_of_the_morning():
    first = Register.objects.filter(school_class__shift=1)
    assert first.exists()
    changed = set(Entry.objects.filter(verb="change_register").values_list("subject_id", flat=True))
    for register in first.select_related("school_class"):
        if str(register.pk) not in changed:
            assert 8 <= register.taken_at.astimezone(clock.now().tzinfo).hour <= 9
            assert register.taken_at.date() == register.date
    absent = Absence.objects.filter(lessons=None).count()
    days = sum(Enrolment.objects.on(day).count() for day in Register.objects.dates("date", "day"))
    assert 0.02 < absent / days < 0.07


def flagged_children_have_a_case():
    for school in Unit.objects.schools():
        with clock.at(clock.now().replace(day=15)):
            flagged = warning.flags(unit_id=school.pk, on=clock.today())
        known = set(Case.objects.filter(pupil__in=flagged).values_list("pupil", flat=True))
        assert known == set(flagged), f"{school}: flagged without a case"
    states = sorted(Case.objects.values_list("state", flat=True))
    assert states == [CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.DRAFT]
    note = Case.objects.get(state=CaseState.DISMISSED)
    assert set(note.pupil.absences.values_list("reason", flat=True)) == {Reason.ILL}


def one_child_is_on_the_way():
    departure = Movement.objects.select_related("to_unit").get()
    assert departure.arrived_on is None
    assert departure.to_unit.name_ru == "Школа-гимназия № 203"


def the_contingent_balances():
    campaign = Campaign.objects.get(code="2027")
    start, came, left, now = (sum(figure(code, campaign)) for code in ("CN-02", "CN-03", "CN-04", "CN-05"))
    assert start + came - left == now == Enrolment.objects.on(clock.today()).count() > 500
    assert left == 1


def the_journal_says_who_did_it():
    assert Entry.objects.filter(verb="enter_roster", by="arshaly1.coordinator", at__year=2026).count() == 1
    assert Entry.objects.filter(verb="confirm", by="arshaly1.coordinator").count() == 1
    assert set(Entry.objects.filter(verb="give_post", note="arshaly1.teacher").values_list("by", flat=True)) == {
        "arshaly.administrator"
    }


def the_wall_stands_between_the_schools():
    coordinator = User.objects.get(username="arshaly2.coordinator")
    with scope(ranges_of(coordinator.grants.all_units())):
        assert Case.objects.count() == 2
        assert not Enrolment.objects.exclude(unit__code="113400-arshaly2").exists()
        assert not Submission.objects.exists()


def live_values_are_right():
    out = StringIO()
    call_command("recount", stdout=out)
    assert out.getvalue().startswith("0 differences in ")


def a_second_time_is_refused():
    with pytest.raises(CommandError, match="There are units already"):
        call_command("demo")


def test_it_wants_to_be_a_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not the demo"):
        call_command("demo")
    assert not Unit.objects.exists()
