"""What a printed sheet carries so that a phone opens the same list: an address as a code to scan and in words."""

from dataclasses import dataclass

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

QUIET = 4  # modules of white around a code: scanners need them


@dataclass(frozen=True)
class Code:
    """`drawing`: an SVG, black on white whatever the page is; `words`: the address as one types it."""

    drawing: SafeString
    words: str


def code_of(request: HttpRequest, path: str) -> Code:
    """Of a path of this site. Whoever opens it signs in and sees what they may: the address holds no secret."""
    address = request.build_absolute_uri(path)
    drawn = segno.make(address, error="m", micro=False)
    drawing = drawn.svg_inline(border=QUIET, dark="#000", light="#FFF", omitsize=True, svgclass=None, lineclass=None)
    return Code(mark_safe(drawing), address.partition("://")[2])
