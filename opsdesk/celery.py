"""The Celery app: it finds each app's tasks.py by itself and takes its times from schedule.py."""

import os

from celery import Celery

from opsdesk import schedule
from opsdesk.lib import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")
with environment.stop_on_bad_setting():
    app = Celery("opsdesk")
    # Threads of the web server see the default app, and it must be this one: it knows the broker.
    app.set_default()
    app.config_from_object("django.conf:settings", force=True, namespace="CELERY")
    app.autodiscover_tasks()
    app.conf.beat_schedule = schedule.BEAT
