"""`manage.py recount`: everything afresh from the records; live values must differ in nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.live import live_campaigns, recount, recount_stale
from schools.wall import COUNTRY, scope


class Command(BaseCommand):
    help = (
        "Counts every figure afresh and compares it with the stored live value; a difference is an alarm (exit code 1)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found, compared = 0, 0
        with scope(COUNTRY):
            recount_stale()
            for campaign in live_campaigns():
                differences, number = recount(campaign)
                compared += number
                found += len(differences)
                for one in differences[:50]:
                    cut = f" ({one.cut})" if one.cut else ""
                    self.stderr.write(f"{one.campaign} {one.unit} {one.code}{cut}: {one.stored} -> {one.counted}")
        self.stdout.write(f"{found} differences in {compared} values")
        if found:
            raise CommandError("live values differed from the records; they have been written afresh", returncode=1)
