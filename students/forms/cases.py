"""Cases as people type them."""

from typing import Any

from django import forms
from django.db.models import Func, IntegerField, Q
from django.utils.translation import gettext_lazy as _

from schools.models import Unit, User
from schools.names import order_of_units
from schools.rights import Permission
from students.forms import DayField
from students.forms.days import UnitChoice
from students.forms.found import FoundForm
from students.models import Case
from students.states import CaseKind, CaseSource, CaseState, Cause, Closing
from zabota.lib.clock import today

_EMPTY = [("", "–")]


class CaseFilters(forms.Form):
    """What of the list is shown; the choice lives in the address."""

    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), required=False, to_field_name="code")

    OPEN = "open"

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        anything = [("", _("all"))]
        self.fields["state"].choices = [*anything, (self.OPEN, _("still out")), *CaseState.choices]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [*anything, *CaseKind.choices]  # type: ignore[attr-defined]
        own = user.grants.units(Permission.CASE_VIEW)
        below = Unit.objects.for_user(user, Permission.CASE_VIEW).alias(
            over=Func("pk", function="unit_above", output_field=IntegerField())
        )
        # a figure may lead here with any unit of one's subtree; the list itself offers those directly below
        unit: Any = self.fields["unit"]
        unit.queryset = below
        offered = below.filter(Q(over__in=own) | Q(code=self.data.get("unit", ""))).order_by(*order_of_units())
        unit.choices = [*anything, *((each.code, each.name) for each in offered)]
        if all(post.unit.is_school for post in user.current_posts):
            del self.fields["unit"]
        for field in self.fields.values():
            field.widget.attrs["class"] = "plain"

    @property
    def chosen(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, rows: Any) -> Any:
        """The cases that fit; a wrong value in the address filters nothing."""
        if not self.is_valid():
            return rows
        state, kind, unit = (self.cleaned_data.get(name) for name in ("state", "kind", "unit"))
        if state == self.OPEN:
            rows = rows.open()
        elif state:
            rows = rows.filter(state=state)
        if kind:
            rows = rows.filter(kind=kind)
        return rows.under(unit.pk) if unit else rows


class NewCaseForm(FoundForm):
    """A child found out of school, by whichever of one's units and in whatever way."""

    unit = UnitChoice(Unit.objects.none(), label=_("Found by"))
    found_on = DayField(label=_("Found on"), initial=today)
    source = forms.ChoiceField(label=_("How the child was found"), choices=CaseSource.choices)
    field_order = ["unit", "surname", "name", "born", "sex", "found_on", "source", "kind", "cause", "another"]

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        own = user.grants.units(Permission.CASE_WRITE)
        field = self.fields["unit"]
        assert isinstance(field, UnitChoice)
        field.queryset = Unit.objects.for_user(user, Permission.CASE_WRITE).filter(pk__in=own)
        if len(own) == 1:
            field.initial, field.widget = own[0], forms.HiddenInput()


class CaseForm(forms.Form):
    """A change of a case: knows which version the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        initial = {"version": case.version, **self.initial_of(case)}
        super().__init__(*args, initial=initial, **options)

    def initial_of(self, case: Case) -> dict[str, Any]:
        return {}


class ConfirmForm(CaseForm):
    confirmed_on = DayField(label=_("Confirmed on"))
    cause = forms.ChoiceField(label=_("Main cause"), choices=[*_EMPTY, *Cause.choices], required=False)

    def initial_of(self, case: Case) -> dict[str, Any]:
        return {"confirmed_on": today(), "cause": case.cause}


class DismissForm(CaseForm):
    note = forms.CharField(label=_("Why this is not a case"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class CloseForm(CaseForm):
    closed_on = DayField(label=_("Closed on"))
    closing = forms.ChoiceField(label=_("Closed because"), choices=Closing.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Proof"),
        max_length=1000,
        help_text=_("The document or the person that proves it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def initial_of(self, case: Case) -> dict[str, Any]:
        return {"closed_on": today()}


class FactsForm(CaseForm):
    """What happened on the way; only what is changed is written."""

    visited_on = DayField(label=_("Visited on"), required=False)
    returned_on = DayField(
        label=_("Returned on"),
        required=False,
        help_text=_("Registers fill this in by themselves: enter it only where there is none."),
    )

    def initial_of(self, case: Case) -> dict[str, Any]:
        return {"visited_on": case.visited_on, "returned_on": case.returned_on if case.is_back else None}

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, case=case, **options)
        if case.state == CaseState.DRAFT:
            del self.fields["returned_on"]
