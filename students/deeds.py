"""How the journal speaks of classes, registers, movement and cases."""

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.tables import WORDS, Said, Words

_ROWS: Mapping[str, Said] = {
    "new": pgettext_lazy("journal", "new"),
    "changed": pgettext_lazy("journal", "changed"),
    "same": pgettext_lazy("journal", "unchanged"),
}


def _entered(note: str) -> str:
    """«new 12, changed 3, same 0»: the kinds of rows in words."""
    parts = [part.partition(" ") for part in note.split(", ")]
    return ", ".join(f"{_ROWS.get(kind, kind)}: {count}" for kind, _space, count in parts)


def _checked(note: str) -> str:
    good, _slash, read = note.partition("/")
    return _now("%(good)s of %(read)s rows are good") % {"good": good, "read": read}


WORDS["students"] = Words(
    subjects={
        "SchoolClass": pgettext_lazy("journal", "class"),
        "DayOff": pgettext_lazy("journal", "change of school days"),
        "Pupil": pgettext_lazy("journal", "pupil"),
        "Enrolment": pgettext_lazy("journal", "enrolment"),
        "Movement": pgettext_lazy("journal", "departure"),
        "Register": pgettext_lazy("journal", "register"),
        "Case": pgettext_lazy("journal", "case"),
        "Intake": pgettext_lazy("journal", "uploaded roster"),
    },
    deeds={
        "add_class": _("Class opened"),
        "change_class": _("Class changed"),
        "hand_in_roster": _("Roster uploaded"),
        "check_roster": _("Roster checked"),
        "refuse_roster": _("Roster refused by the portal"),
        "enter_roster": _("Roster entered"),
        "arrive": _("Pupil enrolled"),
        "depart": _("Pupil taken off the list"),
        "reveal_iin": _("Personal number shown"),
        "announce_day_off": _("School days changed"),
        "put_back_day": _("School days put back"),
        "take_register": _("Register taken"),
        "change_register": _("Register corrected"),
        "open_draft": _("Draft opened"),
        "confirm": _("Case confirmed"),
        "dismiss": _("Draft dismissed"),
        "close": _("Case closed without return"),
        "visit": _("Family visited"),
        "return": _("Child returned to school"),
        "return_withdrawn": _("Return withdrawn: the register was corrected"),
        "relapse": _("Out again"),
    },
    names={"SchoolClass": ("name",), "Register": ("school_class__name", "date"), "Case": ("key",)},
    codes={"transit": _("from another school")},
    numbers={"Register": _("absent")},
    notes={"enter_roster": _entered, "check_roster": _checked},
)
