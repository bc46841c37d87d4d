"""The table of a folder that holds events, with the cases of the children that raids have found (PRODUCT 13)."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.states import Body, EventKind, Language
from schools.imports import UNITS
from schools.models import Unit
from students.models import Case
from zabota.lib.csvcells import Code, Counts, Day, Keys, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table

_MOST = 2**31 - 1
_KIND = "unit_id, date, kind, language"
_ALL = f"{_KIND}, count, participants, found"
_SAME = " and ".join(f"theirs.{name} is not distinct from mine.{name}" for name in _ALL.split(", "))
# the events of the portal, with the keys of the cases that point to them
_THEIRS = """
    select e.id, e.unit_id, e.date, e.kind, e.language, e.count, e.participants,
           array(select c.key::text from students_case c where c.event_id = e.id order by c.key collate "C") as found
      from campaigns_event e"""
# an event has no key: rows are paired with what is alike in the portal, then one by one with events of the same
# unit, day, kind and language
_PAIR_ALIKE = f"""
    with mine as (
      select *, row_number() over (partition by {_ALL} order by line) as place
        from load_events where not bad),
    theirs as (
      select *, row_number() over (partition by {_ALL} order by id) as place
        from ({_THEIRS}) e where unit_id in (select unit_id from mine))
    update load_events s set event_id = theirs.id
      from mine join theirs on {_SAME} and theirs.place = mine.place
     where s.line = mine.line"""
_PAIR_IN_TURN = f"""
    with mine as (
      select *, row_number() over (partition by {_KIND} order by line) as place
        from load_events where not bad and event_id is null),
    theirs as (
      select id, {_KIND}, row_number() over (partition by {_KIND} order by id) as place
        from campaigns_event e where not exists (select from load_events s where s.event_id = e.id))
    update load_events s set event_id = theirs.id
      from mine join theirs using ({_KIND}, place)
     where s.line = mine.line"""
# calls that were logged one by one and are more than what was entered for their day: the folder has no log of calls
_MORE_CALLS = f"""
    select null::bigint as id, unit_id, date, '{EventKind.HOTLINE}' as kind, '' as language,
           (sum(logged) - sum(said))::int as count, '{{}}'::jsonb as participants, '{{}}'::text[] as found
      from (select unit_id, (at at time zone '{settings.TIME_ZONE}')::date as date, 1 as logged, 0 as said
              from campaigns_call
             union all
            select unit_id, date, 0, coalesce(count, 1) from campaigns_event where kind = '{EventKind.HOTLINE}') t
     group by unit_id, date having sum(logged) > sum(said)"""

EVENTS = Table(
    file="events.csv",
    columns=[
        Column("unit", text_of(Unit, "code"), required=True),
        Column("date", Day(), required=True),
        Column("kind", Code(codes=EventKind.values), required=True),
        Column("language", Code(codes=Language.values)),
        Column("count", Whole(most=_MOST)),
        Column("participants", Counts(codes=Body.values, most=_MOST)),
        Column("found", Keys(key=text_of(Case, "key"))),
    ],
    key=(),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    extra={"event_id": "bigint"},
    steps=[
        """update load_events s set bad = true
            where exists (select from load_cases k where k.bad and k.key = any(s.found))""",
        Check(
            "found",
            """select s.line, k.key as value from s, unnest(s.found) k(key)
                where not exists (select from students_case c where c.key = k.key)""",
            _("Neither cases.csv nor the portal has it."),
            _("Correct the cell or add the row to cases.csv."),
        ),
        Check(
            "found",
            """select * from (
                 select s.line, k.key as value, min(s.line) over (partition by k.key) as other
                   from s, unnest(s.found) k(key)) t
                where line > other""",
            _("Line %(other)s has found this child already."),
            _("Name the case at one of the two events."),
        ),
        _PAIR_ALIKE,
        _PAIR_IN_TURN,
        """update campaigns_event e set count = s.count, participants = s.participants, version = e.version + 1
             from load_events s
            where s.event_id = e.id and (e.count, e.participants) is distinct from (s.count::int, s.participants)""",
        """insert into campaigns_event (unit_id, date, kind, language, count, participants, title, place, link, version)
           select unit_id, date, kind, language, count, participants, '', '', '', 1 from load_events
            where not bad and event_id is null order by line""",
        _PAIR_IN_TURN,
        """update students_case c set event_id = null from load_events s
            where c.event_id = s.event_id and c.key <> all(s.found)""",
        """update students_case c set event_id = s.event_id from load_events s
            where c.key = any(s.found) and c.event_id is distinct from s.event_id and not s.bad""",
    ],
    dump=f"""
        select u.code, t.date, t.kind, t.language, t.count, t.participants, t.found
          from ({_THEIRS} union all {_MORE_CALLS}) t join schools_unit u on u.id = t.unit_id
         order by t.unit_id, t.date, t.kind collate "C", t.language collate "C", t.id nulls last""",
)

TABLES = (EVENTS,)
