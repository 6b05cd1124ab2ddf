"""Log lines without personal data: every run of digits that is a mobile number leaves masked."""

import logging
import re

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")


def scrubbed(text: str) -> str:
    return _PHONE.sub(r"\1****\2", text)


class LogScrubber(logging.Filter):
    """Masks phones in the message as it will be printed, arguments and traceback included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrubbed(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = scrubbed(logging.Formatter().formatException(record.exc_info))
        return True
