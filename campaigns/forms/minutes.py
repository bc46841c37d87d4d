"""Shapes in: minutes, and the filter of their list."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.models import Minutes
from campaigns.scans import MAX_BYTES, Scan
from campaigns.states import MinutesKind
from schools.models import Unit
from schools.rights import Level
from zabota.lib.clock import today

TEXTS = ("heard", "decided", "shortcomings", "remedies")
# whose meetings a school holds; every unit above may hold any of the others
OF_SCHOOL = (MinutesKind.COUNCIL, MinutesKind.COMMITTEE, MinutesKind.COLLEGIAL)


def _area(label: Any, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=20_000, **options)


class MinutesForm(forms.Form):
    kind = forms.ChoiceField(label=_("Whose meeting"))
    number = forms.CharField(
        label=_("Number"), max_length=30, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )
    date = DayField(label=_("Date"))
    heard = _area(_("Heard"), required=False)
    decided = _area(_("Decided"))
    shortcomings = _area(
        _("Shortcomings"), required=False, help_text=_("What the campaign lacked; the summary gathers them.")
    )
    remedies = _area(_("Ways to remove them"), required=False)
    owner = forms.CharField(label=_("Who is responsible"), max_length=200, required=False)
    due = DayField(label=_("Remove by"), required=False)
    scan = forms.FileField(
        label=_("Scan of the signed minutes"),
        required=False,
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        allow_empty_file=True,  # an empty file is refused with words of our own
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, unit: Unit, minutes: Minutes | None = None, **options: Any) -> None:
        initial = options.pop("initial", {})
        if minutes is not None:
            names = ("number", "date", *TEXTS, "owner", "due", "version")
            initial = {name: getattr(minutes, name) for name in names}
        super().__init__(*args, initial={"date": today(), **initial}, **options)
        if minutes is not None:
            del self.fields["kind"]
            return
        kinds = [kind for kind in MinutesKind if unit.level != Level.SCHOOL or kind in OF_SCHOOL]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("The meeting has not taken place yet: the date lies ahead."))
        return day

    def clean_scan(self) -> Scan | None:
        file = self.cleaned_data["scan"]
        return Scan(file.name, file.read(MAX_BYTES + 1)) if file else None


class MinutesFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *MinutesKind.choices])
    unit = forms.CharField(required=False, widget=forms.HiddenInput)
