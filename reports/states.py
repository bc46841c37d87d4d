"""States of what units report (PRODUCT 12)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from schools.rights import Permission as P
from schools.workflow import Move, Workflow


class SubmissionState(TextChoices):
    DRAFT = "draft", _("being prepared")
    SIGNED = "signed", _("signed")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")
    SEALED = "sealed", _("sealed")


S = SubmissionState
HANDED_IN = (S.SIGNED, S.ACCEPTED, S.SEALED)
SUBMISSION = Workflow(
    S.DRAFT,
    Move("sign", (S.DRAFT, S.RETURNED), S.SIGNED, P.REPORT_SIGN, _("Sign and send"), at_home=True),
    Move("accept", (S.SIGNED,), S.ACCEPTED, P.REPORT_ACCEPT, _("Accept"), from_above=True),
    Move(
        "send_back",
        (S.SIGNED,),
        S.RETURNED,
        P.REPORT_ACCEPT,
        _("Return with a remark"),
        from_above=True,
        needs_note=True,
    ),
    Move("seal", (S.DRAFT,), S.SEALED, P.SUMMARY_SEAL, _("Seal the summary"), at_root=True),
)


class PaperFormat(TextChoices):
    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"
    JSON = "json", "JSON"
