"""A machine of its own: embedded servers, loopback, keys made once and kept beside the data."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress

from cryptography.fernet import Fernet

from zabota.lib import embedded

from .base import *


def _kept(name: str, make: Callable[[], str]) -> str:
    path = embedded.home() / "keys" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        made = path.with_name(f"{name}-{os.getpid()}")  # whole before it has its name: others may start just now
        made.touch(mode=0o600)
        made.write_text(make())
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


SECRET_KEY = SECRET_KEY or _kept("secret", lambda: secrets.token_urlsafe(50))
FIELD_KEYS = FIELD_KEYS or [_kept("field", lambda: Fernet.generate_key().decode())]
INDEX_KEY = INDEX_KEY or _kept("index", lambda: secrets.token_urlsafe(32))
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(embedded.home() / "media"))
REDIS_URL = REDIS_URL or embedded.redis_url()
CELERY_BROKER_URL = REDIS_URL
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(embedded.home() / "mail")
STATIC_ROOT = embedded.home() / "static"  # empty: files are served from where they lie
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300
