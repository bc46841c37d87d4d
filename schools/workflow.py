"""A workflow is a table of lawful moves: it gives the check, the button, the lock, the journal line and the test.

The database keeps the same table as a trigger, so that no other way of writing gets past it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.migrations.operations import RunSQL
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from schools.journal import record
from schools.number import ROOT
from schools.rights import Permission

if TYPE_CHECKING:
    from schools.models import Entry, User


class Refused(Exception):
    """An action that cannot be done now; the text says why, in the reader's language."""


class WrongState(Refused):
    """The paper has moved on since the page was opened."""


@dataclass(frozen=True)
class Move:
    name: str
    sources: tuple[str, ...]
    target: str
    permission: Permission
    label: str | Promise
    from_above: bool = False  # by somebody of the very unit above: nobody approves a paper of their own unit
    at_home: bool = False  # by somebody of this very unit: nobody signs for another one
    at_root: bool = False  # only the ministry's own paper: there is nobody above it
    needs_note: bool = False

    def allowed(self, user: "User", unit: int) -> bool:
        if self.at_root and unit != ROOT:
            return False
        if self.from_above:
            return user.grants.cover_from_above(self.permission, unit)
        return user.grants.at(self.permission, unit) if self.at_home else user.grants.cover(self.permission, unit)


class Workflow:
    def __init__(self, initial: str, *moves: Move) -> None:
        self.initial = initial
        self.moves = {move.name: move for move in moves}

    def open_to(self, user: "User", paper: Any) -> list[Move]:
        """The moves this user may make now: the buttons of the page."""
        return [m for m in self.moves.values() if paper.state in m.sources and m.allowed(user, paper.unit_id)]

    @transaction.atomic
    def make(self, name: str, paper: Any, *, by: "User", note: str = "") -> "Entry":
        """Move the paper.

        Raises WrongState when it stands elsewhere by now, PermissionDenied without the right, Refused without a note
        that is needed.
        """
        move = self.moves[name]
        locked = type(paper).objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if not move.allowed(by, locked.unit_id):
            raise PermissionDenied
        if locked.state not in move.sources:
            raise WrongState(
                _("This has been changed meanwhile: it is now «%(state)s».") % {"state": locked.get_state_display()}
            )
        if move.needs_note and not note.strip():
            raise Refused(_("Give the reason."))
        before, paper.state = locked.state, move.target
        paper.save(update_fields=["state"])
        return record(paper, name, unit=locked.unit_id, by=by, before=before, after=move.target, note=note)

    def guard(self, table: str) -> str:
        """SQL of the trigger that refuses any other jump, whoever writes: `.update()`, a shell, another program."""
        lawful = " or ".join(self._lawful(move, source) for move in self.moves.values() for source in move.sources)
        return f"""
            create or replace function {table}_moves() returns trigger language plpgsql as $$ begin
              if tg_op = 'INSERT' then
                if new.state <> '{self.initial}' then
                  raise exception 'a new paper is {self.initial}, not %', new.state using errcode = 'check_violation';
                end if;
              elsif old.state <> new.state and not ({lawful}) then
                raise exception 'unlawful move: % to %', old.state, new.state using errcode = 'check_violation';
              end if;
              return new;
            end $$;
            create or replace trigger {table}_moves before insert or update of state on {table}
              for each row execute function {table}_moves();"""

    @staticmethod
    def _lawful(move: Move, source: str) -> str:
        rule = f"old.state = '{source}' and new.state = '{move.target}'"
        if move.from_above:
            rule += (
                " and coalesce(nullif(current_setting('zabota.scope', true), '')::int4multirange"
                " @> unit_above(new.unit_id), false)"
            )
        if move.at_root:
            rule += f" and new.unit_id = {ROOT}"
        return f"({rule})"


def Guard(workflow: Workflow, table: str) -> RunSQL:
    """Migration operation: the database keeps the workflow's table too."""
    return RunSQL(workflow.guard(table), f"drop trigger {table}_moves on {table}; drop function {table}_moves()")
