"""The queue.  A message carries the number of a Job row and nothing else."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zabota.settings.local")

app = Celery("zabota")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
