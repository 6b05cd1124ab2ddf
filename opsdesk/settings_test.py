"""The few settings that tests change: a fast hasher, tasks in line, plain static files."""

from opsdesk.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # a static file is looked for when asked: every client of a test would list them all
ACCOUNT_RATE_LIMITS = False
RAIL_SECONDS = 0  # a test sees what it has just made
