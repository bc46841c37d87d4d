"""Tables of a folder that hold classes, school days, pupils, registers and cases (PRODUCT 13)."""

from django.utils.translation import gettext_lazy as _

from schools.imports import UNITS, in_order, is_school
from schools.models import Unit
from students.models import Absence, Case, DayOff, Enrolment, Movement, Pupil, Register, SchoolClass
from students.states import (
    CaseKind,
    CaseSource,
    CaseState,
    Cause,
    ClassKind,
    Closing,
    Contact,
    DayOffKind,
    Form,
    Language,
    MovementReason,
    Reason,
    Sex,
)
from zabota.lib import clock
from zabota.lib.csvcells import Code, Day, Ranges, Secret, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table, Upsert

LAST_GRADE = 12
_UNIT = text_of(Unit, "code")
_CLASS = text_of(SchoolClass, "name")
_KEY = text_of(Pupil, "key")


def enrolment_on(pupil: str, day: str) -> str:
    """SQL of the enrolment `e` of a child that covers a day: from ≤ day ≤ to."""
    return f"""lateral (select * from students_enrolment e
                         where e.pupil_id = {pupil} and e.first <= {day} and (e.last is null or e.last >= {day})
                         order by e.first desc limit 1) e"""


def children_touched(staging: str) -> str:
    """SQL that selects the ids of the children a staging table or the file of pupils speaks of."""
    return f"""select pupil_id from {staging} where pupil_id is not null
               union select p.id from load_pupils s join students_pupil p using (key)"""


CLASSES = Table(
    file="classes.csv",
    columns=[
        Column("school", _UNIT, required=True),
        Column("class", _CLASS, required=True),
        Column("kind", Code(codes=ClassKind.values, empty=ClassKind.CLASS)),
        Column("grades", Ranges(most=LAST_GRADE), required=True),
        Column("shift", Whole(least=1, most=4, empty=1)),
        Column("week", Whole(least=5, most=6)),
        Column("language", Code(codes=Language.values, empty=Language.KK)),
    ],
    key=("school", "class"),
    known="""select c.id, u.code as school, c.name as class
               from students_schoolclass c join schools_unit u on u.id = c.unit_id""",
    refs=[Ref(("school",), UNITS, "school_id")],
    steps=[
        is_school("school"),
        Upsert(
            SchoolClass,
            key=("unit_id", "name"),
            values={
                "unit_id": "s.school_id",
                "name": "s.class",
                **{name: f"s.{name}" for name in ("kind", "grades", "shift", "week", "language")},
            },
        ),
    ],
    dump="""
        select u.code, c.name, c.kind, c.grades, c.shift, c.week, c.language
          from students_schoolclass c join schools_unit u on u.id = c.unit_id
         order by c.unit_id, c.name collate "C" """,
)

_SAME_DAY_OFF = """d.unit_id = s.unit_id and d.first = s."from" and d.last = s."to" and d.grades = s.grades
                   and d.shift is not distinct from s.shift and d.kind = s.kind"""

DAYS_OFF = Table(
    file="days_off.csv",
    columns=[
        Column("unit", _UNIT, required=True),
        Column("from", Day(), required=True),
        Column("to", Day(), required=True),
        Column("grades", Ranges(most=LAST_GRADE)),
        Column("shift", Whole(least=1, most=4)),
        Column("kind", Code(codes=DayOffKind.values), required=True),
        Column("order", text_of(DayOff, "order")),
    ],
    key=("unit", "from", "to", "grades", "shift", "kind"),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    steps=[
        in_order("from", "to"),
        # a day off has no key in the database: people may announce the same one twice
        f"""update students_dayoff d set "order" = s."order" from load_days_off s
             where not s.bad and {_SAME_DAY_OFF} and d."order" <> s."order" """,
        f"""insert into students_dayoff (unit_id, first, last, grades, shift, kind, "order")
            select unit_id, "from", "to", grades, shift, kind, "order" from load_days_off s
             where not bad and not exists (select from students_dayoff d where {_SAME_DAY_OFF}) order by line""",
    ],
    dump="""
        select u.code, d.first, d.last, d.grades, d.shift, d.kind, d."order"
          from (select distinct on (unit_id, first, last, kind, shift, grades) *
                  from students_dayoff order by unit_id, first, last, kind, shift, grades, id desc) d
          join schools_unit u on u.id = d.unit_id
         order by d.unit_id, d.first, d.last, d.kind collate "C", d.shift nulls first, d.grades""",
)

