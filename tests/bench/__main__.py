"""How fast the portal is, beside something plain that does the same: `make bench`.  It tells, and never fails for time.

    python -m tests.bench [--schools 100] [--only load|pages|summary] [--var FOLDER]

Everything runs in a cluster of its own, which is gone afterwards; `--var` keeps it for the next time.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.bench.generate import write
from tests.bench.ground import manage, start_cluster

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").splitlines()[0])
    words.add_argument("--schools", type=int, default=100)
    words.add_argument("--only", choices=["load", "pages", "summary"])
    words.add_argument("--var", type=Path, help="keep the cluster in this folder, and use what is loaded there")
    asked = words.parse_args()
    for number in STOPPING:
        signal.signal(number, _stop)
    run(asked)


def _stop(*_: object) -> None:
    for number in STOPPING:  # asked once, the tidying up is not disturbed
        signal.signal(number, signal.SIG_IGN)
    sys.exit("Stopped.")


def run(asked: argparse.Namespace) -> None:
    start_cluster(asked.var and asked.var.resolve())
    manage("migrate", "--verbosity", "0")
    import django

    django.setup()
    if not _is_loaded():
        load(asked.schools)
    if asked.only in (None, "summary"):
        from tests.bench import summary

        summary.measure()
    if asked.only in (None, "pages"):
        from tests.bench import pages

        pages.measure()


def load(schools: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = write(Path(folder), schools)
        spent = manage("load", folder)
    print(f"Folder of {schools} schools, {sum(rows.values()):,} rows, {rows['pupils']:,} of them pupils")
    print(f"  load {spent.seconds:.1f} s, at most {spent.memory / 2**20:.0f} MB", flush=True)


def _is_loaded() -> bool:
    from campaigns.models import Campaign
    from tests.bench.generate import CAMPAIGN

    return Campaign.objects.filter(code=CAMPAIGN).exists()


if __name__ == "__main__":
    main()
