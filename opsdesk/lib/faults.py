"""Something that went wrong, told in three rows: what happened, what was kept, what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What parts/_error.html asks for. `technical`: the text for whoever looks after the server."""

    title: str
    reference: str
    happened: str
    kept: str
    todo: str
    technical: str = ""
