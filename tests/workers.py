"""Real workers of the queue: processes of their own, started, killed and started again by a test."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from zabota.lib.embedded import APP

ROOT = Path(__file__).resolve().parents[1]
AT = "2027-01-28T10:15:00"  # the workers' clock stands where the tests' does


class Worker:
    """One Celery worker with one child, and the beat that sweeps; `kill` leaves neither a moment to say goodbye."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.processes = []

    def start(self, beat=True):
        """Returns when the worker takes work."""
        self.log = self.folder / f"worker-{time.monotonic_ns()}.log"
        self._run("worker", "-P", "prefork", "-c", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
        if beat:
            self._run("beat", "--schedule", str(self.folder / "beat"), "--pidfile", "", "--loglevel", "WARNING")
        wait_until(lambda: "ready." in self.text(), 30, "the worker does not start", self)
        return self

    def kill(self):
        """kill -9 for the whole group: the worker, its child, the beat."""
        self._signal(signal.SIGKILL)

    def stop(self):
        self._signal(signal.SIGTERM)

    def text(self):
        return self.log.read_text() if self.log.exists() else ""

    def _run(self, *command):
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "zabota", *command],
                    cwd=ROOT,
                    env=_environment(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _signal(self, number):
        for process in self.processes:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                continue
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes = []


@contextmanager
def start_worker(folder, beat=True):
    """A worker that sees the test's database as the application does; it is gone when the block ends."""
    worker = Worker(folder)
    try:
        yield worker.start(beat)
    finally:
        worker.kill()


def wait_until(so, seconds, trouble="it did not happen", worker=None):
    """Wait until `so()` is true; returns the seconds it took."""
    began = time.monotonic()
    while not so():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{trouble} within {seconds} s\n{worker.text()[-3000:] if worker else ''}")
        time.sleep(0.1)
    return time.monotonic() - began


def _environment():
    """The address of the test's own database, its folder of files, its day."""
    connection.ensure_connection()
    link = connection.connection.info
    secret = f":{quote(link.password)}" if link.password else ""
    return os.environ | {
        "DATABASE_URL": f"postgres://{APP}{secret}@/{link.dbname}?host={quote(link.host)}&port={link.port}",
        "DATABASE_AS": "app",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "zabota.settings.local"),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "INDEX_KEY": settings.INDEX_KEY,
        "DEMO": "1",
        "DEMO_CLOCK": AT,
    }
