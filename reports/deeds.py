"""How the journal speaks of what units report."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.tables import WORDS, Words

WORDS["reports"] = Words(
    subjects={"Submission": pgettext_lazy("journal", "report")},
    deeds={
        "prepare": _("Report begun"),
        "write_text": _("Text of the report changed"),
        "sign": _("Report signed and sent"),
        "accept": _("Report accepted"),
        "send_back": _("Report returned with a remark"),
        "seal": _("Summary sealed"),
    },
)
