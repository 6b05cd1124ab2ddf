"""Tencent Cloud SMS (sms 2021-01-11, SendSms), signed TC3-HMAC-SHA256.

https://cloud.tencent.com/document/api/382/52071
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from opsdesk.lib.sms import posting, providing
from opsdesk.lib.sms.providing import Delivery, Receipt, Text

ENDPOINT = "https://sms.tencentcloudapi.com"
ALGORITHM = "TC3-HMAC-SHA256"
ACTION, VERSION, SERVICE = "SendSms", "2021-01-11", "sms"
CONTENT = "application/json; charset=utf-8"
PASSING = ("RequestLimitExceeded", "FailedOperation.FailResolvePacket")


@dataclass(frozen=True, repr=False)
class Tencent:
    """`app`: SmsSdkAppId. The template has one variable, {1}, which takes the whole text."""

    key_id: str
    key_secret: str
    sign: str
    template: str
    app: str
    region: str = "ap-guangzhou"
    endpoint: str = ENDPOINT
    seconds: float = posting.SECONDS
    name: str = "tencent"

    def send(self, message: Text) -> Receipt:
        body = json.dumps(self._payload(message), ensure_ascii=False).encode()
        try:
            return _receipt(posting.post(self.endpoint, "", self._headers(body), body, self.seconds))
        except posting.NotReached as error:
            return providing.refused("NotReached", str(error), again=True)
        except posting.NoAnswer as error:
            return providing.unknown(str(error))

    def deliveries(self, report: Any) -> list[Delivery]:
        """Pushed by HTTP: a list of objects with sid, report_status, errmsg."""
        if not isinstance(report, list) or not all(isinstance(one, dict) and one.get("sid") for one in report):
            raise ValueError("a list of objects with sid was expected")
        return [Delivery(str(one["sid"]), one.get("report_status") == "SUCCESS", _why(one)) for one in report]

    def _payload(self, message: Text) -> dict[str, Any]:
        return {
            "PhoneNumberSet": [f"+86{message.phone}"],
            "SmsSdkAppId": self.app,
            "SignName": self.sign,
            "TemplateId": self.template,
            "TemplateParamSet": [message.text],
            "SessionContext": message.reference,
        }

    def _headers(self, body: bytes) -> dict[str, str]:
        host, now = urlsplit(self.endpoint).netloc, int(time.time())
        return {
            "Authorization": authorization(self.key_id, self.key_secret, SERVICE, host, body, now),
            "Content-Type": CONTENT,
            "Host": host,
            "X-TC-Action": ACTION,
            "X-TC-Region": self.region,
            "X-TC-Timestamp": str(now),
            "X-TC-Version": VERSION,
        }


def _why(one: Mapping[str, Any]) -> str:
    done = one.get("report_status") == "SUCCESS"
    return "" if done else providing.told(f"{one.get('errmsg')}: {one.get('description')}")


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    told = answer.get("Response")
    if not isinstance(told, dict):
        return providing.unknown("an answer without Response")
    statuses = told.get("SendStatusSet")
    status = told.get("Error") or (statuses[0] if isinstance(statuses, list) and statuses else None)
    if not isinstance(status, dict):
        return providing.unknown("an answer without a status")
    code, message = str(status.get("Code", "")), str(status.get("Message", ""))
    if code == "Ok":
        return providing.taken(str(status.get("SerialNo", "")))
    if not code or code.startswith("InternalError"):
        return providing.unknown(f"{code}: {message}")
    return providing.refused(code, message, again=code.startswith(PASSING))


# -- The signature ---------------------------------------------------------------------------------------------------


def authorization(key_id: str, key_secret: str, service: str, host: str, body: bytes, timestamp: int) -> str:
    """The Authorization header of a POST of JSON to /, at `timestamp` (seconds since 1970)."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join((ALGORITHM, str(timestamp), scope, _sha256(_canonical_request(host, body).encode())))
    key = b"TC3" + key_secret.encode()
    for word in (day, service, "tc3_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"


def _canonical_request(host: str, body: bytes) -> str:
    headers = f"content-type:{CONTENT}\nhost:{host}\n"
    return "\n".join(("POST", "/", "", headers, "content-type;host", _sha256(body)))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
