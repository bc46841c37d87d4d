"""Days off as people type them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.models import Unit, User
from schools.rights import Permission
from students.actions.days import GRADES, SHIFTS
from students.forms import DayField
from students.models import DayOff
from students.states import DayOffKind

_PART = re.compile(r"(\d{1,2})(?:\s*[-–—]\s*(\d{1,2}))?")


class GradesField(forms.CharField):
    """Grades typed like «0-4;11»; empty means all.  Cleans to a sorted list."""

    default_error_messages = {"grades": _("Write grades like 0-4;11, from 0 to 12.")}

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        text = super().to_python(value) or ""
        grades: set[int] = set()
        for part in filter(None, (piece.strip() for piece in re.split("[;,]", text))):
            found = _PART.fullmatch(part)
            if not found:
                raise forms.ValidationError(self.error_messages["grades"], code="grades")
            first, last = int(found[1]), int(found[2] or found[1])
            if last < first or last not in GRADES:
                raise forms.ValidationError(self.error_messages["grades"], code="grades")
            grades.update(range(first, last + 1))
        return sorted(grades)


class UnitChoice(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        return unit.full_name


class DayOffForm(forms.Form):
    unit = UnitChoice(Unit.objects.none(), label=_("For whom"))
    kind = forms.ChoiceField(label=_("Kind"), choices=DayOffKind.choices, widget=forms.RadioSelect)
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"), required=False, help_text=_("Leave it empty for one day."))
    grades = GradesField(
        label=_("Grades"),
        max_length=60,
        required=False,
        help_text=_("For example 0-4;11. Leave it empty for all grades."),
    )
    shift = forms.TypedChoiceField(
        label=_("Shift"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("all shifts")), *((n, str(n)) for n in SHIFTS)],
        widget=forms.Select(attrs={"class": "plain"}),
    )
    order = forms.CharField(label=_("Order number"), max_length=30)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        own = user.grants.units(Permission.DAYOFF_WRITE)
        field = self.fields["unit"]
        assert isinstance(field, UnitChoice)
        field.queryset = Unit.objects.for_user(user, Permission.DAYOFF_WRITE).filter(pk__in=own)
        if len(own) == 1:
            field.initial, field.widget = own[0], forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("first") and not data.get("last"):
            data["last"] = data["first"]
        if data.get("first") and data["last"] < data["first"]:
            self.add_error("last", _("The last day cannot come before the first."))
        return data


class PutBackForm(forms.Form):
    """All the days of an order, or one of them."""

    day = DayField(label=_("Only this day"), required=False, help_text=_("Leave it empty to put all these days back."))

    def __init__(self, *args: Any, row: DayOff, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["day"].widget.attrs.update({"min": row.first.isoformat(), "max": row.last.isoformat()})
