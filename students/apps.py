from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        from students import jobs  # noqa: F401 - the queue learns its kinds of work
