import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from communities.models import StaffMember
from opsdesk import work
from opsdesk.lib import encodings, exports
from opsdesk.lib.runs.actions import Cancelled, Lost
from opsdesk.lib.unreadable import UnreadableFile
from users.imports import actions, foreground, quarantine, report
from users.imports.foreground import Wish
from users.imports.models import ImportFile, SavedMapping
from users.purchases import queries as purchases

REFUSED, MISUSED = 1, 2
DEFAULT_SOURCE = "orders"
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}


class Command(BaseCommand):
    help = (
        "Import order exports (CSV, XLSX, either packed as .gz; - is standard input) in the given order, each to its "
        "end. Good rows are written, bad ones stay out, each with its reason; every file is reported, and its rows add "
        "up: rows = created + updated + unchanged + refused. Unknown communities are refused row by row unless "
        "--create-communities is given. --mapping NAME reads the files by the mapping saved under that name; when "
        "there is none yet, the way the first file was read is saved under it. Ctrl-C takes back what the current file "
        "had written. Exit codes: 0 every file was written (with --dry-run: could be), 1 a file was refused or failed, "
        "2 wrong use, 130 stopped by Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check and report; write nothing at all")
        parser.add_argument("--json", action="store_true", help="report as JSON: {ok, files: [...]}")
        parser.add_argument("--mapping", metavar="NAME", help="use, or else remember, a mapping under this name")
        parser.add_argument("--source", metavar="NAME", help="order numbers are unique within it (default: orders)")
        parser.add_argument("--encoding", choices=sorted(encodings.CHOICES), help="instead of finding it")
        parser.add_argument("--delimiter", choices=sorted(DELIMITERS), help="instead of finding it")
        parser.add_argument("--create-communities", action="store_true", help="create those that nobody knows")
        parser.add_argument("--identical-lines", choices=["keep", "drop"], help="of one order (default: keep)")
        parser.add_argument("--as-user", metavar="USERNAME", help="who is named in the log")
        parser.add_argument("--refused", metavar="PATH", help="write the refused rows, with reasons, to this CSV file")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        wish = self._wish(options)
        for path in files:
            if path != foreground.STDIN and not Path(path).is_file():
                raise CommandError(f"There is no file {path}.", returncode=MISUSED)
        if options["refused"] and len(files) > 1:
            raise CommandError("--refused takes the rows of one file; give one FILE.", returncode=MISUSED)
        told = []
        for one in self._each(files, wish, options):
            told.append(one)
            if not options["json"]:
                self.stdout.write("\n".join(report.lines(one)))
        ok = all(_went_in(one) for one in told)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": ok, "files": told}, ensure_ascii=False, indent=1))
        if not ok:
            raise SystemExit(REFUSED)

    def _each(self, files: list[str], wish: Wish, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for path in files:
            yield self._dry(path, wish, options) if options["dry_run"] else self._wet(path, wish, options)

    def _dry(self, path: str, wish: Wish, options: dict[str, Any]) -> dict[str, Any]:
        def tell(file: ImportFile) -> dict[str, Any]:
            self._write_refused(file, options["refused"])
            return report.data(file)

        return foreground.dry_run(path, wish, work.Classes(wish.today, purchases.policies_by_place()), tell)

    def _wet(self, path: str, wish: Wish, options: dict[str, Any]) -> dict[str, Any]:
        try:
            file = foreground.run(path, wish, work.HANDLERS)
        except (Cancelled, Lost, DatabaseError, OSError, UnreadableFile) as error:
            raise CommandError(f"{path} was not written: {error}", returncode=REFUSED) from error
        if options["mapping"] and file.state == ImportFile.State.DONE:
            actions.save_mapping(file, options["mapping"], wish.by)
        self._write_refused(file, options["refused"])
        return report.data(file)

    def _write_refused(self, file: ImportFile, path: str | None) -> None:
        if path:
            with Path(path).open("w", encoding="utf-8-sig", newline="") as out:
                out.writelines(exports.lines(quarantine.head(file), quarantine.rows(file)))

    def _wish(self, options: dict[str, Any]) -> Wish:
        saved = SavedMapping.objects.select_related("source").filter(name=options["mapping"] or "").first()
        how = {
            "encoding": options["encoding"],
            "delimiter": DELIMITERS.get(options["delimiter"] or ""),
            "create_communities": options["create_communities"],
            "drop_identical": options["identical_lines"] and options["identical_lines"] == "drop",
            "mapping": saved.mapping if saved else None,
            "mapping_name": saved.name if saved else None,
        }
        source = options["source"] or (saved.source.name if saved else DEFAULT_SOURCE)
        chosen = {name: value for name, value in how.items() if value is not None}
        return Wish(source, timezone.localdate(), self._staff(options["as_user"]), chosen)

    def _staff(self, username: str | None) -> StaffMember | None:
        if username is None:
            return None
        found = StaffMember.objects.filter(username=username).first()
        if found is None:
            raise CommandError(f"There is no staff member {username}.", returncode=MISUSED)
        return found


def _went_in(told: dict[str, Any]) -> bool:
    """A file of which nothing could be taken did not go in."""
    return told["state"] in ("committed", "committable") and told["rows"] > told["refused"]
