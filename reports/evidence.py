"""What a unit's own reports prove in its plan."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from campaigns.evidence import Evidence, proves
from campaigns.models import FINAL, Campaign
from reports.models import Submission
from reports.states import HANDED_IN


@proves("6.1.11", "6.3.4")
def submissions(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """A bulletin follows the results; the summary of the campaign is what the Committee is told."""
    rows = Submission.objects.filter(unit_id__in=units, campaign=campaign)
    names = {each.code: each.name for each in campaign.rounds}
    for row in rows.order_by("unit_id", "form", "-edition").distinct("unit_id", "form"):
        sent = row.state in HANDED_IN
        words = _("%(report)s: %(state)s") % {"report": names.get(row.form, row.form), "state": row.get_state_display()}
        yield Evidence(row.unit_id, "6.1.11", words, sent, "submissions")
        if row.form == FINAL:
            yield Evidence(row.unit_id, "6.3.4", words, sent, "submissions")
