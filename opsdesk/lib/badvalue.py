"""The one way a cell's reader says no: with a code that a table of reasons explains."""


class BadValue(ValueError):
    """A text that is not what its column holds. `code` is a key of the caller's table of reasons."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
