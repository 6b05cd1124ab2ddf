"""What the words of a customer list's address mean. Every number of the desk that stands for people links with these.

    q=Wang | 6-2-502 | 138****1234 | 1234   name, address, masked phone or last digits; several words: all of them
    community=CODE   unassigned=1   station=ID   building=6   channel=TEXT (-: nobody told it)
    lifecycle=silent,active       the class of the last run; several: any of them (also written lifecycle=…&lifecycle=…)
    recalled=1                    active again after a week as silent
    rfm=champion,develop,none     none: outside the RFM window, no score
    scored=1                      has an RFM score
    tag=3,7                       carries any of these tags
    service=1   proxy=1           had service orders; buys for others
    purchases_min=3  purchases_max=9      net_min=100  net_max=99.50      all time; yuan
    frequency_min=2  frequency_max=5    monetary_min=100  monetary_max=99.50   in the RFM window; yuan
    within=14  older=30           days from the last order to the as-of date: at most 14; more than 30
    first_from=DATE  first_to=DATE        first purchase between (both ends counted);  new_on=DATE is both
    paid_from=DATE   paid_to=DATE         has a counted order between;                 paid_on=DATE is both
    bought_from=DATE bought_to=DATE       a purchase starts between; with each=week|month|day in every one of them
    missed_from=DATE missed_to=DATE       no purchase starts between; with gap=week|month|day in at least one of them
    back=K                        a purchase starts in the K-th week after that of the first purchase
    category=ID  served_by=ID     first category bought, customer-service person (as the night keeps them; 0: none)
    to=MONDAY&is=silent           the class in the snapshot of that date (several: any); with recalled=1 its mark
    from=MONDAY&was=new_paying    and what they were in an earlier one; was=none: not known then
    week=MONDAY&flow=new,lost     in a flow of that week (growth; several: any): new, retained, recalled, lost, active
    stage=activated               of those who registered: this stage of the funnel, all before it (funnel.rules.CODES)
    registered=MONDAY  came=TEXT  with stage: registered in this week; by this channel, - where nobody told it
    registered_to=MONDAY          with registered: up to this week
    import=12                     that import told of them first, gave them a new order or changed one (only these:)
    did=new,ordered,changed       new: first told by it; ordered: known before; changed: an order that was there before
    signup=12                     that file of registrations or referrals told of them (of whom was brought)
    told=created,updated,unchanged   with signup: only these
    ids=12,15                     exactly these

With `to`, `community` and `unassigned` mean where the snapshot counted them, so that a cell of a matrix and its list
agree after a move. A word that cannot be read is left out and named in `unread`; the page says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from opsdesk.lib import money, plaintext
from opsdesk.lib.badvalue import BadValue
from users.acquisition.signups import rules as signups
from users.customers import search
from users.directory import classes
from users.funnel import rules as funnel
from users.growth import rules as growth
from users.retention import rules as retention

NONE = "none"
NOT_TOLD = "-"  # the channel that nobody told
LONGEST = 200
BIGGEST = 2**31 - 1
MOST_IDS = 500
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Filters:
    """Conditions on customers, all of which hold. Money in fen; an empty value is no condition."""

    q: str = ""
    community: str = ""
    unassigned: bool = False
    station: int | None = None
    building: str = ""
    channel: str = ""
    lifecycle: tuple[str, ...] = ()
    recalled: bool = False
    rfm: tuple[str, ...] = ()
    scored: bool = False
    tag: tuple[int, ...] = ()
    service: bool = False
    proxy: bool = False
    purchases_min: int | None = None
    purchases_max: int | None = None
    net_min: int | None = None
    net_max: int | None = None
    frequency_min: int | None = None
    frequency_max: int | None = None
    monetary_min: int | None = None
    monetary_max: int | None = None
    within: int | None = None
    older: int | None = None
    first_from: date | None = None
    first_to: date | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    bought_from: date | None = None
    bought_to: date | None = None
    each: str = ""
    missed_from: date | None = None
    missed_to: date | None = None
    gap: str = ""
    back: int | None = None
    category: int | None = None
    served_by: int | None = None
    from_: date | None = None
    was: tuple[str, ...] = ()
    to: date | None = None
    is_: tuple[str, ...] = ()
    week: date | None = None
    flow: tuple[str, ...] = ()
    stage: str = ""
    registered: date | None = None
    registered_to: date | None = None
    came: str = ""
    import_: int | None = None
    did: tuple[str, ...] = ()
    signup: int | None = None
    told: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    unread: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return any(True for _pair in self.pairs())

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The words of the address that `from_query` reads back to equal filters."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "unread" and value is not False and value not in ("", None, ()):
                yield one.name.rstrip("_"), _written(one.name, value)

    def to_query(self) -> str:
        return urlencode(list(self.pairs()), safe=",")

    @property
    def chosen(self) -> set[str]:
        """The names of the conditions in force."""
        return {name for name, _text in self.pairs()}


def from_query(query: QueryDict) -> Filters:
    """The filters that an address asks for. A full phone in it is masked: phones do not travel in addresses."""
    values: dict[str, Any] = {}
    unread: list[str] = []
    for word, read in READERS.items():
        texts = [text.strip() for text in query.getlist(word) if text.strip()]
        try:
            values |= {name: read(texts) for name in _ALIASES.get(word, (_attribute(word),))} if texts else {}
        except ValueError:
            unread.append(word)
    return Filters(**values, unread=tuple(unread))


def from_text(query: str) -> Filters:
    """The same from the text of an address, as a saved view keeps it."""
    return from_query(QueryDict(query))


# -- Reading one word: all its texts in, a value out, ValueError when it means nothing ------------------------------


def _text(texts: list[str]) -> str:
    text = plaintext.tidy(texts[-1][:LONGEST])
    if not text:
        raise ValueError(texts)
    return text


def _search(texts: list[str]) -> str:
    return search.without_phones(_text(texts))


def _flag(texts: list[str]) -> bool:
    if texts[-1] not in ("0", "1", "on"):
        raise ValueError(texts)
    return texts[-1] != "0"


def _number(texts: list[str]) -> int:
    text = texts[-1].lstrip("0") or texts[-1]
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > BIGGEST:
        raise ValueError(text)
    return int(text)


def _days(texts: list[str]) -> int:
    """A length of time that a date can be counted back by."""
    days = _number(texts)
    if days > MOST_DAYS:
        raise ValueError(texts)
    return days


def _yuan(texts: list[str]) -> int:
    try:
        amount = money.read(texts[-1])
    except BadValue as bad:
        raise ValueError(texts) from bad
    if amount is None or amount.fen < 0:
        raise ValueError(texts)
    return amount.fen


def _day(texts: list[str]) -> date:
    day = date.fromisoformat(texts[-1])
    if not 1970 <= day.year <= 2999:
        raise ValueError(texts)
    return day


def _monday(texts: list[str]) -> date:
    day = _day(texts)
    if day.weekday():
        raise ValueError(texts)
    return day


def _stage(texts: list[str]) -> str:
    if texts[-1] not in funnel.CODES:
        raise ValueError(texts)
    return texts[-1]


def _grain(texts: list[str]) -> str:
    if texts[-1] not in retention.GRAINS:
        raise ValueError(texts)
    return texts[-1]


def _weeks(texts: list[str]) -> int:
    weeks = _number(texts)
    if weeks > retention.MOST:
        raise ValueError(texts)
    return weeks


def _numbers(texts: list[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_number([part]) for part in _parts(texts)))


def _codes(known: set[str]) -> Callable[[list[str]], tuple[str, ...]]:
    def read(texts: list[str]) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(_parts(texts)))
        if not known.issuperset(codes):
            raise ValueError(texts)
        return codes

    return read


def _parts(texts: list[str]) -> list[str]:
    """Repeated words and words joined by commas are the same list."""
    parts = [part for text in texts for part in text.split(",") if part]
    if not parts or len(parts) > MOST_IDS:
        raise ValueError(texts)
    return parts


_LIFECYCLE = set(classes.LIFECYCLE)
NEW, ORDERED, CHANGED = DEEDS = ("new", "ordered", "changed")  # what an import did to a customer
TAKEN = signups.OUTCOMES[:3]  # and a file of registrations or referrals
_ALIASES = {"new_on": ("first_from", "first_to"), "paid_on": ("paid_from", "paid_to")}
READERS: dict[str, Callable[[list[str]], Any]] = {
    "q": _search, "community": _text, "unassigned": _flag, "station": _number, "building": _text, "channel": _text,
    "lifecycle": _codes(_LIFECYCLE), "recalled": _flag, "rfm": _codes({*classes.RFM, NONE}), "scored": _flag,
    "tag": _numbers, "service": _flag, "proxy": _flag, "purchases_min": _number, "purchases_max": _number,
    "frequency_min": _number, "frequency_max": _number, "monetary_min": _yuan, "monetary_max": _yuan,
    "net_min": _yuan, "net_max": _yuan, "within": _days, "older": _days, "new_on": _day, "first_from": _day,
    "first_to": _day, "paid_on": _day, "paid_from": _day, "paid_to": _day, "bought_from": _day, "bought_to": _day,
    "each": _grain, "missed_from": _day, "missed_to": _day, "gap": _grain, "back": _weeks, "category": _number,
    "served_by": _number,
    "from": _day, "was": _codes({*_LIFECYCLE, NONE}), "to": _day, "is": _codes(_LIFECYCLE),
    "week": _monday, "flow": _codes(set(growth.FLOWS)), "stage": _stage, "registered": _monday,
    "registered_to": _monday, "came": _text,
    "import": _number, "did": _codes(set(DEEDS)), "signup": _number, "told": _codes(set(TAKEN)),
    "ids": _numbers,
}  # fmt: skip


def _attribute(word: str) -> str:
    return f"{word}_" if word in ("from", "is", "import") else word


def _written(name: str, value: Any) -> str:
    if name.startswith(("net_", "monetary_")):
        return money.yuan(value).removesuffix(".00")
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "1" if value is True else str(value)
