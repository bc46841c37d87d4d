from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "aid"

    def ready(self) -> None:
        from aid import deeds, evidence  # noqa: F401 - words of the journal, proofs of plans
