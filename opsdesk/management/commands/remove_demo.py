from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from opsdesk.demo import planting


class Command(BaseCommand):
    help = (
        "Take the demo world away, with everything imported or tagged since: the desk is empty again. Staff who are "
        "not of the demo keep their sign-in, the audit trail and the company's thresholds stay. Cannot be undone. "
        "Exit codes: 0 removed, 1 there is no demo here (nothing was changed)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not planting.is_planted():
            raise CommandError("There is no demo here; nothing was changed.")
        if not yes and input("Remove the demo and everything imported since? Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
        went = planting.remove()
        self.stdout.write(f"Removed {went['customers']:,} customers, {went['files']} files, {went['people']} people.")
