"""Work that outlives a request.

A handler is a generator: what stands between two `yield`s runs in one transaction, seen through the scope of
the user who wanted it, and each `yield Step(done, total, words)` is shown on the job's page.  Every step may run
twice (a worker can be killed at any moment), so a step first looks whether its effect is already there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from schools.models import Job, User
from schools.states import JobState
from zabota.lib.queue import later

RUN = "schools.tasks.run_job"
MAX_TRIES = 5


@dataclass(frozen=True)
class Step:
    done: int
    total: int
    words: str = ""


Handler = Callable[[Job], Iterator[Step]]


@dataclass(frozen=True)
class Kind:
    run: Handler
    one_reading: bool = False  # every step sees the database as of one moment


KINDS: dict[str, Kind] = {}


def handles(kind: str, one_reading: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler; the app's `ready` imports the module that holds it."""

    def register(handler: Handler) -> Handler:
        KINDS[kind] = Kind(handler, one_reading)
        return handler

    return register


def want(kind: str, key: str, *, by: User, **args: Any) -> Job:
    """The job with this key: a new one, the one under way, or a failed one started afresh.

    The row is written in the transaction that wants it; the queue hears of it after commit.
    """
    args["language"] = translation.get_language()
    job, created = Job.objects.select_for_update().get_or_create(
        key=key, defaults={"kind": kind, "args": args, "user": by}
    )
    if not created and job.state == JobState.FAILED:
        job.state, job.tries, job.done, job.words, job.user, job.args = JobState.QUEUED, 0, 0, "", by, args
        job.lease_until = job.ended_at = None
        job.save()
    if not job.ended:
        later(RUN, job.pk)
    return job


def words_of(job: Job) -> str:
    """How far the work has come, in a sentence; never the name of an error."""
    if job.state == JobState.DONE:
        return _("Done.")
    if job.state == JobState.FAILED:
        # a refusal is a sentence of ours; anything else is the name of an error, which helps nobody
        if job.words and not job.words.isidentifier():
            return job.words
        return _("The portal could not finish this after several tries. Nothing that was done before is lost.")
    if job.state == JobState.QUEUED:
        return _("In the queue: it starts within a few seconds. You may leave this page and come back.")
    if not job.words:
        return _("Under way: %(percent)s %%") % {"percent": job.percent}
    return f"{job.words} ({job.percent} %)" if job.total else job.words
