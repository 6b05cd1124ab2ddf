from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

BENCHES = {
    "coupons": "opsdesk.bench.coupons",
    "import": "opsdesk.bench.imports",
    "pages": "opsdesk.bench.pages",
    "recompute": "opsdesk.bench.recompute",
}


class Command(BaseCommand):
    help = (
        "Measure us beside our peers, on the same made-up rows in the same run, and print ratios. "
        "Works in a database of its own that is dropped afterwards. The peers come with: uv sync --group bench"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(BENCHES))
        parser.add_argument("--lines", type=int, default=1_000_000, metavar="N", help="order lines (default: 1000000)")
        parser.add_argument("--only", default="", metavar="NAMES", help="import: what to measure, as in ours,copy")

    def handle(self, *args: Any, what: str, lines: int, only: str, **options: Any) -> None:
        # The peers are no part of a usual installation, so their module is only loaded when it is asked for.
        try:
            bench = import_module(BENCHES[what])
        except ModuleNotFoundError as missing:
            raise CommandError(
                f"{missing.name} is not installed; get the peers with: uv sync --group bench"
            ) from missing
        if only and what != "import":
            raise CommandError("--only goes with: bench import")
        bench.run(lines, **({"only": only.split(",")} if only else {}))
