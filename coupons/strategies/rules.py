"""When a strategy is due, and what two versions say differently (pure)."""

from opsdesk.lib.words import N_

RHYTHMS = {"hand": N_("by hand"), "daily": N_("every day"), "weekly": N_("every week")}
