"""Kinds of the campaign's papers (PRODUCT 13: codes never change meaning)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderKind(TextChoices):
    START = "start", _("start of the campaign")
    DATES = "dates", _("own dates")
    COMMITTEE = "committee", _("organising committee")
    DAYOFF = "dayoff", _("days off")
    NORMS = "norms", _("thresholds and time norms")


GIVES_DATES = (OrderKind.START, OrderKind.DATES)
