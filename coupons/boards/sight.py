"""Which communities and which weeks a page of coupons looks at."""

from dataclasses import dataclass
from datetime import date, timedelta

from communities.access import Desk
from users.lifecycle import queries as lifecycle
from users.purchases.rules import monday_of

SPANS = (4, 8, 13, 26)


def names_of(desk: Desk) -> dict[int, str]:
    return {community.id: community.name for community in desk.communities}


@dataclass(frozen=True)
class Weeks:
    """Whole weeks up to the last one that is over, and as many before them to compare with. Mondays."""

    first: date
    last: date
    count: int

    @property
    def before(self) -> "Weeks":
        back = timedelta(weeks=self.count)
        return Weeks(self.first - back, self.last - back, self.count)

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.last + timedelta(weeks=1)


def weeks_of(asked: str) -> Weeks | None:
    """The last `asked` whole weeks that are computed (13 unless it is one of SPANS); None before the first night."""
    as_of = lifecycle.latest_as_of()
    if as_of is None:
        return None
    count = int(asked) if asked in map(str, SPANS) else 13
    last = monday_of(as_of) - timedelta(weeks=1)
    return Weeks(last - timedelta(weeks=count - 1), last, count)
