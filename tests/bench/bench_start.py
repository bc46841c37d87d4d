"""How long `manage.py portal` takes to open; with the data of an earlier start it keeps within fifteen seconds."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECOND_START_AT_MOST = 15.0  # seconds


def seconds_to_open(folder, port):
    began = time.monotonic()
    portal = subprocess.Popen(
        [sys.executable, "manage.py", "portal"],
        cwd=ROOT,
        env={**os.environ, "ZABOTA_VAR": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        for line in portal.stdout:
            if "The portal is open" in line:
                return time.monotonic() - began
    finally:
        portal.send_signal(signal.SIGTERM)
        portal.communicate(timeout=60)
    raise AssertionError("the portal did not open")


def test_the_second_start_is_quick():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="zabota-") as folder:
        first, second = (seconds_to_open(folder, port) for _ in range(2))
    print(f"first start {first:.1f} s, second start {second:.1f} s, at most {SECOND_START_AT_MOST:.0f} s")
    assert second <= SECOND_START_AT_MOST
