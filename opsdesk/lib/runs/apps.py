from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "opsdesk.lib.runs"
    label = "runs"
