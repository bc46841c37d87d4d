"""Entry points for the queue and the clock of the machine."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_ready
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation

from schools.jobs import KINDS, MAX_TRIES, RUN, Step
from schools.models import Job
from schools.states import JobState
from schools.wall import COUNTRY, ranges_of, scope
from schools.workflow import Refused
from zabota.lib.queue import later

LEASE = timedelta(seconds=30)
WAITED_TOO_LONG = timedelta(seconds=5)
log = structlog.get_logger(__name__)


@shared_task(name=RUN)
def run_job(pk: int) -> None:
    """Carry out the job unless somebody else holds it or it has ended."""
    holder = uuid.uuid4()
    job = _take(pk, holder)
    if job is None:
        return
    stop = threading.Event()
    beat = threading.Thread(target=_hold, args=(pk, holder, stop), daemon=True)
    beat.start()
    try:
        _carry_out(job)
    except Refused as refusal:
        _end(job, JobState.FAILED, str(refusal))
    except Exception as trouble:
        log.exception("job_failed", job=pk, kind=job.kind)
        if job.tries >= MAX_TRIES:
            _end(job, JobState.FAILED, f"{type(trouble).__name__}")
        else:  # the lease is left to run out: the sweeper tries again
            Job.objects.filter(pk=pk, holder=holder).update(
                lease_until=timezone.now() + timedelta(seconds=2**job.tries)
            )
            raise
    finally:
        stop.set()
        beat.join()


def _take(pk: int, holder: uuid.UUID) -> Job | None:
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=timezone.now())
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(free, pk=pk).first()
        if job is None:
            return None
        job.state, job.holder, job.lease_until = JobState.RUNNING, holder, timezone.now() + LEASE
        job.tries += 1
        job.save()
    return job


def _hold(pk: int, holder: uuid.UUID, stop: threading.Event) -> None:
    """Lengthen the lease while the work goes on; killed with the worker, it lets go by itself."""
    while not stop.wait(LEASE.total_seconds() / 3):
        Job.objects.filter(pk=pk, holder=holder).update(lease_until=timezone.now() + LEASE)
    connection.close()


def _carry_out(job: Job) -> None:
    kind = KINDS[job.kind]
    ranges = ranges_of(job.user.grants.all_units()) if job.user else COUNTRY
    steps = kind.run(job)
    who = {"user": job.user.username if job.user else "", "job": job.pk}
    with translation.override(job.args.get("language")):
        while True:
            step: Step | None = None
            result: dict[str, Any] = {}
            with scope(ranges, one_reading=kind.one_reading, who=who):
                try:
                    step = next(steps)
                except StopIteration as end:
                    result = end.value or {}
            # after the commit: in one reading the row of the job is as old as the reading, and `_hold` has changed it
            if step is None:
                return _end(job, JobState.DONE, "", result)
            _show(job, step)


def _show(job: Job, step: Step) -> None:
    Job.objects.filter(pk=job.pk, holder=job.holder).update(done=step.done, total=step.total, words=step.words[:300])


def _end(job: Job, state: JobState, words: str, result: dict[str, Any] | None = None) -> None:
    Job.objects.filter(pk=job.pk, holder=job.holder).update(
        state=state, words=words[:300], result=result or {}, ended_at=timezone.now(), lease_until=None
    )


@shared_task(name="schools.tasks.sweep")
def sweep() -> int:
    """Send again what waits too long or whose worker has died; returns how many."""
    now = timezone.now()
    unsent = Q(lease_until=None, created_at__lt=now - WAITED_TOO_LONG) | Q(lease_until__lt=now)
    late = Q(state=JobState.QUEUED) & unsent | Q(state=JobState.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        jobs = list(Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(late).order_by("pk")[:100])
        dead = [job.pk for job in jobs if job.tries >= MAX_TRIES]
        Job.objects.filter(pk__in=dead).update(state=JobState.FAILED, words="MAX_TRIES", ended_at=timezone.now())
        sent = [job.pk for job in jobs if job.pk not in dead]
        # it waits for its turn a whole lease before it is sent once more: a long queue is not made longer
        Job.objects.filter(pk__in=sent).update(state=JobState.QUEUED, lease_until=now + LEASE)
        for pk in sent:
            later(RUN, pk)
    return len(sent)


@worker_ready.connect
def _sweep_at_start(**kwargs: Any) -> None:
    sweep.delay()
