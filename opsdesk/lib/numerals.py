"""Chinese numerals as people write house numbers: 十二 is 12, 五零二 is 502 (pure)."""

DIGITS = {
    sign: value
    for value, signs in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
TENS = {"十": 10, "百": 100}
SIGNS = "".join(DIGITS) + "".join(TENS)


def plain(text: str) -> str:
    """A numeral in Arabic digits; any other text as it is."""
    if not text or any(sign not in SIGNS for sign in text):
        return text
    if not any(sign in TENS for sign in text):
        return "".join(str(DIGITS[sign]) for sign in text)
    return str(_positional(text))


def _positional(text: str) -> int:
    total, digit = 0, None
    for sign in text:
        if sign in TENS:
            total += (1 if digit is None else digit) * TENS[sign]
            digit = None
        else:
            digit = DIGITS[sign]
    return total + (digit or 0)
