"""Places of a whole chunk: addresses that differ in the numbers of their door only are understood together (pure).

The door at the end of such an address is replaced by a sample, the sample is parsed, and the numbers are put back.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from users.imports.places import SAMPLE, Gazetteer, Place

# Nothing but a door may be read into it: no letters, signs or other doors before it, and the number begins where it
# seems to (not 三12栋, not 至12栋).
DOOR = (
    r"^(?P<before>(?:[\x{4e00}-\x{9fff}0-9]*[\x{4e00}-\x{9fff}])?)"
    "(?P<building>[1-9][0-9]{0,2})(?P<mark>栋|幢|号楼)(?P<unit>[1-9][0-9]?)单元(?P<room>[1-9][0-9]{2,3})(?P<end>室?)$"
)
UNSURE = "[栋幢楼座]|[零〇一二两三四五六七八九十百至到]$"
NUMBERS = ("building", "unit", "room")


def places(cells: pa.Array, stations: pa.Array, texts: pa.Array, gazetteer: Gazetteer) -> dict[str, pa.Array]:
    """The fields of gazetteer.place(cell, station, text) for each row."""
    door = pc.extract_regex(texts, DOOR)
    part = {name: pc.struct_field(door, name) for name in ("before", "mark", "end", *NUMBERS)}
    building, unit, room = SAMPLE
    samples = pc.binary_join_element_wise(part["before"], building, part["mark"], unit, "单元", room, part["end"], "")
    alike = _alike(
        cells, stations, pc.if_else(pc.match_substring_regex(part["before"], UNSURE), None, samples), gazetteer
    )
    triples, which = _distinct(cells, stations, pc.if_else(alike, samples, texts))
    found = {name: column.take(which) for name, column in _columns(triples, gazetteer).items()}
    ends = pc.binary_join_element_wise(*(part[name] for name in NUMBERS), "-")
    keys = pc.binary_join_element_wise(pc.replace_substring_regex(found["address_key"], "[^:]*$", ""), ends, "")
    own = {"address_key": keys, **{name: part[name] for name in NUMBERS}}
    return found | {name: pc.if_else(alike, values, found[name]) for name, values in own.items()}


def _alike(cells: pa.Array, stations: pa.Array, samples: pa.Array, gazetteer: Gazetteer) -> pa.Array:
    """Where there is a sample, and it stands for the row."""
    triples, which = _distinct(cells, stations, samples)
    standing = pa.array([gazetteer.stands_for_others(*three) for three in triples], pa.bool_())
    return pc.fill_null(standing.take(which), False)


def _distinct(*columns: pa.Array) -> tuple[list[list[str]], pa.Array]:
    """(the distinct rows, which of them each row is); null where a column is null."""
    coded = pc.binary_join_element_wise(*columns, "\x1f").dictionary_encode()
    return [row.split("\x1f") for row in coded.dictionary.to_pylist()], coded.indices


def _columns(triples: Sequence[Sequence[str]], gazetteer: Gazetteer) -> dict[str, pa.Array]:
    parts: Any = list(zip(*(gazetteer.place(*three) for three in triples), strict=True)) or [()] * len(Place._fields)
    types = {"community_id": pa.int64(), "station_id": pa.int64()}
    named = zip(Place._fields, parts, strict=True)
    return {name: pa.array(values, types.get(name, pa.string())) for name, values in named}
