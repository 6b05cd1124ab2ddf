"""Which encoding a text file has: BOM, else NUL pattern (UTF-16), else UTF-8 strict, else GB18030 strict.

Detection libraries guess (a cut GBK file becomes Cyrillic without an error); this ladder proves or refuses. The whole
file is decoded once, in blocks, so that an accepted file cannot fail later. Big5 reads as GB18030: it is by choice.
"""

import codecs
import re
from dataclasses import dataclass

import numpy as np

from opsdesk.lib.filesource import Source
from opsdesk.lib.unreadable import UnreadableFile

CHOICES = {
    "utf-8": "utf-8",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-16": "utf-16",
    "latin-1": "cp1252",
}
SPELLINGS = {
    "utf8": "utf-8", "utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "big-5": "big5",
    "big5hkscs": "big5", "cp950": "big5", "utf16": "utf-16", "cp1252": "latin-1", "iso-8859-1": "latin-1",
}  # fmt: skip
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UTF8_RUN = 6  # Chinese characters in UTF-8 one after the other: real GB18030 text never looks like this
_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){%d}" % UTF8_RUN)
ENOUGH_UTF8 = 8
SAMPLE = 4096


@dataclass(frozen=True)
class Failure:
    """Where decoding stopped. `wide`: characters of three or more UTF-8 bytes that decoded well before it.

    `at_end`: the file ends within a character. `foreign`: it decodes, but is plainly UTF-8 from here.
    """

    offset: int
    line: int
    wide: int
    at_end: bool = False
    foreign: bool = False


def codec_of(encoding: str) -> str:
    """Python's name for one of CHOICES or a usual spelling of it."""
    name = encoding.strip().lower().replace("_", "-")
    if (chosen := SPELLINGS.get(name, name)) in CHOICES:
        return CHOICES[chosen]
    raise UnreadableFile("encoding_unknown", encoding=encoding)


def detect(source: Source, forced: str | None = None) -> str:
    """A key of CHOICES in which the whole file decodes; UnreadableFile with byte and line where none does."""
    if forced:
        return _proved(source, _canonical(forced))
    head = source.head(SAMPLE)
    if named := next((name for bom, name in BOMS if head.startswith(bom)), None) or _by_nuls(head):
        return _proved(source, named)
    if (nul := head.find(0)) >= 0:
        raise UnreadableFile("nul", line=LineCount().at(head[:nul].decode("latin-1")))
    as_utf8 = first_failure(source, CHOICES["utf-8"])
    if as_utf8 is None:
        return "utf-8"
    if as_utf8.wide >= ENOUGH_UTF8:
        _refuse("encoding_cut" if as_utf8.at_end else "encoding_mixed", as_utf8)
    return _proved_gb18030(source, as_utf8)


def _canonical(encoding: str) -> str:
    codec = codec_of(encoding)
    return next(name for name, python in CHOICES.items() if python == codec)


def _by_nuls(head: bytes) -> str | None:
    """UTF-16 without a BOM: commas, digits and line ends put a NUL at every odd (LE) or even (BE) byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = max(len(head) // 20, 1)
    if odd >= enough and even * 10 <= odd:
        return "utf-16-le"
    return "utf-16-be" if even >= enough and odd * 10 <= even else None


def _proved(source: Source, encoding: str) -> str:
    if failure := first_failure(source, CHOICES[encoding]):
        _refuse("encoding_cut" if failure.at_end else "encoding_wrong", failure, encoding)
    return encoding


def _proved_gb18030(source: Source, as_utf8: Failure) -> str:
    """What fails in both is refused where the better of the two gave up."""
    failure = first_failure(source, "gb18030", foreign=True)
    if failure and failure.foreign:
        _refuse("encoding_mixed", failure)
    if failure:
        further = max(failure, as_utf8, key=lambda one: one.offset)
        _refuse("encoding_cut" if further.at_end else "encoding_neither", further)
    return "gb18030"


def _refuse(code: str, failure: Failure, encoding: str = "UTF-8") -> None:
    raise UnreadableFile(code, line=failure.line, offset=failure.offset, encoding=encoding)


def first_failure(source: Source, codec: str, foreign: bool = False) -> Failure | None:
    """None when the whole file decodes; NUL characters are refused with their line on the way.

    `foreign`: what is plainly UTF-8 is a failure, though it decodes. Lines are counted for a failure alone.
    """
    decoder = codecs.getincrementaldecoder(codec)("strict")
    done, wide = 0, 0
    for block in source.blocks():
        kept = len(decoder.getstate()[0])
        if foreign and (at := _utf8_run(block)) >= 0:
            return Failure(done + at, line_at(source, codec, done + at), wide, foreign=True)
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            good, offset = error.object[: error.start].decode(codec, "replace"), done - kept + error.start
            return Failure(offset, line_at(source, codec, offset), wide + _wide(good))
        if (nul := text.find("\0")) >= 0:
            before = done - kept + len(text[:nul].encode(codec))
            raise UnreadableFile("nul", line=line_at(source, codec, before))
        done, wide = done + len(block), wide if wide >= ENOUGH_UTF8 else wide + _wide(text)
    return _at_the_end(source, codec, decoder, done, wide)


def _at_the_end(source: Source, codec: str, decoder: codecs.IncrementalDecoder, done: int, wide: int) -> Failure | None:
    kept = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Failure(done - kept, line_at(source, codec, done - kept), wide, at_end=True)
    return None


def line_at(source: Source, codec: str, offset: int) -> int:
    """The line of a byte of the file, which is read up to it once more."""
    decoder, lines = codecs.getincrementaldecoder(codec)("replace"), LineCount()
    for block in source.blocks():
        lines.pass_over(decoder.decode(block[:offset]))
        offset -= min(offset, len(block))
        if not offset:
            break
    return lines.line


class LineCount:
    """The line of a place in text that comes in pieces; a \\r\\n may be cut by them."""

    def __init__(self) -> None:
        self.line = 1
        self.after_return = False

    def at(self, text: str) -> int:
        """The line just behind this piece."""
        halved = self.after_return and text.startswith("\n")
        return self.line + text.count("\n") + text.count("\r") - text.count("\r\n") - halved

    def pass_over(self, text: str) -> None:
        self.line = self.at(text)
        self.after_return = text.endswith("\r") if text else self.after_return


def _utf8_run(block: bytes) -> int:
    """Where UTF8_RUN characters begin, or -1. Their first bytes alone, three apart, are hardly ever met elsewhere."""
    firsts = np.frombuffer(block, np.uint8) - np.uint8(0xE4) <= 5
    run = firsts[: max(len(firsts) - 3 * UTF8_RUN + 1, 0)].copy()
    for place in range(3, 3 * UTF8_RUN, 3):
        run &= firsts[place : place + len(run)]
    found = _UTF8_RUN.search(block) if run.any() else None
    return found.start() if found else -1


def _wide(text: str) -> int:
    return sum(character > "\u07ff" for character in text[: 64 * ENOUGH_UTF8 * 8])
