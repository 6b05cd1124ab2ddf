"""Front-end files of other people's packages: which of them are served, and where the icon sprite comes from."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

ROOT = Path(settings.BASE_DIR)
MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
ICON_LIST = ROOT / "opsdesk" / "icons.txt"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
SPRITE = ROOT / "opsdesk" / "static" / "vendor" / "icons.svg"

# Address under /static/ -> file under node_modules. Nothing else of node_modules is ever served.
PACKAGE_FILES = {
    "vendor/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "vendor/bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
}

_SHAPES = re.compile(r"<svg.*?>(?P<shapes>.*)</svg>", re.DOTALL)
_CANVAS = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


class _PackageStorage(FileSystemStorage):
    """Reads node_modules under the addresses of PACKAGE_FILES."""

    def __init__(self) -> None:
        super().__init__(location=MODULES)

    def path(self, name: str) -> str:
        return str(MODULES / PACKAGE_FILES[name])


class PackageFinder(BaseFinder):
    """A staticfiles finder with an explicit list instead of a folder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = _PackageStorage()

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = PACKAGE_FILES.get(path)
        found = source is not None and (MODULES / source).is_file()
        if find_all:
            return [self.storage.path(path)] if found else []
        return self.storage.path(path) if found else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        return ((name, self.storage) for name in PACKAGE_FILES if self.find(name))


def icon_names() -> list[str]:
    return ICON_LIST.read_text(encoding="utf-8").split()


def lock_stamp() -> str:
    return sha256(LOCK.read_bytes()).hexdigest()


def sprite_stamp() -> str:
    """Changes when the list of icons or the version of the icon package changes."""
    return sha256(LOCK.read_bytes() + ICON_LIST.read_bytes()).hexdigest()


def symbol(name: str) -> str:
    """One outline icon as an SVG symbol; stroke and size are left to CSS."""
    drawing = _SHAPES.search((ICONS / f"{name}.svg").read_text(encoding="utf-8"))
    if drawing is None:
        raise ValueError(f"{name}.svg holds no drawing")
    shapes = " ".join(_CANVAS.sub("", drawing["shapes"]).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def sprite() -> str:
    symbols = "\n".join(symbol(name) for name in icon_names())
    return f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {sprite_stamp()} -->\n{symbols}\n</svg>\n'
