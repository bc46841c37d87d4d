"""No scope, no rows; a foreign row is neither seen nor written; a GET is read-only by the database itself."""

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from schools.models import Unit
from schools.wall import COUNTRY, NOTHING, ranges_of, scope
from students.models import DayOff, Pupil, SchoolClass
from tests.make import make_class, make_pupil

ARSHALY, SCHOOL, OTHER = 110010000, 110010001, 110020001


@pytest.fixture
def two_classes(country):
    return make_class(SCHOOL, "7А", pupils=2), make_class(OTHER, "7Б", pupils=3)


def test_without_a_scope_there_are_no_rows(two_classes):
    with scope(NOTHING):
        assert not SchoolClass.objects.exists()
        assert not Pupil.objects.exists()


def test_a_scope_shows_its_own_subtree_and_nothing_else(two_classes):
    with scope(ranges_of([ARSHALY])):
        assert [row.name for row in SchoolClass.objects.all()] == ["7А"]
        assert Pupil.objects.count() == 2


def test_a_nested_scope_is_put_back(two_classes):
    with scope(ranges_of([SCHOOL])):
        with scope(ranges_of([OTHER])):
            assert SchoolClass.objects.get().name == "7Б"
        assert SchoolClass.objects.get().name == "7А"
    assert SchoolClass.objects.count() == 2


def test_a_foreign_row_cannot_be_written(two_classes):
    with scope(ranges_of([SCHOOL])), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        SchoolClass.objects.create(unit_id=OTHER, name="9В", grades=[9])


def test_a_child_is_seen_through_its_enrolment(two_classes):
    ours, _theirs = two_classes
    moved = make_pupil(Unit.objects.get(pk=OTHER))
    from tests.make import enrol

    enrol(moved, ours)
    with scope(ranges_of([SCHOOL])):
        assert moved in Pupil.objects.all()


def test_what_is_handed_down_is_read_below_and_not_written(country):
    DayOff.objects.create(unit_id=ARSHALY, first="2027-01-20", last="2027-01-20", kind="cancelled")
    with scope(ranges_of([SCHOOL])):
        day = DayOff.objects.get()
        assert DayOff.objects.filter(pk=day.pk).update(kind="distance") == 0
    with scope(ranges_of([OTHER])):
        assert not DayOff.objects.exists()


def test_every_table_with_a_unit_stands_behind_the_wall(country):
    outside = {"schools_post"}  # who holds which post is read before there is a scope
    with connection.cursor() as cursor:
        cursor.execute(
            """select c.relname, c.relrowsecurity, (select count(*) from pg_policies p where p.tablename = c.relname)
                 from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'unit_id'
                where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"""
        )
        rows = cursor.fetchall()
    assert len(rows) > 30
    assert {name for name, on, policies in rows if not (on and policies)} == outside


def test_the_application_owns_nothing_and_cannot_pass_the_wall(country):
    with connection.cursor() as cursor:
        cursor.execute("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == ("zabota_app", False, False)
        cursor.execute("select count(*) from pg_class where relowner = 'zabota_app'::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("statement", ["update students_pupilevent set name = 'x'", "delete from students_pupilevent"])
def test_the_audit_is_only_ever_added_to(two_classes, statement):
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_change_leaves_its_version(two_classes):
    pupil = Pupil.objects.first()
    Pupil.objects.filter(pk=pupil.pk).update(name="Жаңа")
    with connection.cursor() as cursor:
        cursor.execute(
            "select pgh_label, name from students_pupilevent where pgh_obj_id = %s order by pgh_id", [pupil.pk]
        )
        assert cursor.fetchall() == [("insert", pupil.name), ("update", "Жаңа")]


def test_the_whole_country_is_seen_by_the_ministry(two_classes):
    with scope(COUNTRY):
        assert SchoolClass.objects.count() == 2
