"""A folder of tables goes in and comes out again; whatever is wrong is told with file, line, column and remedy."""

import random
from datetime import date

import pytest

from tests.reports.folders import AISHA, DONOR_BIN, PYOTR, TABLES, as_owner, dump, load, with_line

# The way in and out ----------------------------------------------------------------------------------------------


def test_a_campaign_comes_in_and_goes_out_as_it_was(transactional_db, folder, tmp_path):
    with as_owner():
        said, complaints = load(folder())
    assert complaints == ""
    assert "pupils.csv: 5 rows" in said
    assert "movements.csv: 1 row\n" in said

    assert dump(tmp_path / "out") == TABLES

    with as_owner():
        assert load(tmp_path / "out")[1] == ""  # what is known already changes nothing
    assert dump(tmp_path / "again") == TABLES


def test_a_second_loading_leaves_no_trace_in_the_audit(transactional_db, folder):
    from schools.wall import COUNTRY, scope
    from students.models import Enrolment, Pupil

    with as_owner():
        load(folder())
        load(folder())
    with scope(COUNTRY):
        assert {pupil.version for pupil in Pupil.objects.all()} == {1}
        assert Pupil.pgh_event_model.objects.count() == 4
        assert Enrolment.pgh_event_model.objects.filter(pgh_label="update").count() == 0

    with as_owner():
        load(folder(**{"pupils.csv": TABLES["pupils.csv"].replace("Ахметова,", "Ахметқызы,")}))
    with scope(COUNTRY):
        child = Pupil.objects.get(key="p1")
        assert (child.surname, child.version, child.iin) == ("Ахметқызы", 2, AISHA)
        assert Pupil.pgh_event_model.objects.filter(pgh_label="update").get().pgh_context == {"command": "load"}


def test_files_that_are_not_there_are_left_alone(transactional_db, folder, tmp_path):
    with as_owner():
        load(folder())
        place = tmp_path / "part"
        place.mkdir()
        header, first, *_rest = TABLES["absences.csv"].splitlines()
        (place / "absences.csv").write_text(f"{header}\n{first.replace('no_shoes', 'works')}\n", encoding="utf-8")
        said, complaints = load(place)
    assert (said, complaints) == ("absences.csv: 1 row\n", "")
    written = dump(tmp_path / "out")
    assert "p1,2027-01-12,works,,2027-01-13,call" in written["absences.csv"]
    assert len(written["absences.csv"].splitlines()) == 4  # a missing row never deletes
    assert written["cases.csv"] == TABLES["cases.csv"]


def test_a_whole_country_is_provisioned_from_the_file_of_the_repository(transactional_db, folder, tmp_path):
    from pathlib import Path

    from schools.models import Unit

    place = tmp_path / "country"
    place.mkdir()
    (place / "units.csv").write_bytes((Path(__file__).parents[2] / "schools/data/country.csv").read_bytes())
    with as_owner():
        assert load(place)[1] == ""
    assert Unit.objects.count() == 249
    assert Unit.objects.get(code="710000000").pk == 710000000
    assert dump(tmp_path / "out")["units.csv"].count("\n") == 249


def test_rows_stand_where_the_child_was_that_day(loaded):
    from aid.models import Handout, Member
    from schools.models import Unit
    from students.models import Absence, Case, Enrolment, Movement, Pupil, Register

    at = {unit.code: unit.pk for unit in Unit.objects.all()}
    assert at == {
        "KZ": 0,
        "R1": 1,
        "110000000": 110000000,
        "113200000": 110010000,
        "S1": 110010001,
        "S2": 110010002,
        "710000000": 710000000,
        "S4": 710000001,
    }
    assert Case.objects.get(key="k3").unit_id == at["S2"]  # entered by S1, but the child had moved by then
    assert Case.objects.get(key="k3").finder_id == at["S1"]
    assert Case.objects.get(key="k1").unit_id == at["113200000"]
    handout = Handout.objects.get(pupil__key="p2")
    assert (handout.unit_id, handout.giver_id) == (at["S2"], at["113200000"])
    assert Absence.objects.get(pupil__key="p2").unit_id == at["S2"]
    assert Movement.objects.get().unit_id == at["S1"]
    assert Member.objects.get(pupil__key="p1").unit_id == at["S1"]
    assert Pupil.objects.get(key="p2").unit_id == at["S1"]
    assert Enrolment.objects.get(pupil__key="p2", last=None).unit_id == at["S2"]
    assert set(Register.objects.values_list("taken_by", "taken_at__date")) == {("load", date(2027, 1, 28))}


