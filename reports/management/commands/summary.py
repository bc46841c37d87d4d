"""`manage.py summary CAMPAIGN`: the summary of a unit's subtree, counted afresh, as JSON, XLSX or PDF."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from reports.counting import count
from reports.editions import Edition, edition_of
from reports.papers.pdf import summary_pdf
from reports.papers.plain import edition_bytes
from reports.papers.workbook import summary_xlsx
from schools.models import MINISTRY_CODE, Unit
from schools.number import subtree
from schools.wall import COUNTRY, scope
from zabota.lib.clock import today

MAKERS = {"json": edition_bytes, "xlsx": summary_xlsx, "pdf": summary_pdf}


class Command(BaseCommand):
    help = "Writes the summary of a unit and everything below it, counted from the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", help="code of the campaign, for example 2027")
        parser.add_argument("--unit", default=MINISTRY_CODE, help="code of the unit; the whole country without it")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="last day that counts, YYYY-MM-DD; today without it"
        )
        parser.add_argument("--format", choices=MAKERS, default="json")
        parser.add_argument("--lang", choices=["kk", "ru", "en"], default="kk")
        parser.add_argument("--out", type=Path, help="file to write; standard output without it (JSON only)")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            if options["out"] is None and options["format"] != "json":
                raise CommandError(_("Name the file to write with --out."))
            with scope(COUNTRY):
                content = MAKERS[options["format"]](self._edition(**options))
        if options["out"] is None:
            self.stdout.write(content.decode())
        else:
            options["out"].write_bytes(content)

    def _edition(self, **options: Any) -> Edition:
        campaign = Campaign.objects.filter(code=options["campaign"]).first()
        if campaign is None:
            raise CommandError(_("There is no campaign with the code «%(code)s».") % {"code": options["campaign"]})
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(_("There is no unit with the code «%(code)s».") % {"code": options["unit"]})
        as_of = options["as_of"] or today()
        return edition_of(campaign, unit, as_of, count(campaign, as_of, *subtree(unit.pk)))
