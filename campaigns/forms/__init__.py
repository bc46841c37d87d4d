"""Shapes in.  What several forms share stands here."""

from typing import Any

from django import forms

from schools.models import Unit, User
from schools.rights import Permission


class DayField(forms.DateField):
    """A day, picked in the browser or typed as dd.mm.yyyy."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y"])
        super().__init__(**options)


def own_units(user: User, permission: Permission) -> list[Unit]:
    """The units where the user's own posts give this right, not those below them."""
    return list(Unit.objects.for_user(user, permission).filter(pk__in=user.grants.units(permission)))
