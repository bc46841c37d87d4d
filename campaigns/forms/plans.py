"""Shapes in: a line of the plan, remarks to it, answers, the official's desk."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.guide import owner_of, words_of
from campaigns.models import PlanLine
from campaigns.states import PlanState


class LineForm(forms.Form):
    text = forms.CharField(label=_("Measure"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.CharField(label=_("Who is responsible"), max_length=200)
    due = DayField(label=_("By"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: PlanLine | None, version: int, **options: Any) -> None:
        initial: dict[str, Any] = {"version": version}
        if line is not None:
            initial |= {"text": words_of(line), "owner": owner_of(line), "due": line.due}
        super().__init__(*args, initial=initial, **options)


class ExplainForm(forms.Form):
    remark = forms.CharField(
        label=_("Remark of the unit"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What was done, or why not: needed where the portal holds no evidence."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("What was done"), max_length=500)


class DeskFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False)
    q = forms.CharField(label=_("Unit"), required=False, max_length=100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        states = [("", _("all")), ("none", _("not begun")), *PlanState.choices]
        self.fields["state"].choices = states  # type: ignore[attr-defined]


def remarks_of(data: QueryDict, lines: list[int]) -> dict[int | None, str]:
    """What the official wrote beside the lines (`remark-12`) and to the whole plan (`remark`)."""
    said: dict[int | None, str] = {line: data.get(f"remark-{line}", "")[:500] for line in lines}
    return {None: data.get("remark", "")[:500]} | said


def read_of(data: QueryDict) -> dict[int, int]:
    """The ticked plans, each with the version that was on the screen (`plan=12:3`)."""
    ticked = (text.partition(":") for text in data.getlist("plan"))
    return {int(pk): int(version) for pk, _colon, version in ticked if pk.isdecimal() and version.isdecimal()}
