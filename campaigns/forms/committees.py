"""Shapes in: a member of the committee, the order that approves it."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.models import Member
from campaigns.states import Body, CommitteeRole
from zabota.lib.clock import today


class MemberForm(forms.Form):
    surname = forms.CharField(label=_("Surname"), max_length=100)
    name = forms.CharField(label=_("Name and patronymic"), max_length=150)
    post = forms.CharField(label=_("Post or place of work"), max_length=200, required=False)
    body = forms.ChoiceField(label=_("Whom the person stands for"), choices=[("", "–"), *Body.choices])
    role = forms.ChoiceField(label=_("Role in the committee"), choices=CommitteeRole.choices)
    contact = forms.CharField(label=_("Phone or mail"), max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member | None, has_chair: bool, version: int, **options: Any) -> None:
        first = CommitteeRole.MEMBER if has_chair else CommitteeRole.CHAIR
        initial = {"version": version, "role": first}
        if member is not None:
            initial |= {name: getattr(member, name) for name in ("surname", "name", "post", "body", "role", "contact")}
        super().__init__(*args, initial=initial, **options)


class PaperForm(forms.Form):
    """Number and date of an order or of minutes that stand behind a step."""

    number = forms.CharField(
        label=_("Number"), max_length=30, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )
    date = DayField(label=_("Date"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("A paper cannot be dated after today."))
        return day
