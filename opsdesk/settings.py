"""Every setting, read from the environment; a bad value stops start-up with one line that says which and why."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from opsdesk.lib import database_url, engines, environment, remembered_secret, webhook
from opsdesk.lib.sms import chosen as sms

BASE_DIR = Path(__file__).resolve().parent.parent

# -- Where things live ---------------------------------------------------------------------------------------------

DATA_DIR = environment.folder("OPSDESK_DATA_DIR", default=BASE_DIR / ".data")
MEDIA_ROOT = DATA_DIR / "uploads"
STATIC_ROOT = environment.folder("OPSDESK_STATIC_ROOT", default=DATA_DIR / "static")
STATIC_URL = "/static/"

# -- Safety --------------------------------------------------------------------------------------------------------

DEBUG = environment.flag("OPSDESK_DEBUG", default=False)
# "production" demands real secrets and TLS; "desk" is one machine, opened on its own address.
PRODUCTION = environment.flag("OPSDESK_PRODUCTION", default=False)
SECRET_KEY = environment.secret(
    "OPSDESK_SECRET_KEY",
    default=None if PRODUCTION else remembered_secret.remembered_in(DATA_DIR / "secret_key"),
    at_least=50,
    example="the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
)
ALLOWED_HOSTS = environment.names("OPSDESK_ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("OPSDESK_TRUSTED_ORIGINS", default="")

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "opsdesk_session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "opsdesk_csrf"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# -- Database, queue, cache ----------------------------------------------------------------------------------------

_embedded = engines.addresses(DATA_DIR)
_database_url = environment.url("DATABASE_URL", ("postgresql", "postgres"), "", database_url.EXAMPLE)
DATABASES = {
    "default": (database_url.settings_of(_database_url) if _database_url else _embedded.database)
    | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = environment.url(
    "REDIS_URL", ("redis", "rediss", "redis+socket"), _embedded.broker_url, "redis://localhost:6379/0"
)
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A wake-up that cannot be sent is no loss (the row in PostgreSQL waits for the next tick), so pages must not wait.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 2}

# Sign-in limits must hold when Redis is away, so the cache is a table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# What waits for a person is counted anew after so many seconds, and after every deed of theirs.
RAIL_SECONDS = 20

# -- Applications --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "opsdesk",
    "opsdesk.lib.runs",
    "communities",
    "users",
    "coupons",
    "campaigns",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "import_export",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "communities.access.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "opsdesk.rail.forgetting",
]

ROOT_URLCONF = "opsdesk.urls"
WSGI_APPLICATION = "opsdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "opsdesk.frame.desk_frame",
            ],
            "builtins": ["django.templatetags.i18n", "opsdesk.templatetags.opsdesk"],
        },
    }
]
FORM_RENDERER = "opsdesk.frame.FormRenderer"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "opsdesk.assets.PackageFinder",
]
WHITENOISE_USE_FINDERS = DEBUG

# -- People --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "communities.StaffMember"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "opsdesk.accounts.ClosedDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# -- Language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "opsdesk" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

# -- Interfaces ----------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["communities.api_access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["communities.api_access.ScopePermission"],
    "DEFAULT_SCHEMA_CLASS": "communities.api_schema.ScopedSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["communities.api_access.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": "600/min"},
    "EXCEPTION_HANDLER": "communities.api_errors.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "opsdesk",
    "DESCRIPTION": "Customers, segments, RFM, communities and imports, scoped exactly like the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATION_PARAMETERS": False,
}

# -- Uploads -------------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_UPLOAD = environment.whole_number("OPSDESK_MAX_UPLOAD_MB", default=2048, example="2048") * 1024 * 1024

# -- Text messages -------------------------------------------------------------------------------------------------

SMS = sms.from_environment()

# -- The shop ------------------------------------------------------------------------------------------------------

SHOP = webhook.from_environment()  # whom coupons are handed to by a call; None: nobody

# -- Logs ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"phones": {"()": "opsdesk.lib.logs.LogScrubber"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["phones"]},
    },
    "root": {"handlers": ["console"], "level": environment.text("OPSDESK_LOG_LEVEL", default="INFO")},
}
