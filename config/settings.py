"""Settings of one installation.

Two modes from one code: without ``DATABASE_URL`` and ``REDIS_URL`` everything is embedded under ``var/``
(SQLite, a folder as queue); with them it is PostgreSQL and Redis. docs/running.md lists every variable.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "var")
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.flag("DEBUG", False)
# The sample world with its one-click log-ins. Never on an installation with real candidates.
DEMO = env.flag("DEMO", False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if env.text("DATABASE_URL") and not (DEBUG or DEMO):
        raise ImproperlyConfigured("Set SECRET_KEY (or SECRET_KEY_FILE) to a long random text.")
    # Embedded mode runs on one machine, so the key may live beside its data.
    SECRET_KEY = env.kept_secret(DATA_DIR / "secret-key")
# Keys that were in use before: what was signed or sealed with them can still be read.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "scoring",
    "interviews",
    "questionbank",
    "delivery",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
        },
    }
]

# Data ---------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", sqlite_path=DATA_DIR / "loopwright.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA_DIR / "files"
REDIS_URL = env.text("REDIS_URL")
if REDIS_URL:
    _redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    CACHES = {"default": _redis, "limits": _redis}
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"},
        # A count per request must not write to the database; with one web process, as bin/serve starts, it is exact.
        "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"},
    }

# Work in the background: the queue is a doorbell, the truth is DurableJob ----------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 180
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# After a child was killed its main process waits this long for a result; with a folder as queue nothing else moves.
CELERY_WORKER_LOST_WAIT = 1
# A request must not wait for a dead broker: one short try, then the sweep rings again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
JOB_SWEEP_SECONDS = env.number("JOB_SWEEP_SECONDS", 15, least=1)
# Work whose worker vanished starts again after at most one lease and one sweep: together under a minute.
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 30, least=3)
CELERY_BEAT_SCHEDULE = {
    "ring-due-jobs": {
        "task": "delivery.ring_due_jobs",
        "schedule": JOB_SWEEP_SECONDS,
        # Sweeps that piled up while no worker lived would ring for the same rows again and again.
        "options": {"expires": 900},
    },
    # Every event rings for this; the sweep is for rings that were lost.
    "publish-events": {"task": "delivery.publish_events", "schedule": JOB_SWEEP_SECONDS, "options": {"expires": 900}},
    "tidy-webhooks": {"task": "delivery.tidy_webhooks", "schedule": 3600, "options": {"expires": 3600}},
    "remove-exports": {"task": "delivery.remove_expired_exports", "schedule": 3600, "options": {"expires": 3600}},
    # It runs once a day, whatever the clock of the machine shows and however often this rings.
    "forget-requests": {"task": "accounts.forget_requests", "schedule": 3600, "options": {"expires": 3600}},
    "forget-ats-messages": {"task": "interviews.forget_ats_messages", "schedule": 3600, "options": {"expires": 3600}},
    "look-for-leaks": {"task": "scoring.request_drift_sweep", "schedule": 3600, "options": {"expires": 3600}},
}
# The schedule is fixed, so beat needs no file that a kill could leave broken.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 300,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
    }
else:
    _queue = DATA_DIR / "queue"
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "config.folder_queue:Transport"
    # Each worker would leave a mailbox behind that nobody reads.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "polling_interval": 0.25,
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
    }

# People -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Languages and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# Webhooks -----------------------------------------------------------------------------------------
# Where webhooks may go besides https to port 443 of public addresses.
WEBHOOK_ALLOWED_ORIGINS = env.origins("WEBHOOK_ALLOWED_ORIGINS")

# Files of the site ----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Compressing takes a minute for the packet's fonts, which no browser asks for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("ttf", "woff2", "woff", "png", "gz", "br")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Mail ---------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Loopwright <loopwright@localhost>")
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# Safety -------------------------------------------------------------------------------------------
_https = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _https and env.flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
if env.flag("BEHIND_PROXY", False):
    # Only where the proxy itself sets this header and removes it from what clients send.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A little more than an import takes, so that the page itself can say that there are too many.
DATA_UPLOAD_MAX_NUMBER_FILES = 5_100
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.rest.authentication.TokenAuthentication",
        "accounts.rest.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.rest.bodies.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.bodies.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.rest.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Loopwright",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "GET_LIB_DOC_EXCLUDES": "config.document.undescribed",
    "PREPROCESSING_HOOKS": ["config.document.only_resources"],
    # Choices stand where they are used: names made for them would change as nouns come.
    "POSTPROCESSING_HOOKS": ["config.document.describe"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Their progress is told in tens of lines a page.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools")},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}

# The unique index over the lower-cased address is stronger than the one this check looks for.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
