"""`make run`: the whole portal on one machine until Ctrl-C – servers, web, worker, clock of the queue."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation
from kombu.exceptions import OperationalError

from schools.models import Post, Unit
from zabota.celery import app
from zabota.demo import PASSWORD
from zabota.lib import embedded

HOST = "127.0.0.1"
OPENS_WITHIN = 60.0  # seconds until the first page must answer
STOPS_WITHIN = 10.0  # seconds a process has to end by itself
LAST_LINES = 20
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the portal to stop."""


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


@dataclass
class Child:
    """A process of the portal, the leader of its own group."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def last_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])


class Command(BaseCommand):
    help = "Starts the portal on this machine: embedded servers, web, worker and beat; Ctrl-C stops all of it."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="port on 127.0.0.1 (or PORT=…)")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in STOPPING:
            signal.signal(number, _ask_to_stop)
        self.children: list[Child] = []
        self.logs = embedded.home() / "log"
        self.logs.mkdir(exist_ok=True)
        try:
            with _alone():
                port = _free_port(options["port"])
                self.open_queue()
                self.prepare()
                self.start(port)
                self.greet(port)
                self.watch()
        except Stopped:
            self.stdout.write("\nStopping…")
        finally:
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)
            self.stop()
        self.stdout.write("Stopped.")

    # ---- before the doors open

    def open_queue(self) -> None:
        """The queue comes first: making the demo sends tasks already."""
        if "REDIS_URL" not in os.environ:
            embedded.start_broker()
        if trouble := _queue_trouble():
            raise CommandError(f"The queue does not answer: {trouble}")

    def prepare(self) -> None:
        """The database has its tables and, in the demo, its country."""
        self.stdout.write("Bringing the database up to date…")
        self.manage("migrate", "--verbosity", "0")
        if settings.DEMO:
            self.make_demo()
        connection.close()

    def make_demo(self) -> None:
        """An invented country, once; one that was interrupted half way is swept out and made anew."""
        half_made, made = embedded.home() / "demo-half-made", embedded.home() / "demo-made"
        here = "{HOST}/{NAME} {OPTIONS}".format(**connection.settings_dict)
        # what was interrupted in one database is never swept out of another
        if half_made.exists() and half_made.read_text() == here:
            self.stdout.write("Sweeping out a demo that was interrupted…")
            self.manage("flush", "--no-input", "--verbosity", "0")
        elif Unit.objects.exists():
            if not made.exists() or made.read_text() != here:
                raise CommandError(
                    "This database holds what no demo made, and a demo opens every account: start with DEMO=0."
                )
            return
        self.stdout.write("Making the demo country, once…")
        half_made.write_text(here)
        self.manage("demo")
        half_made.replace(made)

    def manage(self, *words: str) -> None:
        """Run a command of the portal in a process of its own: it signs in to the database as whom it needs."""
        with subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, start_new_session=True
        ) as process:
            try:
                code = process.wait()
            except Stopped:
                os.killpg(process.pid, signal.SIGTERM)
                raise
        if code:
            raise CommandError(f"«manage.py {' '.join(words)}» failed; what it said stands above.")

    def start(self, port: int) -> None:
        self.stdout.write("Starting the pages, the worker and its clock…")
        celery = ["-m", "celery", "-A", "zabota", "--quiet"]
        self.spawn(
            "web",
            [
                *("-m", "gunicorn", "zabota.wsgi", "--bind", f"{HOST}:{port}"),
                *("--workers", "3", "--preload", "--timeout", "15", "--graceful-timeout", "5"),
                *("--worker-tmp-dir", str(embedded.home()), "--no-control-socket"),
            ],
            {"STATEMENT_TIMEOUT_MS": "3000"},
        )
        self.spawn("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-mingle"])
        schedule = embedded.home() / "beat"
        schedule.mkdir(exist_ok=True)
        self.spawn("beat", [*celery, "beat", "--schedule", str(schedule / "schedule"), "--pidfile", ""])
        self.wait_for_pages(port)

    def spawn(self, name: str, words: Sequence[str], environment: dict[str, str] | None = None) -> None:
        log = self.logs / f"{name}.log"
        root = {"C_FORCE_ROOT": "1"} if os.geteuid() == 0 else {}
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=settings.BASE_DIR,
                env={**os.environ, **root, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children.append(Child(name, process, log))

    def wait_for_pages(self, port: int) -> None:
        end = time.monotonic() + OPENS_WITHIN
        while not _answers(port):
            self.look_for_the_fallen()
            if time.monotonic() > end:
                web = next(child for child in self.children if child.name == "web")
                raise CommandError(f"The pages did not open within a minute. The end of {web.log}:\n{web.last_lines()}")
            time.sleep(0.2)

    # ---- while it runs

    def greet(self, port: int) -> None:
        address = f"http://{HOST}:{port}"
        self.stdout.write(f"\nThe portal is open: {address}\n")
        if settings.DEMO:
            self.stdout.write(f"Sign in as anybody with one press: {address}/demo/\n")
            for line in _sign_ins():
                self.stdout.write(line)
        self.stdout.write(f"\nLogs: {self.logs}\nCtrl-C stops all of it.")
        self.stdout.flush()

    def watch(self) -> None:
        while True:
            self.look_for_the_fallen()
            time.sleep(0.5)

    def look_for_the_fallen(self) -> None:
        for child in self.children:
            if child.ended:
                raise CommandError(
                    f"«{child.name}» has ended by itself (code {child.process.returncode}); the rest is stopped too.\n"
                    f"The end of {child.log}:\n{child.last_lines()}"
                )

    # ---- the end

    def stop(self) -> None:
        """No process is left: first a polite word, then none.  The servers go last, when this process ends."""
        for child in self.children:
            if not child.ended:
                child.process.terminate()
        end = time.monotonic() + STOPS_WITHIN
        while time.monotonic() < end and not all(child.ended for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            _kill_group(child.process.pid)
            child.process.wait()


def _kill_group(leader: int) -> None:
    """Whatever of the group still lives; mostly nobody does."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def _alone() -> Iterator[None]:
    """One portal per folder of data: two clocks would send everything twice."""
    path = embedded.home() / "portal.lock"
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"The portal already runs with the data in {path.parent}. Stop it first, "
                "or give this one its own folder: ZABOTA_VAR=/some/folder PORT=8001 make run"
            ) from None
        yield


def _free_port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"«{text}» is not a port: give a number from 1 to 65535.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CommandError(f"Port {port} is for the system alone. Take a higher one: PORT=8001 make run") from None
        except OSError:
            raise CommandError(
                f"Port {port} is taken by another program. Take another one: PORT={port + 1} make run"
            ) from None
    return port


def _queue_trouble() -> str:
    """Why the queue cannot be reached; empty when it can."""
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0)
    except OperationalError as trouble:
        return str(trouble)
    return ""


def _answers(port: int) -> bool:
    # no proxy of the environment stands between this machine and itself
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{HOST}:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _sign_ins() -> list[str]:
    """One login of each kind of post, with its unit; the demo's panel has the rest."""
    posts = Post.objects.today().select_related("user", "unit").order_by("unit__level", "role", "unit_id", "pk")
    order = ["ministry", "oblast", "district", "school"]
    with translation.override("en"):
        firsts = [next(same) for _, same in groupby(posts, key=lambda post: (post.unit.level, post.role))]
        firsts.sort(key=lambda post: order.index(post.unit.level))
        lines = [f"  {post.user.username:<24}{post.get_role_display()}, {post.unit.name_ru}" for post in firsts]
    connection.close()
    return [*lines, f"The password of everybody is {PASSWORD}"]
