"""Who was found: a child of one of our registers (`pupil`), or one whose name is typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from students.forms import DayField
from students.models import Pupil
from students.states import CaseKind, Cause, Sex

_EMPTY = [("", "–")]


class FoundForm(forms.Form):
    """A child found by a raid or a round: the event says when, by whom and how."""

    surname = forms.CharField(label=_("Surname"), max_length=100)
    name = forms.CharField(label=_("Name"), max_length=100)
    born = DayField(label=_("Date of birth"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=[*_EMPTY, *Sex.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=CaseKind.choices, widget=forms.RadioSelect)
    cause = forms.ChoiceField(label=_("Suspected cause"), choices=[*_EMPTY, *Cause.choices], required=False)
    another = forms.BooleanField(label=_("I have checked: this is another child"), required=False)

    def __init__(self, *args: Any, pupil: Pupil | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if pupil is not None:
            for name in ("surname", "name", "born", "sex", "another"):
                del self.fields[name]

    def ask_about_doubles(self) -> None:
        self.add_error("another", _("There is such a child already. Look at the list above before you go on."))
