"""How the log's verbs and things are called on a page. A word that is not here is shown as it is written."""

from opsdesk.lib.words import N_

VERBS = {
    "open": N_("opened"),
    "close": N_("closed"),
    "reopen": N_("opened again"),
    "change": N_("changed"),
    "create": N_("made"),
    "delete": N_("deleted"),
    "invite": N_("invited"),
    "assign": N_("gave a role"),
    "unassign": N_("took a role away"),
    "reset_password": N_("reset the password"),
    "issue": N_("issued"),
    "revoke": N_("revoked"),
    "reveal": N_("saw a phone number"),
    "export": N_("exported"),
    "tag": N_("tagged"),
    "untag": N_("took a tag off"),
    "upload": N_("uploaded"),
    "commit": N_("wrote into the books"),
    "undo": N_("took back"),
    "cancel": N_("cancelled"),
    "run": N_("started"),
    "check": N_("checked"),
}

THINGS = {
    "community": N_("community"),
    "station": N_("station"),
    "staff": N_("staff member"),
    "token": N_("API token"),
    "policy": N_("policy"),
    "customer": N_("customer"),
    "customers": N_("customers"),
    "import": N_("import"),
    "run": N_("run"),
    "trust": N_("invariants"),
    "trail": N_("audit trail"),
}
