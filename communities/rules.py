"""Roles and what each may do. Closed by default: what no role is given, nobody may."""

from collections.abc import Iterable
from dataclasses import dataclass

from opsdesk.lib.words import N_

# What a page or an endpoint may ask for.
SEE_CUSTOMERS = "see_customers"
REVEAL_PHONE = "reveal_phone"
EXPORT = "export"
TAG = "tag"
SEE_BOARDS = "see_boards"
IMPORT = "import"
SEE_RUNS = "see_runs"
RECOMPUTE = "recompute"
SEE_POLICIES = "see_policies"
CHANGE_POLICIES = "change_policies"
SEE_PLACES = "see_places"
CHANGE_PLACES = "change_places"
SEE_STAFF = "see_staff"
CHANGE_STAFF = "change_staff"
SEE_TRAIL = "see_trail"
SEE_COUPONS = "see_coupons"
DRAFT_COUPONS = "draft_coupons"
APPROVE_COUPONS = "approve_coupons"
CHANGE_BUDGETS = "change_budgets"
HAND_OVER = "hand_over"
CHANGE_WISHES = "change_wishes"
SEND_MESSAGES = "send_messages"
SEE_FIELD = "see_field"
RUN_DRIVES = "run_drives"
SHARE_TASKS = "share_tasks"
RUN_CASES = "run_cases"
KEEP_MODELS = "keep_models"
USE_API = "use_api"
DESK = "desk"
PHONE = "phone"

SCOPES = (
    "read:customers",
    "change:wishes",
    "read:segments",
    "read:rfm",
    "read:communities",
    "read:imports",
    "import:orders",
    "read:notifications",
    "mark:notifications",
    "read:coupons",
    "use:coupons",
    "fetch:coupons",
    "draft:coupons",
    "approve:coupons",
    "mark:reminders",
    "read:field",
    "record:visits",
    "read:insight",
    "import:signups",
)


@dataclass(frozen=True)
class Role:
    """`may` lists what the role opens; `at_station` roles reach only the stations they are assigned to."""

    label: str
    may: frozenset[str]
    at_station: bool = False


_READ = {DESK, SEE_CUSTOMERS, SEE_BOARDS, SEE_PLACES, SEE_POLICIES, SEE_COUPONS, SEE_FIELD, USE_API}

ROLES: dict[str, Role] = {
    "operations_manager": Role(
        N_("operations manager"),
        frozenset(
            _READ
            | {REVEAL_PHONE, EXPORT, TAG, IMPORT, SEE_RUNS, RECOMPUTE, CHANGE_POLICIES, CHANGE_PLACES}
            | {SEE_STAFF, CHANGE_STAFF, SEE_TRAIL}
            | {DRAFT_COUPONS, APPROVE_COUPONS, CHANGE_BUDGETS, HAND_OVER, CHANGE_WISHES, SEND_MESSAGES}
            | {RUN_DRIVES, SHARE_TASKS, RUN_CASES, KEEP_MODELS}
        ),
    ),
    "operator": Role(
        N_("operator"),
        frozenset(
            _READ
            | {EXPORT, TAG, SEE_RUNS, DRAFT_COUPONS, CHANGE_WISHES, RUN_DRIVES, SHARE_TASKS, RUN_CASES, KEEP_MODELS}
        ),
    ),
    "data_admin": Role(
        N_("data admin"),
        frozenset(
            _READ
            | {REVEAL_PHONE, EXPORT, TAG, IMPORT, SEE_RUNS, RECOMPUTE, CHANGE_POLICIES, CHANGE_PLACES}
            | {SEE_STAFF, CHANGE_STAFF, HAND_OVER, CHANGE_WISHES, SEND_MESSAGES, KEEP_MODELS}
        ),
    ),
    "station_lead": Role(
        N_("station lead"),
        frozenset(
            {DESK, PHONE, SEE_CUSTOMERS, SEE_PLACES, REVEAL_PHONE, TAG, CHANGE_WISHES, SEE_FIELD, SHARE_TASKS, USE_API}
        ),
        at_station=True,
    ),
    "station_staff": Role(
        N_("station staff"),
        frozenset({DESK, PHONE, SEE_CUSTOMERS, SEE_PLACES, REVEAL_PHONE, CHANGE_WISHES, USE_API}),
        at_station=True,
    ),
    "analyst": Role(N_("analyst"), frozenset(_READ | {EXPORT, SEE_RUNS, KEEP_MODELS})),
    "auditor": Role(N_("auditor"), frozenset({DESK, SEE_PLACES, SEE_POLICIES, SEE_RUNS, SEE_STAFF, SEE_TRAIL})),
}

# What each scope of an API token lets through, on top of what its owner may do.
SCOPE_NEEDS: dict[str, str] = {
    "read:customers": SEE_CUSTOMERS,
    "change:wishes": CHANGE_WISHES,
    "read:segments": SEE_BOARDS,
    "read:rfm": SEE_BOARDS,
    "read:communities": SEE_PLACES,
    "read:imports": IMPORT,
    "import:orders": IMPORT,
    "read:notifications": DESK,
    "mark:notifications": DESK,
    "read:coupons": SEE_COUPONS,
    "use:coupons": HAND_OVER,
    "fetch:coupons": HAND_OVER,
    "draft:coupons": DRAFT_COUPONS,
    "approve:coupons": APPROVE_COUPONS,
    "mark:reminders": DRAFT_COUPONS,
    "read:field": SEE_FIELD,
    "record:visits": PHONE,
    "read:insight": SEE_BOARDS,
    "import:signups": IMPORT,
}


@dataclass(frozen=True)
class Grant:
    """One assignment as plain values: a role at a community, at a station of a community, or everywhere."""

    role: str
    community_id: int | None = None
    station_id: int | None = None
    station_community_id: int | None = None


def may(grants: Iterable[Grant], capability: str) -> bool:
    return any(capability in ROLES[grant.role].may for grant in grants)


def grants_for(grants: Iterable[Grant], capability: str) -> list[Grant]:
    """The grants that carry a capability: a person who is analyst everywhere and lead at one station
    may reveal a phone at that station only."""
    return [grant for grant in grants if capability in ROLES[grant.role].may]