def test_cases_and_families_go_through_their_states(loaded):
    from aid.models import Family
    from students.models import Case

    assert dict(Case.objects.values_list("key", "state")) == {"k1": "confirmed", "k2": "draft", "k3": "closed"}
    assert dict(Family.objects.values_list("key", "state")) == {"f1": "approved", "f2": "draft", "f3": "removed"}

    further = {
        "cases.csv": TABLES["cases.csv"].replace("systematic,,,", "systematic,,2027-01-19,"),
        "families.csv": TABLES["families.csv"].replace("Һадишалар,,,", "Һадишалар,,2027-01-27,"),
    }
    assert load(loaded(**further))[1] == ""
    assert Case.objects.get(key="k2").state == "confirmed"
    assert Family.objects.get(key="f2").state == "approved"


def test_what_has_gone_on_in_the_portal_is_not_taken_back(loaded):
    from aid.models import Family
    from students.models import Case

    back = {
        "cases.csv": TABLES["cases.csv"]
        .replace("documents,2027-01-14,", "documents,,")
        .replace("2027-01-25,abroad", ","),
        "families.csv": TABLES["families.csv"].replace("2027-01-13,,\n", ",,\n").replace("2027-01-18,Көшіп кетті", ","),
    }
    _said, complaints = load(loaded(**back))
    assert "cases.csv, line 2, column confirmed_on, «k1»: The case is confirmed in the portal" in complaints
    assert "cases.csv, line 4, column closed_on, «k3»: The case is closed in the portal" in complaints
    assert "families.csv, line 2, column approved_on, «f1»: The family is approved in the portal" in complaints
    assert "families.csv, line 4, column removed_on, «f3»: The family is removed from the list" in complaints
    assert "4 problems were found. Nothing has been loaded." in complaints

    Case.objects.filter(key="k2").update(state="dismissed")
    Family.objects.filter(key="f2").update(state="submitted")
    assert load(loaded())[1] == ""  # the tables have no word for these two: they stay
    assert Case.objects.get(key="k2").state == "dismissed"
    assert Family.objects.get(key="f2").state == "submitted"
    confirmed = TABLES["cases.csv"].replace("systematic,,,", "systematic,,2027-01-19,")
    assert "The case was dismissed in the portal." in load(loaded(**{"cases.csv": confirmed}))[1]


def test_a_child_who_turns_out_to_have_moved_takes_cases_and_help_along(loaded, tmp_path):
    from aid.models import Handout
    from schools.models import Unit
    from students.models import Case

    place = tmp_path / "later"
    place.mkdir()
    header, first, *_rest = TABLES["pupils.csv"].splitlines()
    left = first.removesuffix(",") + ",2027-01-15"
    came = first.replace("S1,7А", "S2,7Ә").replace("2026-09-01", "2027-01-16")
    (place / "pupils.csv").write_text("\n".join([header, left, came]), encoding="utf-8")
    assert load(place)[1] == ""
    new = Unit.objects.get(code="S2").pk
    assert Case.objects.get(key="k2").unit_id == new
    assert set(Handout.objects.filter(pupil__key="p1").values_list("unit_id", flat=True)) == {new}


