"""Tables of a folder that hold the school system: units and staff (PRODUCT 13)."""

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from schools.models import MINISTRY_CODE, Post, School, Unit, User
from schools.number import DISTRICT, OBLAST, ROOT, ROOT_SPAN
from schools.number import SCHOOL as ONE
from schools.rights import Level, Role
from schools.states import Ownership, SchoolKind
from zabota.lib.csvcells import BadValue, Code, Day, Text, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Step, Table, Upsert

BIN = Text(limit=12, pattern="[0-9]{12}", remedy=_("Write all twelve digits, zeros in front too."))
_KATO = Text(limit=9, pattern="[0-9]{9}", remedy=_("Write the nine digits of the KATO code."))
_LEVELS = [Level.OBLAST, Level.DISTRICT, Level.SCHOOL]
_STEPS = {Level.OBLAST: OBLAST, Level.DISTRICT: DISTRICT, Level.SCHOOL: ONE}
_STEPS_ABOVE = {Level.OBLAST: ROOT_SPAN, Level.DISTRICT: OBLAST, Level.SCHOOL: DISTRICT}
# what each level may stand below: a school of a city stands below the city or its district, a republican one below
# the ministry
_ABOVE = {
    Level.OBLAST: [Level.MINISTRY],
    Level.DISTRICT: [Level.OBLAST],
    Level.SCHOOL: [Level.DISTRICT, Level.OBLAST, Level.MINISTRY],
}
_FIRST_DIGITS = "nullif(left(s.kato, 2), '')::int"
_LAWFUL = ", ".join(f"('{level}', '{above}')" for level, allowed in _ABOVE.items() for above in allowed)

_MINISTRY = f"""
    insert into schools_unit (id, code, level, kato, name_kk, name_ru)
    values ({ROOT}, '{MINISTRY_CODE}', '{Level.MINISTRY}', '', 'Оқу-ағарту министрлігі', 'Министерство просвещения')
    on conflict do nothing"""


class Email(Text):
    """The address of a person."""

    def parse(self, text: str) -> str:
        try:
            EmailValidator()(text)
        except ValidationError:
            raise BadValue(_now("This is not an e-mail address."), _now("Write it as name@example.kz."))
        return super().parse(text)


def is_school(column: str) -> Check:
    """The unit named in this column is a school: nobody else has classes and a list of families."""
    return Check(
        column,
        f"select line, code as value from s join schools_unit u on u.code = s.{column} where u.level <> 'school'",
        _("This unit is not a school."),
        _("Name the school itself."),
    )


def in_order(first: str, last: str) -> Check:
    """The second date is not before the first."""
    return Check(
        last,
        f'select line, "{last}" as value, "{first}" as first from s where "{last}" < "{first}"',
        _("This date is before %(first)s, the first of the two."),
        _("Correct one of the two dates."),
    )


def _numbered(level: Level) -> list[Step]:
    """Give the new units of a level the next numbers below their parents, and write the level.

    An oblast's number is the two digits of its KATO code (`schools.actions.next_number` for one unit at a time).
    """
    following = f"coalesce(h.highest, p.id) + {_STEPS[level]} * row_number() over (partition by p.id order by s.line)"
    place = f"{_FIRST_DIGITS} * {OBLAST}" if level == Level.OBLAST else following
    return [
        f"""
        with highest as (
          select unit_above(id) as parent, max(id) as highest from schools_unit where level = '{level}' group by 1),
        places as (
          select s.line, p.id as parent, {place} as place
            from load_units s
            join schools_unit p on p.code = s.parent
            left join highest h on h.parent = p.id
           where not s.bad and s.level = '{level}' and s.unit_id is null)
        update load_units s set unit_id = place, parent_id = places.parent from places where s.line = places.line""",
        Check(
            "parent",
            # the number after the last one below a parent is already one of the level above, or below another parent
            f"""select line, parent as value from s
                 where level = '{level}' and unit_id is not null
                   and (unit_above(unit_id::int) <> parent_id or mod(unit_id, {_STEPS_ABOVE[level]}) = 0)""",
            _("There is no room for another unit of this level below its parent."),
            _("Put the unit below another parent."),
        ),
        Upsert(
            Unit,
            key=("code",),
            source=f"s where s.level = '{level}' and s.unit_id is not null",
            values={"code": "s.code", "kato": "s.kato", "name_kk": "s.name_kk", "name_ru": "s.name_ru"},
            once={"id": "s.unit_id", "level": "s.level"},
        ),
    ]


