"""Entry points for the clock of the machine: live values and their proof."""

import structlog
from celery import shared_task

from reports.live import live_campaigns, recount, recount_stale
from schools.wall import COUNTRY, scope

log = structlog.get_logger(__name__)


@shared_task(name="reports.tasks.recount_stale")
def recount_stale_values() -> int:
    """Bring live values up to date with what has been saved since the last time."""
    with scope(COUNTRY):
        return recount_stale()


@shared_task(name="reports.tasks.recount_all")
def recount_all_values() -> int:
    """Nightly: everything afresh; a day has passed, so values of the running campaign change, others must not."""
    total = 0
    for campaign in live_campaigns():
        with scope(COUNTRY):
            recount_stale()
            differences, _compared = recount(campaign)
        total += len(differences)
    if total:
        log.error("live_values_differ", differences=total)
    return total