def test_two_children_may_change_numbers(loaded):
    from students.models import Pupil

    given = TABLES["pupils.csv"].replace(f"{AISHA},", f"{PYOTR},").replace("2013-07-07,f,,", f"2013-07-07,f,{AISHA},")
    assert load(loaded(**{"pupils.csv": given}))[1] == ""
    swapped = given.replace(f"{PYOTR},", "#,").replace(f"{AISHA},", f"{PYOTR},").replace("#,", f"{AISHA},")
    assert load(loaded(**{"pupils.csv": swapped}))[1] == ""
    assert {p.key: p.iin for p in Pupil.objects.exclude(iin_index="")} == {"p1": AISHA, "p4": PYOTR}


def test_new_people_get_accounts_that_nobody_can_enter_yet(loaded):
    from schools.models import User

    aliya = User.objects.get(username="aliya")
    assert aliya.full_name == "Әбенова Әлия Қайратқызы"
    assert not aliya.has_usable_password()
    assert {post.role for post in aliya.posts.all()} == {"commission", "specialist"}
    aliya.set_password("Қамқорлық-2027")
    aliya.save()
    assert load(loaded())[1] == ""
    assert User.objects.get(username="aliya").check_password("Қамқорлық-2027")


def test_the_order_of_units_in_the_file_does_not_matter(db, folder):
    from schools.models import Unit

    header, *rows = TABLES["units.csv"].splitlines()
    random.Random(1).shuffle(rows)
    assert load(folder(**{"units.csv": "\n".join([header, *reversed(rows)])}))[1] == ""
    assert Unit.objects.get(code="113200000").pk == 110010000
    assert {unit.pk for unit in Unit.objects.filter(code__in=["S1", "S2"])} == {110010001, 110010002}


def test_a_file_saved_by_a_spreadsheet_is_read(db, folder):
    place = folder()
    for file in TABLES:
        text = (place / file).read_text(encoding="utf-8").replace("\n", "\r\n")
        (place / file).write_text("\ufeff" + text + "\r\n,,,\r\n", encoding="utf-8", newline="")
    assert load(place)[1] == ""


def test_columns_may_stand_in_another_order(db, folder):
    from schools.wall import COUNTRY, scope
    from students.models import Register

    turned = "\n".join(",".join(reversed(line.split(","))) for line in TABLES["registers.csv"].splitlines())
    assert load(folder(**{"registers.csv": turned}))[1] == ""
    with scope(COUNTRY):
        assert Register.objects.count() == 3


def test_a_note_beside_the_tables_is_no_table(db, folder):
    place = folder()
    (place / "README.md").write_text("Қамқорлық 2027")
    assert load(place)[1] == ""


# What is wrong ---------------------------------------------------------------------------------------------------

