"""Lists of the school system: the posts, and the journal in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from schools.models import Entry, Reading, Unit, User
from schools.names import labels_of
from schools.rights import Permission

Said = str | Promise


@dataclass(frozen=True)
class Words:
    """How the journal speaks of one room; no word of the code reaches a reader."""

    subjects: Mapping[str, Said]  # what a deed was done to, by its model
    deeds: Mapping[str, Said] = field(default_factory=dict)  # what was done, by the verb
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # fields that name a subject, by model; no child
    codes: Mapping[str, Said] = field(default_factory=dict)  # before and after, where no choices of a field say it
    numbers: Mapping[str, Said] = field(default_factory=dict)  # what a bare number before and after counts, by model
    notes: Mapping[str, Callable[[str], str]] = field(default_factory=dict)  # notes that hold codes, by the verb


# every room above adds its own in its AppConfig.ready
WORDS: dict[str, Words] = {
    "schools": Words(
        subjects={
            "Post": pgettext_lazy("journal", "post"),
            "Document": pgettext_lazy("journal", "file"),
            "Unit": pgettext_lazy("journal", "unit"),
        },
        deeds={
            "give_post": _("Post given"),
            "end_post": _("Post ended"),
            "withdraw_post": _("Post withdrawn before it began"),
            "offer_password": _("Link for the password given"),
            "close_unit": _("Unit closed"),
        },
    ),
}
_CHOSEN = ("state", "role", "kind", "reason")  # the fields whose codes stand in the journal


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


def deed_of(subject: str, verb: str) -> str:
    """The verb in words; one that the portal has forgotten since is shown as it was written."""
    room = WORDS.get(subject.partition(".")[0])
    return str(room.deeds.get(verb, verb)) if room else verb


def name_of(subject: str, key: str, names: Mapping[tuple[str, str], str]) -> str:
    """«class 7А», «gift № 12»; a key that is no number (a file's) says nothing to people."""
    room, _dot, model = subject.partition(".")
    words = str(WORDS[room].subjects.get(model, "")) if room in WORDS else ""
    called = names.get((subject, key)) or (f"№ {key}" if key.isdigit() else "")
    return f"{words} {called}".strip()


def _names_of(rows: list[Entry | Reading], user: User) -> dict[tuple[str, str], str]:
    """What people call the subjects of these rows: one query for each kind of them."""
    found: dict[tuple[str, str], str] = {}
    for subject in {row.subject for row in rows}:
        room, _dot, model = subject.partition(".")
        fields = WORDS[room].names.get(model) if room in WORDS else None
        if fields is None:
            continue
        keys = {row.subject_id for row in rows if row.subject == subject}
        visible = apps.get_model(subject).objects.for_user(user, Permission.JOURNAL_VIEW)
        for pk, *values in visible.filter(pk__in=keys).values_list("pk", *fields):
            found[subject, str(pk)] = ", ".join(_as_text(value) for value in values)
    return found


def _as_text(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def state_of(subject: str, code: str) -> str:
    """The word of a state, a role, a kind or a reason of this subject."""
    return _of_field(subject, code) or str(WORDS[subject.partition(".")[0]].codes.get(code, code))


def _of_field(subject: str, code: str) -> str:
    model = apps.get_model(subject)
    for name in _CHOSEN:
        try:
            choices = dict(model._meta.get_field(name).flatchoices)
        except FieldDoesNotExist:
            continue
        if code in choices:
            return str(choices[code])
    return ""


def _change(entry: Entry) -> str:
    """What it was and what it became; a paper of a kind that is no more says nothing."""
    room, _dot, model = entry.subject.partition(".")
    if room not in WORDS or model not in WORDS[room].subjects:
        return ""
    change = " → ".join(state_of(entry.subject, code) for code in (entry.before, entry.after) if code)
    counted = WORDS[room].numbers.get(model)
    return f"{counted}: {change}" if counted and change else change


def _note(entry: Entry) -> str:
    room = WORDS.get(entry.subject.partition(".")[0])
    in_words = room.notes.get(entry.verb) if room else None
    return in_words(entry.note) if in_words else entry.note


def lines_of(rows: Iterable[Entry | Reading], user: User) -> list[Line]:
    """Lines with the names of people, units and subjects; the number of queries does not grow with the lines."""
    kept = list(rows)
    people: Mapping[str, User] = {
        person.username: person for person in User.objects.filter(username__in={row.by for row in kept})
    }
    units = labels_of(list(Unit.objects.filter(pk__in={row.unit_id for row in kept})))
    names = _names_of(kept, user)
    return [_line(row, people, units, names) for row in kept]


def _line(
    row: Entry | Reading,
    people: Mapping[str, User],
    units: Mapping[int, str],
    names: Mapping[tuple[str, str], str],
) -> Line:
    entry = row if isinstance(row, Entry) else None
    return Line(
        at=row.at,
        who=people[row.by].full_name if row.by in people else row.by,
        login=row.by,
        deed=deed_of(entry.subject, entry.verb) if entry else pgettext("journal", "Opened"),
        subject=name_of(row.subject, row.subject_id, names),
        change=_change(entry) if entry else "",
        note=_note(entry) if entry else "",
        unit=units.get(row.unit_id, ""),
    )
