"""Shapes of input.  What several forms of this app share stands here."""

from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date


class DayField(forms.DateField):
    """A date in the browser's own date control."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)


def day_from(text: str) -> date | None:
    """A date out of an address, None when it says none."""
    try:
        return parse_date(text)
    except ValueError:  # 30 February
        return None
