"""Verbs of aid: families come on the list, donors give, children are helped."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from schools.workflow import Refused


class Wrong(Refused):
    """What was typed cannot be so; `field` says beside which field of a form the words belong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Stale(Refused):
    """Somebody saved the record after this page was opened; `stored` is the version that stands now."""

    def __init__(self, stored: Any) -> None:
        super().__init__(_("Somebody saved this record while you were writing."))
        self.stored = stored


def season_of(day: date) -> tuple[date, date]:
    """The days that belong with this one: from a campaign's opening to the eve of the next one's, both included.

    The work goes on all year (PRODUCT 2), so a gift after the campaign's last day still belongs to that campaign.
    """
    begun = Campaign.objects.filter(opens__lte=day).order_by("-opens").first()
    coming = Campaign.objects.filter(opens__gt=day).order_by("opens").first()
    last = date.fromordinal(coming.opens.toordinal() - 1) if coming else date.max
    return (begun.opens if begun else date.min), last
