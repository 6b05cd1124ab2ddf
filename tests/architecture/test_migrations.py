import re
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
MIGRATIONS = [*ROOT.glob("*/migrations/0*.py"), *ROOT.glob("opsdesk/lib/*/migrations/0*.py")]
OURS = re.compile(r"^(?:from|import) (?:opsdesk|communities|users|coupons|campaigns)\b.*$", re.M)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_no_two_migrations_of_an_app_share_a_number() -> None:
    numbers = Counter((path.parent, path.name[:4]) for path in MIGRATIONS)
    assert [str(key) for key, count in numbers.items() if count > 1] == []


def test_a_migration_imports_no_living_code() -> None:
    found = {f"{path.parts[-3]}/{path.name}": OURS.findall(path.read_text(encoding="utf-8")) for path in MIGRATIONS}
    assert {path: imports for path, imports in found.items() if imports} == {}
