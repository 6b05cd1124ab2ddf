"""What a scope of the API opens, in the words of whoever makes a token."""

from opsdesk.lib.words import N_

SCOPE_WORDS = {
    "read:customers": N_("read customers"),
    "change:wishes": N_("change wishes about contact"),
    "read:segments": N_("read segments"),
    "read:rfm": N_("read RFM"),
    "read:communities": N_("read communities and stations"),
    "read:imports": N_("read imports"),
    "import:orders": N_("import orders"),
    "read:notifications": N_("read notifications"),
    "mark:notifications": N_("mark notifications as read"),
    "read:coupons": N_("read coupons, batches and budgets"),
    "use:coupons": N_("report uses of coupons"),
    "fetch:coupons": N_("fetch coupons to hand over"),
    "draft:coupons": N_("draft batches"),
    "approve:coupons": N_("decide on batches"),
    "mark:reminders": N_("mark reminders as told"),
    "read:field": N_("read field work"),
    "record:visits": N_("record visits"),
    "read:insight": N_("read boards and metrics"),
    "import:signups": N_("import registrations"),
}
