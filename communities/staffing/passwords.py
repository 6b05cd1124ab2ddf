"""One-time passwords that can be read out over the telephone."""

import secrets

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1


def one_time_password() -> str:
    """Four groups of four: kq7m-x2hd-9vtp-w3cb; 79 bits of chance."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
