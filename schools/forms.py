"""What people type on the pages of the school system."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from schools.models import Post, Unit, User
from schools.names import labels_of, order_of_units, units_named
from schools.rights import ROLES, Level, Permission, Role
from zabota.lib.clock import today
from zabota.lib.kazakh import fold, tidy

NEW, HAS_ONE = "new", "existing"
CHOOSE = ("", _("choose"))  # nothing is chosen for the person: a wrong first line is not noticed
CHOICES_AT_MOST = 200  # units in one drop-down list


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Obligatory(forms.TextInput):
    """A field without the word «optional» beside it, though the form decides when it must be filled in."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "plain"})


class StaffSearch(forms.Form):
    """Filters of the list of posts."""

    q = forms.CharField(label=_("Name, login or unit"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Post"), required=False, choices=[("", _("all")), *Role.choices])
    ended = forms.BooleanField(label=_("Ended posts too"), required=False)

    def narrow(self, posts: QuerySet[Post]) -> QuerySet[Post]:
        asked = self.cleaned_data if self.is_valid() else {}
        if not asked.get("ended"):
            posts = posts.exclude(until__lt=today())
        if asked.get("role"):
            posts = posts.filter(role=asked["role"])
        for word in tidy(asked.get("q", "")).split():
            posts = posts.filter(
                Q(user__last_name__icontains=word)
                | Q(user__first_name__icontains=word)
                | Q(user__patronymic__icontains=word)
                | Q(user__username__icontains=word)
                | Q(unit__found_by__contains=fold(word))
            )
        return posts

    @property
    def selective(self) -> bool:
        return self.is_valid() and bool(self.cleaned_data["q"].strip())


class UnitSearch(forms.Form):
    """Which unit: asked first where there are too many for one list."""

    unit_words = forms.CharField(label=_("Unit: part of its name, or its code"), required=False, max_length=100)


def _roles_at(levels: list[Level]) -> Iterator[tuple[str, str]]:
    """The roles that exist at these levels; where there are several levels, each role says its own."""
    for role in Role:
        found = [str(level.label) for level in levels if (role, level) in ROLES]
        if found:
            yield role.value, f"{role.label} ({'; '.join(found)})" if len(levels) > 1 else str(role.label)


class StaffForm(forms.Form):
    """A post for a new or an existing account."""

    account = forms.ChoiceField(
        label=_("Account"),
        choices=[(NEW, _("new")), (HAS_ONE, _("the person has a login already"))],
        widget=forms.RadioSelect,
        initial=NEW,
    )
    login = forms.CharField(
        label=_("Login"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and the signs @ . + - _"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    # asked of a new account alone, and then obligatory: `clean` sees to it
    surname = forms.CharField(label=_("Surname"), max_length=150, required=False, widget=_Obligatory())
    name = forms.CharField(label=_("Name"), max_length=150, required=False, widget=_Obligatory())
    patronymic = forms.CharField(label=_("Patronymic"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("For a forgotten password."))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    role = forms.ChoiceField(label=_("Post"), choices=Role.choices)
    since = forms.DateField(label=_("From"), widget=Day())
    until = forms.DateField(label=_("To"), widget=Day(), required=False, help_text=_("A stand-in has a last day."))
    acting = forms.BooleanField(label=_("Stand-in: signs as acting"), required=False)

    def __init__(self, *args: Any, user: User, unit_words: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {"since": today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        units = units_named(Unit.objects.for_user(user, Permission.STAFF_WRITE).filter(closed_on=None), unit_words)
        shown = list(units.order_by(*order_of_units())[: CHOICES_AT_MOST + 1])
        self.too_many = len(shown) > CHOICES_AT_MOST
        self.none_found = not shown
        field: Any = self.fields["unit"]
        field.queryset = units
        if not self.too_many:
            labels = labels_of(shown)
            field.choices = [*([CHOOSE] if len(shown) > 1 else []), *((unit.pk, labels[unit.pk]) for unit in shown)]
        levels = [level for level in Level if any(unit.level == level for unit in shown)]
        self.fields["role"].choices = [CHOOSE, *_roles_at(levels)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("account") == NEW:
            for field in ("surname", "name"):
                data[field] = tidy(data.get(field, ""))
                if not data[field] and field not in self.errors:
                    self.add_error(field, _("Give it: the name stands under every signature."))
        elif data.get("login"):
            data["holder"] = User.objects.filter(username__iexact=data["login"], is_active=True).first()
            if data["holder"] is None:
                self.add_error("login", _("There is no account with this login."))
        unit, role = data.get("unit"), data.get("role")
        if unit is not None and role and (role, unit.level) not in ROLES:
            self.add_error(
                "role",
                _("There is no post «%(role)s» at this level: %(level)s.")
                % {"role": Role(role).label, "level": unit.get_level_display()},
            )
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("A post cannot end before it begins."))
        if data.get("acting") and not until and "until" not in self.errors:
            self.add_error("until", _("A stand-in has a last day."))
        return data


class JournalSearch(forms.Form):
    """Filters of the journal: who, where, when."""

    what = forms.CharField(required=False, widget=forms.HiddenInput)
    login = forms.CharField(label=_("Login"), required=False, max_length=150)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=100)
    first = forms.DateField(label=_("From"), required=False, widget=Day())
    last = forms.DateField(label=_("To"), required=False, widget=Day())

    def narrow(self, rows: QuerySet[Any], user: User) -> QuerySet[Any]:
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("login"):
            rows = rows.filter(by=asked["login"].strip())
        if asked.get("unit"):
            found = units_named(Unit.objects.for_user(user, Permission.JOURNAL_VIEW), asked["unit"])
            rows = rows.under(*found.order_by("pk").values_list("pk", flat=True)[:CHOICES_AT_MOST])  # type: ignore[attr-defined]
        if asked.get("first"):
            rows = rows.filter(at__date__gte=asked["first"])
        if asked.get("last"):
            rows = rows.filter(at__date__lte=asked["last"])
        return rows
