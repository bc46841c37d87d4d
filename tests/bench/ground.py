"""What the measurements stand on: a cluster of their own, the loaded folder, two servers, a signed-in coordinator."""

import atexit
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
OPENS_WITHIN = 30.0  # seconds


def start_cluster(kept: Path | None) -> Path:
    """PostgreSQL of this run; stopped at the end and, unless `kept` names its folder, removed with all data."""
    folder = kept or Path(tempfile.mkdtemp(prefix="zabota-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # root's server runs as another user
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DEMO"):
        os.environ.pop(name, None)
    os.environ |= {"ZABOTA_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    os.environ["STATEMENT_TIMEOUT_MS"] = "0"  # here; the servers have the patience of a server
    from zabota.lib import embedded

    if kept is None:  # what is registered first is done last: the folder goes when the server has stopped
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(shutil.rmtree, embedded._short_folder(), ignore_errors=True)
    embedded.start_database()
    return folder


@dataclass
class Spent:
    seconds: float
    memory: int  # bytes, the most the process held


def manage(*words: str) -> Spent:
    """A command of the portal in a process of its own, with what it cost."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", *words], cwd=BASE, stdout=subprocess.DEVNULL)
    try:
        _pid, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"«manage.py {' '.join(words)}» failed; what it said stands above.")
    return Spent(time.perf_counter() - began, usage.ru_maxrss * 1024)


@contextmanager
def server(module: str, role: str) -> Iterator[int]:
    """One gunicorn with one sync worker on a free port, signed in to the database in this role; gives the port."""
    from zabota.lib import embedded

    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    log = embedded.home() / f"{module}.log"
    words = ["-m", "gunicorn", module, "--bind", f"{HOST}:{port}", "--workers", "1", "--worker-class", "sync"]
    words += ["--timeout", "15", "--worker-tmp-dir", str(embedded.home()), "--no-control-socket"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=BASE,
            env={**os.environ, "STATEMENT_TIMEOUT_MS": "3000", "DATABASE_AS": role},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(process, port, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + OPENS_WITHIN
    while process.poll() is None and time.monotonic() < end:
        link = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            link.request("GET", "/healthz")
            link.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            link.close()
    raise SystemExit(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def sign_in(user) -> str:
    """The key of a session of this user, made as sign-in would make it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