_PERSON = ("surname", "name", "patronymic", "born", "sex")
_SAME_CHILD = ", ".join((*_PERSON, "iin_index"))

PUPILS = Table(
    file="pupils.csv",
    columns=[
        Column("key", _KEY, required=True),
        Column("school", _UNIT, required=True),
        Column("class", _CLASS),  # empty, with what belongs to it: a child known to the school and enrolled nowhere
        Column("grade", Whole(most=LAST_GRADE)),
        Column("form", Code(codes=Form.values, empty=Form.DAY)),
        Column("surname", text_of(Pupil, "surname"), required=True),
        Column("name", text_of(Pupil, "name"), required=True),
        Column("patronymic", text_of(Pupil, "patronymic")),
        Column("born", Day()),
        Column("sex", Code(codes=Sex.values)),
        Column("iin", Secret()),
        Column("from", Day()),
        Column("to", Day()),
    ],
    key=("key", "from"),
    named=("key",),
    known="select id, key from students_pupil",
    refs=[Ref(("school",), UNITS, "school_id"), Ref(("school", "class"), CLASSES, "class_id")],
    steps=[
        Check(
            "class",
            """select line, class as value from s
                where class = '' and (grade is not null or "from" is not null or "to" is not null)""",
            _("The class is missing."),
            _("Name the class, or leave class, grade, from and to empty for a child who is enrolled nowhere."),
        ),
        Check(
            "grade",
            "select line, grade as value from s where class <> '' and grade is null",
            _("The grade is missing."),
            _("Write the grade of the child, from 0 to 12."),
        ),
        Check(
            "from",
            """select line, "from" as value from s where class <> '' and "from" is null""",
            _("The day the child came to this class is missing."),
            _("Write the first day in this class."),
        ),
        in_order("from", "to"),
        Check(
            "key",
            f"""select * from (
                  select line, key as value, first_value(line) over same as other,
                         ({_SAME_CHILD}) is distinct from first_value(({_SAME_CHILD})) over same as differs
                    from s window same as (partition by key order by line)) t
                 where differs""",
            _("Line %(other)s gives the child of this key another name, birth date, sex or IIN."),
            _("Several lines of one key are several enrolments of one child: write the child alike in all of them."),
        ),
        Check(
            "iin",
            """select min(s.line) as line, s.key as value, coalesce(min(p.key), min(other.key)) as other
                 from s
                 left join load_pupils other on other.iin_index = s.iin_index and other.key <> s.key
                                            and other.line < s.line
                 left join students_pupil p on p.iin_index = s.iin_index and p.key <> s.key
                                           and not exists (select from s l where l.key = p.key)
                where s.iin_index <> ''
                group by s.key having count(p.key) + count(other.key) > 0""",
            _("The child with the key %(other)s has this IIN."),
            _("Give the child one key, or correct the IIN of one of the two."),
        ),
        # a child of whom one line is bad waits with all of them
        "update load_pupils set bad = true where key in (select key from load_pupils where bad)",
        # two children may have changed numbers: the old ones make room first
        """update students_pupil p set iin = '', iin_index = ''
             from load_pupils mine, load_pupils its
            where mine.key = p.key and not mine.bad and p.iin_index <> '' and mine.iin_index <> p.iin_index
              and its.iin_index = p.iin_index and its.key <> p.key and not its.bad""",
        Upsert(
            Pupil,
            key=("key",),
            source="""(select distinct on (key) * from s order by key, "from", line) s order by s.line""",
            values={"key": "s.key", **{name: f"s.{name}" for name in (*_PERSON, "iin", "iin_index")}},
            once={"unit_id": "s.school_id"},
            sealed={"iin": "iin_index"},
        ),
        Upsert(
            Enrolment,
            key=("pupil_id", "first"),
            source="s join students_pupil p on p.key = s.key where s.class <> '' order by s.line",
            values={
                "pupil_id": "p.id",
                "first": 's."from"',
                "last": 's."to"',
                "unit_id": "s.school_id",
                "school_class_id": "s.class_id",
                "grade": "s.grade",
                "form": "s.form",
            },
        ),
        Check(
            "from",
            """select coalesce(mine.line, before.line) as line, t.key as value, t.first_before, t.last_before, t.first
                 from (select p.key, e.first, lag(e.first) over one as first_before, lag(e.last) over one as last_before
                         from students_enrolment e join students_pupil p on p.id = e.pupil_id
                        where p.key in (select key from s)
                       window one as (partition by e.pupil_id order by e.first)) t
                 left join s mine on mine.key = t.key and mine."from" = t.first
                 left join s before on before.key = t.key and before."from" = t.first_before
                where t.first_before is not null and coalesce(t.last_before, 'infinity') >= t.first
                  and coalesce(mine.line, before.line) is not null""",
            _("The enrolment that begins on %(first)s overlaps the one that began on %(first_before)s."),
            _("A child is in one class at a time: end the earlier enrolment before the later one begins."),
        ),
    ],
    dump="""
        select p.key, u.code, c.name, e.grade, e.form, p.surname, p.name, p.patronymic, p.born, p.sex, p.iin,
               e.first, e.last
          from students_pupil p
          left join students_enrolment e on e.pupil_id = p.id
          left join students_schoolclass c on c.id = e.school_class_id
          join schools_unit u on u.id = coalesce(e.unit_id, p.unit_id)
         order by u.id, p.key collate "C", e.first""",
)

