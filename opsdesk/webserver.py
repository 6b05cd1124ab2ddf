"""Gunicorn's settings: `gunicorn --config python:opsdesk.webserver opsdesk.wsgi`. The names are Gunicorn's."""

import os

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# The settings are read once, before any worker starts: a bad one ends the server with its one line.
preload_app = True
max_requests = 2000
max_requests_jitter = 200
timeout = 60
graceful_timeout = 12
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
loglevel = os.environ.get("OPSDESK_WEB_LOG_LEVEL", "warning")
