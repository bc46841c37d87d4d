"""`manage.py portal`: opens, stops without a trace, and says in words what stands in its way."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
OPENS_WITHIN, STOPS_WITHIN = 90, 40


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def folder():
    """Not under pytest's own folder: each new pytest closes that to the user a server started by root runs as."""
    with tempfile.TemporaryDirectory(prefix="zabota ") as place:
        yield Path(place) / "var"


def environment(folder, port):
    outside = ("DATABASE_URL", "REDIS_URL", "DEMO", "DEMO_CLOCK", "DATABASE_AS")
    kept = {name: value for name, value in os.environ.items() if name not in outside}
    return {**kept, "ZABOTA_VAR": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


def start(folder, port, out):
    return subprocess.Popen(
        [sys.executable, "manage.py", "portal"],
        cwd=ROOT,
        env=environment(folder, port),
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_until_open(portal, said):
    end = time.monotonic() + OPENS_WITHIN
    while "Ctrl-C stops all of it." not in said.read_text():
        assert portal.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.2)


def living(folder):
    """Processes that have this folder in their words, their environment or as their place."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            traces = [*process.cmdline(), process.environ().get("ZABOTA_VAR", ""), process.cwd()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if process.pid != os.getpid() and any(str(folder) in trace for trace in traces):
            found.append((process.pid, process.cmdline()))
    return found


@pytest.fixture
def portal(folder, tmp_path):
    """(process, its words, port) of an open portal; whatever a failed story leaves behind is cleared away."""
    port, said = free_port(), tmp_path / "said"
    with said.open("wb") as out:
        process = start(folder, port, out)
    try:
        wait_until_open(process, said)
        yield process, said, port
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOPS_WITHIN)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_opens_and_stops_without_a_trace(portal, folder, how):
    process, said, port = portal
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        assert answer.read() == b'{"database": "ok"}'
    assert f"The portal is open: http://127.0.0.1:{port}" in said.read_text()
    names = " ".join(" ".join(words) for _pid, words in living(folder))
    for part in ("gunicorn", "worker", "beat", "postgres"):
        assert part in names
    process.send_signal(how)
    assert process.wait(STOPS_WITHIN) == 0, said.read_text()
    assert said.read_text().endswith("Stopping…\nStopped.\n")
    assert living(folder) == []


def test_a_fallen_part_is_named_and_the_rest_is_stopped(portal, folder):
    process, said, _port = portal
    beat = next(pid for pid, words in living(folder) if "beat" in words)
    os.kill(beat, signal.SIGKILL)
    assert process.wait(STOPS_WITHIN) == 1
    assert "«beat» has ended by itself (code -9); the rest is stopped too." in said.read_text()
    assert "Traceback" not in said.read_text()
    assert living(folder) == []


def test_a_second_one_with_the_same_data_is_sent_away(portal, folder):
    answer = subprocess.run(
        [sys.executable, "manage.py", "portal"],
        cwd=ROOT,
        env=environment(folder, free_port()),
        capture_output=True,
        text=True,
        timeout=STOPS_WITHIN,
    )
    assert answer.returncode == 1
    assert "The portal already runs with the data in" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert portal[0].poll() is None


@pytest.mark.parametrize(
    ("port", "words"),
    [("taken", "is taken by another program. Take another one: PORT="), ("http", "«http» is not a port")],
)
def test_a_port_that_cannot_be_had_is_told_in_words(folder, port, words):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = subprocess.run(
            [sys.executable, "manage.py", "portal"],
            cwd=ROOT,
            env=environment(folder, taken.getsockname()[1] if port == "taken" else port),
            capture_output=True,
            text=True,
            timeout=STOPS_WITHIN,
        )
    assert answer.returncode == 1
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
    assert living(folder) == []
