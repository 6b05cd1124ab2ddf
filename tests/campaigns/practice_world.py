"""Cases, alerts and lessons, with sensible defaults."""

import datetime as dt
from typing import Any

from campaigns.cases.models import Callback, Case, CaseAlert
from communities.models import Community, ServiceStation
from tests.conftest import TODAY
from tests.factories import make_customer
from users.retention.models import RetentionAlert

COHORT = TODAY - dt.timedelta(weeks=3)


def make_alert(community: Community, direction: str = "rise", **fields: Any) -> RetentionAlert:
    """60 of 80 came back in their second week where 40 % are usual."""
    usual: dict[str, Any] = {
        "cohort": COHORT, "k": 1, "customers": 80, "returned": 60, "base_customers": 600, "base_returned": 240,
        "base_weeks": 8, "p": 0.0001, "q": 0.001,
    }  # fmt: skip
    return RetentionAlert.objects.create(community=community, direction=direction, **usual | fields)


def make_case(community: Community, kind: str = "practice", **fields: Any) -> Case:
    letter = "I" if kind == "incident" else "P"
    number = f"{letter}-{Case.objects.count() + 1:04}"
    case = Case.objects.create(number=number, kind=kind, community=community, **{"week": COHORT} | fields)
    direction = "fall" if kind == "incident" else "rise"
    alert = RetentionAlert.objects.filter(community=community, direction=direction, in_case=None).first()
    CaseAlert.objects.create(alert=alert or make_alert(community, direction), case=case)
    return case


def make_callback(case: Case, station: ServiceStation, **fields: Any) -> Callback:
    customer = fields.pop("customer", None) or make_customer(community=station.community, station=station)
    return Callback.objects.create(
        case=case, customer=customer, community_id=station.community_id, station=station, **fields
    )
