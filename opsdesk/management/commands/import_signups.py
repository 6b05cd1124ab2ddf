import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from communities.models import StaffMember
from opsdesk.lib.unreadable import UnreadableFile
from users.acquisition.models import SignupImport
from users.acquisition.signups import actions, queries, rules
from users.acquisition.signups.actions import NotNow

REFUSED, MISUSED, STDIN = 1, 2, "-"
PROBLEMS_SAID = 20


class Command(BaseCommand):
    help = (
        "Import registrations (phone, time; channel, community, name, address) or referrals (who brought whom) from "
        "CSV or XLSX files (- is standard input), each in one transaction. Bad rows stay out, each with its reason; "
        "rows = created + updated + unchanged + refused. Exit codes: 0 every file was written (with --dry-run: could "
        "be), 1 a file was refused, or nothing of it could be taken, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--kind", choices=sorted(rules.NAMES), default="", help="found by the columns unless told")
        parser.add_argument("--dry-run", action="store_true", help="work out and report; write nothing at all")
        parser.add_argument("--json", action="store_true", help="report as JSON: {ok, files: [...]}")
        parser.add_argument("--as-user", metavar="USERNAME", help="who is named in the log")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        by = _staff(options["as_user"])
        told = [self._one(path, by, options) for path in files]
        ok = all(one["rows"] > one["refused"] for one in told)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": ok, "files": told}, ensure_ascii=False, indent=1))
        if not ok:
            raise SystemExit(REFUSED)

    def _one(self, path: str, by: StaffMember | None, options: dict[str, Any]) -> dict[str, Any]:
        content = _content(path)
        try:
            with transaction.atomic():
                told = _told(_taken(content, path, by, options))
                transaction.set_rollback(options["dry_run"])
        except (UnreadableFile, NotNow) as error:
            raise CommandError(f"{path} was not written: {error}", returncode=REFUSED) from error
        if not options["json"]:
            self.stdout.write("\n".join(_lines(told)))
        return told


def _taken(content: bytes, path: str, by: StaffMember | None, options: dict[str, Any]) -> SignupImport:
    today = timezone.localdate()
    file = actions.receive(content, "stdin.csv" if path == STDIN else path, by, today=today, kind=options["kind"])
    return actions.commit(file, by, today=today)


def _told(file: SignupImport) -> dict[str, Any]:
    problems = [
        {"line": one.line, "column": one.column, "value": one.value, "code": one.params["code"], "reason": one.reason}
        for one in queries.problems_of(file)
    ]
    counts = {name: getattr(file, name) for name in ("rows", *rules.OUTCOMES)}
    return {"file": file.name, "kind": file.kind, **counts, "problems": problems}


def _lines(told: dict[str, Any]) -> list[str]:
    counts = ", ".join(f"{told[name]} {name}" for name in rules.OUTCOMES)
    said = [f"  line {one['line']}: {one['column']} {one['value']} {one['reason']}" for one in told["problems"]]
    more = [f"  and {len(said) - PROBLEMS_SAID} more"] if len(said) > PROBLEMS_SAID else []
    return [f"{told['file']} ({told['kind']}): {told['rows']} rows = {counts}", *said[:PROBLEMS_SAID], *more]


def _content(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read()
    if not Path(path).is_file():
        raise CommandError(f"There is no file {path}.", returncode=MISUSED)
    return Path(path).read_bytes()


def _staff(username: str | None) -> StaffMember | None:
    found = StaffMember.objects.filter(username=username).first() if username else None
    if username and found is None:
        raise CommandError(f"There is no staff member {username}.", returncode=MISUSED)
    return found