BAD = [  # file, line, what it holds, column of the problem, message, remedy
    ("campaigns.csv", 3, {"name_kk": ""}, "name_kk", "empty", "Fill it in"),
    ("campaigns.csv", 3, {"opens": "10.01.2027"}, "opens", "not a date", "2027-01-31"),
    ("campaigns.csv", 3, {"due": "2027-02-01"}, "due", "before 2027-02-10", "Correct one of the two"),
    ("campaigns.csv", 3, {"long_days": "three"}, "long_days", "not a whole number", "digits only"),
    ("campaigns.csv", 3, {"visit_days": "0"}, "visit_days", "out of bounds", "from 1 to 366"),
    ("campaigns.csv", 3, {"code": "2026-road"}, "code", "Line 2 has the same key", "Leave one of the two"),
    ("units.csv", 5, {"level": "city"}, "level", "no such code", "oblast, district, school"),
    ("units.csv", 5, {"kind": "college"}, "kind", "no such code", "gymnasium"),
    ("units.csv", 5, {"ownership": "own"}, "ownership", "no such code", "state, private"),
    ("units.csv", 5, {"week": "7"}, "week", "out of bounds", "from 5 to 6"),
    ("units.csv", 5, {"bin": "12345"}, "bin", "does not look", "twelve digits"),
    ("units.csv", 5, {"parent": "nowhere"}, "parent", "Neither units.csv nor the portal", "add the unit"),
    ("units.csv", 5, {"parent": "S2"}, "parent", "cannot stand below", "a school below a district"),
    ("units.csv", 4, {"parent": "KZ"}, "parent", "cannot stand below", "a district below an oblast"),
    ("units.csv", 3, {"kato": ""}, "kato", "first two digits", "nine digits"),
    ("units.csv", 7, {"kato": "110000001"}, "kato", "those of 110000000", "KATO code of this oblast"),
    ("units.csv", 3, {"kato": "11000000"}, "kato", "does not look", "nine digits"),
    ("units.csv", 8, {"code": "KZ"}, "code", "ministry", "Leave this line out"),
    ("units.csv", 8, {"name_ru": "ж" * 251}, "name_ru", "too long: 251", "250 characters"),
    ("staff.csv", 2, {"role": "director"}, "role", "no such code", "coordinator"),
    ("staff.csv", 2, {"unit": "S9"}, "unit", "Neither units.csv nor the portal", "add the row to units.csv"),
    ("staff.csv", 2, {"from": ""}, "from", "empty", "Fill it in"),
    ("staff.csv", 3, {"to": "2026-08-31"}, "to", "before 2026-09-01", "Correct one"),
    ("staff.csv", 4, {"phone": "112"}, "login", "Line 3 gives this login another", "alike"),
    ("staff.csv", 2, {"login": "head of KZ"}, "login", "does not look", "letters, digits"),
    ("staff.csv", 5, {"email": "coord"}, "email", "not an e-mail", "name@example.kz"),
    ("orders.csv", 2, {"campaign": "2030"}, "campaign", "Neither campaigns.csv nor", "campaigns.csv"),
    ("orders.csv", 2, {"kind": "letter"}, "kind", "no such code", "start, dates, committee, dayoff, norms"),
    ("orders.csv", 2, {"closes": "2027-01-10"}, "closes", "before 2027-01-11", "Correct one"),
    ("orders.csv", 5, {"like": 3}, "unit", "Line 3 has the same key", "Leave one"),
    ("helplines.csv", 2, {"language": "de"}, "language", "no such code", "kk, ru, mixed, other"),
    ("helplines.csv", 3, {"unit": "S9"}, "unit", "Neither units.csv nor the portal", "units.csv"),
    ("helplines.csv", 3, {"phone": ""}, "phone", "empty", "Fill it in"),
    ("helplines.csv", 4, {"like": 3, "hours": "түнде"}, "unit", "Line 3 has the same key (unit, phone)", "Leave one"),
    ("committees.csv", 2, {"body": "army"}, "body", "no such code", "police"),
    ("committees.csv", 3, {"role": "head"}, "role", "no such code", "chair, deputy, secretary, member"),
    ("committees.csv", 4, {"campaign": "2030"}, "campaign", "Neither campaigns.csv nor", "campaigns.csv"),
    ("committees.csv", 5, {"like": 4, "post": ""}, "unit", "Line 4 has the same key", "Leave one"),
    ("minutes.csv", 2, {"kind": "meeting"}, "kind", "no such code", "council, collegium"),
    ("minutes.csv", 2, {"number": ""}, "number", "empty", "Fill it in"),
    ("minutes.csv", 4, {"date": "12.01.2027"}, "date", "not a date", "2027-01-31"),
    ("minutes.csv", 5, {"decided": "ж" * 20_001}, "decided", "too long: 20001", "20000 characters"),
    ("plans.csv", 4, {"state": "sent"}, "state", "no such code", "draft, submitted, returned, approved"),
    ("plans.csv", 3, {"line": "0"}, "line", "out of bounds", "from 1"),
    ("plans.csv", 3, {"line": ""}, "line", "number of the line is missing", "from 1"),
    ("plans.csv", 5, {"text": ""}, "text", "The line says nothing", "clause of the guide"),
    ("plans.csv", 5, {"line": "1"}, "unit", "Line 4 has the same key (unit, campaign, line)", "Leave one"),
    ("plans.csv", 5, {"state": "draft"}, "state", "Line 4 gives the plan another state", "alike"),
    ("plans.csv", 7, {"clause": "6.1.2"}, "clause", "Line 6 has the same clause", "leave one"),
    ("plans.csv", 2, {"state": "submitted"}, "state", "ministry's plan is final", "draft or approved"),
    ("plans.csv", 8, {"state": "submitted"}, "state", "No committee has adopted", "kind committee to minutes.csv"),
    ("plans.csv", 4, {"unit": "S9"}, "unit", "Neither units.csv nor", "units.csv"),
    ("control.csv", 2, {"by_unit": "S1"}, "by_unit", "Nobody controls their own unit", "unit that came"),
    ("control.csv", 2, {"by_unit": "S9"}, "by_unit", "Neither units.csv nor", "units.csv"),
    ("control.csv", 2, {"due": "2027-01-19"}, "due", "before 2027-01-20", "Correct one"),
    ("control.csv", 2, {"closed_on": "2027-01-19"}, "closed_on", "before 2027-01-20", "Correct one"),
    ("control.csv", 5, {"like": 4, "due": ""}, "unit", "Line 4 has the same key", "Leave one"),
    ("agreements.csv", 3, {"until": "2027-01-14"}, "until", "before 2027-01-15", "Correct one"),
    ("agreements.csv", 3, {"partner": ""}, "partner", "empty", "Fill it in"),
    ("agreements.csv", 2, {"subject": "ж" * 501}, "subject", "too long: 501", "500 characters"),
    ("surveys.csv", 2, {"audience": "army"}, "audience", "no such code", "parents, pupils, teachers, sponsors"),
    ("surveys.csv", 2, {"count": "-1"}, "count", "out of bounds", "from 0"),
    ("surveys.csv", 3, {"answer": "4"}, "unit", "Line 2 has the same key", "Leave one"),
    ("honours.csv", 2, {"kind": "medal"}, "kind", "no such code", "thanks, certificate"),
    ("honours.csv", 3, {"date": ""}, "date", "empty", "Fill it in"),
    ("events.csv", 2, {"kind": "parade"}, "kind", "no such code", "press_start"),
    ("events.csv", 2, {"participants": "police"}, "participants", "not a list of numbers", "teachers:12"),
    ("events.csv", 2, {"participants": "army:3"}, "participants", "no such code", "teachers, social_pedagogues"),
    ("events.csv", 2, {"participants": "police:3;police:4"}, "participants", "stands there twice", "each name once"),
    ("events.csv", 3, {"count": "many"}, "count", "not a whole number", "digits only"),
    ("events.csv", 2, {"found": "k1;k9"}, "found", "Neither cases.csv nor the portal has it", "cases.csv"),
    ("events.csv", 6, {"found": "k1;k2"}, "found", "Line 2 has found this child already", "one of the two"),
    ("events.csv", 3, {"unit": "S9"}, "unit", "Neither units.csv nor", "units.csv"),
    ("classes.csv", 2, {"grades": "1-13"}, "grades", "from 0 to 12", "0-4;11"),
    ("classes.csv", 2, {"grades": ""}, "grades", "empty", "Fill it in"),
    ("classes.csv", 3, {"school": "113200000"}, "school", "not a school", "the school itself"),
    ("classes.csv", 3, {"language": "de"}, "language", "no such code", "kk, ru, mixed, other"),
    ("days_off.csv", 3, {"to": "2027-01-13"}, "to", "before 2027-01-14", "Correct one"),
    ("days_off.csv", 3, {"kind": "frost"}, "kind", "no such code", "cancelled"),
    ("days_off.csv", 6, {"like": 5, "order": "8"}, "unit", "Line 5 has the same key", "Leave one"),
    ("pupils.csv", 2, {"iin": "123456789012"}, "iin", "check digit", "document"),
    ("pupils.csv", 2, {"iin": AISHA[1:]}, "iin", "does not have twelve", "zeros in front"),
    ("pupils.csv", 6, {"iin": AISHA}, "iin", "key p1 has this IIN", "one key"),
    ("pupils.csv", 2, {"class": "7Б"}, "class", "Neither classes.csv nor", "classes.csv"),
    ("pupils.csv", 2, {"school": "S2"}, "class", "Neither classes.csv nor", "classes.csv"),
    ("pupils.csv", 4, {"class": "7А"}, "grade", "grade is missing", "from 0 to 12"),
    ("pupils.csv", 4, {"from": "2026-09-01"}, "class", "class is missing", "Name the class"),
    ("pupils.csv", 6, {"from": ""}, "from", "day the child came", "first day"),
    ("pupils.csv", 3, {"to": "2026-08-01"}, "to", "before 2026-09-01", "Correct one"),
    ("pupils.csv", 5, {"from": "2027-01-10"}, "from", "overlaps the one that began on 2026-09-01", "one class"),
    ("pupils.csv", 5, {"surname": "Алиев"}, "key", "Line 3 gives the child of this key another", "alike"),
    ("pupils.csv", 2, {"sex": "ж"}, "sex", "no such code", "m, f"),
    ("pupils.csv", 2, {"born": "0213-05-05"}, "born", "year cannot be right", "1900"),
    ("pupils.csv", 2, {"form": "night"}, "form", "no such code", "day, home, evening, external"),
    ("movements.csv", 2, {"pupil": "p9"}, "pupil", "Neither pupils.csv nor", "pupils.csv"),
    ("movements.csv", 2, {"reason": "lost"}, "reason", "no such code", "transfer, moved"),
    ("movements.csv", 2, {"to_unit": "S9"}, "to_unit", "Neither units.csv nor", "units.csv"),
    ("movements.csv", 2, {"left_on": "2026-09-01"}, "left_on", "enrolled nowhere before", "pupils.csv"),
    ("registers.csv", 4, {"class": "7Б"}, "class", "Neither classes.csv nor", "classes.csv"),
    ("registers.csv", 3, {"date": "2027-02-30"}, "date", "not a date", "2027-01-31"),
    ("absences.csv", 2, {"reason": "tired"}, "reason", "no such code", "no_clothes"),
    ("absences.csv", 2, {"date": "2027-01-14"}, "date", "register of class 7А was not taken", "S1,7А,2027-01-14"),
    ("absences.csv", 4, {"date": "2027-01-18"}, "date", "p2 was not enrolled that day", "pupils.csv"),
    ("absences.csv", 3, {"lessons": "-1"}, "lessons", "out of bounds", "from 1 to 20"),
    ("absences.csv", 2, {"contact": "letter"}, "contact", "no such code", "call, visit, message, none"),
    ("absences.csv", 5, {"like": 2, "reason": "ill"}, "pupil", "Line 2 has the same key (pupil, date)", "Leave one"),
    ("cases.csv", 2, {"surname": "", "name": ""}, "surname", "of nobody", "key of the pupil"),
    ("cases.csv", 4, {"closing": ""}, "closing", "a date and a reason", "leave both empty"),
    ("cases.csv", 4, {"closing": "lost"}, "closing", "no such code", "abroad, died"),
    ("cases.csv", 4, {"kind": "ill"}, "kind", "no such code", "never, dropped"),
    ("cases.csv", 4, {"pupil": "p0"}, "pupil", "Neither pupils.csv nor", "pupils.csv"),
    ("families.csv", 4, {"removed_why": ""}, "removed_why", "a date and a reason", "leave both empty"),
    ("families.csv", 2, {"school": "113200000"}, "school", "not a school", "the school itself"),
    ("members.csv", 2, {"categories": "1;6"}, "categories", "no such code", "1, 2, 3, 4, 5"),
    ("members.csv", 2, {"statuses": "poor"}, "statuses", "no such code", "many_children"),
    ("members.csv", 2, {"family": "f9"}, "family", "Neither families.csv nor", "families.csv"),
    ("donors.csv", 2, {"number": "12"}, "number", "does not have twelve", "zeros in front"),
    ("donors.csv", 3, {"number": DONOR_BIN}, "number", "The donor with the key d1 has this number", "one key"),
    ("donors.csv", 2, {"publicity": "yes"}, "publicity", "neither 0 nor 1", "1 for yes"),
    ("donations.csv", 2, {"donor": "d9"}, "donor", "Neither donors.csv nor", "donors.csv"),
    ("donations.csv", 2, {"tenge": "1 000"}, "tenge", "not a whole number", "digits only"),
    ("handouts.csv", 2, {"donation": "g9"}, "donation", "Neither donations.csv nor", "donations.csv"),
    ("handouts.csv", 2, {"kind": "gold"}, "kind", "no such code", "outerwear"),
    ("handouts.csv", 2, {"source": "fund"}, "source", "private", "source of the help"),
    ("handouts.csv", 5, {"like": 4, "quantity": "2"}, "pupil", "Line 4 has the same key", "Leave one"),
]