MOVEMENTS = Table(
    file="movements.csv",
    columns=[
        Column("pupil", _KEY, required=True),
        Column("left_on", Day(), required=True),
        Column("slip", text_of(Movement, "slip")),
        Column("reason", Code(codes=MovementReason.values), required=True),
        Column("to_unit", _UNIT),
        Column("to_text", text_of(Movement, "to_text")),
        Column("arrived_on", Day()),
    ],
    key=("pupil", "left_on"),
    refs=[Ref(("pupil",), PUPILS, "pupil_id"), Ref(("to_unit",), UNITS, "to_unit_id")],
    extra={"unit_id": "bigint"},
    steps=[
        # `left_on` is the day after the last one at the school that was left
        """update load_movements s set unit_id = (
             select e.unit_id from students_enrolment e
              where e.pupil_id = s.pupil_id and e.first < s.left_on order by e.first desc limit 1)""",
        Check(
            "left_on",
            "select line, left_on as value, pupil from s where unit_id is null",
            _("The child %(pupil)s was enrolled nowhere before this day."),
            _("Correct the date, or add the enrolment to pupils.csv."),
        ),
        Upsert(
            Movement,
            key=("pupil_id", "left_on"),
            values={
                name: f"s.{name}"
                for name in ("unit_id", "pupil_id", "left_on", "slip", "reason", "to_unit_id", "to_text", "arrived_on")
            },
        ),
    ],
    dump="""
        select p.key, m.left_on, m.slip, m.reason, u.code, m.to_text, m.arrived_on
          from students_movement m
          join students_pupil p on p.id = m.pupil_id
          left join schools_unit u on u.id = m.to_unit_id
         order by m.unit_id, p.key collate "C", m.left_on""",
)

