"""Forms of rosters: a workbook handed in, a class by hand."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.models import Unit, User
from schools.rights import Permission, Role
from students.actions.rosters import HIGHEST_GRADE, class_key
from students.models import SchoolClass
from zabota.lib import sheets_in
from zabota.lib.clock import today

_SPAN = re.compile(r"(\d{1,2})\s*[-–—]\s*(\d{1,2})")


def schools_of(user: User) -> list[Unit]:
    """The schools whose rosters this person keeps."""
    return list(Unit.objects.for_user(user, Permission.ROSTER_WRITE).schools())


def one_of(form: forms.BaseForm, name: str) -> Any:
    """The field of a form that offers a choice; its choices are known only when the form is made."""
    return form.fields[name]


class OfOwnSchool(forms.Form):
    """Asks for the school only where the person keeps the rosters of several."""

    unit: forms.ModelChoiceField = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("School"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = schools_of(user)
        if len(self.schools) > 1:
            one_of(self, "unit").queryset = Unit.objects.for_user(user, Permission.ROSTER_WRITE).schools()
        else:
            del self.fields["unit"]

    @property
    def school(self) -> Unit:
        chosen: Unit = self.cleaned_data.get("unit") or self.schools[0]
        return chosen


class RosterForm(OfOwnSchool):
    """A workbook of classes and pupils; what is no plain workbook is refused before anything of it is kept."""

    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy("An Excel file (.xlsx) of at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    field_order = ["unit", "file"]

    def clean_file(self) -> bytes:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > sheets_in.MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 10 MB. Split it into several files."))
        content = file.read()
        try:
            sheets_in.inspect(content)
        except sheets_in.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        self.file_name = file.name or "roster.xlsx"
        return content


class ClassForm(forms.ModelForm):
    """A class or group of a school; merged grades are written «1-4»."""

    grades = forms.CharField(
        label=gettext_lazy("Grades"),
        max_length=30,
        help_text=gettext_lazy("One grade (7), several (1, 3) or a span (1-4)."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = SchoolClass
        fields = ("name", "kind", "grades", "shift", "week", "language", "teacher")
        labels = {"week": gettext_lazy("School week")}
        widgets = {
            "shift": forms.Select(choices=[(1, "1"), (2, "2"), (3, "3")]),
            "week": forms.Select(
                choices=[
                    ("", gettext_lazy("as in the school")),
                    (5, gettext_lazy("5 days")),
                    (6, gettext_lazy("6 days")),
                ]
            ),
        }

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.unit = unit
        held = User.objects.filter(posts__unit=unit, posts__role=Role.TEACHER, posts__since__lte=today())
        teachers = held.exclude(posts__until__lt=today()).distinct().order_by("last_name", "first_name", "pk")
        one_of(self, "teacher").queryset = teachers
        one_of(self, "teacher").label_from_instance = lambda teacher: teacher.full_name
        self.initial["grades"] = shown_grades(self.instance.grades or [])
        self.initial["version"] = self.instance.version

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not class_key(name):
            raise forms.ValidationError(_("Write the name of the class like 7А."))
        return name

    def clean_grades(self) -> list[int]:
        grades: set[int] = set()
        for part in re.split(r"[,;]", self.cleaned_data["grades"]):
            text = part.strip()
            span = _SPAN.fullmatch(text)
            if span and int(span[1]) <= int(span[2]):
                grades.update(range(int(span[1]), int(span[2]) + 1))
            elif text.isdecimal():
                grades.add(int(text))
            else:
                raise forms.ValidationError(_("Write the grades like 7, 1-4 or 1, 3."))
        if max(grades) > HIGHEST_GRADE:
            raise forms.ValidationError(_("Grades go from 0 to 12."))
        return sorted(grades)


def shown_grades(grades: list[int]) -> str:
    """«7», «1-4», «1, 3»."""
    if len(grades) > 2 and grades == list(range(grades[0], grades[-1] + 1)):
        return f"{grades[0]}-{grades[-1]}"
    return ", ".join(map(str, grades))