@pytest.mark.parametrize(("file", "line", "changes", "column", "message", "remedy"), BAD)
def test_a_bad_row_is_named_and_nothing_is_loaded(db, folder, file, line, changes, column, message, remedy):
    from schools.models import Unit, User
    from schools.wall import COUNTRY, scope
    from students.models import Pupil

    _said, complaints = load(folder(**{file: with_line(file, line, dict(changes))}))

    told = [each for each in complaints.splitlines() if each.startswith(f"{file}, line {line}, column {column}")]
    assert told, complaints
    assert message in told[0]
    assert remedy in told[0].split(message)[1]
    assert "Nothing has been loaded." in complaints
    with scope(COUNTRY):
        assert not Unit.objects.exists()
        assert not User.objects.exists()
        assert not Pupil.objects.exists()


def test_every_table_has_its_bad_row():
    assert {file for file, *_rest in BAD} == set(TABLES)


def test_one_mistake_is_told_once(db, folder):
    bad = with_line("classes.csv", 3, {"grades": "seven"})
    complaints = load(folder(**{"classes.csv": bad}))[1].splitlines()
    assert len(complaints) == 2, complaints  # not once more for each pupil, register and absence of that class
    assert complaints[0].startswith("classes.csv, line 3, column grades, «seven»")


def test_all_mistakes_of_all_files_are_told_together(db, folder):
    bad = {
        "units.csv": with_line("units.csv", 5, {"week": "4", "kind": "college"}),
        "pupils.csv": with_line("pupils.csv", 6, {"sex": "x"}),
        "donors.csv": with_line("donors.csv", 3, {"kind": "friend"}),
    }
    complaints = load(folder(**bad))[1]
    assert [line.split(":")[0] for line in complaints.splitlines()[:-1]] == [
        "units.csv, line 5, column kind, «college»",
        "units.csv, line 5, column week, «4»",
        "pupils.csv, line 6, column sex, «x»",
        "donors.csv, line 3, column kind, «friend»",
    ]
    assert complaints.endswith("4 problems were found. Nothing has been loaded.")


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"parent": "710000000"}, "parent", "a unit cannot move to another parent"),
        ({"level": "district", "parent": "110000000"}, "level", "The unit is of another level in the portal: school"),
    ],
)
def test_a_unit_never_moves(loaded, changes, column, message):
    complaints = load(loaded(**{"units.csv": with_line("units.csv", 5, changes)}))[1]
    assert complaints.startswith(f"units.csv, line 5, column {column}, ")
    assert message in complaints


