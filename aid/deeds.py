"""How the journal speaks of families and gifts."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.tables import WORDS, Words

WORDS["aid"] = Words(
    subjects={
        "Family": pgettext_lazy("journal", "family"),
        "Member": pgettext_lazy("journal", "child of a family"),
        "Donation": pgettext_lazy("journal", "gift"),
        "Handout": pgettext_lazy("journal", "handout"),
    },
    deeds={
        "add_family": _("Family entered"),
        "change_family": _("Family corrected"),
        "add_member": _("Child added to the family"),
        "change_member": _("Child of the family corrected"),
        "remove_member": _("Child taken out of the family"),
        "submit": _("Family sent to the district"),
        "approve": _("Family approved"),
        "send_back": _("Family returned with a remark"),
        "remove": _("Family removed from the list"),
        "register_donation": _("Gift registered"),
        "receive": _("Gift received"),
        "hand_out": _("Aid handed out"),
        "prove": _("Proof of purchase handed in"),
    },
    codes={"pledged": _("pledged"), "received": _("received")},
)
