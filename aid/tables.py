"""Listings of aid, described once for the screen and for files."""

from dataclasses import dataclass
from operator import attrgetter, itemgetter, methodcaller
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from aid.models import Donation, Handout
from aid.money import tenge
from aid.states import FamilyState
from zabota.lib.sheets_out import DATE, WHOLE
from zabota.lib.tables import Column, Table


@dataclass(frozen=True, slots=True)
class Money(Column):
    """A sum in whole ₸, said with its sign."""

    number_format: str = WHOLE
    number: bool = True

    def text(self, item: Any) -> str:
        return tenge(self.value(item))


FAMILY_TONES = {
    FamilyState.DRAFT: "none",
    FamilyState.SUBMITTED: "due",
    FamilyState.APPROVED: "ok",
    FamilyState.REMOVED: "none",
}


def is_returned(family: Any) -> bool:
    """A draft the district has sent back; `remark` is the last one in the journal."""
    return family.state == FamilyState.DRAFT and family.remark is not None


def family_state(family: Any) -> str:
    return str(_("returned with a remark") if is_returned(family) else family.get_state_display())


def family_tone(family: Any) -> str:
    return "late" if is_returned(family) else FAMILY_TONES[family.state]


def gift_state(gift: Donation) -> str:
    """Pledged → received → given: how far the gift has come."""
    if gift.received_on is None:
        return str(_("pledged"))
    pieces_left = gift.quantity - (gift.given or 0)  # type: ignore[attr-defined]
    sum_left = gift.tenge - (gift.given_tenge or 0)  # type: ignore[attr-defined]
    spent = sum_left <= 0 if gift.kind == "money" else pieces_left <= 0
    return str(_("given")) if spent else str(_("received"))


def gift_tone(gift: Donation) -> str:
    if gift.received_on is None:
        return "due"
    return "ok" if gift_state(gift) == str(_("given")) else "info"


def proof_state(handout: Handout) -> str:
    if handout.proof_due is None:
        return "–"
    if handout.proof_on is not None:
        return str(_("handed in %(day)s") % {"day": f"{handout.proof_on:%d.%m.%Y}"})
    return str(_("due %(day)s") % {"day": f"{handout.proof_due:%d.%m.%Y}"})


FAMILIES = Table(
    Column(_("Family"), attrgetter("name"), personal=True),
    Column(_("Number"), attrgetter("number")),
    Column(_("School"), attrgetter("unit.name")),
    Column(_("Children"), attrgetter("children"), WHOLE, number=True),
    Column(_("State"), family_state, tone=family_tone),
    Column(_("Approved on"), attrgetter("approved_on"), DATE),
)

FAMILIES_BY_UNIT = Table(
    Column(_("Unit"), itemgetter("name")),
    Column(_("Approved"), itemgetter("approved"), WHOLE, number=True),
    Column(_("Waiting for the district"), itemgetter("waiting"), WHOLE, number=True),
    Column(_("Drafts"), itemgetter("drafts"), WHOLE, number=True),
    Column(_("Removed"), itemgetter("removed"), WHOLE, number=True),
)

HANDOUTS = Table(
    Column(_("Child"), attrgetter("pupil.full_name"), personal=True),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("School"), attrgetter("unit.name")),
    Column(_("Source"), methodcaller("get_source_display")),
    Column(_("Kind of aid"), methodcaller("get_kind_display")),
    Column(_("Size"), attrgetter("size")),
    Column(_("Pieces"), attrgetter("quantity"), WHOLE, number=True),
    Money(_("Sum, ₸"), attrgetter("tenge")),
    Column(_("Proof of purchase"), proof_state),
)

HANDOUTS_BY_UNIT = Table(
    Column(_("Unit"), itemgetter("name")),
    Column(_("Children helped"), itemgetter("children"), WHOLE, number=True),
    Column(_("Handouts"), itemgetter("handouts"), WHOLE, number=True),
    Money(_("Sum, ₸"), itemgetter("tenge")),
)

DONATIONS = Table(
    Column(_("Donor"), attrgetter("donor.name")),
    Column(_("Unit"), attrgetter("unit.name")),
    Column(_("Kind of aid"), methodcaller("get_kind_display")),
    Column(_("Size"), attrgetter("size")),
    Column(_("Pieces"), attrgetter("quantity"), WHOLE, number=True),
    Column(_("Given, pieces"), lambda gift: gift.given or 0, WHOLE, number=True),
    Money(_("Sum, ₸"), attrgetter("tenge")),
    Money(_("Given, ₸"), lambda gift: gift.given_tenge or 0),
    Column(_("State"), gift_state, tone=gift_tone),
)

DONATIONS_WITHOUT_NAMES = Table(Column(_("Donor"), attrgetter("donor.impersonal_name")), *DONATIONS.columns[1:])

DONATIONS_BY_UNIT = Table(
    Column(_("Unit"), itemgetter("name")),
    Column(_("Gifts"), itemgetter("gifts"), WHOLE, number=True),
    Money(_("Pledged, ₸"), itemgetter("pledged")),
    Money(_("Received, ₸"), itemgetter("received")),
)

# what the database counts for one unit of the tables above
FAMILY_COUNTS = {
    "approved": Count("pk", filter=Q(state=FamilyState.APPROVED)),
    "waiting": Count("pk", filter=Q(state=FamilyState.SUBMITTED)),
    "drafts": Count("pk", filter=Q(state=FamilyState.DRAFT)),
    "removed": Count("pk", filter=Q(state=FamilyState.REMOVED)),
}
HANDOUT_COUNTS = {
    "children": Count("pupil", distinct=True),
    "handouts": Count("pk"),
    "tenge": Sum("tenge", default=0),
}
DONATION_COUNTS = {
    "gifts": Count("pk"),
    "pledged": Sum("tenge", default=0),
    "received": Sum("tenge", default=0, filter=Q(received_on__isnull=False)),
}


def of_one_school(table: Table) -> Table:
    """The same table where the page itself is about one school."""
    return Table(*(column for column in table.columns if column.label not in (_("School"), _("Unit"))))
