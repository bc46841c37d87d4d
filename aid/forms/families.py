"""Shapes in: the family, its child, the filter of the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aid.models import Member
from aid.states import Category, FamilyState, Status
from campaigns.forms import DayField, own_units
from schools.models import User
from schools.rights import Permission


class FamilyForm(forms.Form):
    """First page of a new family: who they are and where they live."""

    unit = forms.TypedChoiceField(label=_("School"), coerce=int)
    name = forms.CharField(
        label=_("Family name"), max_length=150, help_text=_("As people of the school call the family: «Ахметовтер».")
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        units = [unit for unit in own_units(user, Permission.FAMILY_WRITE) if unit.is_school]
        initial = {"unit": units[0].pk if units else None, **(options.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **options)
        self.units = {unit.pk: unit for unit in units}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()


class MemberForm(forms.Form):
    """What the child is on the list for: two independent lists, each entry until a day."""

    categories = forms.TypedMultipleChoiceField(
        label=_("Legal categories"),
        coerce=int,
        choices=[(value, f"{value}. {label}") for value, label in Category.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("The five categories of decree № 64."),
    )
    note = forms.CharField(
        label=_("Minutes of the collegial body"),
        max_length=200,
        required=False,
        help_text=_("For category 5: number and date, for instance «№ 4, 14.01.2027»."),
    )
    statuses = forms.MultipleChoiceField(
        label=_("Social statuses"), choices=Status.choices, required=False, widget=forms.CheckboxSelectMultiple()
    )
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("The day when the supporting papers end, if they do.")
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    @staticmethod
    def initial_of(member: Member) -> dict[str, Any]:
        return {
            "categories": member.categories,
            "statuses": member.statuses,
            "valid_until": member.valid_until,
        }


class RemarkForm(forms.Form):
    """The words that go with a return or a removal."""

    note = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "plain"})
    )


class FamilyFilter(forms.Form):
    unit = forms.CharField(required=False, widget=forms.HiddenInput())
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *FamilyState.choices])
    q = forms.CharField(label=_("Family name"), required=False, max_length=100)

    def __init__(self, *args: Any, names: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not names:
            del self.fields["q"]
