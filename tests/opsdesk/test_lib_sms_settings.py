"""The settings of text messages: nothing set is files by hand, and a bad value is one line that names it."""

import pytest

from opsdesk.lib.environment import BadSetting
from opsdesk.lib.sms import chosen

KEYS = {
    "OPSDESK_SMS_KEY_ID": "id", "OPSDESK_SMS_KEY_SECRET": "0123456789abcdef", "OPSDESK_SMS_SIGN": "sign",
    "OPSDESK_SMS_TEMPLATE": "SMS_1", "OPSDESK_SMS_APP": "1400",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "OPSDESK_SMS_PROVIDER", "OPSDESK_SMS_ENDPOINT", "OPSDESK_SMS_SECONDS"):
        monkeypatch.delenv(name, raising=False)


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_without_a_provider_messages_are_handed_off_by_hand() -> None:
    assert (chosen.from_environment().provider, chosen.from_environment().name) == (None, "file")


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_provider_with_its_keys_is_chosen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, OPSDESK_SMS_PROVIDER=name, **KEYS)
    assert chosen.from_environment().name == name


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"OPSDESK_SMS_PROVIDER": "pigeon"}, "OPSDESK_SMS_PROVIDER"),
        ({"OPSDESK_SMS_KEY_ID": ""}, "OPSDESK_SMS_KEY_ID"),
        ({"OPSDESK_SMS_KEY_SECRET": "short"}, "OPSDESK_SMS_KEY_SECRET"),
        ({"OPSDESK_SMS_SIGN": ""}, "OPSDESK_SMS_SIGN"),
        ({"OPSDESK_SMS_TEMPLATE": ""}, "OPSDESK_SMS_TEMPLATE"),
        ({"OPSDESK_SMS_APP": ""}, "OPSDESK_SMS_APP"),
        ({"OPSDESK_SMS_ENDPOINT": "ftp://x"}, "OPSDESK_SMS_ENDPOINT"),
        ({"OPSDESK_SMS_SECONDS": "900"}, "OPSDESK_SMS_SECONDS"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(values, named, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **({"OPSDESK_SMS_PROVIDER": "tencent"} | KEYS | values))
    with pytest.raises(BadSetting) as refused:
        chosen.from_environment()
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "short" not in str(refused.value).replace("too short", "")


def test_each_provider_has_a_callback_address_of_its_own() -> None:
    signatures = {chosen.callback_signature("key", name) for name in ("aliyun", "tencent")}
    assert len(signatures | {chosen.callback_signature("other", "aliyun")}) == 3
