"""Alibaba Cloud SMS (Dysmsapi 2017-05-25, SendSms), signed ACS3-HMAC-SHA256.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from opsdesk.lib.sms import posting, providing
from opsdesk.lib.sms.providing import Delivery, Receipt, Text

ENDPOINT = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
ACTION, VERSION = "SendSms", "2017-05-25"
PASSING = ("Throttling", "isp.SYSTEM_ERROR", "ServiceUnavailable")


@dataclass(frozen=True, repr=False)
class Aliyun:
    """`variable`: the one variable of the template, which takes the whole text."""

    key_id: str
    key_secret: str
    sign: str
    template: str
    variable: str = "text"
    endpoint: str = ENDPOINT
    seconds: float = posting.SECONDS
    name: str = "aliyun"

    def send(self, message: Text) -> Receipt:
        query = canonical_query(self._parameters(message))
        headers = headers_of(urlsplit(self.endpoint).netloc, ACTION, VERSION, datetime.now(UTC), secrets.token_hex(16))
        headers["authorization"] = authorization(self.key_id, self.key_secret, query, headers)
        try:
            return _receipt(posting.post(self.endpoint, query, headers, b"", self.seconds))
        except posting.NotReached as error:
            return providing.refused("NotReached", str(error), again=True)
        except posting.NoAnswer as error:
            return providing.unknown(str(error))

    def deliveries(self, report: Any) -> list[Delivery]:
        """SmsReport, pushed by HTTP: a list of objects with biz_id, success, err_code, out_id."""
        if not isinstance(report, list) or not all(isinstance(one, dict) and one.get("biz_id") for one in report):
            raise ValueError("a list of objects with biz_id was expected")
        return [_delivery(one) for one in report]

    def _parameters(self, message: Text) -> dict[str, str]:
        return {
            "PhoneNumbers": message.phone,
            "SignName": self.sign,
            "TemplateCode": self.template,
            "TemplateParam": json.dumps({self.variable: message.text}, ensure_ascii=False),
            "OutId": message.reference,
        }


def _delivery(one: Mapping[str, Any]) -> Delivery:
    delivered = one.get("success") is True
    error = "" if delivered else providing.told(f"{one.get('err_code')}: {one.get('err_msg')}")
    return Delivery(str(one["biz_id"]), delivered, error, str(one.get("out_id") or ""))


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
    if code == "OK":
        return providing.taken(str(answer.get("BizId", "")))
    if not code or code.startswith("InternalError"):
        return providing.unknown(f"{code}: {message}")
    return providing.refused(code, message, again=code.startswith(PASSING))


# -- The signature ---------------------------------------------------------------------------------------------------


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted by name, percent-encoded by RFC 3986; it is sent exactly so."""
    return "&".join(f"{_encoded(key)}={_encoded(value)}" for key, value in sorted(parameters.items()))


def headers_of(host: str, action: str, version: str, at: datetime, nonce: str, body: bytes = b"") -> dict[str, str]:
    """The headers that are signed. `at` in UTC."""
    return {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }


def authorization(key_id: str, key_secret: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header of a POST to / with these headers."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    request = "\n".join(("POST", "/", query, lines, signed, headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
