"""Shapes in: an event, its removal, the filter of the list."""

import datetime
from typing import Any

from django import forms
from django.db.models import Func, IntegerField, Q
from django.utils.translation import gettext_lazy as _

from campaigns.forms import DayField
from campaigns.forms.papers import ScanField
from campaigns.models import Event
from campaigns.states import COUNTED, FINDS_CHILDREN, MEETINGS, PRESS, Body, EventKind, Language
from schools.models import Unit, User
from schools.names import order_of_units
from schools.rights import Permission
from zabota.lib.clock import today

MOST_PEOPLE = 1_000_000
NUMBER = forms.NumberInput(attrs={"inputmode": "numeric", "class": "plain", "min": 0})

# what each kind is asked about first; everything else waits below
_GATHERING = ("title", "place")
ASKED: dict[str, tuple[str, ...]] = {
    EventKind.BROADCAST: ("title", "place", "language", "count", "link"),
    EventKind.ARTICLE: ("title", "place", "language", "count", "link"),
    EventKind.TICKER: ("place", "language", "count"),
    EventKind.ADVERT: ("place", "language", "count"),
    EventKind.VIDEO: ("place", "language", "count"),
    EventKind.LEAFLETS: ("language", "count"),
    EventKind.STAND: ("place", "language", "photo", "consent"),
    EventKind.HOTLINE: ("count",),
    **dict.fromkeys((*PRESS, *MEETINGS), _GATHERING),
    **dict.fromkeys((EventKind.CONSULTATION, EventKind.SPONSORS), (*_GATHERING, "count")),
    EventKind.HONOURING: _GATHERING,
    **dict.fromkeys(FINDS_CHILDREN, ("place",)),
}
_PEDAGOGUES = (Body.TEACHERS, Body.SOCIAL_PEDAGOGUES, Body.PSYCHOLOGISTS, Body.CLASS_TEACHERS)
# the bodies that usually come; a kind that stands here is asked about people
BODIES: dict[str, tuple[Body, ...]] = {
    **dict.fromkeys(PRESS, (Body.MEDIA, Body.EDUCATION, Body.SPONSORS, Body.NGO)),
    **dict.fromkeys(MEETINGS, (*_PEDAGOGUES, Body.EDUCATION)),
    **dict.fromkeys(FINDS_CHILDREN, (*_PEDAGOGUES, Body.POLICE, Body.COMMISSION, Body.SOCIAL)),
    EventKind.CONSULTATION: (Body.PARENTS,),
    EventKind.SPONSORS: (Body.SPONSORS, Body.EDUCATION),
    EventKind.HONOURING: (Body.TEACHERS, Body.PARENTS, Body.PUPILS, Body.SPONSORS, Body.VOLUNTEERS),
}
_FIELDS = ("title", "place", "language", "count", "link", "photo", "without_photo", "consent")


