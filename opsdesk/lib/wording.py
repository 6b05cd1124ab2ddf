"""Marks English text for translation where Django may not be imported; extraction knows the name."""


def gettext_noop(message: str) -> str:
    """The message itself; whoever shows it calls gettext on it."""
    return message
