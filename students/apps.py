from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        from students import deeds, evidence, found, jobs  # noqa: F401 - what lower rooms know of this one
