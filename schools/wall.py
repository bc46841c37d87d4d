"""The second wall: PostgreSQL shows a row only to a scope that covers its unit.

A scope is a set of unit ranges, set inside one transaction and put back on leaving.  No scope, no rows.
The application signs in as `zabota_app`, which owns nothing; migrations run as the owner.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations import RunSQL

from schools.number import ROOT, ancestors, subtree

APP_ROLE = "zabota_app"
COUNTRY = [subtree(ROOT)]
NOTHING: list[tuple[int, int]] = []

# each setting stands in its own (select …), so that it is read once per statement, not once per row
INSIDE = """({column} >= (select nullif(current_setting('zabota.first', true), '')::int)
          and {column} <= (select nullif(current_setting('zabota.last', true), '')::int)
          and (select nullif(current_setting('zabota.scope', true), '')::int4multirange) @> {column})"""
# what a unit hands down (orders, days off) is read, never written, by everybody below it
ABOVE = "{column} = any((select nullif(current_setting('zabota.above', true), '')::int[])::int[])"

_READ_ONLY = ", set_config('transaction_read_only', 'on', true)"


def inside(column: str = "unit_id") -> str:
    return INSIDE.format(column=column)


def Wall(table: str, visible: str = "", written: str = "", handed_down: bool = False) -> RunSQL:
    """Migration operation: rows of the table are seen and written only inside the scope."""
    written = written or inside()
    visible = visible or written
    if handed_down:
        visible = f"({visible} or {ABOVE.format(column='unit_id')})"
    return RunSQL(
        f"""alter table {table} enable row level security;
            create policy {table}_wall on {table} to {APP_ROLE} using ({written}) with check ({written});
            create policy {table}_seen on {table} for select to {APP_ROLE} using ({visible});""",
        f"""drop policy {table}_wall on {table}; drop policy {table}_seen on {table};
            alter table {table} disable row level security;""",
    )


def HandedDown(table: str, where: str) -> RunSQL:
    """Migration operation: those rows of a walled table for which `where` holds are read by the units below too."""
    own = f"alter policy {table}_seen on {table} using ({inside()}"
    return RunSQL(f"{own} or ({ABOVE.format(column='unit_id')} and {where}))", f"{own})")


def Audited(event_table: str, by_whom: str = "") -> RunSQL:
    """Migration operation: rows that triggers write about a table stand behind the wall too, and are only added.

    `by_whom` widens who may cause a row where the table itself is written from more units than its own.
    """
    return RunSQL(
        f"""alter table {event_table} enable row level security;
            create policy {event_table}_wall on {event_table} for select to {APP_ROLE} using ({inside()});
            create policy {event_table}_added on {event_table} for insert to {APP_ROLE}
              with check ({by_whom or inside()});
            revoke update, delete, truncate on {event_table} from {APP_ROLE};""",
        f"""drop policy {event_table}_wall on {event_table}; drop policy {event_table}_added on {event_table};
            alter table {event_table} disable row level security;""",
    )


def Deletable(*tables: str) -> RunSQL:
    """Migration operation: here a person may really delete."""
    names = ", ".join(tables)
    return RunSQL(f"grant delete on {names} to {APP_ROLE}", f"revoke delete on {names} from {APP_ROLE}")


def ranges_of(units: Sequence[int]) -> list[tuple[int, int]]:
    return [subtree(unit) for unit in units]


@contextmanager
def scope(
    ranges: Sequence[tuple[int, int]],
    one_reading: bool = False,
    read_only: bool = False,
    who: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Open a transaction (or a savepoint) that sees the units in these ranges and no others.

    With `one_reading` the whole transaction sees the database as of one moment; it must then be the outermost.
    With `read_only` the database itself refuses to write, and everything is rolled back at the end.
    `who` is what the audit keeps beside every row written here; without it that of the outer scope goes on.
    """
    settings = _settings(ranges, who)
    inner = connection.in_atomic_block and not read_only  # where nothing is put back the end of the transaction does it
    before: Any = None
    with transaction.atomic():
        with connection.cursor() as cursor:
            if one_reading:
                cursor.execute("set transaction isolation level repeatable read")
            if inner:
                cursor.execute(_select("coalesce(current_setting('{name}', true), '')", settings))
                before = cursor.fetchone()
            set_all = _select("set_config('{name}', %s, true)", settings)
            cursor.execute(set_all + _READ_ONLY * read_only, list(settings.values()))
        yield
        if read_only:
            transaction.set_rollback(True)
        if inner and not connection.needs_rollback:  # a rollback puts the settings back by itself
            with connection.cursor() as cursor:
                cursor.execute(set_all, before)


def _settings(ranges: Sequence[tuple[int, int]], who: Mapping[str, Any] | None) -> dict[str, str]:
    first = min((a for a, _ in ranges), default=1)
    last = max((b for _, b in ranges), default=0)
    above = sorted({up for a, _ in ranges for up in ancestors(a)})
    settings = {
        "zabota.first": str(first),
        "zabota.last": str(last),
        "zabota.scope": "{" + ",".join(f"[{a},{b}]" for a, b in ranges) + "}",
        "zabota.above": "{" + ",".join(map(str, above)) + "}",
    }
    if who is not None:  # the library would say it before every statement; its triggers read it from here
        settings |= {"pghistory.context_id": str(uuid.uuid4()), "pghistory.context_metadata": json.dumps(who)}
    return settings


def _select(expression: str, settings: Iterable[str]) -> str:
    return "select " + ", ".join(expression.format(name=name) for name in settings)
