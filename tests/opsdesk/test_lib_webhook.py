"""The shop's address: one line for a bad one, and no way to anything inside."""

import socket

import pytest

from opsdesk.lib import webhook
from opsdesk.lib.environment import BadSetting
from opsdesk.lib.webhook import Forbidden, Target

SECRET = "0123456789abcdef0123456789abcdef"


def put(monkeypatch: pytest.MonkeyPatch, url: str, secret: str = SECRET) -> None:
    monkeypatch.setenv(webhook.URL, url)
    monkeypatch.setenv(webhook.SECRET, secret)


def test_nothing_set_up_is_nobody_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "")
    assert webhook.from_environment() is None


@pytest.mark.parametrize("url", ["https://shop.example.com/x", "http://127.0.0.1:8080/x", "http://localhost/x"])
def test_a_good_address_is_kept(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, url)
    assert webhook.from_environment() == Target(url, SECRET)


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [
        ("http://shop.example.com/", SECRET, webhook.URL),
        ("http://10.0.0.5/", SECRET, webhook.URL),
        ("ftp://shop.example.com/", SECRET, webhook.URL),
        ("https://me:word@shop.example.com/", SECRET, webhook.URL),
        ("https:///path", SECRET, webhook.URL),
        ("https://shop.example.com/", "", webhook.SECRET),
        ("https://shop.example.com/", "short", webhook.SECRET),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(url, secret, named, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, url, secret)
    with pytest.raises(BadSetting) as refused:
        webhook.from_environment()
    assert str(refused.value).startswith(f"Setting {named} ")
    assert "\n" not in str(refused.value)
    assert "word" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.5", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.5", "::ffff:169.254.169.254", "2002:a00:5::1",
        "64:ff9b::a00:5", "2001:0:4136:e378::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_to_an_address_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: found)
    with pytest.raises(Forbidden):
        webhook.post(Target("https://shop.example.com/", SECRET), b"{}", 1)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001"])
def test_this_machine_written_otherwise_is_refused_as_any_name_is(host: str) -> None:
    with pytest.raises(Forbidden):
        webhook.post(Target(f"https://{host}/", SECRET), b"{}", 1)


def test_public_addresses_are_no_harm() -> None:
    assert [webhook.is_public(one) for one in ("8.8.8.8", "2606:4700::1111")] == [True, True]
