"""How each class is called, whichever slice defines it."""

from users.lifecycle import rules as lifecycle
from users.rfm import rules as rfm

LIFECYCLE: dict[str, str] = {code: lifecycle.LABELS[code] for code in lifecycle.CLASSES}
RFM: dict[str, str] = dict(rfm.LABELS)
WORDS = LIFECYCLE | RFM
