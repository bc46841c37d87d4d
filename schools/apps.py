from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SchoolsConfig(AppConfig):
    name = "schools"

    def ready(self) -> None:
        from schools.functions import lay

        post_migrate.connect(lay)
