"""Personal names, masked for the eye: the surname stays, the rest becomes stars (at most two)."""

from pathlib import Path

COMPOUND_SURNAMES = frozenset((Path(__file__).parent / "compound_surnames.txt").read_text(encoding="utf-8").split())


def mask(name: str) -> str:
    """Han names keep a surname of one character, or of two where it is a compound one; "Zhang Wei" -> "Zhang *"."""
    name = name.strip()
    if name.isascii() and " " in name:
        return f"{name.split(' ', 1)[0]} *"
    surname = name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]
    return surname + "*" * min(len(name) - len(surname), 2)
