"""How large an uploaded file may be, how long it is kept, how often things may be done: every bound in one place.

A reader takes a Limits, a door a Rate; nothing here is read from settings.
"""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024

UPLOAD_DAYS = 30  # an upload is let go when it is older
UPLOAD_BYTES = 2 * 1024 * MEGABYTE  # of one person, kept on disk together


@dataclass(frozen=True)
class Rate:
    """At most so many within so many seconds, for each person."""

    most: int
    seconds: int


IMPORTS = Rate(5, 3600)
SEARCHES = Rate(60, 60)
REVEALS = Rate(60, 3600)
REVEALS_ALARM = 30  # within the time of REVEALS: a manager is told
EXPORTS = Rate(10, 3600)


@dataclass(frozen=True)
class Limits:
    """Bounds of one reading. `stored_bytes` None means any size: everything is streamed."""

    stored_bytes: int | None = None
    unpacked_bytes: int = 64 * 1024 * MEGABYTE
    gzip_ratio: int = 200
    gzip_free_bytes: int = 64 * MEGABYTE  # below this much output the ratio is not looked at
    block_bytes: int = MEGABYTE  # read at a time
    columns: int = 200
    cell_chars: int = 32_767
    batch_chars: int = 32 * MEGABYTE
    xlsx_bytes: int = 20 * MEGABYTE
    xlsx_unpacked_bytes: int = 300 * MEGABYTE
    xlsx_ratio: int = 100
    xlsx_members: int = 1_000
    xlsx_memory_bytes: int = 1_536 * MEGABYTE
    xlsx_seconds: int = 120

    @property
    def line_chars(self) -> int:
        """The longest physical line that could still be a legal row."""
        return self.columns * (self.cell_chars + 3)


COMMAND_LINE = Limits()