REGISTERS = Table(
    file="registers.csv",
    columns=[
        Column("school", _UNIT, required=True),
        Column("class", _CLASS, required=True),
        Column("date", Day(), required=True),
    ],
    key=("school", "class", "date"),
    refs=[Ref(("school",), UNITS, "school_id"), Ref(("school", "class"), CLASSES, "class_id")],
    steps=[
        Upsert(
            Register,
            key=("school_class_id", "date"),
            source="s order by s.line",
            values={"school_class_id": "s.class_id", "date": "s.date"},
            once={"unit_id": "s.school_id", "taken_at": clock.now, "taken_by": lambda: "load"},
        ),
    ],
    dump="""
        select u.code, c.name, r.date
          from students_register r
          join students_schoolclass c on c.id = r.school_class_id
          join schools_unit u on u.id = c.unit_id
         order by c.unit_id, c.name collate "C", r.date""",
)

ABSENCES = Table(
    file="absences.csv",
    columns=[
        Column("pupil", _KEY, required=True),
        Column("date", Day(), required=True),
        Column("reason", Code(codes=Reason.values, empty=Reason.UNKNOWN)),
        Column("lessons", Whole(least=1, most=20)),
        Column("contacted_on", Day()),
        Column("contact", Code(codes=Contact.values)),
    ],
    key=("pupil", "date"),
    refs=[Ref(("pupil",), PUPILS, "pupil_id")],
    extra={"unit_id": "bigint", "class_id": "bigint", "register_id": "bigint"},
    steps=[
        """update load_absences s set class_id = e.school_class_id, unit_id = e.unit_id from students_enrolment e
            where e.pupil_id = s.pupil_id and s.date between e.first and coalesce(e.last, 'infinity')""",
        Check(
            "date",
            "select line, date as value, pupil from s where class_id is null",
            _("The child %(pupil)s was not enrolled that day."),
            _("Correct the date, or the enrolment in pupils.csv."),
        ),
        """update load_absences s set register_id = r.id from students_register r
            where r.school_class_id = s.class_id and r.date = s.date""",
        Check(
            "date",
            """select s.line, s.date as value, u.code as school, c.name as class
                 from s join schools_unit u on u.id = s.unit_id join students_schoolclass c on c.id = s.class_id
                where register_id is null and not exists (
                  select from load_registers r where r.bad and r.class_id = s.class_id and r.date = s.date)""",
            _("The register of class %(class)s was not taken that day."),
            _("Add the line “%(school)s,%(class)s,%(value)s” to registers.csv, or correct the date."),
        ),
        Upsert(
            Absence,
            key=("pupil_id", "date"),
            source="s where s.register_id is not null order by s.line",
            values={
                name: f"s.{name}"
                for name in (
                    "unit_id",
                    "register_id",
                    "pupil_id",
                    "date",
                    "reason",
                    "lessons",
                    "contacted_on",
                    "contact",
                )
            },
        ),
    ],
    dump="""
        select p.key, a.date, a.reason, a.lessons, a.contacted_on, a.contact
          from students_absence a join students_pupil p on p.id = a.pupil_id
         order by a.unit_id, p.key collate "C", a.date""",
)

_CASE_FIELDS = (
    *("key", "pupil_id", "surname", "name", "born", "sex", "found_on", "source", "kind", "cause", "confirmed_on"),
    *("visited_on", "returned_on", "relapsed_on", "closed_on", "closing"),
)
_FURTHER = "select line, key as value from s join students_case c using (key) where c.state ="

