"""What one try by each channel is expected to bring, by class: the margin of the order it may bring, less cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from campaigns.boards.drives import figures
from campaigns.chances import queries as chances
from campaigns.chances import rules
from campaigns.chances.rules import Rates
from campaigns.drives.rules import DRIVE_CHANNELS, channel_label
from campaigns.visits import rules as visits
from communities.policies.rules import Policies
from users.rfm.rules import CLASSES


@dataclass(frozen=True)
class Line:
    """`cost`: fen of one try; `worth`: fen by class, less that cost. `reached` and `ordered` are of all classes."""

    channel: str
    n: float
    reached: float
    ordered: float
    cost: int
    worth: Mapping[str, int]

    @property
    def label(self) -> str:
        return _(channel_label(self.channel))

    @property
    def price(self) -> str:
        return figures.worth_words(self.cost)

    def cells(self, best: Mapping[str, str]) -> list[tuple[str, bool]]:
        """(yuan, best of its class) in the order of the classes."""
        return [(figures.worth_words(self.worth[one]), best[one] == self.channel) for one in CLASSES]


def lines(as_of: date, values: Policies) -> list[Line]:
    """Every channel, by what was measured over the whole company (chances.queries.by_channel)."""
    rates = chances.by_channel(as_of)
    return [_line(channel, rates, values) for channel in DRIVE_CHANNELS]


def _line(channel: str, rates: Mapping[tuple[str, str], Rates], values: Policies) -> Line:
    mine = {one: rates[channel, one] for one in (*CLASSES, "")}
    minutes = visits.minutes_of(channel, values)
    message = values.sms_cost if channel == "sms" else 0
    worth = {
        one: rules.expected(rate, values.margin_share, minutes, values.staff_hour_cost, message)
        for one, rate in mine.items()
    }
    n = sum(rate.n for rate in mine.values())
    cost = round(minutes * values.staff_hour_cost / 60 + message)
    return Line(channel, n, _mean(mine, "open"), _mean(mine, "order"), cost, worth)


def _mean(mine: Mapping[str, Rates], name: str) -> float:
    """By tries; where there is none yet, what is believed of all alike."""
    n = sum(rate.n for rate in mine.values())
    if not n:
        return float(getattr(mine[""], name))
    return float(sum(getattr(rate, name) * rate.n for rate in mine.values()) / n)


def best_of(found: list[Line]) -> dict[str, str]:
    """By class the channel that brings most; "" where none pays for itself."""
    return {one: _best(one, found) for one in CLASSES}


def _best(one: str, found: list[Line]) -> str:
    top = max(found, key=lambda line: line.worth[one])
    return top.channel if top.worth[one] > 0 else ""
