"""Work that outlives a request: taken once, held by a lease, given up after so many tries, told in words."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from schools import jobs, tasks
from schools.jobs import MAX_TRIES, Step, want
from schools.models import Job
from schools.states import JobState
from schools.workflow import Refused
from tests.conftest import log_in_as

SENT: list[int] = []


@pytest.fixture(autouse=True)
def post_box(monkeypatch):
    """What goes to the queue is written down; the queue itself may be away."""
    SENT.clear()
    monkeypatch.setattr(jobs, "later", lambda task, pk: SENT.append(pk))
    monkeypatch.setattr(tasks, "later", lambda task, pk: SENT.append(pk))
    return SENT


@pytest.fixture
def kind():
    """`kind(handler)`: the handler under the name «story» for the length of the test."""

    def register(handler):
        jobs.KINDS["story"] = jobs.Kind(handler)

    yield register
    jobs.KINDS.pop("story", None)


def two_steps(job) -> Iterator[Step]:
    yield Step(1, 2, "half way")
    return {"url": "/reports/"}


def refuses(job) -> Iterator[Step]:
    yield Step(1, 2, "half way")
    raise Refused("The school week is not set.")


def breaks(job) -> Iterator[Step]:
    yield Step(1, 2, "half way")
    raise ZeroDivisionError


def test_the_same_wish_twice_is_one_job(people, kind, post_box):
    kind(two_steps)
    first = want("story", "s:1", by=people.coordinator, unit=5)
    again = want("story", "s:1", by=people.coordinator, unit=5)
    assert again == first
    assert Job.objects.count() == 1
    assert post_box == [first.pk, first.pk]


def test_a_job_is_carried_out_to_its_result(people, kind):
    kind(two_steps)
    job = want("story", "s:1", by=people.coordinator)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.percent, job.result, job.tries) == (JobState.DONE, 100, {"url": "/reports/"}, 1)
    assert job.ended_at is not None
    assert want("story", "s:1", by=people.coordinator).state == JobState.DONE
    tasks.run_job(job.pk)  # a second message about it changes nothing
    job.refresh_from_db()
    assert job.tries == 1


def test_a_job_sees_only_what_its_user_sees(people, kind, make_class):
    from students.models import SchoolClass

    make_class(110010001, "7А")
    make_class(110020001, "7Б")
    seen = []

    def looks(job):
        seen.extend(SchoolClass.objects.values_list("name", flat=True))
        yield Step(1, 1)

    kind(looks)
    tasks.run_job(want("story", "s:1", by=people.coordinator).pk)
    assert seen == ["7А"]


def test_a_refusal_is_told_in_its_own_words(people, kind):
    kind(refuses)
    job = want("story", "s:1", by=people.coordinator)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words, job.tries) == (JobState.FAILED, "The school week is not set.", 1)


def test_an_error_is_tried_again_and_at_last_given_up(people, kind):
    kind(breaks)
    job = want("story", "s:1", by=people.coordinator)
    for attempt in range(1, MAX_TRIES):
        with pytest.raises(ZeroDivisionError):
            tasks.run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.tries) == (JobState.RUNNING, attempt)
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words, job.tries) == (JobState.FAILED, "ZeroDivisionError", MAX_TRIES)


def test_a_failed_job_starts_afresh_when_wanted_again(people, kind):
    kind(refuses)
    job = want("story", "s:1", by=people.coordinator, unit=1)
    tasks.run_job(job.pk)
    kind(two_steps)
    again = want("story", "s:1", by=people.head, unit=2)
    assert (again.pk, again.state, again.tries, again.user, again.args["unit"]) == (job.pk, "queued", 0, people.head, 2)
    tasks.run_job(job.pk)
    again.refresh_from_db()
    assert again.state == JobState.DONE


def test_a_job_that_is_held_is_not_taken(people, kind):
    kind(two_steps)
    job = want("story", "s:1", by=people.coordinator)
    Job.objects.update(state=JobState.RUNNING, lease_until=timezone.now() + timedelta(seconds=20), tries=1)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries) == (JobState.RUNNING, 1)


def test_a_job_whose_worker_died_is_taken_when_its_lease_runs_out(people, kind):
    kind(two_steps)
    job = want("story", "s:1", by=people.coordinator)
    Job.objects.update(state=JobState.RUNNING, lease_until=timezone.now() - timedelta(seconds=1), tries=1)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries) == (JobState.DONE, 2)


def test_one_that_lost_its_lease_cannot_write_over_the_next_holder(people, kind):
    job = want("story", "s:1", by=people.coordinator)
    lost = tasks._take(job.pk, holder=tasks.uuid.uuid4())
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = tasks._take(job.pk, holder=tasks.uuid.uuid4())
    tasks._show(lost, Step(9, 10, "late words"))
    tasks._end(lost, JobState.FAILED, "late end")
    job.refresh_from_db()
    assert (job.state, job.holder, job.words) == (JobState.RUNNING, taken.holder, "")


def test_the_sweeper_sends_again_what_waits_and_what_was_dropped(people, post_box):
    waiting, dropped, held, _fresh, done = (want("story", f"s:{n}", by=people.coordinator) for n in range(5))
    past, future = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(minutes=1)
    Job.objects.filter(pk=waiting.pk).update(created_at=past)
    Job.objects.filter(pk=dropped.pk).update(state=JobState.RUNNING, lease_until=past, tries=1)
    Job.objects.filter(pk=held.pk).update(state=JobState.RUNNING, lease_until=future, tries=1)
    Job.objects.filter(pk=done.pk).update(state=JobState.DONE, created_at=past)
    post_box.clear()
    assert tasks.sweep() == 2
    assert sorted(post_box) == sorted([waiting.pk, dropped.pk])


def test_the_sweeper_gives_up_what_kills_every_worker(people, post_box):
    job = want("story", "s:1", by=people.coordinator)
    past = timezone.now() - timedelta(minutes=1)
    Job.objects.update(state=JobState.RUNNING, lease_until=past, tries=MAX_TRIES)
    post_box.clear()
    assert tasks.sweep() == 0
    job.refresh_from_db()
    assert (job.state, post_box) == (JobState.FAILED, [])
    assert job.ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_of_two_takers_at_the_same_instant_one_gets_the_job(live_country, post_box):
    with transaction.atomic():
        job = want("story", "s:1", by=live_country.people.coordinator)
    start, taken = threading.Barrier(2), []

    def take():
        log_in_as("zabota_app")
        start.wait()
        taken.append(tasks._take(job.pk, holder=tasks.uuid.uuid4()))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found is None for found in taken) == [False, True]
    job.refresh_from_db()
    assert job.tries == 1


# ---- its page


def page_of(client, job):
    return client.get(f"/jobs/{job.pk}/")


def test_the_page_tells_how_far_it_is(people, client_of):
    job = want("story", "s:1", by=people.coordinator)
    client = client_of(people.coordinator)
    client.cookies["django_language"] = "en"
    assert "In the queue" in page_of(client, job).text
    Job.objects.update(state=JobState.RUNNING, done=120, total=287, words="Reading rows: 120 of 287")
    text = page_of(client, job).text
    assert "Reading rows: 120 of 287 (41 %)" in text
    assert 'value="41"' in text
    assert 'http-equiv="refresh"' in text  # without JavaScript the page comes again by itself


def test_the_page_of_a_finished_job_leads_to_the_result(people, client_of):
    job = want("story", "s:1", by=people.coordinator)
    Job.objects.update(state=JobState.DONE, result={"url": "/classes/roster/5/"})
    client = client_of(people.coordinator)
    text = page_of(client, job).text
    assert 'href="/classes/roster/5/"' in text
    assert "hx-trigger" not in text
    assert "http-equiv" not in text


def test_a_failed_job_says_why_and_can_be_tried_again(people, client_of, post_box):
    job = want("story", "s:1", by=people.coordinator, unit=7)
    Job.objects.update(state=JobState.FAILED, words="The school week is not set.", tries=1)
    client = client_of(people.coordinator)
    client.cookies["django_language"] = "en"
    text = page_of(client, job).text
    assert "The school week is not set." in text
    assert f'action="/jobs/{job.pk}/again/"' in text
    post_box.clear()
    answer = client.post(f"/jobs/{job.pk}/again/")
    assert (answer.status_code, answer["Location"], post_box) == (303, f"/jobs/{job.pk}/", [job.pk])
    job.refresh_from_db()
    assert (job.state, job.args["unit"]) == (JobState.QUEUED, 7)
    assert "Started again." in page_of(client, job).text


def test_the_name_of_an_error_is_not_shown_to_people(people, client_of):
    job = want("story", "s:1", by=people.coordinator)
    Job.objects.update(state=JobState.FAILED, words="ZeroDivisionError")
    client = client_of(people.coordinator)
    client.cookies["django_language"] = "en"
    text = page_of(client, job).text
    assert "ZeroDivisionError" not in text
    assert "could not finish this after several tries" in text
    assert f"the number of this work: {job.pk}" in text


def test_the_fragment_is_what_stands_in_the_page(people, client_of):
    job = want("story", "s:1", by=people.coordinator)
    Job.objects.update(state=JobState.FAILED, words="The school week is not set.")
    client = client_of(people.coordinator)
    part = client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="job"' in part
    assert 'id="job-next" hx-swap-oob="true"' in part


@pytest.mark.parametrize("other", ["head", "stranger", "administrator", "ministry_head"])
def test_a_job_is_nobody_elses_business(people, client_of, other):
    job = want("story", "s:1", by=people.coordinator)
    client = client_of(getattr(people, other))
    assert page_of(client, job).status_code == 404
    assert client.post(f"/jobs/{job.pk}/again/").status_code == 404


def test_a_long_step_of_one_reading_is_not_undone_by_its_own_lease(live_country, monkeypatch):
    """While a step reads, the lease is lengthened beside it; telling its progress must not collide with that."""
    import time

    from schools import tasks
    from schools.jobs import KINDS, Kind, Step
    from schools.models import Job

    def slow(job):
        time.sleep(1)
        yield Step(1, 2, "half")
        time.sleep(1)
        return {"url": "/"}

    monkeypatch.setattr(tasks, "LEASE", timedelta(seconds=1))
    monkeypatch.setitem(KINDS, "slow", Kind(slow, one_reading=True))
    job = Job.objects.create(key="slow", kind="slow", user=live_country.people.ministry_head)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries, job.result) == ("done", 1, {"url": "/"})
