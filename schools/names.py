"""Finding units by their names, and naming them so that nobody takes one for another."""

import operator
from functools import reduce

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.utils.translation import get_language

from schools.models import Unit
from schools.number import ROOT, ancestors
from schools.rights import Level
from zabota.lib.kazakh import fold


def units_named(units: QuerySet[Unit], text: str) -> QuerySet[Unit]:
    """Units whose code this is, or whose names hold every word; all of them for an empty text."""
    words = fold(text).split()
    if not words:
        return units
    named = reduce(operator.and_, (Q(found_by__contains=word) for word in words))
    return units.filter(Q(code=text.strip()) | named)


def order_of_units(path: str = "") -> tuple[Case, str, str]:
    """The higher unit first, then the alphabet of the reader's language; `path` leads to the unit («unit__»)."""
    ranks = [When(**{f"{path}level": level}, then=rank) for rank, level in enumerate(Level)]
    name = "order_ru" if get_language() == "ru" else "order_kk"
    return Case(*ranks, output_field=IntegerField()), f"{path}{name}", f"{path}pk"


def labels_of(units: list[Unit]) -> dict[int, str]:
    """Names with the parents' names, in one query for all of them: the same name exists thrice in the country."""
    line = {up for unit in units for up in ancestors(unit.pk)} - {ROOT}
    names = {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=line)}
    return {unit.pk: ", ".join(names[up] for up in ancestors(unit.pk) if up in names) or unit.name for unit in units}
