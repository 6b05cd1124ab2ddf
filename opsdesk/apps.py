from django.apps import AppConfig

# Pages wake the worker through celery.current_app: the project's app must be it in every process.
from opsdesk import celery

__all__ = ["OpsdeskConfig", "celery"]


class OpsdeskConfig(AppConfig):
    name = "opsdesk"
