"""Shapes that aid's forms share: finding a child, a sum of money, an error beside its field."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from schools.models import Scoped, User
from schools.rights import Permission
from schools.workflow import Refused
from students.models import Enrolment, Pupil
from zabota.lib.clock import today
from zabota.lib.kazakh import fold

MOST_FOUND = 20
_AFTER_ALL = "\U0010ffff"  # no letter comes later, so a range of folded names is a search by their beginning
_GAPS = re.compile(r"[\s\u00a0\u2009\u202f]+")


class TengeField(forms.IntegerField):
    """A sum in whole ₸; «45 000 ₸» is read as 45000."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}))
        options.setdefault("min_value", 0)
        options.setdefault("max_value", 10**12)
        options.setdefault("error_messages", {"invalid": _("Write the sum in whole ₸, digits only.")})
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(_GAPS.sub("", value).removesuffix("₸") if isinstance(value, str) else value)


def show(form: forms.Form, refused: Refused) -> None:
    """Say on the form why an action was refused, beside the field that it speaks of."""
    field = getattr(refused, "field", None)
    form.add_error(field if field in form.fields else None, str(refused))


def find_pupils(user: User, text: str, unit: int | None = None) -> list[Pupil]:
    """Children the user may see whose surname (or else name) begins so; with `unit`, those enrolled there today.

    At most MOST_FOUND + 1, so that the caller knows whether there are more.  Each child carries `place`, the class.
    """
    words = fold(text).split()
    if not words or len(words[0]) < 2:
        return []
    pupils = Pupil.objects.for_user(user, Permission.CHILD_VIEW)
    if unit is not None:
        here = Enrolment.objects.for_user(user, Permission.CHILD_VIEW).on(today()).filter(unit_id=unit)
        pupils = pupils.filter(Exists(here.filter(pupil=OuterRef("pk"))))
    found = _first(pupils, _begins("surname_fold", words[0]), words[1:], "name_fold")
    found = found or _first(pupils, _begins("name_fold", words[0]), words[1:], "surname_fold")
    _place(user, found)
    return found


def _first(pupils: Scoped, start: Q, others: Sequence[str], field: str) -> list[Pupil]:
    for word in others[:1]:
        start &= _begins(field, word)
    return list(pupils.filter(start)[: MOST_FOUND + 1])


def _begins(field: str, word: str) -> Q:
    return Q(**{f"{field}__gte": word, f"{field}__lt": word + _AFTER_ALL})


def _place(user: User, pupils: list[Pupil]) -> None:
    places = places_of(user, [pupil.pk for pupil in pupils])
    for pupil in pupils:
        pupil.place = places.get(pupil.pk, "")  # type: ignore[attr-defined]


def places_of(user: User, pupils: Sequence[int]) -> dict[int, str]:
    """Class and school of these children today («7А, № 1 мектеп»), where the user may see it."""
    enrolments = Enrolment.objects.for_user(user, Permission.CHILD_VIEW).on(today()).filter(pupil_id__in=pupils)
    rows = enrolments.select_related("school_class", "unit").order_by("first")
    return {row.pupil_id: f"{row.school_class.name}, {row.unit.name}" for row in rows}
