"""A roster goes through a real worker that is killed with -9 in the middle: it ends once and whole."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse

from schools.models import Job
from schools.wall import COUNTRY, scope
from students.models import Enrolment, Intake, Pupil
from tests.conftest import APP, OWNER, log_in_as
from tests.rosters import book, child
from tests.workers import start_worker, wait_until

pytestmark = [pytest.mark.worker]


@pytest.fixture
def client(client):
    client.cookies["django_language"] = "en"
    return client


def upload(client, data):
    answer = client.post(reverse("roster"), {"file": SimpleUploadedFile("2027.xlsx", data)})
    assert answer.status_code == 303
    return answer["Location"]


def counts():
    with scope(COUNTRY):
        return Pupil.objects.count(), Enrolment.objects.count()


def state():
    with scope(COUNTRY):
        return Intake.objects.get().state


def number(page):
    return int(page.rstrip("/").rsplit("/", 1)[1])


def checked(page):
    with scope(COUNTRY):
        return Intake.objects.get(pk=number(page)).state == "checked"


def applied(page):
    with scope(COUNTRY):
        return Intake.objects.get(pk=number(page)).state == "applied"


@pytest.fixture
def owner_link():
    """A second link to the database, as the owner: what a test holds, workers wait for."""
    log_in_as(OWNER)
    link = connections.create_connection("default")
    link.settings_dict = {**connection.settings_dict, "USER": OWNER}
    link.connect()
    log_in_as(APP)
    yield link
    link.close()


def waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where not granted and database is not null")
        return cursor.fetchone()[0] > 0


def test_a_worker_killed_in_the_middle_of_an_entry_ends_it_once_and_whole(
    live_country, client_of, owner_link, tmp_path
):
    client = client_of(live_country.people.coordinator)
    data = book(*(child(n, class_name=f"{1 + n % 11}А", grade=1 + n % 11) for n in range(2000)))
    with start_worker(tmp_path) as worker:
        page = upload(client, data)
        wait_until(lambda: state() == "checked", 60, "the workbook is not checked", worker)
        text = client.get(page).content.decode()
        assert "2000 rows read, 2000 good" in text
        assert counts() == (0, 0)

        # the test holds the journal: the worker writes all children, then waits there, inside its transaction
        owner_link.set_autocommit(False)
        with owner_link.cursor() as cursor:
            cursor.execute("lock table schools_entry in exclusive mode")
        client.post(f"{page}enter/")
        wait_until(waiting_for_a_lock, 30, "the worker does not reach the journal", worker)
        worker.kill()
        owner_link.rollback()
        assert counts() == (0, 0), "half an entry must not be seen"

        began = time.monotonic()
        worker.start()
        wait_until(lambda: state() == "applied", 60, "the entry is not resumed", worker)
        assert time.monotonic() - began < 60
        assert counts() == (2000, 2000)
        wait_until(lambda: Job.objects.get(kind="roster.enter").ended, 10)
        assert Job.objects.get(kind="roster.enter").state == "done"
        assert "The roster is entered." in client.get(page).content.decode()

        # the same file once more: nothing is new, nothing is doubled
        again = upload(client, data)
        wait_until(lambda: checked(again), 60, "the second workbook is not checked", worker)
        client.post(f"{again}enter/")
        wait_until(lambda: applied(again), 60, "the second entry does not end", worker)
        assert counts() == (2000, 2000)


def test_a_worker_killed_while_it_reads_starts_again(live_country, client_of, tmp_path):
    client = client_of(live_country.people.coordinator)
    data = book(*(child(n) for n in range(1500)), child(1501, sex="иә"))
    with start_worker(tmp_path) as worker:
        page = upload(client, data)
        wait_until(lambda: Job.objects.get().state == "running", 20, "the work does not begin", worker)
        worker.kill()
        assert state() == "uploaded"
        worker.start()
        wait_until(lambda: state() == "checked", 60, "the check is not resumed", worker)
        text = client.get(page).content.decode()
        assert "1501 rows read, 1500 good, 1 to correct" in text
        assert Job.objects.get().tries == 2


def test_a_work_that_waited_without_any_worker_is_found_when_one_comes(live_country, client_of, tmp_path):
    client = client_of(live_country.people.coordinator)
    page = upload(client, book(child(1)))
    assert "In the queue" in client.get(page).content.decode()
    with start_worker(tmp_path) as worker:
        wait_until(lambda: state() == "checked", 30, "nobody takes the work", worker)
