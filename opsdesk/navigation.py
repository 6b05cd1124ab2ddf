"""The rail as data: seven groups of links. A page joins it here; it shows once its address exists."""

from dataclasses import dataclass

from communities import rules
from opsdesk.lib.words import N_


@dataclass(frozen=True)
class Entry:
    """A link of the rail: shown when its page exists and the person holds what it needs.

    `count` names a figure in `request.desk.counts` (what waits for this person); `key` is the letter after g.
    `leads_to`: pages that people reach through this one; theirs is the entry that lights up there.
    """

    url_name: str
    label: str
    icon: str
    needs: str = rules.DESK
    count: str = ""
    key: str = ""
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    label: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    Group("", (Entry("home", N_("Today"), "checklist", count="waiting", key="h"),)),
    Group(
        N_("Customers"),
        (
            Entry("customers", N_("Customer list"), "users", rules.SEE_CUSTOMERS, key="c"),
            Entry("segments", N_("Segments"), "arrows-split-2", rules.SEE_BOARDS, key="s"),
            Entry("rfm", N_("RFM board"), "grid-dots", rules.SEE_BOARDS, key="r"),
            Entry("tags", N_("Tags and lists"), "tags", rules.SEE_CUSTOMERS, key="t"),
            Entry("wishes", N_("Wishes"), "user-off", rules.SEE_CUSTOMERS),
        ),
    ),
    Group(
        N_("Insight"),
        (
            Entry("dashboard", N_("Dashboard"), "layout-dashboard", rules.SEE_BOARDS),
            Entry("cohorts", N_("Cohorts"), "grid-4x4", rules.SEE_BOARDS),
            Entry("alerts", N_("Alerts"), "alert-triangle", rules.SEE_BOARDS, "alerts", leads_to=("cases", "lessons")),
            Entry(
                "growth", N_("Growth, funnel"), "trending-up", rules.SEE_BOARDS, leads_to=("funnel", "lifecycle-map")
            ),
            Entry("channels", N_("Channels"), "chart-dots", rules.SEE_BOARDS, leads_to=("spend", "quadrants")),
            Entry("metrics", N_("Metrics"), "book-2", rules.SEE_BOARDS),
        ),
    ),
    Group(
        N_("Coupons"),
        (
            Entry("strategies", N_("Strategies"), "table-options", rules.SEE_COUPONS),
            Entry("coupons", N_("Templates"), "gift", rules.SEE_COUPONS),
            Entry("batches", N_("Batches"), "ticket", rules.SEE_COUPONS),
            Entry("approvals", N_("Approvals"), "clipboard-check", rules.APPROVE_COUPONS, count="approvals"),
            Entry("budgets", N_("Budgets"), "wallet", rules.SEE_COUPONS),
            Entry("outbox", N_("Outbox"), "message-dots", rules.SEND_MESSAGES),
            Entry("reminders", N_("Reminders"), "bell", rules.SEE_COUPONS),
        ),
    ),
    Group(
        N_("Field"),
        (
            Entry("drives", N_("Recall drives"), "route", rules.SEE_FIELD),
            Entry("supervisor", N_("Supervisor"), "eye", rules.SEE_FIELD, leads_to=("best-hours",)),
            Entry("visits", N_("Visit table"), "table", rules.SEE_FIELD),
            Entry("cues", N_("Cue sheets"), "clipboard-list", rules.SEE_FIELD),
            Entry("my-day", N_("My day"), "walk", rules.PHONE),
            Entry("reminders-today", N_("To tell today"), "checklist", rules.PHONE),
        ),
    ),
    Group(
        N_("Data"),
        (
            Entry("imports", N_("Imports"), "upload", rules.IMPORT, key="i", leads_to=("signups",)),
            Entry("cleaning", N_("Cleaning"), "eraser", rules.SEE_BOARDS, key="l"),
            Entry("runs", N_("Run log"), "history", rules.SEE_RUNS, key="n"),
            Entry("trust", N_("Trust"), "shield-check", rules.SEE_RUNS, count="broken", key="u"),
        ),
    ),
    Group(
        N_("Set-up"),
        (
            Entry("communities", N_("Communities"), "building-community", rules.SEE_PLACES, key="m"),
            Entry("staff", N_("Staff"), "id-badge-2", rules.SEE_STAFF, key="f"),
            Entry("policies", N_("Policies"), "adjustments", rules.SEE_POLICIES, key="p"),
            Entry("trail", N_("Audit trail"), "file-text", rules.SEE_TRAIL, key="a"),
        ),
    ),
)

# Pages that the rail does not show but the search box finds.
ELSEWHERE = (
    Entry("spend", N_("Acquisition spend"), "wallet", rules.SEE_BOARDS),
    Entry("variables", N_("Weekly variables"), "table", rules.SEE_BOARDS),
    Entry("notifications", N_("Notifications"), "bell"),
    Entry("me", N_("My page"), "user"),
    Entry("account_change_password", N_("Change password"), "key"),
    Entry("api", N_("API"), "book-2", rules.USE_API),
    Entry("cases", N_("Incidents and best practices"), "clipboard-list", rules.SEE_BOARDS),
    Entry("funnel", N_("Funnel"), "filter", rules.SEE_BOARDS),
    Entry("lifecycle-map", N_("Lifecycle map"), "route", rules.SEE_BOARDS),
    Entry("signups", N_("Registrations and referrals"), "user-plus", rules.IMPORT),
    Entry("addresses", N_("Addresses to teach"), "map-pin", rules.IMPORT),
    Entry("quadrants", N_("Quadrants"), "grid-dots", rules.SEE_BOARDS),
    Entry("channels-compared", N_("Channels compared"), "chart-dots", rules.SEE_FIELD),
    Entry("best-hours", N_("Best channel and hour"), "clock", rules.SEE_FIELD),
    Entry("lessons", N_("Lessons"), "book-2", rules.SEE_BOARDS),
    Entry("refused-events", N_("Refused outcomes"), "alert-circle", rules.SEE_FIELD),
    Entry("policy_history", N_("History of policies"), "history", rules.SEE_POLICIES),
    Entry("demo", N_("Sample data"), "database", rules.IMPORT),
)
