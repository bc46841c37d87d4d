"""Shapes in: a gift, its arrival, a handout, filters of the lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aid.actions.gifts import BAND
from aid.forms import TengeField
from aid.models import Donation, Donor
from aid.money import tenge
from aid.states import AidKind, DonorKind, Source
from campaigns.forms import DayField, own_units
from schools.models import User
from schools.rights import Permission
from zabota.lib.clock import today

CHOOSE = ("", _("choose"))  # nothing is chosen for the person: a wrong first line is not noticed


class OfOwnUnit(forms.Form):
    """A form about one of the user's own units; with a single one there is nothing to choose."""

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        units = own_units(user, Permission.AID_WRITE)
        initial = {"unit": units[0].pk if units else None, **(options.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **options)
        self.units = {unit.pk: unit for unit in units}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()


class DonationForm(OfOwnUnit):
    donor_name = forms.CharField(label=_("Donor's name"), max_length=250)
    donor_kind = forms.ChoiceField(label=_("Who the donor is"), choices=[CHOOSE, *DonorKind.choices])
    number = forms.CharField(
        label=_("BIN or IIN"),
        max_length=14,
        required=False,
        help_text=_("Twelve digits; the same donor is then known in the whole country."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    known_name = forms.CharField(required=False, max_length=250, widget=forms.HiddenInput())
    use_known = forms.BooleanField(label=_("It is that donor: use it under the name that stands"), required=False)
    publicity = forms.BooleanField(label=_("The donor wants to be named in public"), required=False)
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.SPONSOR)
    kind = forms.ChoiceField(label=_("Kind of aid"), choices=[CHOOSE, *AidKind.choices])
    size = forms.CharField(
        label=_("Size"), max_length=20, required=False, widget=forms.TextInput(attrs={"class": "short"})
    )
    quantity = forms.IntegerField(
        label=_("Pieces"), min_value=0, max_value=1_000_000, required=False, help_text=_("For money leave it empty.")
    )
    tenge = TengeField(
        label=_("Value of the whole gift, ₸"), required=False, help_text=_("In whole ₸, not in thousands.")
    )
    pledged_on = DayField(label=_("Pledged on"), required=False)
    received_on = DayField(
        label=_("Received on"), required=False, help_text=_("Leave empty while it is only promised.")
    )

    def offer(self, donor: Donor) -> None:
        """The number is this donor's: ask whether it is meant, under the name that stands in the portal."""
        asked: Any = self.data
        self.data = asked = asked.copy()
        asked["known_name"] = donor.name
        asked.pop("use_known", None)

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        known, is_meant = typed.pop("known_name", ""), typed.pop("use_known", False)
        return typed | {"donor_name": known} if known and is_meant else typed

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 0

    def clean_tenge(self) -> int:
        return self.cleaned_data["tenge"] or 0


class ReceiveForm(forms.Form):
    """What really came of a promised gift."""

    received_on = DayField(label=_("Received on"))
    quantity = forms.IntegerField(label=_("Pieces"), min_value=0, max_value=1_000_000, required=False)
    tenge = TengeField(label=_("Value of the whole gift, ₸"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, gift: Donation, **options: Any) -> None:
        initial = {
            "received_on": today(),
            "quantity": gift.quantity,
            "tenge": gift.tenge,
            "version": gift.version,
        }
        super().__init__(*args, initial=initial, **options)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 0

    def clean_tenge(self) -> int:
        return self.cleaned_data["tenge"] or 0


class HandoutForm(OfOwnUnit):
    """One child helped once.  From a gift, source, kind and size are the gift's own and are not asked."""

    date = DayField(label=_("Date"))
    source = forms.ChoiceField(
        label=_("Source"),
        choices=[CHOOSE, *Source.choices],
        help_text=_("Teachers' and parents' gifts are voluntary: keep the signed statement."),
    )
    kind = forms.ChoiceField(label=_("Kind of aid"), choices=[CHOOSE, *AidKind.choices])
    size = forms.CharField(
        label=_("Size"), max_length=20, required=False, widget=forms.TextInput(attrs={"class": "short"})
    )
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=10_000, initial=1)
    tenge = TengeField(label=_("Sum for this child, ₸"), required=False, help_text=_("In whole ₸, not in thousands."))
    sure = forms.BooleanField(label=_("The sum is right: whole ₸, not thousands"), required=False)
    proof_due = DayField(label=_("Proof of purchase due"), required=False, help_text=_("For money given to a parent."))
    reason = forms.CharField(
        label=_("Why the same kind of aid again"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "plain"}),
        help_text=_("For instance: the first pair is torn; each child of the family needs a coat of its own."),
    )

    def __init__(self, *args: Any, gift: Donation | None = None, **options: Any) -> None:
        super().__init__(*args, initial={"date": today()}, **options)
        self.gift = gift
        self.ask_sure = False
        if gift is not None:
            self.units = {gift.unit_id: gift.unit}
            for name in ("source", "kind", "size", "unit"):
                del self.fields[name]
            self.fields["tenge"].help_text = _("Leave empty for the child's share of the value of the gift.")

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "tenge" in typed and typed["tenge"] is None:
            typed["tenge"] = self._share(typed.get("quantity") or 1)
        self._ask_thousands(typed.get("tenge") or 0)
        return typed

    def _share(self, quantity: int) -> int:
        gift = self.gift
        return gift.tenge * quantity // gift.quantity if gift is not None and gift.quantity else 0

    def _ask_thousands(self, sum_typed: int) -> None:
        """A sum outside the band may have been typed in thousands: the person says that it is meant so."""
        low, high = BAND
        self.ask_sure = bool(sum_typed) and not low <= sum_typed <= high
        if self.ask_sure and not self.cleaned_data.get("sure"):
            text = _("%(sum)s for one child: did you mean thousand tenge? Correct the sum or confirm it below.")
            self.add_error("tenge", text % {"sum": tenge(sum_typed)})


class HandoutFilter(forms.Form):
    unit = forms.CharField(required=False, widget=forms.HiddenInput())
    kind = forms.ChoiceField(label=_("Kind of aid"), required=False, choices=[("", _("all")), *AidKind.choices])
    source = forms.ChoiceField(label=_("Source"), required=False, choices=[("", _("all")), *Source.choices])
    debt = forms.BooleanField(label=_("proof of purchase still due"), required=False)
