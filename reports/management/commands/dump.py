"""`manage.py dump FOLDER`: the whole database as a folder of CSV tables, names and IIN included (PRODUCT 13)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from reports.management.commands.load import TABLES, told
from schools.wall import COUNTRY, scope
from zabota.lib import csvtables


class Command(BaseCommand):
    help = "Writes the whole database into a folder of CSV tables; names and IIN are among them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="folder for the tables; files of the same names are replaced")
        parser.add_argument("--lang", choices=[code for code, _name in settings.LANGUAGES], default="ru")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]), scope(COUNTRY, one_reading=True):
            for file, count in csvtables.dump(TABLES, options["folder"]).items():
                self.stdout.write(told(file, count))