class EventForm(forms.Form):
    """An event of one kind: what the kind needs first, the rest below; a row of numbers for the bodies that came."""

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    date = DayField(label=_("Date"))
    title = forms.CharField(label=_("Subject"), max_length=300, required=False)
    place = forms.CharField(label=_("Place or medium"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("In which language"), choices=[("", "–"), *Language.choices], required=False)
    count = forms.IntegerField(min_value=0, max_value=10**9, required=False, widget=NUMBER)
    link = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https", help_text="https://…")
    photo = ScanField(label=_("Photo"), required=False, help_text=_("JPEG or PNG, up to 10 MB."))
    without_photo = forms.BooleanField(label=_("Take the stored photo away"), required=False)
    consent = forms.BooleanField(
        label=_("No child is recognisable, or the parents' consents are on record"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: str, units: list[Unit], event: Event | None = None, **options: Any) -> None:
        initial = {"date": today(), "unit": units[0].pk if units else None, **(_stored(event) if event else {})}
        super().__init__(*args, initial=initial, **options)
        self.kind, self.units = kind, {unit.pk: unit for unit in units}
        field = self.fields["unit"]
        field.choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            field.widget = forms.HiddenInput()
        if event is None:
            del self.fields["version"]
        if event is None or event.photo_id is None:
            del self.fields["without_photo"]
        if kind in COUNTED:
            self.fields["count"].label = COUNTED[EventKind(kind)]
        else:
            del self.fields["count"]
        for body in Body:
            label = str(body.label).capitalize()
            self.fields[f"of_{body}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_PEOPLE, required=False, widget=NUMBER
            )

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("An event is entered when it has taken place."))
        return day

    @property
    def participants(self) -> dict[str, int]:
        return {body.value: people for body in Body if (people := self.cleaned_data.get(f"of_{body}"))}

    def filled(self, event: Event) -> Event:
        """The event with what was typed; the photo is the action's."""
        data = self.cleaned_data
        event.date, event.title, event.place, event.link = data["date"], data["title"], data["place"], data["link"]
        event.language, event.count, event.participants = data["language"], data.get("count"), self.participants
        event.version = data.get("version") or event.version
        return event

    # ---- for the page: the same fields in their order

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that this kind needs."""
        return [self[name] for name in _FIELDS if name in self.fields and name in ASKED[self.kind]]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self[name] for name in _FIELDS if name in self.fields and name not in ASKED[self.kind]]

    @property
    def bodies(self) -> list[forms.BoundField]:
        return [self[f"of_{body}"] for body in BODIES.get(self.kind, ())]

    @property
    def other_bodies(self) -> list[forms.BoundField]:
        return [self[f"of_{body}"] for body in Body if body not in BODIES.get(self.kind, ())]

    @property
    def is_rest_open(self) -> bool:
        """What is wrong or filled in is never folded away."""
        return any(each.errors or each.value() for each in (*self.rest, *self.other_bodies))


def _stored(event: Event) -> dict[str, Any]:
    plain = {name: getattr(event, name) for name in ("date", "title", "place", "language", "count", "link", "version")}
    return {**plain, "unit": event.unit_id, **{f"of_{body}": people for body, people in event.participants.items()}}


class RemovalForm(forms.Form):
    """Why something entered is taken back."""

    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PlaceFilter(forms.Form):
    """Of which unit and of which days a list is shown; the choice lives in the address."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), required=False, to_field_name="code")
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)

    def __init__(self, *args: Any, user: User, place: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        units = Unit.objects.for_user(user, Permission.EVENT_VIEW)
        own = user.grants.units(Permission.EVENT_VIEW)
        field: Any = self.fields["unit"]
        field.queryset = units
        below = units.alias(over=Func("pk", function="unit_above", output_field=IntegerField()))
        offered = below.filter(Q(pk__in=own) | Q(over__in=own) | Q(pk=place.pk)).order_by(*order_of_units())
        field.choices = [(each.code, each.name) for each in offered]
        self.initial["unit"] = place.code
        if len(field.choices) == 1:
            del self.fields["unit"]
        for each in self.fields.values():
            each.widget.attrs["class"] = "plain"

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen besides the unit; a wrong value in the address filters nothing."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    @property
    def is_narrow(self) -> bool:
        return bool(set(self.chosen) - {"unit"})

    def apply(self, rows: Any, day: str = "date") -> Any:
        chosen = self.chosen
        if "first" in chosen:
            rows = rows.filter(**{f"{day}__gte": chosen["first"]})
        if "last" in chosen:
            rows = rows.filter(**{f"{day}__lte": chosen["last"]})
        return rows


class EventFilter(PlaceFilter):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *EventKind.choices])
    field_order = ["unit", "kind", "first", "last"]

    def apply(self, rows: Any, day: str = "date") -> Any:
        kind = self.chosen.get("kind")
        return super().apply(rows.filter(kind=kind) if kind else rows, day)