CASES = Table(
    file="cases.csv",
    columns=[
        Column("key", text_of(Case, "key"), required=True),
        Column("pupil", _KEY),
        Column("unit", _UNIT, required=True),
        Column("surname", text_of(Case, "surname")),
        Column("name", text_of(Case, "name")),
        Column("born", Day()),
        Column("sex", Code(codes=Sex.values)),
        Column("found_on", Day(), required=True),
        Column("source", Code(codes=CaseSource.values), required=True),
        Column("kind", Code(codes=CaseKind.values), required=True),
        Column("cause", Code(codes=Cause.values)),
        Column("confirmed_on", Day()),
        Column("visited_on", Day()),
        Column("returned_on", Day()),
        Column("relapsed_on", Day()),
        Column("closed_on", Day()),
        Column("closing", Code(codes=Closing.values)),
    ],
    key=("key",),
    refs=[Ref(("pupil",), PUPILS, "pupil_id"), Ref(("unit",), UNITS, "unit_id")],
    extra={"state": "text"},
    steps=[
        Check(
            "surname",
            "select line, surname as value from s where pupil = '' and surname = '' and name = ''",
            _("The case is of nobody."),
            _("Name the child, or give the key of the pupil."),
        ),
        Check(
            "closing",
            "select line, closing as value from s where (closed_on is null) <> (closing = '')",
            _("A closed case has a date and a reason, any other has neither."),
            _("Fill in closed_on and closing, or leave both empty."),
        ),
        # the folder knows no dismissed case: a draft that was dismissed here stays so
        f"""update load_cases set state = case when closed_on is not null then '{CaseState.CLOSED}'
                                              when confirmed_on is not null then '{CaseState.CONFIRMED}'
                                              else '{CaseState.DRAFT}' end""",
        Check(
            "confirmed_on",
            f"{_FURTHER} '{CaseState.CONFIRMED}' and s.state = '{CaseState.DRAFT}'",
            _("The case is confirmed in the portal: it cannot become a draft again."),
            _("Fill in confirmed_on, or leave the line out."),
        ),
        Check(
            "closed_on",
            f"{_FURTHER} '{CaseState.CLOSED}' and s.state <> '{CaseState.CLOSED}'",
            _("The case is closed in the portal: it cannot be opened again."),
            _("Fill in closed_on and closing, or leave the line out; a new case needs a key of its own."),
        ),
        Check(
            "confirmed_on",
            f"{_FURTHER} '{CaseState.DISMISSED}' and s.state <> '{CaseState.DRAFT}'",
            _("The case was dismissed in the portal."),
            _("Leave the line out; a new case needs a key of its own."),
        ),
        Upsert(
            Case,
            key=("key",),
            values={"finder_id": "s.unit_id", **{name: f"s.{name}" for name in _CASE_FIELDS}},
            once={"unit_id": "s.unit_id"},
        ),
        *(
            f"""update students_case c set state = '{target}' from load_cases s
                 where s.key = c.key and not s.bad and c.state = '{source}' and s.state in ({wanted})"""
            for source, target, wanted in (
                (CaseState.DRAFT, CaseState.CONFIRMED, f"'{CaseState.CONFIRMED}', '{CaseState.CLOSED}'"),
                (CaseState.CONFIRMED, CaseState.CLOSED, f"'{CaseState.CLOSED}'"),
            )
        ),
        # a case counts at the school where the child was enrolled when found, else where it was found
        f"""with places as (
              select c.id, coalesce(e.unit_id, c.finder_id) as unit_id
                from students_case c left join {enrolment_on("c.pupil_id", "c.found_on")} on true
               where c.key in (select key from load_cases) or c.pupil_id in ({children_touched("load_cases")}))
            update students_case c set unit_id = places.unit_id from places
             where c.id = places.id and c.unit_id <> places.unit_id""",
    ],
    dump="""
        select c.key, p.key, u.code, c.surname, c.name, c.born, c.sex, c.found_on, c.source, c.kind, c.cause,
               c.confirmed_on, c.visited_on, c.returned_on, c.relapsed_on, c.closed_on, c.closing
          from students_case c
          join schools_unit u on u.id = c.finder_id
          left join students_pupil p on p.id = c.pupil_id
         order by c.finder_id, c.key collate "C" """,
)

TABLES = (CLASSES, DAYS_OFF, PUPILS, MOVEMENTS, REGISTERS, ABSENCES, CASES)
