"""The lines of a text file in bounded memory, line ends kept, as csv wants them."""

import codecs
import io
from collections.abc import Iterator

from opsdesk.lib import encodings
from opsdesk.lib.encodings import LineCount
from opsdesk.lib.filesource import Source
from opsdesk.lib.unreadable import UnreadableFile


class Lines:
    """Iterates physical lines (\\n, \\r\\n or \\r ends them). `chars` counts the text handed out, by block."""

    def __init__(self, source: Source, encoding: str) -> None:
        self.source = source
        self.codec = encodings.codec_of(encoding)
        self.chars = 0

    def __iter__(self) -> Iterator[str]:
        for text in self.texts():
            self.chars += len(text)
            yield from io.StringIO(text, newline="")

    def texts(self) -> Iterator[str]:
        """Decoded text cut after a line end; what is left waits for the next block."""
        rest, done = "", 0
        for text in self._decoded():
            text = rest + text
            cut = _last_break(text)
            rest, done = text[cut:], done + cut
            if len(rest) > self.source.limits.line_chars:
                raise UnreadableFile("line_too_long", line=self._line_behind(done))
            if cut:
                yield text[:cut]
        if rest:
            yield rest

    def _line_behind(self, chars: int) -> int:
        """The line that so many characters end before; they are read once more."""
        lines = LineCount()
        for text in self._decoded():
            lines.pass_over(text[:chars])
            chars -= min(chars, len(text))
            if not chars:
                break
        return lines.line

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.codec)("strict")
        try:
            begun = False
            for block in self.source.blocks():
                text = decoder.decode(block)
                yield text if begun else text.removeprefix("\ufeff")
                begun = begun or bool(text)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise UnreadableFile("encoding_wrong", offset=error.start, encoding=self.codec) from error


def _last_break(text: str) -> int:
    """Just after the last line end. A final \\r may be half of \\r\\n, so it waits."""
    return max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
