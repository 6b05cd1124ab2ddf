"""An incident with a split of two parts and a callback, for promises about the whole: rows only, nobody's orders."""

from campaigns.cases.models import Callback, Case, CaseAlert
from tests.campaigns import case_world
from tests.cast import Cast
from tests.factories import make_customer

_WHOLE = {"n": 30, "back": 5, "base_n": 40, "base_back": 16, "difference": -0.25}
_PARTS = [{"key": "1", "name": "甲", "rate": -0.2, "mix": 0.05}, {"key": "2", "name": "乙", "rate": -0.1, "mix": 0.0}]


def called_back(cast: Cast) -> Case:
    alert = case_world.make_alert(cast.cuiping)
    split = {
        "cohort": "2018-04-16", "k": 1, "base_weeks": 4, "as_of": "2018-05-07", "whole": _WHOLE, "company": _WHOLE,
        "dimensions": {"station": _PARTS, "community": _PARTS}, "suspects": [],
    }  # fmt: skip
    case = Case.objects.create(number="I-0901", kind="incident", community=cast.cuiping, week=alert.cohort, split=split)
    CaseAlert.objects.create(alert=alert, case=case)
    Callback.objects.create(case=case, customer=make_customer(community=cast.cuiping), community_id=cast.cuiping.pk)
    return case
