"""The summary as JSON (PRODUCT 13)."""

import json
from datetime import date
from typing import Any

from campaigns.models import Campaign
from reports.editions import Edition, edition_of
from reports.figures import Figure, Figures
from schools.models import Unit


def summary_json(campaign: Campaign, unit: Unit, as_of: date, figures: Figures) -> dict[str, Any]:
    """Values of the unit and of the units one level below."""
    return edition_json(edition_of(campaign, unit, as_of, figures))


def edition_json(edition: Edition) -> dict[str, Any]:
    return {
        "campaign": edition.campaign.code,
        **_named(edition.unit),
        "as_of": edition.as_of.isoformat(),
        "values": _values(edition.own),
        "children": [{**_named(child), "values": _values(edition.figures[child.pk])} for child in edition.children],
    }


def edition_bytes(edition: Edition) -> bytes:
    return json.dumps(edition_json(edition), ensure_ascii=False, indent=1).encode()


def _named(unit: Unit) -> dict[str, str]:
    return {"unit": unit.code, "name": unit.name}


def _values(figures: dict[str, Figure]) -> dict[str, Any]:
    return {code: figure.as_json() for code, figure in figures.items()}
