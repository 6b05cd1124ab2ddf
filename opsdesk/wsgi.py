"""The web server's entry."""

import os

from django.core.wsgi import get_wsgi_application

from opsdesk.lib import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")
with environment.stop_on_bad_setting():
    application = get_wsgi_application()