UNITS = Table(
    file="units.csv",
    columns=[
        Column("code", text_of(Unit, "code"), required=True),
        Column("parent", text_of(Unit, "code"), required=True),
        Column("level", Code(codes=_LEVELS), required=True),
        Column("kato", _KATO),
        Column("name_kk", text_of(Unit, "name_kk"), required=True),
        Column("name_ru", text_of(Unit, "name_ru"), required=True),
        Column("kind", Code(codes=SchoolKind.values, empty=SchoolKind.GENERAL)),
        Column("ownership", Code(codes=Ownership.values, empty=Ownership.STATE)),
        Column("week", Whole(least=5, most=6, empty=5)),
        Column("bin", BIN),
    ],
    key=("code",),
    known="select id, code from schools_unit",
    # `unit_id` is the number a unit has or gets; `parent_id` the parent's, of new units
    extra={"unit_id": "bigint", "parent_id": "bigint"},
    steps=[
        _MINISTRY,
        "lock table schools_unit in share row exclusive mode",
        "update load_units s set unit_id = u.id from schools_unit u where u.code = s.code",
        Check(
            "code",
            f"select line, code as value from s where code = '{MINISTRY_CODE}'",
            _("The ministry is there already."),
            _("Leave this line out."),
        ),
        Check(
            "parent",
            """select line, parent as value from s
                where not exists (select from schools_unit u where u.code = s.parent)
                  and not exists (select from load_units u where u.code = s.parent)""",
            _("Neither units.csv nor the portal has it."),
            _("Correct the cell or add the unit."),
        ),
        Check(
            "level",
            """select line, s.level as value, u.level as now from s join schools_unit u using (code)
                 where u.level <> s.level""",
            _("The unit is of another level in the portal: %(now)s."),
            _("A unit never changes its level: give the new unit a code of its own."),
        ),
        Check(
            "parent",
            """select line, parent as value, above.code as now
                 from s join schools_unit u using (code)
                 left join schools_unit above on above.id = unit_above(u.id)
                where s.parent is distinct from above.code""",
            _("In the portal the unit stands below %(now)s: a unit cannot move to another parent."),
            _("Keep its parent, or give the new unit a code of its own."),
        ),
        Check(
            "parent",
            f"""select line, s.parent as value
                  from s join (select code, level from load_units union select code, level from schools_unit) above
                         on above.code = s.parent
                 group by s.line, s.parent, s.level
                having not bool_or((s.level, above.level) in ({_LAWFUL}))""",
            _("A unit of this level cannot stand below that one."),
            _("Put an oblast below KZ, a district below an oblast, a school below a district, a city or KZ."),
        ),
        Check(
            "kato",
            f"""select line, s.kato as value from s left join schools_unit u using (code)
                 where s.level = 'oblast'
                   and (coalesce({_FIRST_DIGITS}, 0) = 0 or {_FIRST_DIGITS} <> u.id / {OBLAST})""",
            _("The number of an oblast is the first two digits of its KATO code, and it never changes."),
            _("Write the nine digits of its KATO code."),
        ),
        Check(
            "kato",
            f"""select s.line, s.kato as value, coalesce(u.code, other.code) as other
                  from s
                  left join schools_unit u on u.id = {_FIRST_DIGITS} * {OBLAST} and u.code <> s.code
                  left join load_units other on other.level = 'oblast' and other.line < s.line
                                            and left(other.kato, 2) = left(s.kato, 2) and other.code <> s.code
                 where s.level = 'oblast' and coalesce(u.code, other.code) is not null""",
            _("Its first two digits are those of %(other)s."),
            _("Write the KATO code of this oblast."),
        ),
        *_numbered(Level.OBLAST),
        *_numbered(Level.DISTRICT),
        *_numbered(Level.SCHOOL),
        Upsert(
            School,
            key=("unit_id",),
            source="s join schools_unit u using (code) where s.level = 'school'",
            values={
                "unit_id": "u.id",
                "kind": "s.kind",
                "ownership": "s.ownership",
                "week": "s.week",
                "bin": "s.bin",
            },
        ),
    ],
    dump=f"""
        select u.code, above.code, u.level, u.kato, u.name_kk, u.name_ru, s.kind, s.ownership, s.week, s.bin
          from schools_unit u
          join schools_unit above on above.id = unit_above(u.id)
          left join schools_school s on s.unit_id = u.id
         where u.id <> {ROOT}
         order by u.id""",
)

STAFF = Table(
    file="staff.csv",
    columns=[
        Column(
            "login",
            text_of(
                User, "username", pattern=r"[\w.@+-]+", remedy=_("Use letters, digits and the marks @ . + - _ only.")
            ),
            required=True,
        ),
        Column("unit", text_of(Unit, "code"), required=True),
        Column("role", Code(codes=Role.values), required=True),
        Column("surname", text_of(User, "last_name")),
        Column("name", text_of(User, "first_name")),
        Column("patronymic", text_of(User, "patronymic")),
        Column("email", Email(limit=254)),
        Column("phone", text_of(User, "phone")),
        Column("from", Day(), required=True),
        Column("to", Day()),
    ],
    key=("login", "unit", "role", "from"),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    steps=[
        in_order("from", "to"),
        Check(
            "login",
            """select * from (
                 select line, login as value, first_value(line) over same as other,
                        (surname, name, patronymic, email, phone)
                        is distinct from first_value((surname, name, patronymic, email, phone)) over same as differs
                   from s window same as (partition by login order by line)) t
                where differs""",
            _("Line %(other)s gives this login another name, address or telephone."),
            _("Write the person in both lines alike, or give each person a login of their own."),
        ),
        Upsert(
            User,
            key=("username",),
            source="(select distinct on (login) * from s order by login, line) s",
            values={
                "username": "s.login",
                "last_name": "s.surname",
                "first_name": "s.name",
                "patronymic": "s.patronymic",
                "email": "s.email",
                "phone": "s.phone",
            },
            once={"password": lambda: make_password(None)},
        ),
        Upsert(
            Post,
            key=("user_id", "unit_id", "role", "since"),
            source="s join schools_user a on a.username = s.login",
            values={
                "user_id": "a.id",
                "unit_id": "s.unit_id",
                "role": "s.role",
                "since": 's."from"',
                "until": 's."to"',
            },
        ),
    ],
    dump="""
        select a.username, u.code, p.role, a.last_name, a.first_name, a.patronymic, a.email, a.phone, p.since, p.until
          from schools_post p
          join schools_user a on a.id = p.user_id
          join schools_unit u on u.id = p.unit_id
         order by p.unit_id, a.username collate "C", p.role collate "C", p.since""",
)

TABLES = (UNITS, STAFF)
