"""Shapes in: a call, where it is passed on, its answer."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.forms.events import PlaceFilter
from campaigns.states import CallState
from schools.models import Unit
from zabota.lib.clock import now

NO_NAMES = _("Without names, phones and personal numbers.")


class ImpersonalForm(forms.Form):
    """Texts that must name nobody; the tick is asked for only where something looks like a number of somebody."""

    is_checked = forms.BooleanField(label=_("I have checked: this is nobody's number"), required=False)

    @property
    def texts(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "is_checked"]


class CallForm(ImpersonalForm):
    """A call that came in; with an answer it is closed at once."""

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    day = DayField(label=_("Day"))
    hour = forms.TimeField(label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    topic = forms.CharField(label=_("What was it about?"), max_length=300, help_text=NO_NAMES)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=1000,
        required=False,
        help_text=_("If it was given at once: the call is then closed."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, units: list[Unit], **options: Any) -> None:
        moment = now()
        initial = {"day": moment.date(), "hour": moment.time(), "unit": units[0].pk if units else None}
        super().__init__(*args, initial=initial, **options)
        self.units = {unit.pk: unit for unit in units}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()

    @property
    def at(self) -> datetime:
        hour: time = self.cleaned_data["hour"]
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], hour))


class ForwardForm(ImpersonalForm):
    forwarded_to = forms.CharField(label=_("Who answers now"), max_length=200, help_text=_("The body, not a person."))


class CloseForm(ImpersonalForm):
    answer = forms.CharField(
        label=_("Answer"), max_length=1000, help_text=NO_NAMES, widget=forms.Textarea(attrs={"rows": 3})
    )


class CallFilter(PlaceFilter):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *CallState.choices])
    field_order = ["unit", "state", "first", "last"]

    def apply(self, rows: Any, day: str = "at__date") -> Any:
        state = self.chosen.get("state")
        return super().apply(rows.filter(state=state) if state else rows, day)
