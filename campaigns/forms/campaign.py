"""Shapes in: the campaign's names, dates and rules; its thresholds and norms with the order that sets them."""

import datetime
import re
from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.forms.orders import OrderForm
from campaigns.models import NORMS, Campaign
from campaigns.states import OrderKind, WeekendRule
from schools.models import User

DAYS_AT_MOST = 366


class HolidaysField(forms.CharField):
    """Days off of the whole country, one a line or with commas between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{day:%d.%m.%Y}" for day in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[datetime.date]:
        days, wrong = set(), []
        for text in re.split(r"[\s,;]+", str(super().clean(value)).strip()):
            try:
                days |= {datetime.datetime.strptime(text, "%d.%m.%Y").date()} if text else set()
            except ValueError:
                wrong.append(text)
        if wrong:
            raise forms.ValidationError(
                gettext("There is no such date: %(text)s. Write days as 22.03.2027.") % {"text": ", ".join(wrong)}
            )
        return sorted(days)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class CampaignForm(forms.Form):
    """Names, dates and rules of a campaign; the dates are shown on a calendar before they are saved."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.RegexField(
        r"^[\w-]+$",
        label=_("Code"),
        max_length=30,
        help_text=_("A short word that tables carry: 2028, road-2027."),
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    name_kk = forms.CharField(label=_("Name in Kazakh"), max_length=250)
    name_ru = forms.CharField(label=_("Name in Russian"), max_length=250)
    name_en = forms.CharField(label=_("Name in English"), max_length=250, required=False)
    opens = DayField(label=_("Opens"))
    closes = DayField(label=_("Closes"))
    due = DayField(label=_("Summary to the Committee by"))
    weekend_rule = forms.ChoiceField(
        label=_("A date on a weekend or a public holiday moves"), choices=WeekendRule, widget=forms.RadioSelect
    )
    holidays = HolidaysField(label=_("Public holidays"), help_text=_("Days as 22.03.2027, one a line."))
    school_step = forms.IntegerField(
        label=_("A school reports within, working days after closing"), min_value=0, max_value=30
    )
    district_step = forms.IntegerField(label=_("A district, working days"), min_value=0, max_value=30)
    oblast_step = forms.IntegerField(label=_("An oblast, working days"), min_value=0, max_value=30)

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        initial = {name: getattr(campaign, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **options)
        self.campaign = campaign
        if campaign.pk:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("opens") and data.get("closes") and data["closes"] < data["opens"]:
            self.add_error("closes", _("The last day cannot come before the first."))
        if data.get("closes") and data.get("due") and data["due"] < data["closes"]:
            self.add_error("due", _("A campaign opens, then closes, then its report is due."))
        steps = [data.get(name) for name in ("school_step", "district_step", "oblast_step")]
        if None not in steps and steps != sorted(steps):  # type: ignore[type-var]
            self.add_error("district_step", _("A school reports before its district, a district before its oblast."))
        if data.get("code") and Campaign.objects.filter(code=data["code"]).exists():
            self.add_error("code", _("There is a campaign with this code already."))
        return data

    def filled(self) -> Campaign:
        """The campaign as typed: for the calendar, and to be saved."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        made = copy(self.campaign)
        for name, value in typed.items():
            setattr(made, name, value)
        made.version = self.cleaned_data.get("version") or made.version
        return made


class NormsForm(OrderForm):
    """Thresholds and time norms in school days, with the ministry's order that sets them."""

    field_order = NORMS

    def __init__(self, *args: Any, user: User, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, user=user, campaign=campaign, kind=OrderKind.NORMS, **options)
        for name in NORMS:
            label = str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            self.fields[name] = forms.IntegerField(
                label=label.capitalize(),
                min_value=1,
                max_value=DAYS_AT_MOST,
                initial=getattr(campaign, name),
                widget=forms.NumberInput(attrs={"class": "short"}),
            )

    @property
    def norm_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in NORMS]

    @property
    def norms(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in NORMS}