def test_a_unit_finds_room_or_is_refused(db, folder):
    from schools.models import Unit

    Unit.objects.create(id=0, code="KZ", level="ministry", name_kk="М", name_ru="М")
    Unit.objects.create(id=9999, code="LAST", level="school", name_kk="Соңғы", name_ru="Последняя")
    complaints = load(folder())[1]
    assert "units.csv, line 2, column parent, «KZ»: There is no room for another unit of this level" in complaints


def test_an_oblast_keeps_its_number(loaded):
    complaints = load(loaded(**{"units.csv": with_line("units.csv", 3, {"kato": "120000000"})}))[1]
    assert "units.csv, line 3, column kato, «120000000»: The number of an oblast" in complaints


def test_a_number_of_a_child_in_the_portal_is_not_given_again(loaded, tmp_path):
    place = tmp_path / "more"
    place.mkdir()
    header, first, *_rest = TABLES["pupils.csv"].splitlines()
    (place / "pupils.csv").write_text(f"{header}\n{first.replace('p1,', 'p7,', 1)}\n", encoding="utf-8")
    assert "pupils.csv, line 2, column iin, «p7»: The child with the key p1 has this IIN." in load(place)[1]


def test_a_number_that_a_rejected_line_does_not_give_up_stops_the_loading_in_words(loaded, tmp_path):
    place = tmp_path / "more"
    place.mkdir()
    header, first, *_rest = TABLES["pupils.csv"].splitlines()
    lines = [
        first.replace("p1,", "p5,", 1).replace(AISHA, PYOTR),
        first.replace(AISHA, PYOTR),  # would make room for the next line, if p5 had not been quicker
        first.replace("p1,", "p6,", 1),
    ]
    (place / "pupils.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    complaints = load(place)[1]
    assert "pupils.csv, line 3, column iin, «p1»: The child with the key p5 has this IIN." in complaints
    assert "Nothing has been loaded." in complaints


def test_a_register_in_the_portal_is_enough_for_an_absence(loaded, tmp_path):
    place = tmp_path / "more"
    place.mkdir()
    header = TABLES["absences.csv"].splitlines()[0]
    (place / "absences.csv").write_text(f"{header}\np2,2027-01-13,ill,,,\n", encoding="utf-8")
    assert load(place)[1] == ""


HEADERS = [
    ("school,class,day", ", column day: The table has no such column."),
    ("school,date", ", column class: The column is missing."),
    ("school,class,date,date", ", column date: The column stands there twice."),
    ("", ": The file has no header."),
]


@pytest.mark.parametrize(("header", "message"), HEADERS)
def test_a_header_must_be_the_tables(db, folder, header, message):
    complaints = load(folder(**{"registers.csv": header + "\nS1,7А,2027-01-12\n", "absences.csv": None}))[1]
    assert f"registers.csv, line 1{message} The first line must be: school,class,date." in complaints


def test_strange_files_are_named(db, folder):
    complaints = load(folder(**{"helpers.csv": "a,b\n", "pupils.xlsx": ""}))[1]
    assert "helpers.csv: The portal knows no table of this name. Rename it or take it out" in complaints
    assert "pupils.xlsx: The portal knows no table of this name." in complaints


def test_a_file_of_another_encoding_or_with_torn_quotes_is_named_with_its_line(db, folder):
    place = folder(**{"families.csv": TABLES["families.csv"].replace('"Аршалы', '"Арш"алы')})
    (place / "donors.csv").write_bytes(TABLES["donors.csv"].encode("cp1251", errors="ignore"))
    complaints = load(place)[1]
    assert "families.csv, line 2: The quotation marks of this line do not fit together." in complaints
    assert "donors.csv, line 2: The file is not in UTF-8. Save it as “CSV UTF-8”." in complaints


def test_a_line_with_too_few_cells_is_one_problem(db, folder):
    text = TABLES["members.csv"].replace("f3,p2,,difficult,\n", "f3,p2,difficult\n")
    complaints = load(folder(**{"members.csv": text}))[1].splitlines()
    assert complaints[0].startswith("members.csv, line 3: The line has 3 cells and the header 5.")
    assert len(complaints) == 2


def test_a_folder_that_is_not_there_is_told(db, tmp_path):
    assert "There is no such folder." in load(tmp_path / "nothing")[1]


def test_complaints_are_in_the_language_asked_for(db, folder):
    from django.utils import translation

    with translation.override("kk"):
        assert "units.csv" in load(folder(**{"units.csv": "code\n"}), lang="ru")[1]
        assert translation.get_language() == "kk"
