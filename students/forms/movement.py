"""Forms of movement: a departure, the search before an arrival, the arrival itself."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.models import Unit
from students.actions.movement import MOST_SCHOOLS, Found, Wanted, names_of, schools_named
from students.forms.rosters import one_of, shown_grades
from students.models import SchoolClass
from students.states import Form, MovementReason, Sex
from zabota.lib import iin, kazakh
from zabota.lib.clock import today


def date_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class DepartureForm(forms.Form):
    """The school to go to is looked for by its name and place, the nearest first; where several fit, one is chosen."""

    left_on = date_field(
        gettext_lazy("Left on"), help_text=gettext_lazy("The first day the child is no longer a pupil here.")
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[("", "–"), *MovementReason.choices])
    slip = forms.CharField(label=gettext_lazy("Slip number"), max_length=30, required=False)
    to_school = forms.CharField(
        label=gettext_lazy("To school"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("A part of its name and of its district, for example «№ 3 Бурабай»; or its code."),
    )
    to_unit = forms.ChoiceField(label=gettext_lazy("Which school"), required=False, widget=forms.RadioSelect)
    to_text = forms.CharField(
        label=gettext_lazy("To, in words"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Country, region or college, if it is no school of the portal."),
    )

    def __init__(self, *args: Any, near: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools: list[Unit] = []
        if self.is_bound and self.data.get("to_school", "").strip():
            self.schools = schools_named(self.data["to_school"], near)
        if len(self.schools) > 1:
            names = names_of(school.pk for school in self.schools)
            one_of(self, "to_unit").choices = [(school.pk, names[school.pk]) for school in self.schools]
        else:
            del self.fields["to_unit"]
        self.initial.setdefault("left_on", today())

    def clean_to_school(self) -> str:
        text: str = self.cleaned_data["to_school"]
        if text and not self.schools:
            raise forms.ValidationError(_("No school fits. Try a shorter part of its name, or write it in words."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if len(self.schools) > 1 and not cleaned.get("to_unit"):
            words = _("Several schools fit: choose one.")
            if len(self.schools) == MOST_SCHOOLS:
                words = _("Many schools fit. Choose one of these, or write more of the name.")
            self.add_error("to_unit", words)
        return cleaned

    @property
    def destination(self) -> Unit | None:
        if len(self.schools) == 1:
            return self.schools[0]
        chosen = self.cleaned_data.get("to_unit")
        return next((school for school in self.schools if str(school.pk) == chosen), None)


class SearchForm(forms.Form):
    """Who comes: looked for in the whole country before anything is created."""

    surname = forms.CharField(label=gettext_lazy("Surname"), max_length=100)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    born = date_field(gettext_lazy("Date of birth"))
    iin = forms.CharField(
        label=gettext_lazy("IIN"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Twelve digits; empty if there is none yet."),
    )

    def clean_surname(self) -> str:
        return _as_name(self.cleaned_data["surname"])

    def clean_name(self) -> str:
        return _as_name(self.cleaned_data["name"])

    def clean_iin(self) -> str:
        text: str = self.cleaned_data["iin"]
        number = iin.repair(text) if text else ""
        if number is None:
            raise forms.ValidationError(_("This is not an IIN: a digit is wrong or missing."))
        return number

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(said["surname"], said["name"], said["born"], said["iin"])


class ArrivalForm(forms.Form):
    """How the child studies here.  Of a child the country knows only that is asked; of a new one the rest too."""

    pupil = forms.TypedChoiceField(
        label=gettext_lazy("Which child"), coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    patronymic = forms.CharField(label=gettext_lazy("Patronymic"), max_length=100, required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    grade = forms.TypedChoiceField(label=gettext_lazy("Grade"), coerce=int)
    form = forms.ChoiceField(label=gettext_lazy("Form of study"), choices=Form.choices, initial=Form.DAY)
    first = date_field(gettext_lazy("First day here"))

    def __init__(self, *args: Any, school_class: SchoolClass, found: Sequence[Found], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one_of(self, "grade").choices = [(grade, grade) for grade in school_class.grades]
        self.fields["grade"].help_text = _("Class %(class)s, grades %(grades)s.") % {
            "class": school_class.name,
            "grades": shown_grades(school_class.grades),
        }
        self.initial.setdefault("first", today())
        self.found = found
        if found:
            del self.fields["patronymic"], self.fields["sex"]
        if len(found) > 1:
            names = names_of(each.unit_id for each in found if each.unit_id is not None)
            one_of(self, "pupil").choices = [
                (each.pupil_id, names[each.unit_id] if each.unit_id is not None else _("enrolled nowhere"))
                for each in found
            ]
        else:
            del self.fields["pupil"]

    @property
    def child(self) -> int | None:
        """The number of the child that was found and recognised; None for a child nobody knows."""
        if len(self.found) == 1:
            return self.found[0].pupil_id
        return self.cleaned_data.get("pupil")

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "pupil"}


def _as_name(text: str) -> str:
    return kazakh.repair(kazakh.tidy(text))
