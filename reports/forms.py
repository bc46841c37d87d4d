"""What people type into a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.gaps import MAY_BE_NIL
from reports.indicators import SECTIONS
from schools.models import Unit

LONGEST = 10_000


class TextForm(forms.Form):
    """The words of a report."""

    text = forms.CharField(
        label=_("What worked, shortcomings, proposals"),
        help_text=_("It travels upward with the figures. Name no children."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST,
        required=False,
    )


class SignForm(TextForm):
    """The words, the sections with nothing to report, and why a unit below is missing."""

    nil = forms.MultipleChoiceField(
        label=_("Nothing to report"),
        help_text=_("Tick the sections where there is nothing to report: an empty section is signed as such."),
        choices=[(section, SECTIONS[section]) for section in MAY_BE_NIL],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, missing: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.missing = missing
        for unit in missing:
            self.fields[self.name_of(unit)] = forms.CharField(
                label=unit.name, max_length=500, required=False, widget=forms.TextInput()
            )

    @staticmethod
    def name_of(unit: Unit) -> str:
        return f"why-{unit.code}"

    @property
    def why_fields(self) -> list[forms.BoundField]:
        return [self[self.name_of(unit)] for unit in self.missing]

    def reasons(self) -> dict[str, str]:
        """Why each missing unit has no report, by its code."""
        typed = {unit.code: self.cleaned_data.get(self.name_of(unit), "").strip() for unit in self.missing}
        return {code: why for code, why in typed.items() if why}


class SealForm(forms.Form):
    """Why the summary is sealed early or without some reports; asked only when it is."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept with the figures and printed on the paper."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        error_messages={"required": _("Give the reason.")},
    )

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["reason"]


class SendBackForm(forms.Form):
    note = forms.CharField(
        label=_("Remark"),
        help_text=_("Say what to correct; the unit reads it on its report."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000,
        error_messages={"required": _("Give the reason.")},
    )
