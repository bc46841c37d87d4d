"""Shapes in: documents of the library, findings of a visit, agreements, helplines, more time for a report."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.models import Campaign
from campaigns.scans import MAX_BYTES, Scan
from campaigns.states import Language
from zabota.lib.clock import today

FILE = {"accept": ".pdf,.jpg,.jpeg,.png"}
LONG = forms.Textarea(attrs={"rows": 3})


class ScanField(forms.FileField):
    """A file as a Scan; an empty one is refused with words of our own."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("PDF, JPEG or PNG, up to 10 MB."))
        super().__init__(widget=forms.FileInput(attrs=FILE), allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Scan | None:
        file = super().clean(data, initial)
        return Scan(file.name, file.read(MAX_BYTES + 1)) if file else None


class ExtensionForm(forms.Form):
    """More time for one unit and one report."""

    round = forms.ChoiceField(label=_("Report"))
    asked_by = forms.CharField(
        label=_("Who asked"), max_length=200, help_text=_("Name and post, or the letter's number and date.")
    )
    why = forms.CharField(label=_("Why"), max_length=500, widget=LONG)
    until = DayField(label=_("Until"), help_text=_("The last day; after it the extension ends by itself."))

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["round"].choices = [  # type: ignore[attr-defined]
            (each.code, each.name) for each in reversed(campaign.rounds)
        ]


class DocumentForm(forms.Form):
    """A document for everybody below the unit."""

    title_kk = forms.CharField(label=_("Title in Kazakh"), max_length=300)
    title_ru = forms.CharField(label=_("Title in Russian"), max_length=300)
    scan = ScanField(label=_("File"))


class FindingForm(forms.Form):
    """What a control visit found."""

    date = DayField(label=_("Day of the visit"))
    finding = forms.CharField(label=_("Finding"), max_length=1000, widget=LONG)
    due = DayField(label=_("To be put right by"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, initial={"date": today(), **options.pop("initial", {})}, **options)

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("A visit is recorded when it has taken place."))
        return day

    def clean(self) -> dict[str, Any]:
        day, due = self.cleaned_data.get("date"), self.cleaned_data.get("due")
        if day and due and due < day:
            self.add_error("due", _("Nothing is due or closed before the visit."))
        return self.cleaned_data


class AnswerForm(forms.Form):
    """What the visited unit did about a finding."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    proof = forms.CharField(label=_("What was done"), max_length=1000, widget=LONG)
    scan = ScanField(label=_("Proof"), required=False)


class AgreementForm(forms.Form):
    """An agreement with a partner."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    partner = forms.CharField(label=_("Partner"), max_length=250)
    date = DayField(label=_("Date"))
    subject = forms.CharField(label=_("Subject"), max_length=500, widget=LONG)
    until = DayField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        day, until = self.cleaned_data.get("date"), self.cleaned_data.get("until")
        if day and until and until < day:
            self.add_error("until", _("An agreement cannot end before it begins."))
        return self.cleaned_data


class HelplineForm(forms.Form):
    """A number that everybody may call."""

    phone = forms.RegexField(
        r"^\+?[\d ()-]{3,29}$",
        label=_("Phone"),
        error_messages={"invalid": _("Write a number: +7 7172 12 34 56, or a short one: 111.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    hours = forms.CharField(label=_("Hours"), max_length=100, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language)


class HelplineSearch(forms.Form):
    """Which unit's helpline the reader looks for."""

    q = forms.CharField(label=_("District, city or school"), required=False, max_length=100)


class OpenFilter(forms.Form):
    """Open findings, or all of them."""

    all = forms.BooleanField(label=_("Closed findings too"), required=False)
