"""Work of the queue: checking and entering roster workbooks."""

from collections.abc import Generator
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.actions import content_of
from schools.jobs import Step, handles
from schools.models import Job, User
from schools.workflow import Refused
from students import imports
from students.actions import rosters
from students.models import Intake
from students.states import IntakeState
from zabota.lib import sheets_in

Way = Generator[Step, None, dict[str, str]]


@handles(rosters.CHECK)
def check_roster(job: Job) -> Way:
    """Read the workbook in a child process, run all rules, keep what was found.  A second run finds it done."""
    intake, by = _intake_of(job)
    if intake.state == IntakeState.UPLOADED:
        yield Step(0, 2, _("Opening the workbook"))
        _be_patient()
        roster = _read(intake, by)
        if roster is not None:
            yield Step(1, 2, _("Checking %(count)s rows") % {"count": len(roster.lines)})
            _keep(intake, roster, imports.check(roster, intake.unit), by)
    return {"url": reverse("intake", args=[intake.pk])}


@handles(rosters.ENTER)
def enter_roster(job: Job) -> Way:
    """Read the workbook once more, look once more, enter it in one transaction.  A second run finds it entered."""
    intake, by = _intake_of(job)
    if intake.state == IntakeState.CHECKED:
        yield Step(0, 2, _("Opening the workbook"))
        _be_patient()
        roster = imports.read_roster(content_of(intake.document), intake.unit)
        yield Step(1, 2, _("Entering %(count)s rows") % {"count": len(roster.lines)})
        _be_patient()
        changes = imports.check(roster, intake.unit)
        if roster.faults:  # the country has moved on since the check: show what stands in the way now
            _keep(intake, roster, changes, by)
        else:
            rosters.enter(intake=intake, rows=roster.rows, by=by)
    return {"url": reverse("intake", args=[intake.pk])}


def _intake_of(job: Job) -> tuple[Intake, User]:
    if job.user is None:
        raise Refused(_("This work needs a person who wants it."))
    return Intake.objects.select_related("document", "unit").get(pk=job.args["intake"]), job.user


def _read(intake: Intake, by: User) -> imports.Roster | None:
    try:
        return imports.read_roster(content_of(intake.document), intake.unit)
    except sheets_in.Refused as refusal:
        rosters.refuse(intake=intake, words=str(refusal), by=by)
        return None


def _keep(intake: Intake, roster: imports.Roster, changes: dict[str, Any], by: User) -> None:
    rosters.report(
        intake=intake,
        rows_read=len(roster.lines),
        rows_good=roster.good,
        errors=imports.errors_of(roster),
        changes=changes,
        by=by,
    )


def _be_patient() -> None:
    """No page waits for this transaction: the child process may read for a minute, another roster be entered first."""
    with connection.cursor() as cursor:
        cursor.execute("set local idle_in_transaction_session_timeout = '3min'; set local lock_timeout = '50s'")
