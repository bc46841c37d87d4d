"""Sealing by a real worker: killed in the middle it ends once and whole."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Campaign
from reports import actions
from reports.editions import broken
from reports.jobs import PAPERS
from reports.models import Kept, Paper, Submission
from reports.papers.plain import edition_json
from schools.actions import content_of
from schools.models import Job, Unit, User
from schools.states import JobState
from schools.wall import COUNTRY, ranges_of, scope
from tests.conftest import OWNER
from tests.reports.stories import CITY_SCHOOL, SCHOOL, VILLAGE, busy_school
from tests.workers import start_worker, wait_until

pytestmark = pytest.mark.worker
FORM = "bulletin2"


@pytest.fixture
def busy(live_country):
    with scope(COUNTRY):
        for unit in (SCHOOL, VILLAGE, CITY_SCHOOL):
            busy_school(unit)
    return live_country


def ask():
    """The head of the ministry presses the button."""
    by = User.objects.get(username="ministry_head")
    with scope(ranges_of(by.grants.all_units())):
        return actions.want_seal(campaign=Campaign.objects.get(), form=FORM, reason="Сынақ", by=by)


def papers():
    with scope(COUNTRY):
        return Paper.objects.count()


def state_of(job):
    return Job.objects.get(pk=job.pk).state


def one_whole_edition():
    with scope(COUNTRY):
        submission = Submission.objects.get(unit_id=0)
        assert submission.state == "sealed"
        assert Kept.objects.filter(submission=submission).count() == Unit.objects.count()
        assert broken(submission) == []
        made = list(submission.papers.values_list("language", "format"))
        assert sorted(made) == sorted((language, format.value) for language, format, _make, _type in PAPERS)
        contents = {(paper.language, paper.format): content_of(paper.document) for paper in submission.papers.all()}
        return submission, contents


def test_a_worker_killed_in_the_middle_of_sealing_ends_once_and_whole(busy, tmp_path):
    job = ask()
    with start_worker(tmp_path) as worker:
        wait_until(lambda: papers() >= 1, 60, "the first document is not made", worker)
        worker.kill()
        assert state_of(job) == JobState.RUNNING
        half = papers()
        assert half < len(PAPERS)
        worker.start()
        seconds = wait_until(lambda: state_of(job) == JobState.DONE, 60, "the job does not end", worker)
    submission, contents = one_whole_edition()
    job = Job.objects.get(pk=job.pk)
    assert job.result == {"url": f"/summary/{FORM}/"}
    assert job.tries == 2
    assert seconds <= 60
    assert all(content.startswith((b"%PDF", b"PK", b"{")) for content in contents.values())
    with scope(COUNTRY):
        assert actions.sealed(submission).own["AD-01"].numerator == 9
        assert edition_json(actions.sealed(submission))["values"]["AD-01"]["value"] == 9


def test_a_worker_killed_before_it_has_kept_anything_leaves_nothing_half_done(busy, tmp_path):
    """The owner of the tables holds the kept values still; the worker dies waiting, the next one counts once more."""
    job = ask()
    with held("reports_kept") as let_go, start_worker(tmp_path) as worker:
        wait_until(somebody_waits, 60, "nobody writes kept values", worker)
        worker.kill()
        let_go()
        with scope(COUNTRY):
            assert not Kept.objects.exists()
            assert not Submission.objects.exists()
        worker.start()
        wait_until(lambda: state_of(job) == JobState.DONE, 60, "the job does not end", worker)
    one_whole_edition()


@contextmanager
def held(table):
    """A second connection, the owner's, keeps others from writing the table until it lets go."""
    other = connection.copy()
    other.settings_dict["USER"] = OWNER
    with other.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(f"lock table {table} in share mode")
        yield lambda: cursor.execute("rollback")
    other.close()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where not granted and locktype = 'relation'")
        return cursor.fetchone()[0]


def test_asked_twice_the_summary_is_sealed_once(busy, tmp_path):
    job = ask()
    assert ask() == job
    with start_worker(tmp_path) as worker:
        wait_until(lambda: state_of(job) == JobState.DONE, 60, "the job does not end", worker)
        _submission, first = one_whole_edition()
        assert ask().state == JobState.DONE
        long_ago = timezone.now() - timedelta(hours=1)  # the sweeper finds it by itself
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, ended_at=None, created_at=long_ago)
        wait_until(lambda: state_of(job) == JobState.DONE, 60, "the job does not end again", worker)
    _submission, again = one_whole_edition()
    assert again == first
