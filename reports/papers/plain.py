"""The summary as JSON (PRODUCT 13), with its words in every language."""

import json
from datetime import date
from typing import Any

from campaigns.models import Campaign
from reports.editions import Edition, edition_of
from reports.figures import Figures, is_entered
from schools.models import Unit


def summary_json(campaign: Campaign, unit: Unit, as_of: date, figures: Figures) -> dict[str, Any]:
    """Values of the unit and of the units one level below."""
    return edition_json(edition_of(campaign, unit, as_of, figures))


def edition_json(edition: Edition) -> dict[str, Any]:
    return {
        "campaign": edition.campaign.code,
        **_unit(edition, edition.unit),
        "as_of": edition.as_of.isoformat(),
        "labels": {
            one.code: {"label": one.label, "measure": one.measure, "parts": one.parts} for one in edition.catalogue
        },
        "children": [_unit(edition, child) for child in edition.children],
    }


def edition_bytes(edition: Edition) -> bytes:
    return json.dumps(edition_json(edition), ensure_ascii=False, indent=1).encode()


def _unit(edition: Edition, unit: Unit) -> dict[str, Any]:
    """A unit and its values; `entered` tells a unit with zeros from one that has entered nothing."""
    figures = edition.figures[unit.pk]
    return {
        "unit": unit.code,
        "name": {"kk": unit.name_kk, "ru": unit.name_ru, "en": unit.name_kk},
        "entered": is_entered(figures),
        "values": {code: figure.as_json() for code, figure in figures.items()},
    }
