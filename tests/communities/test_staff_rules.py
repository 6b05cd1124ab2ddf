import pytest

from communities.rules import Grant
from communities.staffing import rules
from communities.staffing.passwords import one_time_password

MANAGER = Grant("operations_manager")
ADMIN = Grant("data_admin")
LOCAL_MANAGER = Grant("operations_manager", community_id=1)
LEAD = Grant("station_lead", station_id=11, station_community_id=1)

EVERYWHERE = Grant("analyst")
AT_ONE = Grant("analyst", community_id=1)
AT_TWO = Grant("analyst", community_id=2)
STATION_OF_ONE = Grant("station_staff", station_id=11, station_community_id=1)
STATION_OF_TWO = Grant("station_staff", station_id=22, station_community_id=2)


@pytest.mark.parametrize(
    ("own", "wanted", "allowed"),
    [
        (MANAGER, Grant("operations_manager"), True),
        (MANAGER, Grant("auditor"), True),
        (MANAGER, STATION_OF_ONE, True),  # the phone pages are no privilege
        (ADMIN, EVERYWHERE, True),
        (ADMIN, Grant("operations_manager"), False),  # opens the trail, which a data admin does not hold
        (ADMIN, Grant("auditor"), False),
        (LOCAL_MANAGER, AT_ONE, True),
        (LOCAL_MANAGER, STATION_OF_ONE, True),
        (LOCAL_MANAGER, AT_TWO, False),
        (LOCAL_MANAGER, STATION_OF_TWO, False),
        (LOCAL_MANAGER, EVERYWHERE, False),
        (LEAD, STATION_OF_ONE, False),
        (Grant("operator"), EVERYWHERE, False),
        (Grant("auditor"), EVERYWHERE, False),
    ],
)
def test_nobody_gives_more_than_they_hold_nor_elsewhere(own: Grant, wanted: Grant, allowed: bool) -> None:
    assert rules.may_give([own], wanted) is allowed


def test_what_is_held_elsewhere_does_not_help_here() -> None:
    own = [LOCAL_MANAGER, Grant("auditor", community_id=2)]
    assert not rules.may_give(own, AT_TWO)


@pytest.mark.parametrize(
    ("theirs", "allowed"),
    [
        ([], True),
        ([AT_ONE], True),
        ([AT_ONE, AT_TWO], False),
        ([EVERYWHERE], False),
        ([MANAGER], False),
    ],
)
def test_an_account_is_managed_only_by_those_who_could_have_given_all_of_it(theirs: list[Grant], allowed: bool) -> None:
    assert rules.may_manage([LOCAL_MANAGER], theirs) is allowed


def test_one_time_passwords_are_long_readable_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(word) == 19 and not set(word) & set("il1o0") for word in made)
