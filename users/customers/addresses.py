"""Doors in addresses: 12栋3单元502室 is building 12, unit 3, room 502. What is not surely a door stays text (pure)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from opsdesk.lib import numerals, plaintext
from opsdesk.lib.wording import gettext_noop as _

_N = numerals.SIGNS
_BUILDING = rf"(?P<building>[A-Z]?[0-9]{{1,3}}[A-Z]?|[A-Z]|[{_N}]{{1,4}})"
_UNIT = rf"(?P<unit>[0-9]{{1,2}}|[A-Z]|[{_N}]{{1,3}})"
_FLOOR = rf"(?:(?:[0-9]{{1,2}}|[{_N}]{{1,3}})[层楼])?"
_LONG_ROOM = rf"(?:[0-9]{{3,4}}[A-Z]?|[{_N}]{{3,4}})"
_GAP = r"[-,，、\s]*"
# Not the tail of a longer number, a price or a run of numbers; not its head either.
_LEFT = rf"(?<![0-9A-Z.￥¥$~至到{_N}])(?<![0-9A-Z]-)"
_RIGHT = r"(?![0-9A-Z]|[-~.至到、&或和][0-9]|/[0-9]{1,4}(?![0-9])|[元块斤克折份件个人%天月日年分点楼层栋幢])"
_SUFFIX = r"(?:号室|室|号|房|户)?"

WORDED = re.compile(
    rf"{_LEFT}{_BUILDING}(?:栋|幢|号楼|#楼|#|座){_GAP}(?:{_UNIT}(?:单元|门|-){_GAP})?{_FLOOR}"
    rf"(?P<room>{_LONG_ROOM}{_SUFFIX}|(?:[0-9]{{1,2}}[A-Z]?|[{_N}]{{1,2}})(?:室|房|户)){_RIGHT}"
)
DASHED = re.compile(
    rf"{_LEFT}(?P<building>[A-Z]?[0-9]{{1,3}}[A-Z]?)-(?P<unit>[0-9]{{1,2}})-(?P<room>[0-9]{{3,4}}[A-Z]?){_SUFFIX}{_RIGHT}"
)
ROOM_WORD = re.compile(r"(?:号室|室|号|房|户)$")
ZONE = re.compile(rf"(?:[0-9{_N}]{{1,2}}期|[A-Z0-9{_N}东南西北中]{{1,2}}区)")
YEARS = range(1990, 2040)
DOORS_ON_A_FLOOR = 40

# What a community's name may stand behind, and before, without being a part of a longer name.
NAME_FOLLOWS = "省市区县镇乡街道路号巷弄村旗州岛"
NAME_PRECEDES = re.compile(rf"$|[^一-鿿]|小区|社区|第|[东西南北中]区|[{_N}]{{1,3}}(?:期|区|栋|幢|号|座|#)")

KEY_CHARS = 120
TEMPLATE_CHARS = 60
PLACES = {"building": r"[A-Z]?[0-9]{1,4}[A-Z]?", "unit": r"[A-Z]?[0-9]{1,4}[A-Z]?", "room": r"[0-9]{1,4}[A-Z]?"}


class Address(NamedTuple):
    """An address as understood. Without a sure door building, unit and room are None and `rest` is the whole text.

    With a door, `unit` is "" where none is written, and `rest` is what stands around community and door.
    """

    community: str | None
    building: str | None
    unit: str | None
    room: str | None
    rest: str

    @property
    def has_door(self) -> bool:
        return self.room is not None


class BadTemplate(ValueError):
    """A way of writing that cannot be taught; the argument is an English msgid."""


class Book:
    """What is known of the communities: how each is called (alias -> name), and ways of writing doors taught for it.

    `taught`: templates such as "{building}弄{unit}号{room}" by community name; under "" for all of them.
    """

    def __init__(
        self, names: Mapping[str, str] | Iterable[str] = (), taught: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        pairs = names.items() if isinstance(names, Mapping) else ((name, name) for name in names)
        self.by_first: dict[str, list[tuple[str, str]]] = {}
        for alias, name in sorted(((_folded(alias), name) for alias, name in pairs), key=lambda pair: -len(pair[0])):
            if alias:
                self.by_first.setdefault(alias[0], []).append((alias, name))
        self.taught = {name: [template(text) for text in texts] for name, texts in (taught or {}).items()}

    def parse(self, text: str, community: str | None = None) -> Address:
        """`community`: what is known from elsewhere (the export's own column); the text's own wins."""
        tidied = plaintext.tidy_or_empty(text)
        folded = _folded(tidied)
        named = self._named(folded)
        found = named[0] if named else None
        door = self._door(folded, named[2] if named else None, found or community)
        if door is None:
            return Address(found, None, None, None, tidied)
        building, unit, room = (numerals.plain(part) for part in _parts(door))
        return Address(found, building, unit, room, _around(folded, door.span(), named[1:] if named else None))

    def _named(self, folded: str) -> tuple[str, int, int] | None:
        """(community, start, end) of the longest known name that stands by itself in the text."""
        found = [
            (name, at, at + len(alias))
            for at, sign in enumerate(folded)
            for alias, name in self.by_first.get(sign, ())
            if folded.startswith(alias, at) and _stands_alone(folded, at, at + len(alias))
        ]
        return max(found, key=lambda match: match[2] - match[1], default=None)

    def _door(self, folded: str, after: int | None, community: str | None) -> re.Match[str] | None:
        for pattern in (*self.taught.get(community or "", ()), *(self.taught.get("", ()) if community else ())):
            if taught := _only(list(pattern.finditer(folded))):
                return taught
        dashed = [run for run in DASHED.finditer(folded) if _is_door(run, behind_name=run.start() == after)]
        return _only([*WORDED.finditer(folded), *dashed])


def parse(text: str, names: Mapping[str, str] | Iterable[str] = ()) -> Address:
    """One address with known community names; use a Book for many."""
    return Book(names).parse(text)


def template(text: str) -> re.Pattern[str]:
    """A taught way of writing as a safe pattern: literal text with {building}, {unit} and {room} in it.

    Building and room must be there, each place once, and something must stand between two places.
    """
    pieces = [piece if piece[:1] == "{" else _folded(piece) for piece in re.split(r"(\{[^{}]*\})", text)]
    places = [piece[1:-1] for piece in pieces if piece.startswith("{")]
    if len(text) > TEMPLATE_CHARS or not set(places) <= PLACES.keys() or len(set(places)) != len(places):
        raise BadTemplate(_("Use {building}, {unit} and {room}, each at most once, within 60 characters."))
    if not {"building", "room"} <= set(places):
        raise BadTemplate(_("The template must have {building} and {room}."))
    if any(not between for between in pieces[2:-1:2]):
        raise BadTemplate(_("Something must stand between two places, or they cannot be told apart."))
    return re.compile(_LEFT + "".join(map(_piece, pieces)) + _SUFFIX + _RIGHT)


def _piece(piece: str) -> str:
    name = piece.strip("{}")
    return f"(?P<{name}>{PLACES[name]})" if piece.startswith("{") else re.escape(piece)


def normalised(address: Address, community: str | None = None) -> str:
    """The key under which addresses of one phone are counted as one: the door in its community and zone, else the text.

    "" for an empty address; at most KEY_CHARS long.
    """
    if not address.has_door:
        return _short(_folded(address.rest))
    zone = "".join(ZONE.findall(address.rest))
    return _short(f"{address.community or community or ''}{zone}:{address.building}-{address.unit}-{address.room}")


def _folded(text: str) -> str:
    """For matching only: narrow, upper case, no spaces, one kind of dash."""
    narrow = unicodedata.normalize("NFKC", plaintext.tidy(text)).upper()
    return re.sub(r"[‐-―−—]", "-", narrow.replace(" ", ""))


def _parts(door: re.Match[str]) -> tuple[str, str, str]:
    groups: dict[str, Any] = door.groupdict()
    return groups["building"], groups.get("unit") or "", ROOM_WORD.sub("", groups["room"])


def _only(doors: list[re.Match[str]]) -> re.Match[str] | None:
    """The one door of a text; two different ones cannot be chosen between."""
    return doors[0] if len({_parts(door) for door in doors}) == 1 else None


def _is_door(run: re.Match[str], behind_name: bool) -> bool:
    """Three numbers are a door when the last can be one (502: floor 5, door 02) and they are no date.

    5-2-2012 may be a day; only right behind a community's name is it a door.
    """
    building, unit, room = run["building"], run["unit"], re.sub("[^0-9]", "", run["room"])
    if not 1 <= int(room[-2:]) <= DOORS_ON_A_FLOOR:
        return False
    date = building.isdigit() and int(building) <= 31 and int(unit) <= 31 and int(room) in YEARS
    return behind_name or not date


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether a name is no part of a longer one: 阳光花园 is not in 新阳光花园 nor in 阳光花园小筑."""
    before = folded[max(start - 1, 0) : start]
    begins = before in NAME_FOLLOWS or not "一" <= before <= "鿿"
    return begins and NAME_PRECEDES.match(folded, end) is not None


def _around(folded: str, door: tuple[int, int], name: tuple[int, int] | None) -> str:
    """The text without door and community name."""
    spans = sorted([door, name] if name else [door], reverse=True)
    for start, end in spans:
        folded = f"{folded[:start]} {folded[end:]}"
    return " ".join(folded.split())


def _short(text: str) -> str:
    if len(text) <= KEY_CHARS:
        return text
    digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return f"{text[: KEY_CHARS - 17]}#{digest}"
