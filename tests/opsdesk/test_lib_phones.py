import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib import phones
from opsdesk.lib.badvalue import BadValue

GOOD = [
    "13800138000",
    " 13800138000 ",
    "\t13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "138‑0013‑8000",
    "138—0013—8000",
    "1 3 8 0 0 1 3 8 0 0 0",
    "+8613800138000",
    "+86 138 0013 8000",
    "+86-13800138000",
    "(+86)13800138000",
    "（+86）138 0013 8000",
    "8613800138000",
    "86 13800138000",
    "008613800138000",
    "0086-138-0013-8000",
    "１３８００１３８０００",
    "＋８６１３８００１３８０００",
    "13800138000.0",
    "13800138000.00",
    "8613800138000.0",
    "13800138000.",
    "'13800138000",
    '="13800138000"',
    "\u200b13800138000\u200b",
    "\u202d13800138000\u202c",
    "\ufeff13800138000",
    "138\u00a00013\u00a08000",
    "13800138000\r\n",
]
OTHERS = [
    "16500138000",
    "16700138000",
    "17000138000",
    "17100138000",
    "19000138000",
    "19100138000",
    "19900138000",
    "14900138000",
]
BAD = [
    ("", "phone_missing"),
    ("   ", "phone_missing"),
    ("-", "phone_missing"),
    ("NULL", "phone_missing"),
    ("无", "phone_missing"),
    ("1.38E+10", "phone_scientific"),
    ("1.38001E+10", "phone_scientific"),
    ("1.38e10", "phone_scientific"),
    ("１．３８Ｅ＋１０", "phone_scientific"),
    ("138****8000", "phone_masked"),
    ("138＊＊＊＊8000", "phone_masked"),
    ("138xxxx8000", "phone_masked"),
    ("138 **** 8000", "phone_masked"),
    ("13800138000/13900139000", "phone_two"),
    ("13800138000,13900139000", "phone_two"),
    ("13800138000 13900139000", "phone_two"),
    ("13800138000、13900139000", "phone_two"),
    ("1380013800013900139000", "phone_two"),
    ("138-0013-8000 / 139-0013-9000", "phone_two"),
    ("021-12345678", "phone_landline"),
    ("02112345678", "phone_landline"),
    ("0755-1234567", "phone_landline"),
    ("86-21-12345678", "phone_length"),
    ("400-800-8820", "phone_landline"),
    ("8008208820", "phone_landline"),
    ("62345678", "phone_landline"),
    ("+852 91234567", "phone_foreign"),
    ("+1 202 555 0100", "phone_foreign"),
    ("abc", "phone_letters"),
    ("13800138000张三", "phone_letters"),
    ("138001380OO", "phone_letters"),
    ("=HYPERLINK(1)", "phone_letters"),
    ("13800138000转123", "phone_letters"),
    ("1380013800", "phone_length"),
    ("1380013800.0", "phone_letters"),
    ("138001380001", "phone_length"),
    ("13800138000-1234", "phone_length"),
    ("13800138000.5", "phone_letters"),
    ("1", "phone_length"),
    ("861380013800", "phone_length"),
    ("11800138000", "phone_not_mobile"),
    ("10000138000", "phone_not_mobile"),
    ("12800138000", "phone_not_mobile"),
    ("23800138000", "phone_not_mobile"),
    ("8612345678901", "phone_not_mobile"),
]


@pytest.mark.parametrize("text", GOOD)
def test_every_usual_spelling_is_the_same_eleven_digits(text: str) -> None:
    assert phones.read(text) == "13800138000"


@pytest.mark.parametrize("text", OTHERS)
def test_virtual_and_new_prefixes_are_mobiles(text: str) -> None:
    assert phones.read(text) == text


@pytest.mark.parametrize(("text", "code"), BAD)
def test_what_is_no_mobile_is_refused_with_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        phones.read(text)
    assert refused.value.code == code


@given(st.text(alphabet="0123456789+-. *xE/()８张\u200b", max_size=24))
def test_a_number_is_never_guessed(text: str) -> None:
    """Whatever is accepted holds exactly these digits, but for the country's prefix and a float's tail."""
    try:
        number = phones.read(text)
    except BadValue:
        return
    digits = "".join(str(int(sign)) for sign in text.split(".")[0] if sign.isdigit())
    assert phones.MOBILE.fullmatch(number)
    assert digits in (number, "86" + number, "0086" + number)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800138000", "138****8000"),
        ("tel 13800138000, 2 pcs", "tel 138****8000, 2 pcs"),
        ("8613800138000", "86138****8000"),
        ("138-0013-8000", "138-****-8000"),
        ("order 201803011234567", "order 201803011234567"),
        ("", ""),
    ],
)
def test_phones_within_a_text_are_masked(text: str, masked: str) -> None:
    assert phones.mask_within(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("138001380001", "138*****0001"),
        ("1.38E+10", "1.38E+10"),
        ("13800138000/13900139000", "138********/*******9000"),
    ],
)
def test_a_bad_phone_is_shown_without_its_middle(text: str, masked: str) -> None:
    assert phones.mask_loose(text) == masked


def test_a_phone_is_masked_by_its_middle_four() -> None:
    assert phones.mask("13800138000") == "138****8000"
