"""Lists of the school system: the posts, and the journal in words."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from schools.models import Entry, Reading, Unit, User
from schools.names import labels_of
from schools.workflow import Workflow

# words of the deeds that are no moves of a workflow; every app adds its own in its AppConfig.ready
VERBS: dict[str, str | Promise] = {
    "give_post": _("gave a post"),
    "end_post": _("ended a post"),
    "offer_password": _("gave a link for the password"),
}


@dataclass(frozen=True)
class Line:
    """One line of the journal as people read it."""

    at: datetime
    who: str
    login: str
    deed: str
    subject: str
    change: str
    note: str
    unit: str


@cache
def _moves() -> dict[tuple[str, str], str | Promise]:
    """Words of every move of every workflow, by the app and the name of the move."""
    found: dict[tuple[str, str], str | Promise] = {}
    for app in apps.get_app_configs():
        for value in vars(sys.modules.get(f"{app.name}.states", object)).values():
            if isinstance(value, Workflow):
                found.update({(app.label, move.name): move.label for move in value.moves.values()})
    return found


def deed_of(subject: str, verb: str) -> str:
    """The verb in words; one that nobody has named yet is shown as it is written."""
    app = subject.partition(".")[0]
    return str(_moves().get((app, verb)) or VERBS.get(verb) or verb.replace("_", " "))


def name_of(subject: str, key: str) -> str:
    """«case № 12»; a key that is no number (a document's) says nothing to people."""
    try:
        words = str(apps.get_model(subject)._meta.verbose_name)
    except LookupError:  # a kind of paper that the portal knew once
        words = subject
    return f"{words} № {key}" if key.isdigit() else words


def state_of(subject: str, code: str) -> str:
    """The word of a state or a role of this kind of paper."""
    if not code:
        return ""
    try:
        model = apps.get_model(subject)
    except LookupError:
        return code
    for name in ("state", "role"):
        try:
            choices = dict(model._meta.get_field(name).flatchoices)
        except FieldDoesNotExist:
            continue
        if code in choices:
            return str(choices[code])
    return code


def _change(entry: Entry) -> str:
    states = [state_of(entry.subject, code) for code in (entry.before, entry.after)]
    return " → ".join(state for state in states if state)


def lines_of(rows: Iterable[Entry | Reading]) -> list[Line]:
    """Lines with the names of people and units, in two queries for all of them."""
    kept = list(rows)
    people: Mapping[str, User] = {
        user.username: user for user in User.objects.filter(username__in={row.by for row in kept})
    }
    units = labels_of(list(Unit.objects.filter(pk__in={row.unit_id for row in kept})))
    return [_line(row, people, units) for row in kept]


def _line(row: Entry | Reading, people: Mapping[str, User], units: Mapping[int, str]) -> Line:
    entry = row if isinstance(row, Entry) else None
    return Line(
        at=row.at,
        who=people[row.by].full_name if row.by in people else row.by,
        login=row.by,
        deed=deed_of(entry.subject, entry.verb) if entry else str(_("opened")),
        subject=name_of(row.subject, row.subject_id),
        change=_change(entry) if entry else "",
        note=entry.note if entry else "",
        unit=units.get(row.unit_id, ""),
    )
