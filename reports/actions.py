"""Verbs of reporting: prepare, write, sign, accept, send back, seal."""

from collections.abc import Iterable
from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Round
from reports.counting import count
from reports.editions import Edition, Missing, counted, keep_sealed, keep_signed, sealed_edition
from reports.gaps import Gap, gaps, nil_gaps
from reports.models import Paper, Submission
from reports.places import children, latest
from reports.states import SUBMISSION, PaperFormat, SubmissionState
from schools.actions import keep_document
from schools.jobs import want
from schools.journal import record
from schools.models import Job, Post, Unit, User
from schools.number import ROOT
from schools.rights import Permission as P
from schools.workflow import Refused, WrongState
from zabota.lib.clock import now, today

SEAL = "summary.seal"
SIGN = "submission.sign"
MAY_WRITE = (P.ORDER_WRITE, P.REPORT_SIGN)  # the coordinator prepares, the head signs
S = SubmissionState


class Stale(Refused):
    """The report was saved by somebody else since the page was opened; nothing typed is lost."""

    def __init__(self, current: Submission | None) -> None:
        super().__init__(_("This report has been changed since you opened the page."))
        self.current = current


def version_of(submission: Submission | None) -> str:
    """What a page carries to say which version it shows: edition and version."""
    return f"{submission.edition}.{submission.version}" if submission else "0.0"


def current(unit: Unit, campaign: Campaign, form: str) -> Submission | None:
    """The last edition of the unit's report for the round."""
    return latest(campaign, form, [unit.pk]).get(unit.pk)


def may_write(user: User, unit: int) -> bool:
    """A report is written and signed in its own unit, by nobody above."""
    return any(unit in user.grants.units(permission) for permission in MAY_WRITE)


def may_sign(user: User, unit: int) -> bool:
    return unit in user.grants.units(P.REPORT_SIGN)


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
    submission.nil, submission.signed_on, submission.signed_by = (
        sorted(set(nil)),
        today(),
        signature(by, submission.unit_id),
    )
    _save(submission, "as_of", "nil", "signed_on", "signed_by")
    keep_signed(submission, figures, reasons)
    return submission


@transaction.atomic
def accept(*, submission: Submission, by: User) -> Submission:
    """Accept a signed report of a unit below."""
    SUBMISSION.make("accept", submission, by=by)
    submission.remark = ""
    _save(submission, "remark")
    return submission


@transaction.atomic
def send_back(*, submission: Submission, note: str, by: User) -> Submission:
    """Return a signed report with a remark that its unit reads; what was signed stays kept."""
    SUBMISSION.make("send_back", submission, by=by, note=note)
    submission.remark = note.strip()
    _save(submission, "remark")
    return submission


@transaction.atomic
def want_signature(*, submission: Submission, nil: list[str], missing: dict[str, str], by: User) -> Job:
    """Ask for a signature whose count reads too much for a request; what is missing is said at once."""
    if not may_sign(by, submission.unit_id):
        raise PermissionDenied
    found = gaps(submission.unit, submission.campaign, _round(submission.campaign, submission.form))
    _refuse(found, {code: why for code, why in missing.items() if why.strip()})
    return want(SIGN, f"sign:{submission.pk}", by=by, submission=submission.pk, nil=nil, missing=missing)


# ---- the summary


def why_not_sealed(campaign: Campaign, round_: Round) -> str:
    """Why the summary of this round cannot be sealed today; empty when it can."""
    if round_.is_final and today() < campaign.closes:
        return _("The final summary can be sealed from %(day)s, the last day of the campaign.") % {
            "day": f"{campaign.closes:%d.%m.%Y}"
        }
    if today() < campaign.opens:
        return _("The campaign has not opened yet.")
    return ""


@transaction.atomic
def want_seal(*, campaign: Campaign, form: str, by: User) -> Job:
    """Ask for the summary to be sealed; asking again leads to the same work."""
    if not by.grants.cover(P.SUMMARY_SEAL, ROOT):
        raise PermissionDenied
    refusal = why_not_sealed(campaign, _round(campaign, form))
    if refusal:
        raise Refused(refusal)
    return want(SEAL, f"seal:{campaign.code}:{form}", by=by, campaign=campaign.code, form=form)


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
def seal(*, campaign: Campaign, form: str, by: User) -> Submission:
    """Count the country once, keep every unit's figures, close the edition.  Sealed already: nothing happens."""
    ministry = Unit.objects.get(pk=ROOT)
    submission = prepare(unit=ministry, campaign=campaign, form=form, by=by)
    if submission.state == S.SEALED:
        return submission
    round_ = _round(campaign, form)
    refusal = why_not_sealed(campaign, round_)
    if refusal:
        raise Refused(refusal)
    submission.as_of = min(round_.as_of, today())
    figures = count(campaign, submission.as_of)
    SUBMISSION.make("seal", submission, by=by)
    submission.signed_on, submission.signed_by = today(), signature(by, ROOT)
    _save(submission, "as_of", "signed_on", "signed_by")
    keep_sealed(submission, figures, missing_reports(campaign, form), submission.text)
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


def signature(user: User, unit: int) -> str:
    """«Name, post»; a stand-in signs as acting."""
    posts = [post for post in user.current_posts if post.unit_id == unit] or user.current_posts
    if not posts:
        return user.full_name
    return f"{user.full_name}, {_post_words(posts[0])}"


def _post_words(post: Post) -> str:
    return _("acting: %(post)s") % {"post": post.title} if post.acting else post.title


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
