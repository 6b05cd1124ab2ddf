"""What acquiring the customers of the demo cost, week by week, channel and community; and the weather beside it."""

from datetime import date, timedelta
from decimal import Decimal
from math import cos, pi
from random import Random
from uuid import UUID

from communities.models import StaffMember
from opsdesk.demo.planting import Tell
from opsdesk.demo.records import World
from opsdesk.demo.rhythm import stream
from opsdesk.demo.shoppers import CHANNELS
from users.acquisition.models import Spend
from users.purchases.models import UNASSIGNED, CohortCell
from users.retention.models import Variable, VariableValue

# Fen for one expected new payer. Nothing is spent on those who come by themselves.
PRICES = {"地推": 3800, "老带新": 2600, "活动": 3300, "群": 700}
HEAT, HOTTEST = ("平均气温", "℃"), 30  # the name, its unit; the ISO week in which Nanjing is hottest


def plant(world: World, tell: Tell) -> int:
    """How many amounts were told. Run after a night: weeks and communities are those of the cohorts."""
    rng, manager = stream(world.seed, "spend"), StaffMember.objects.filter(username="manager").first()
    sheet, whole = UUID(int=rng.getrandbits(128)), sum(share for share, _back in CHANNELS.values())
    newcomers = CohortCell.objects.exclude(community_id=UNASSIGNED).order_by("cohort", "community_id")
    weeks = [(one.cohort, one.community_id, one.customers) for one in newcomers if one.cohort == one.week]
    amounts = [
        Spend(
            week=week, community_id=place, channel=channel, by=manager, way=Spend.Way.PASTED, sheet=sheet,
            fen=_round(expected * CHANNELS[channel][0] / whole * price * rng.uniform(0.75, 1.3)),
        )
        for week, place, expected in weeks for channel, price in PRICES.items()
    ]  # fmt: skip
    Spend.objects.bulk_create(amounts)
    _weather(rng, sorted({week for week, _place, _expected in weeks}), manager)
    tell(f"spend: {len(amounts):,} amounts told")
    return len(amounts)


def _round(fen: float) -> int:
    """To ten yuan, as people budget."""
    return round(fen / 1000) * 1000


def _weather(rng: Random, weeks: list[date], manager: StaffMember | None) -> None:
    heat = Variable.objects.create(name=HEAT[0], unit=HEAT[1], made_by=manager)
    VariableValue.objects.bulk_create(
        VariableValue(variable=heat, week=week, by=manager, value=Decimal(round(10 * _degrees(week, rng))) / 10)
        for week in weeks
    )


def _degrees(week: date, rng: Random) -> float:
    middle = week + timedelta(days=3)
    return 16.5 + 12.5 * cos(2 * pi * (middle.isocalendar().week - HOTTEST) / 52) + rng.gauss(0, 1.6)
