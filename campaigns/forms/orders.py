"""Shapes in: the new order and the filter of the list."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.actions import dates_wrong
from campaigns.forms import DayField, own_units
from campaigns.models import Campaign
from campaigns.scans import MAX_BYTES, Scan
from campaigns.states import GIVES_DATES, OrderKind
from schools.models import User
from schools.number import ROOT
from schools.rights import Permission
from zabota.lib.clock import today

# the order is a paper of the state: its title is in both languages whatever the reader's own is
TITLES: dict[str, tuple[str, str]] = {
    OrderKind.START: ("{kk} акциясын өткізу туралы", "О проведении акции {ru}"),
    OrderKind.DATES: ("{kk} акциясын өткізу мерзімдері туралы", "О сроках проведения акции {ru}"),
    OrderKind.COMMITTEE: (
        "{kk} акциясының ұйымдастыру комитетінің құрамын бекіту туралы",
        "Об утверждении состава организационного комитета акции {ru}",
    ),
    OrderKind.DAYOFF: ("Сабақ өткізілмейтін күндер туралы", "О днях, в которые занятия не проводятся"),
    OrderKind.NORMS: ("{kk} акциясының шектері мен мерзім нормалары туралы", "О порогах и нормах сроков акции {ru}"),
}


def drafts(kind: str, campaign: Campaign) -> dict[str, str]:
    """Drafts of both titles, so that the usual order needs a number and nothing else."""
    kk, ru = TITLES[kind]
    return {"title_kk": kk.format(kk=campaign.name_kk), "title_ru": ru.format(ru=campaign.name_ru)}


class OrderForm(forms.Form):
    """A new order.  The kind stands in the address, since the drafts and the dates depend on it."""

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    number = forms.CharField(
        label=_("Number"), max_length=30, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )
    date = DayField(label=_("Date"))
    opens = DayField(label=_("First day"), required=False)
    closes = DayField(label=_("Last day"), required=False)
    title_kk = forms.CharField(label=_("Title in Kazakh"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    title_ru = forms.CharField(label=_("Title in Russian"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    scan = forms.FileField(
        label=_("Scan of the signed order"),
        required=False,
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        allow_empty_file=True,  # an empty file is refused with words of our own
    )

    def __init__(self, *args: Any, user: User, campaign: Campaign, kind: str, **options: Any) -> None:
        units = own_units(user, Permission.ORDER_WRITE)
        first = units[0].pk if units else None
        initial = {"unit": first, "date": today(), **drafts(kind, campaign)}
        super().__init__(*args, initial={**initial, **options.pop("initial", {})}, **options)
        self.campaign, self.kind = campaign, kind
        self.units = {unit.pk: unit for unit in units if kind != OrderKind.NORMS or unit.pk == ROOT}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in self.units.values()]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()
        if kind not in GIVES_DATES:
            del self.fields["opens"], self.fields["closes"]

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("The order cannot be dated after today."))
        return day

    def clean_scan(self) -> Scan | None:
        file = self.cleaned_data["scan"]
        if file is None:
            return None
        return Scan(file.name, file.read(MAX_BYTES + 1))

    def clean(self) -> dict[str, Any]:
        opens, closes = self.cleaned_data.get("opens"), self.cleaned_data.get("closes")
        if opens and closes and closes < opens:
            self.add_error("closes", _("The last day cannot come before the first."))
        for text in dates_wrong(campaign=self.campaign, kind=self.kind, opens=opens, closes=closes):
            self.add_error("opens", text)
        return self.cleaned_data


class OrderFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all")), *OrderKind.choices], widget=forms.Select()
    )
