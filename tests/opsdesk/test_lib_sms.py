"""The signatures that providers publish, and what an answer (or none) proves, against a server on this machine."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from opsdesk.lib.sms import aliyun, chosen, tencent
from opsdesk.lib.sms.aliyun import Aliyun
from opsdesk.lib.sms.providing import Delivery, Text
from opsdesk.lib.sms.tencent import Tencent

PHONE = "13800138000"
MESSAGE = Text(PHONE, "您的红包 3 天后到期", "4711")
ALI_OK = {"Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "F6"}
TENCENT_OK = {"Response": {"SendStatusSet": [{"SerialNo": "5000:1", "Code": "Ok", "Message": "send success"}]}}


def test_the_signature_of_alibabas_own_example() -> None:
    at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    headers = aliyun.headers_of(
        "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", at, "3156853299f313e23d1673dc12e1703d"
    )
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = aliyun.canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    told = aliyun.authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers)
    assert told == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_signature_of_tencents_own_example() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    told = tencent.authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm",
        "cvm.tencentcloudapi.com", body, 1551113065,
    )  # fmt: skip
    assert told == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


# -- Against a server ------------------------------------------------------------------------------------------------


class Stub(BaseHTTPRequestHandler):
    """Answers as its server was told, and keeps what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status, answer, pause = self.server.answer  # type: ignore[attr-defined]
        time.sleep(pause)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(BrokenPipeError):  # the asker has left
            self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def provider_answers(status: int, answer: Any, pause: float = 0) -> Iterator[tuple[str, list[Any]]]:
    """(its address, what it was asked)"""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    server.asked, server.answer = [], (status, answer, pause)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ali(endpoint: str) -> Aliyun:
    return Aliyun("key", "secret", "翠屏", "SMS_1", endpoint=endpoint, seconds=0.3)


def ten(endpoint: str) -> Tencent:
    return Tencent("key", "secret", "翠屏", "1", "1400", endpoint=endpoint, seconds=0.3)


REFUSED = {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": f"{PHONE} is none"}
TENCENT_REFUSED = {"Response": {"SendStatusSet": [{"Code": "FailedOperation.X", "Message": f"+86{PHONE}"}]}}
TENCENT_ERROR = {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}}}
TENCENT_BROKEN = {"Response": {"Error": {"Code": "InternalError.Timeout", "Message": "no"}}}


@pytest.mark.parametrize(
    ("make", "status", "answer", "pause", "known"),
    [
        (ali, 200, ALI_OK, 0, "taken 9006"),
        (ali, 400, REFUSED, 0, "refused"),
        (ali, 400, {"Code": "Throttling.User", "Message": "slow"}, 0, "again"),
        (ali, 500, ALI_OK, 0, "unknown"),
        (ali, 503, b"", 0, "unknown"),
        (ali, 200, b"<html>", 0, "unknown"),
        (ali, 200, [1], 0, "unknown"),
        (ali, 200, {}, 0, "unknown"),
        (ali, 302, b"", 0, "unknown"),  # followed nowhere
        (ali, 200, ALI_OK, 0.6, "unknown"),  # taken, and answered too late
        (ten, 200, TENCENT_OK, 0, "taken 5000:1"),
        (ten, 200, TENCENT_REFUSED, 0, "refused"),
        (ten, 200, TENCENT_ERROR, 0, "refused"),
        (ten, 200, {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, 0, "again"),
        (ten, 200, TENCENT_BROKEN, 0, "unknown"),
        (ten, 200, {"Response": {"SendStatusSet": []}}, 0, "unknown"),
        (ten, 200, {}, 0, "unknown"),
        (ten, 500, TENCENT_OK, 0, "unknown"),
        (ten, 200, TENCENT_OK, 0.6, "unknown"),
    ],
)
def test_an_answer_proves_that_a_text_was_taken_or_refused_or_nothing(make, status, answer, pause, known) -> None:
    with provider_answers(status, answer, pause) as (address, asked):
        receipt = make(address).send(MESSAGE)
    word = "unknown" if receipt.unknown else "again" if receipt.again else f"taken {receipt.provider_id}"
    assert (word if receipt.ok or receipt.unknown or receipt.again else "refused") == known
    assert len(asked) == 1  # never a second try
    assert PHONE not in repr(receipt)


@pytest.mark.parametrize("make", [ali, ten])
def test_what_never_reached_the_provider_may_be_sent_again(make) -> None:
    with provider_answers(200, {}) as (address, _asked):
        pass
    receipt = make(address).send(MESSAGE)
    assert (receipt.ok, receipt.unknown, receipt.again) == (False, False, True)


def test_both_providers_are_told_phone_text_and_our_own_number() -> None:
    with provider_answers(200, ALI_OK) as (address, asked):
        ali(address).send(MESSAGE)
    path, headers, _body = asked[0]
    assert f"PhoneNumbers={PHONE}" in path
    assert "OutId=4711" in path
    assert (headers["x-acs-action"], headers["x-acs-version"]) == ("SendSms", "2017-05-25")
    with provider_answers(200, TENCENT_OK) as (address, asked):
        ten(address).send(MESSAGE)
    _path, headers, body = asked[0]
    told = json.loads(body)
    assert (told["PhoneNumberSet"], told["TemplateParamSet"]) == ([f"+86{PHONE}"], [MESSAGE.text])
    assert (headers["X-TC-Action"], headers["X-TC-Version"]) == ("SendSms", "2021-01-11")


def test_no_phone_and_no_secret_is_ever_written_out() -> None:
    assert PHONE not in repr(MESSAGE)
    assert "138****8000" in repr(MESSAGE)
    assert "secret" not in repr(ali("https://x")) + repr(ten("https://x")) + repr(chosen.Chosen(ali("https://x")))


def test_delivery_reports_are_read_and_nonsense_is_refused() -> None:
    ali_report = [{"biz_id": "9", "success": True}, {"biz_id": 8, "success": False, "err_code": "E", "err_msg": PHONE}]
    assert ali("x").deliveries(ali_report) == [Delivery("9", True), Delivery("8", False, "E: 138****8000")]
    ten_report = [{"sid": "1", "report_status": "SUCCESS"}, {"sid": "2", "report_status": "FAIL", "errmsg": "E"}]
    assert [one.delivered for one in ten("x").deliveries(ten_report)] == [True, False]
    for nonsense in ({}, None, "x", [1], [{}], [{"phone": PHONE}]):
        for provider in (ali("x"), ten("x")):
            with pytest.raises(ValueError, match="list of objects"):
                provider.deliveries(nonsense)
