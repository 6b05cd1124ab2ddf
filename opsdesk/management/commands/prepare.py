from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from opsdesk import collected


class Command(BaseCommand):
    help = "Brings the tables up to date, compiles translations and collects static files where they changed."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("compile_messages", stdout=self.stdout)
        if collected.collect_when_changed():
            self.stdout.write("Collected the static files.")
