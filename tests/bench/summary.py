"""The summary of the country beside the same figures in one plain statement, as its expert would write it."""

import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from campaigns.models import Campaign
from reports.counting import count
from reports.figures import Figures
from schools.wall import COUNTRY, scope
from tests.bench.measured import told, turn_by_turn
from zabota.lib import embedded

CODE, AS_OF = "2027", date.fromisoformat(settings.CLOCK[:10])
BY_HAND = Path(__file__).with_name("by_hand.sql").read_text(encoding="utf-8")
RUNS, GOAL, SHOWN = 7, 3, 20

# unit, code of the indicator, part of its cut → amount; zeros are left out
Amounts = dict[tuple[int, str, str], int]


def measure() -> None:
    owner = psycopg.connect(embedded.database_url(embedded.OWNER), autocommit=True)
    with owner, scope(COUNTRY):
        campaign = Campaign.objects.get(code=CODE)

        def by_hand() -> list[tuple]:
            return owner.execute(BY_HAND, {"campaign": CODE, "as_of": AS_OF}).fetchall()

        ours, theirs = _of_figures(count(campaign, AS_OF)), _of_rows(by_hand())
        _same(ours, theirs)
        print(f"\nSummary of the country and every unit in it\nsame figures: {len(ours)} values")

        def counted() -> float:
            began = time.perf_counter()
            count(campaign, AS_OF)
            return time.perf_counter() - began

        def written() -> float:
            began = time.perf_counter()
            _of_rows(by_hand())
            return time.perf_counter() - began

        times = turn_by_turn(counted, written, RUNS, 1)
    connection.close()
    print(told("every indicator", times, names=("portal", "by hand"), goal=GOAL, unit="s"))


def _of_figures(figures: Figures) -> Amounts:
    amounts: Amounts = {}
    for unit, shown in figures.items():
        for code, figure in shown.items():
            if not figure.is_share:  # a share is divided from the others
                amounts |= {(unit, code, part): n for part, n in {"": figure.numerator, **figure.by}.items() if n}
    return amounts


def _of_rows(rows: Iterable[tuple]) -> Amounts:
    return {(unit, code, part): int(amount) for unit, code, part, amount in rows if amount}


def _same(ours: Amounts, theirs: Amounts) -> None:
    """The two must agree before it means anything which is quicker."""
    differing = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    if differing:
        lines = [f"  {key}: portal {ours.get(key, 0)}, by hand {theirs.get(key, 0)}" for key in differing[:SHOWN]]
        raise SystemExit("\n".join([f"{len(differing)} figures differ:", *lines]))
