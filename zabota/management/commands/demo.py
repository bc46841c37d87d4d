"""`manage.py demo`: the demo country, told through the same actions and forms that people use."""

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from schools.models import Post, Unit
from zabota.demo import PASSWORD
from zabota.demo.cast import SCHOOLS
from zabota.demo.stage import NOW, Stage
from zabota.demo.telling import tell
from zabota.lib import embedded


class Command(BaseCommand):
    help = "Makes the demo country: real units, invented people, three weeks of the campaign of 2027."

    def add_arguments(self, parser: ArgumentParser) -> None:
        keys = ", ".join(plan.key for plan in SCHOOLS)
        parser.add_argument("--schools", help=f"only these schools, with commas: {keys}")
        parser.add_argument("--until", type=datetime.fromisoformat, default=NOW, help="where the story ends")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not the demo: nothing was made. Set DEMO=1 if it should be one.")
        if Unit.objects.exists():
            raise CommandError("There are units already: nothing was made. The demo needs an empty database.")
        wanted = options["schools"].split(",") if options["schools"] else [plan.key for plan in SCHOOLS]
        unknown = set(wanted) - {plan.key for plan in SCHOOLS}
        if unknown:
            raise CommandError(f"The demo has no such schools: {', '.join(sorted(unknown))}.")
        if "REDIS_URL" not in os.environ:
            embedded.start_broker()  # what people want of the worker waits there until it comes
        schools = [plan for plan in SCHOOLS if plan.key in wanted]
        tell(Stage(schools=schools, say=self.stdout.write, ends=options["until"]))
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        posts = Post.objects.today().select_related("user", "unit").order_by("unit_id", "pk")
        self.stdout.write(f"\nSign-ins (the password of everybody is {PASSWORD}):")
        with translation.override("en"):
            for post in posts:
                self.stdout.write(f"  {post.user.username:<26} {post.get_role_display():<20} {post.unit.name_ru}")
