"""Shapes in: a letter of thanks or a certificate."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.forms.events import PlaceFilter
from campaigns.states import HonourKind
from schools.models import Unit
from zabota.lib.clock import today


class HonourForm(forms.Form):
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    kind = forms.ChoiceField(label=_("Kind"), choices=HonourKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Who is honoured"), max_length=250, help_text=_("A person or an organisation."))
    reason = forms.CharField(
        label=_("What for"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    date = DayField(label=_("Date"))

    def __init__(self, *args: Any, units: list[Unit], **options: Any) -> None:
        first = units[0].pk if units else None
        super().__init__(*args, initial={"date": today(), "kind": HonourKind.THANKS, "unit": first}, **options)
        self.units = {unit.pk: unit for unit in units}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()


class HonourFilter(PlaceFilter):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *HonourKind.choices])
    field_order = ["unit", "kind", "first", "last"]

    def apply(self, rows: Any, day: str = "date") -> Any:
        kind = self.chosen.get("kind")
        return super().apply(rows.filter(kind=kind) if kind else rows, day)
