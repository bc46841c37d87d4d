"""Work that outlives a request: sealing the summary, and signing where the count is long."""

from collections.abc import Callable, Generator
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from reports.actions import SEAL, SIGN, keep_paper, seal, sealed, sign_as_read
from reports.editions import Edition, broken
from reports.models import Paper, Submission
from reports.papers.pdf import summary_pdf
from reports.papers.plain import edition_bytes
from reports.papers.workbook import summary_xlsx
from reports.states import PaperFormat
from schools.jobs import Step, handles
from schools.models import Job
from schools.workflow import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPERS: list[tuple[str, PaperFormat, Callable[[Edition], bytes], str]] = [
    ("kk", PaperFormat.PDF, summary_pdf, "application/pdf"),
    ("ru", PaperFormat.PDF, summary_pdf, "application/pdf"),
    ("kk", PaperFormat.XLSX, summary_xlsx, XLSX),
    ("ru", PaperFormat.XLSX, summary_xlsx, XLSX),
    ("", PaperFormat.JSON, edition_bytes, "application/json"),
]


@handles(SEAL, one_reading=True)
def seal_summary(job: Job) -> Generator[Step, None, dict[str, Any]]:
    """One reading of the whole country, then the documents from what it kept.  Every step may run twice."""
    assert job.user is not None
    campaign, form = Campaign.objects.get(code=job.args["campaign"]), job.args["form"]
    total = len(PAPERS) + 2
    yield Step(0, total, _("Counting the country"))
    submission = seal(campaign=campaign, form=form, reason=job.args["reason"], by=job.user)
    for done, (language, format, make, content_type) in enumerate(PAPERS, 1):
        yield Step(
            done,
            total,
            _("Making the document: %(paper)s") % {"paper": f"{format.label} {language}".strip()},
        )
        if Paper.objects.filter(submission=submission, language=language, format=format).exists():
            continue
        _patience()
        with translation.override(language or job.args.get("language")):
            content = make(sealed(submission))
        parts = (campaign.code, form, f"{submission.as_of:%Y-%m-%d}", language)
        name = f"{' '.join(part for part in parts if part)}.{format}"
        keep_paper(
            submission=submission,
            language=language,
            format=format,
            content=content,
            name=name,
            content_type=content_type,
            by=job.user,
        )
    yield Step(total - 1, total, _("Checking what was kept"))
    wrong = broken(submission)
    if wrong:
        raise Refused(_("The kept figures do not agree with their hashes: %(units)s.") % {"units": ", ".join(wrong)})
    return _result("summary_of", form)


@handles(SIGN, one_reading=True)
def sign_report(job: Job) -> Generator[Step, None, dict[str, Any]]:
    """Sign the report of an oblast or a city: its count reads too much for a request."""
    assert job.user is not None
    yield Step(0, 1, _("Counting the figures"))
    submission = Submission.objects.select_related("unit", "campaign").get(pk=job.args["submission"])
    if submission.kept.exists():
        return _result("submission", submission.unit.code, submission.form)
    given = {name: job.args[name] for name in ("version", "nil", "missing")}
    sign_as_read(submission=submission, by=job.user, **given)
    return _result("submission", submission.unit.code, submission.form)


def _patience() -> None:
    """A paper of the whole country is laid out for half a minute and more: the database waits without hanging up."""
    with connection.cursor() as cursor:
        cursor.execute("set local idle_in_transaction_session_timeout = '10min'")


def _result(url_name: str, *args: Any) -> dict[str, Any]:
    return {"url": reverse(url_name, args=args)}
