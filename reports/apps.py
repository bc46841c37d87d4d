from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import deeds, evidence, jobs, standing  # noqa: F401 - each registers itself where it is asked
