"""Which states and kinds exist in the school system.  Codes never change meaning (PRODUCT 13)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SchoolKind(TextChoices):
    PRIMARY = "primary", _("primary school")
    BASIC = "basic", _("basic secondary school")
    GENERAL = "general", _("general secondary school")
    GYMNASIUM = "gymnasium", _("gymnasium school")
    LYCEUM = "lyceum", _("lyceum school")
    BOARDING = "boarding", _("boarding school")
    SPECIAL = "special", _("special school")
    EVENING = "evening", _("evening school")
    SMALL = "small", _("small-class school")
    PROTECTION = "protection", _("child-protection organisation")


class Ownership(TextChoices):
    STATE = "state", pgettext_lazy("ownership", "state")
    PRIVATE = "private", _("private")


class JobState(TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
