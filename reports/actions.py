"""Verbs of reporting: prepare, write, sign, accept, send back, seal."""

from collections.abc import Iterable
from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, Round
from reports.counting import count
from reports.editions import Edition, Missing, counted, keep_sealed, keep_signed, sealed_edition
from reports.gaps import Gap, gaps, nil_gaps
from reports.models import Paper, Submission
from reports.places import children, latest
from reports.states import SUBMISSION, PaperFormat, SubmissionState
from schools.actions import keep_document, touch
from schools.jobs import want
from schools.journal import record
from schools.models import Job, Unit, User
from schools.number import ROOT
from schools.rights import Permission as P
from schools.rights import permissions
from schools.states import JobState
from schools.workflow import Refused, WrongState
from zabota.lib.clock import now, today

SEAL = "summary.seal"
SIGN = "submission.sign"
MAY_WRITE = (P.ORDER_WRITE, P.REPORT_SIGN)  # the coordinator prepares, the head signs
SIGNATURE = ("signed_on", "signed_by", "signed_as", "signed_acting")
S = SubmissionState


class Stale(Refused):
    """The report was saved by somebody else since the page was opened; nothing typed is lost."""

    def __init__(self, current: Submission | None) -> None:
        super().__init__(_("This report has been changed since you opened the page: read it again."))
        self.current = current


def version_of(submission: Submission | None) -> str:
    """What a page carries to say which version it shows: edition and version."""
    return f"{submission.edition}.{submission.version}" if submission else "0.0"


def current(unit: Unit, campaign: Campaign, form: str) -> Submission | None:
    """The last edition of the unit's report for the round."""
    return latest(campaign, form, [unit.pk]).get(unit.pk)


def may_write(user: User, unit: int) -> bool:
    """A report is written and signed in its own unit, by nobody above."""
    return any(user.grants.at(permission, unit) for permission in MAY_WRITE)


def may_sign(user: User, unit: int) -> bool:
    return user.grants.at(P.REPORT_SIGN, unit)


