"""The web server's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from opsdesk.lib import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")
with environment.stop_on_bad_setting():
    application = get_wsgi_application()

# Everything loaded so far, the pages with it, lives as long as the process: workers share it, and no page has to wait
# while the collector looks through it (100 ms each time).
reverse("home")
gc.collect()
gc.freeze()
