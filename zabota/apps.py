from django.apps import AppConfig


class ZabotaConfig(AppConfig):
    name = "zabota"

    def ready(self) -> None:
        from zabota import celery  # noqa: F401  (tasks find their queue)
