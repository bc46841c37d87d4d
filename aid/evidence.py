"""What the list of families and gifts prove in a plan."""

from collections.abc import Collection, Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from aid.models import Donation, Family
from aid.states import FamilyState
from campaigns.evidence import Evidence, proves
from campaigns.models import Campaign


@proves("6.1.7", "6.1.8")
def families(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """On the list means entered; the district and the committee read it once it is sent."""
    rows = Family.objects.filter(unit_id__in=units, removed_on=None).order_by()
    counted = rows.values("unit_id").annotate(
        n=Count("pk", distinct=True),
        children=Count("members__pupil", distinct=True),
        sent=Count("pk", distinct=True, filter=~Q(state=FamilyState.DRAFT)),
        approved=Count("pk", distinct=True, filter=Q(state=FamilyState.APPROVED)),
    )
    for row in counted:
        listed = _("families on the list: %(n)s, children in them – %(children)s") % row
        yield Evidence(row["unit_id"], "6.1.7", listed, True, "families")
        sent = _("families sent to the district: %(sent)s of %(n)s, approved – %(approved)s") % row
        yield Evidence(row["unit_id"], "6.1.8", sent, row["sent"] > 0, "families")


@proves("6.1.10")
def gifts(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    frame = (campaign.opens, campaign.due)
    rows = Donation.objects.filter(Q(pledged_on__range=frame) | Q(received_on__range=frame), unit_id__in=units)
    received = Count("pk", filter=Q(received_on__isnull=False))
    for row in rows.order_by().values("unit_id").annotate(n=Count("donor", distinct=True), received=received):
        words = _("donors: %(n)s, gifts received – %(received)s") % row
        yield Evidence(row["unit_id"], "6.1.10", words, True, "donations")
