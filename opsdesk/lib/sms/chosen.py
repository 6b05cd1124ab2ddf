"""Which provider the environment names. A bad value is one line that says which setting and why."""

import hashlib
import hmac
from dataclasses import dataclass

from opsdesk.lib import environment
from opsdesk.lib.environment import BadSetting
from opsdesk.lib.sms import aliyun, posting, tencent
from opsdesk.lib.sms.aliyun import Aliyun
from opsdesk.lib.sms.providing import Provider
from opsdesk.lib.sms.tencent import Tencent

FILE = "file"
NAMES = (FILE, "aliyun", "tencent")
SCHEMES = ("https", "http")


@dataclass(frozen=True, repr=False)
class Chosen:
    """`provider` None: messages are handed off as files by hand."""

    provider: Provider | None = None

    @property
    def name(self) -> str:
        return self.provider.name if self.provider else FILE


def from_environment() -> Chosen:
    name = environment.text("OPSDESK_SMS_PROVIDER", default=FILE)
    if name not in NAMES:
        raise BadSetting("OPSDESK_SMS_PROVIDER", f"is {name!r}, which is none of {', '.join(NAMES)}", FILE)
    return Chosen({FILE: lambda: None, "aliyun": _aliyun, "tencent": _tencent}[name]())


def _aliyun() -> Provider:
    return Aliyun(
        **_keys(),
        variable=environment.text("OPSDESK_SMS_VARIABLE", default="text"),
        endpoint=environment.url("OPSDESK_SMS_ENDPOINT", SCHEMES, aliyun.ENDPOINT, aliyun.ENDPOINT),
        seconds=_seconds(),
    )


def _tencent() -> Provider:
    return Tencent(
        **_keys(),
        app=environment.text("OPSDESK_SMS_APP", example="1400006666"),
        region=environment.text("OPSDESK_SMS_REGION", default="ap-guangzhou"),
        endpoint=environment.url("OPSDESK_SMS_ENDPOINT", SCHEMES, tencent.ENDPOINT, tencent.ENDPOINT),
        seconds=_seconds(),
    )


def _keys() -> dict[str, str]:
    return {
        "key_id": environment.text("OPSDESK_SMS_KEY_ID", example="LTAI5tExample"),
        "key_secret": environment.secret("OPSDESK_SMS_KEY_SECRET", at_least=16, example="the secret of that key"),
        "sign": environment.text("OPSDESK_SMS_SIGN", example="the signature your provider approved"),
        "template": environment.text("OPSDESK_SMS_TEMPLATE", example="SMS_123456789"),
    }


def _seconds() -> float:
    usual = int(posting.SECONDS)
    return float(environment.whole_number("OPSDESK_SMS_SECONDS", default=usual, least=1, most=60))


def callback_signature(secret_key: str, provider: str) -> str:
    """The last part of the address a provider sends delivery reports to. Providers sign no report, so the address
    itself is the proof: whoever does not know it is refused."""
    return hmac.new(secret_key.encode(), f"sms-deliveries {provider}".encode(), hashlib.sha256).hexdigest()[:40]
