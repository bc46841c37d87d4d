"""What holds everywhere.  Values come from the environment through django-environ; nothing here starts anything."""

import os
from pathlib import Path

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF

from zabota.lib import logs

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "django_structlog",
    "schools",
    "campaigns",
    "students",
    "aid",
    "reports",
    "zabota",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zabota.lib.headers.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "schools.middleware.ReadingLog",
    "schools.middleware.Scope",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "zabota.urls"
WSGI_APPLICATION = "zabota.wsgi.application"

_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "zabota.context.portal",
            ],
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _loaders)]),
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ---- database: one alias, two roles.  The owner migrates and loads; the application owns nothing (DESIGN 5)


def _database(role: str) -> str:
    if "DATABASE_URL" in os.environ:
        return env("DATABASE_OWNER_URL") if role == "owner" else env("DATABASE_URL")
    from zabota.lib import embedded

    return embedded.database_url(embedded.OWNER if role == "owner" else embedded.APP)


def database() -> dict[str, object]:
    role = env("DATABASE_AS", default="app")
    try:
        config = env.db_url_config(_database(role))
    except FileNotFoundError:  # the embedded server was never started: a command that needs no database
        config = {"ENGINE": "django.db.backends.postgresql", "NAME": ""}
    # a page must answer or give up; workers and commands may take a minute, the owner's loads take what they take
    patience = env.int("STATEMENT_TIMEOUT_MS", default=0 if role == "owner" else 60_000)
    options = config.setdefault("OPTIONS", {})
    options["options"] = (
        f"-c statement_timeout={patience} -c lock_timeout={0 if role == 'owner' else 2000} "
        f"-c idle_in_transaction_session_timeout={0 if patience == 0 else 60_000}"
    )
    return {**config, "ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database()}
# how often somebody has tried to sign in is known to every process of every server
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "zabota_cache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- people
AUTH_USER_MODEL = "schools.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["schools.hashers.Argon2", "django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60  # an invitation is good for a week, a forgotten password for an hour
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "schools.tokens.Keys"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "schools.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up under somebody else's address: administrators give it
MFA_TOTP_ISSUER = "Qamqorlyq"
USERSESSIONS_TRACK_ACTIVITY = False  # it would write on every GET
# address alone would lock out a whole district behind one address
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_ENABLE_ADMIN = False
# a district sits behind one address: the address alone stops a flood, the account and the address together a guesser
ACCOUNT_RATE_LIMITS = {
    "login": "1200/m/ip",
    "login_failed": "600/m/ip",
    "reset_password": "120/m/ip,5/m/key",
    "survey": "1200/m/ip",  # a class that answers in its computer room is no flood
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "zabota.views.csrf_failure"

# ---- languages and time: Kazakh first, one zone
LANGUAGE_CODE = "kk"
LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Almaty"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# ---- files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "var" / str(os.getuid()) / "media"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# ---- queue: Redis carries task numbers and nothing else; truth lives in Job rows
REDIS_URL = env("REDIS_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# the queue away, a page says so to the sweeper and goes on: nobody waits for it
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "schools.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "recount-stale": {"task": "reports.tasks.recount_stale", "schedule": 2.0, "options": {"expires": 2}},
    # before midnight: the new day counts everything afresh, and a difference would be gone unseen
    "recount-all": {"task": "reports.tasks.recount_all", "schedule": crontab(hour=23, minute=40)},
}

# ---- audit: append-only, so its context travels inside each event row
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False

# ---- walls of the browser
_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "worker-src": [SELF],
    "manifest-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ---- secrets
SECRET_KEY = env("SECRET_KEY", default="")
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
INDEX_KEY = env("INDEX_KEY", default="")

# ---- the demo: its clock stands still, a banner says so, and anybody may sign in as anybody
DEMO = env.bool("DEMO", default=False)
CLOCK = env("DEMO_CLOCK", default="") if DEMO else ""

PORTAL_NAMES = {"kk": "Қамқорлық", "ru": "Забота", "en": "Care"}

logs.configure(env("LOG_LEVEL", default="INFO"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
