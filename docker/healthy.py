"""Health of a container: `python docker/healthy.py web|beat`.  Ends with 0 when it does its work."""

import os
import sys
import time
import urllib.request
from pathlib import Path

SCHEDULE = Path(os.environ.get("BEAT_FOLDER", "/tmp"))
WRITES_EVERY = 10 * 60  # seconds; beat itself saves its schedule every three minutes


def web() -> bool:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        return bool(response.status == 200)


def beat() -> bool:
    written = [path.stat().st_mtime for path in SCHEDULE.glob("celerybeat-schedule*")]
    return bool(written) and time.time() - max(written) < WRITES_EVERY


if __name__ == "__main__":
    sys.exit(not {"web": web, "beat": beat}[sys.argv[1]]())