@transaction.atomic
def seen(*, unit: Unit, campaign: Campaign, form: str, version: str) -> Submission | None:
    """The report, locked, if it is still the version that the page showed; raises Stale otherwise."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two who begin the same report wait for one another
    found = current(unit, campaign, form)
    if found:
        found = Submission.objects.select_for_update(of=("self",)).select_related("unit", "campaign").get(pk=found.pk)
    if version_of(found) != version:
        raise Stale(found)
    return found


@transaction.atomic
def prepare(*, unit: Unit, campaign: Campaign, form: str, by: User) -> Submission:
    """The report being worked on: the last edition, or a new one where there is none or the last was returned.

    A returned edition stays as it was, with what it kept; the next one carries its text and the remark.
    """
    if not (may_write(by, unit.pk) or (unit.pk == ROOT and by.grants.cover(P.SUMMARY_SEAL, ROOT))):
        raise PermissionDenied
    if campaign.round(form) is None:
        raise Refused(_("The campaign has no such report."))
    last = current(unit, campaign, form)
    if last and last.state != S.RETURNED:
        return last
    submission = Submission.objects.create(
        unit=unit,
        campaign=campaign,
        form=form,
        edition=last.edition + 1 if last else 1,
        text=last.text if last else "",
        nil=last.nil if last else [],
        remark=last.remark if last else "",
    )
    record(submission, "prepare", unit=unit.pk, by=by, after=submission.state)
    return submission


@transaction.atomic
def write_text(*, submission: Submission, text: str, by: User) -> Submission:
    """Keep the text of a report that is not signed yet: what worked, shortcomings, proposals."""
    if not may_write(by, submission.unit_id):
        raise PermissionDenied
    if submission.state != S.DRAFT:
        raise WrongState(_("A signed report cannot be changed."))
    if text != submission.text:
        submission.text = text
        _save(submission, "text")
        record(submission, "write_text", unit=submission.unit_id, by=by)
    return submission


@transaction.atomic
def sign(*, submission: Submission, nil: list[str], by: User, missing: dict[str, str] | None = None) -> Submission:
    """Sign and send: the figures are counted afresh and kept as they are now, with their labels and hashes.

    `nil` names the sections with nothing to report; `missing` gives, by code, the reason why a unit below has none.
    Raises Refused with every gap that forbids signing.
    """
    if not may_sign(by, submission.unit_id):
        raise PermissionDenied
    if submission.unit_id == ROOT:
        raise Refused(_("The ministry's summary is not signed but sealed."))
    if submission.state == S.RETURNED:
        submission = prepare(unit=submission.unit, campaign=submission.campaign, form=submission.form, by=by)
    round_ = _round(submission.campaign, submission.form)
    reasons = {code: why.strip() for code, why in (missing or {}).items() if why.strip()}
    _refuse(gaps(submission.unit, submission.campaign, round_), reasons)
    submission.as_of = min(round_.as_of, today())
    figures = counted(submission.campaign, submission.as_of, submission.unit_id)
    _refuse(nil_gaps(figures, nil), {})
    SUBMISSION.make("sign", submission, by=by)
    submission.nil = sorted(set(nil))
    _signed_by(submission, by)
    _save(submission, "as_of", "nil", *SIGNATURE)
    keep_signed(submission, figures, reasons)
    touch([submission.unit_id])
    return submission


@transaction.atomic
def accept(*, submission: Submission, by: User) -> Submission:
    """Accept a signed report of a unit below."""
    SUBMISSION.make("accept", submission, by=by)
    submission.remark = ""
    _save(submission, "remark")
    touch([submission.unit_id])
    return submission


@transaction.atomic
def send_back(*, submission: Submission, note: str, by: User) -> Submission:
    """Return a signed report with a remark that its unit reads; what was signed stays kept."""
    SUBMISSION.make("send_back", submission, by=by, note=note)
    submission.remark = note.strip()
    _save(submission, "remark")
    touch([submission.unit_id])
    return submission


@transaction.atomic
def want_signature(*, submission: Submission, nil: list[str], missing: dict[str, str], by: User) -> Job:
    """Ask for a signature whose count reads too much for a request; what is missing is said at once.

    The work carries the version that was read: it signs that one and no other.
    """
    if not may_sign(by, submission.unit_id):
        raise PermissionDenied
    found = gaps(submission.unit, submission.campaign, _round(submission.campaign, submission.form))
    _refuse(found, {code: why for code, why in missing.items() if why.strip()})
    version = version_of(submission)
    return want(
        SIGN,
        f"sign:{submission.pk}:{version}",
        by=by,
        submission=submission.pk,
        version=version,
        nil=nil,
        missing=missing,
    )


@transaction.atomic
def sign_as_read(*, submission: Submission, version: str, nil: list[str], missing: dict[str, str], by: User) -> None:
    """Sign the version that was read when the signature was asked for; raises Stale when it is another by now."""
    read = seen(unit=submission.unit, campaign=submission.campaign, form=submission.form, version=version)
    assert read is not None
    sign(submission=read, nil=nil, missing=missing, by=by)


# ---- the summary


def why_not_sealed(campaign: Campaign, round_: Round) -> str:
    """Why the summary of this round cannot be sealed today; empty when it can."""
    if round_.is_final and today() <= campaign.closes:
        return _("The final summary can be sealed after %(day)s, the last day of the campaign.") % {
            "day": f"{campaign.closes:%d.%m.%Y}"
        }
    if today() < campaign.opens:
        return _("The campaign has not opened yet.")
    return ""


def asks_for_reason(campaign: Campaign, round_: Round) -> list[str]:
    """Why this summary may be sealed today only with a reason: before its day, or without some of the reports."""
    found = []
    if today() < round_.as_of:
        found.append(
            _("The day of this report is %(day)s: sealed now it holds the figures of today.")
            % {"day": f"{round_.as_of:%d.%m.%Y}"}
        )
    missing = len(missing_reports(campaign, round_.code))
    if missing:
        found.append(
            ngettext("%(n)s report is not accepted.", "%(n)s reports are not accepted.", missing) % {"n": missing}
        )
    return found


@transaction.atomic
def want_seal(*, campaign: Campaign, form: str, reason: str, by: User) -> Job:
    """Ask for the summary to be sealed; asking again leads to the same work."""
    if not by.grants.cover(P.SUMMARY_SEAL, ROOT):
        raise PermissionDenied
    if sealed_submission(campaign, form) is None:
        _refuse_seal(campaign, _round(campaign, form), reason)
    return want(SEAL, _seal_key(campaign, form), by=by, campaign=campaign.code, form=form, reason=reason.strip())


def sealing(campaign: Campaign, form: str) -> Job | None:
    """The work that seals this round or makes its documents, while it is not done."""
    return Job.objects.filter(key=_seal_key(campaign, form)).exclude(state=JobState.DONE).first()


def signing(submission: Submission) -> Job | None:
    """The work that signs this version of the report, while it is not done."""
    key = f"sign:{submission.pk}:{version_of(submission)}"
    return Job.objects.filter(key=key).exclude(state=JobState.DONE).first()


def _seal_key(campaign: Campaign, form: str) -> str:
    return f"seal:{campaign.code}:{form}"


def _refuse_seal(campaign: Campaign, round_: Round, reason: str) -> None:
    refusal = why_not_sealed(campaign, round_)
    if refusal:
        raise Refused(refusal)
    asked = asks_for_reason(campaign, round_)
    if asked and not reason.strip():
        raise Refused("\n".join([*asked, _("Give the reason.")]))


def missing_reports(campaign: Campaign, form: str) -> list[Missing]:
    """Oblasts and republican schools whose report is not accepted, and the remark it was returned with."""
    units = children(Unit.objects.get(pk=ROOT))
    reports = latest(campaign, form, [unit.pk for unit in units])
    found = []
    for unit in units:
        report = reports.get(unit.pk)
        if report is None or report.state != S.ACCEPTED:
            names = {"kk": unit.name_kk, "ru": unit.name_ru, "en": unit.name_kk}
            found.append(Missing(unit.code, names, report.state if report else "", report.remark if report else ""))
    return found


def sealed_submission(campaign: Campaign, form: str) -> Submission | None:
    return Submission.objects.filter(campaign=campaign, form=form, unit_id=ROOT, state=S.SEALED).first()


@transaction.atomic
def seal(*, campaign: Campaign, form: str, reason: str = "", by: User) -> Submission:
    """Count the country once, keep every unit's figures, close the edition.  Sealed already: nothing happens.

    The reason why it is sealed early or without some reports is kept in the edition and printed.
    """
    ministry = Unit.objects.get(pk=ROOT)
    submission = prepare(unit=ministry, campaign=campaign, form=form, by=by)
    if submission.state == S.SEALED:
        return submission
    round_ = _round(campaign, form)
    _refuse_seal(campaign, round_, reason)
    submission.as_of = min(round_.as_of, today())
    figures = count(campaign, submission.as_of)
    SUBMISSION.make("seal", submission, by=by)
    _signed_by(submission, by)
    _save(submission, "as_of", *SIGNATURE)
    keep_sealed(submission, figures, missing_reports(campaign, form), submission.text, reason.strip())
    touch([ROOT])
    return submission


@transaction.atomic
def keep_paper(
    *,
    submission: Submission,
    language: str,
    format: PaperFormat,
    content: bytes,
    name: str,
    content_type: str,
    by: User,
) -> Paper:
    """Keep a document made from the sealed values."""
    document = keep_document(
        unit=submission.unit,
        name=name,
        content=content,
        content_type=content_type,
        permission=P.REPORT_VIEW,
        personal=False,
        by=by,
    )
    return Paper.objects.create(
        unit_id=submission.unit_id, submission=submission, language=language, format=format, document=document
    )


def sealed(submission: Submission, units: Iterable[int] | None = None) -> Edition:
    """The sealed edition from what was kept: of the whole country, or of the ministry and some units for a page."""
    assert submission.signed_on is not None
    return sealed_edition(submission, datetime.combine(submission.signed_on, time(), tzinfo=now().tzinfo), units)


def _signed_by(submission: Submission, by: User) -> None:
    """Today, by this person, in the post at the report's own unit that gives the right."""
    right = P.SUMMARY_SEAL if submission.unit_id == ROOT else P.REPORT_SIGN
    post = next(
        post
        for post in by.current_posts
        if post.unit_id == submission.unit_id and right in permissions(post.role, post.unit.level, post.unit_id)
    )
    submission.signed_on, submission.signed_by = today(), by.full_name
    submission.signed_as, submission.signed_acting = post.role, post.acting


def _round(campaign: Campaign, form: str) -> Round:
    round_ = campaign.round(form)
    if round_ is None:
        raise Refused(_("The campaign has no such report."))
    return round_


def _refuse(found: list[Gap], reasons: dict[str, str]) -> None:
    forbidding = [gap.text for gap in found if gap.hard and not (gap.unit and gap.unit.code in reasons)]
    if forbidding:
        raise Refused("\n".join(forbidding))


def _save(submission: Submission, *fields: str) -> None:
    submission.version += 1
    submission.save(update_fields=[*fields, "version"])
