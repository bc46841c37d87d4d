from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import deeds, evidence_own, papers  # noqa: F401 - the journal, the plans and the printer learn theirs
