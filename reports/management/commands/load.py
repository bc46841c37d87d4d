"""`manage.py load FOLDER`: a folder of CSV tables comes into the database, all of it or nothing (PRODUCT 13)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation
from django.utils.translation import ngettext

import aid.imports
import campaigns.imports
import schools.imports
import students.imports_events
import students.imports_folder
from campaigns.imports import CAMPAIGNS
from reports.live import recount_all
from schools.actions import touch
from schools.imports import UNITS
from schools.number import ROOT, subtree
from schools.wall import COUNTRY, scope
from students.imports_folder import PUPILS
from zabota.lib.csvtables import Loading, Rejected

# nothing refers to a later table
TABLES = (
    *schools.imports.TABLES,
    *campaigns.imports.TABLES,
    *students.imports_folder.TABLES,
    *students.imports_events.TABLES,
    *aid.imports.TABLES,
)


def load(folder: Path) -> dict[str, int]:
    """Bring a folder of tables in and count the live values afresh; returns the number of rows of each file.

    Runs as the owner of the tables, in the scope of the country: a family is approved from above.  Raises Rejected
    with every problem of every file; then nothing has been changed.
    """
    with scope(COUNTRY, who={"command": "load"}):
        loading = Loading(TABLES, folder)
        rows = loading.run()
        units = {ROOT} if rows.get(CAMPAIGNS.file) else loading.touched(UNITS)
        touch(_with_all_below(units), loading.touched(PUPILS))
        with connection.cursor() as cursor:
            cursor.execute("analyze")  # or the count would be planned for tables as empty as they were
        recount_all()
    return rows


def _with_all_below(units: set[int]) -> list[int]:
    """Orders and days off of a unit count at every school below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct u.id from schools_unit u, unnest(%s::int[], %s::int[]) r(first, last)"
            " where u.id between r.first and r.last",
            [[subtree(unit)[0] for unit in units], [subtree(unit)[1] for unit in units]],
        )
        return [unit for (unit,) in cursor.fetchall()]


def told(file: str, rows: int) -> str:
    """How many rows of a file were read or written, in words."""
    words = ngettext("%(file)s: %(count)s row", "%(file)s: %(count)s rows", rows)
    return words % {"file": file, "count": rows}


class Command(BaseCommand):
    help = "Brings a folder of CSV tables into the database: all of it, or nothing and the list of problems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="folder with the tables")
        parser.add_argument("--lang", choices=[code for code, _name in settings.LANGUAGES], default="ru")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            try:
                rows = load(options["folder"])
            except Rejected as trouble:
                for problem in trouble.problems:
                    self.stderr.write(str(problem))
                count = len(trouble.problems)
                words = ngettext(
                    "%(count)s problem was found. Nothing has been loaded.",
                    "%(count)s problems were found. Nothing has been loaded.",
                    count,
                )
                raise CommandError(words % {"count": count}) from trouble
            for file, count in rows.items():
                self.stdout.write(told(file, count))
