"""How long work is called, and what people are told when it fails: what happened, what was kept, what to do."""

from dataclasses import dataclass

from opsdesk.lib.words import N_


@dataclass(frozen=True)
class Kind:
    """`kept` and `todo` are what the second and third row of a failure say."""

    title: str
    icon: str
    kept: str
    todo: str
    unit: str = ""


_RUN_AGAIN = N_(
    "Run it again; what is done is not done twice. If it fails again, show this page to your administrator."
)
_LOOK_AT_FILE = N_(
    "Open the import, mend what it names, try again. If it fails again, show this page to your administrator."
)

KINDS = {
    "nightly": Kind(
        N_("The night"), "moon",
        N_("Every step before it. Boards and lists show the last good run."), _RUN_AGAIN, N_("steps"),
    ),
    "recompute": Kind(
        N_("Recompute by hand"), "refresh",
        N_("Every step before it. Boards and lists show the last good run."), _RUN_AGAIN, N_("steps"),
    ),
    "trust": Kind(
        N_("Check of the invariants"), "shield-check",
        N_("The answers of the check before. It writes nothing else."), N_("Check again."),
    ),
    "import_check": Kind(
        N_("Check of an import"), "upload",
        N_("Nothing of the file was written."), _LOOK_AT_FILE, N_("bytes"),
    ),
    "import_commit": Kind(
        N_("Writing of an import"), "database-import",
        N_("The rows written so far; a new try goes on behind them and doubles none."), _LOOK_AT_FILE, N_("rows"),
    ),
    "import_undo": Kind(
        N_("Taking an import back"), "arrow-back-up",
        N_("The orders not reached yet; a new try goes on behind the last one taken back."), _LOOK_AT_FILE, N_("rows"),
    ),
    "send_messages": Kind(
        N_("Handing over of messages"), "message-2",
        N_("Every message handed over so far. None is sent twice: one nobody knows of waits in the outbox."),
        _RUN_AGAIN,
    ),
    "call_shop": Kind(
        N_("Calls to the shop"), "building-store",
        N_("Every parcel handed over so far. None is sent twice: one nobody knows of waits on its batch's page."),
        _RUN_AGAIN, N_("parcels"),
    ),
    "issue_batch": Kind(
        N_("Issue of a batch"), "ticket",
        N_("The coupons issued so far. A new try goes on behind the last one; nobody gets two."), _RUN_AGAIN,
        N_("coupons"),
    ),
    "plant_demo": Kind(
        N_("Sample data"), "database",
        N_("The files imported so far. Take the sample data away and begin again."), _RUN_AGAIN,
    ),
}  # fmt: skip
OTHER = Kind(N_("Other work"), "tool", N_("What was committed before the error."), _RUN_AGAIN)

STEPS = {
    "purchases": N_("Purchases"),
    "stations": N_("Stations"),
    "lifecycle": N_("Lifecycle"),
    "rfm": N_("RFM"),
    "tastes": N_("Tastes"),
    "rates": N_("Weekly rates"),
    "funnel": N_("Funnel"),
    "cases": N_("Incidents and best practices"),
    "alerts": N_("Alerts"),
    "coupons": N_("Uses of coupons"),
    "field": N_("Field work"),
    "issue": N_("Coupons"),
    "effects": N_("Effects and subsidies"),
    "drafts": N_("Batches of strategies"),
    "uploads": N_("Uploads"),
    "trust": N_("Invariants"),
    "check": N_("Reading"),
    "effect": N_("Effect"),
    "write": N_("Orders"),
    "customers": N_("Customers"),
    "refresh": N_("Days and roll-ups"),
    "undo": N_("Taking back"),
    "wait": N_("waiting for another import to end"),
    "waiting for another run to end": N_("waiting for another run to end"),
}


# What steps count beside rows. Classes are told by their own names.
FACTS = {
    "customer_days": N_("customer days"),
    "moved": N_("moved to another community"),
    "origins": N_("origins"),
    "days": N_("days computed"),
    "days_gone": N_("old days let go"),
    "tags": N_("tags"),
    "registered": N_("registered"),
    "batches": N_("batches"),
    "weeks": N_("weeks"),
    "drafted": N_("batches drafted"),
    "nobody_meant": N_("strategies that meant nobody"),
    "drafted_before": N_("drafted before"),
    "not_ready": N_("strategies without a usable coupon or budget"),
    "no_maker": N_("strategies whose maker may draft no more"),
    "uploads": N_("uploads let go"),
    "bytes": N_("bytes freed"),
    "falls": N_("falls"),
    "rises": N_("rises"),
    "recovered": N_("as usual again"),
    "broken": N_("broken"),
    "told": N_("orders with a coupon"),
    "taken": N_("coupons used"),
    "undone": N_("uses taken back"),
    "corrected": N_("discounts corrected"),
    "refused": N_("uses refused"),
    "strange": N_("codes of the shop’s own"),
    "ended": N_("coupons ended"),
    "closed_by_orders": N_("tasks closed by an order"),
    "closed_by_wishes": N_("tasks closed by a wish"),
    "drives_ended": N_("drives ended"),
    "incidents": N_("incidents opened"),
    "practices": N_("best-practice cards opened"),
    "joined": N_("alerts that joined a case"),
    "recoveries": N_("cohorts after a measure looked at"),
    "followed": N_("trainings followed"),
    "reminded": N_("people reminded of a lesson"),
    "read": N_("read"),
    "written": N_("written"),
}


def kind_of(name: str) -> Kind:
    return KINDS.get(name, OTHER)
