"""Words and order of incidents and best-practice cards (S30, S31). Pure."""

from opsdesk.lib.words import N_

KINDS = {"incident": N_("incident"), "practice": N_("best practice")}
STATES = {
    "open": N_("open"),
    "acting": N_("acting"),
    "watching": N_("watching"),
    "closed": N_("closed"),
    "nothing": N_("nothing to it"),
}
FINISHED = ("closed", "nothing")

# The article's checklist, in its order.
STEPS = {
    "path": N_("Order path and bugs"),
    "acquisition": N_("Quality of acquisition"),
    "goods": N_("Goods"),
    "station": N_("Interview with the station"),
    "callbacks": N_("Customer callbacks"),
}
FINDINGS = {"open": N_("not looked at yet"), "clear": N_("nothing found"), "found": N_("something found")}
CAUSES = {
    "goods": N_("goods"),
    "packaging": N_("packaging"),
    "delivery": N_("delivery"),
    "acquisition": N_("quality of acquisition"),
    "bug": N_("fault of the app"),
    "service": N_("service"),
    "weather": N_("weather"),
    "price": N_("price"),
    "other": N_("something else"),
}
CALL_STATES = {
    "open": N_("to call"),
    "done": N_("answered"),
    "missed": N_("not reached"),
    "refused": N_("did not want to talk"),
}
ANSWERS = {"yes": N_("would buy again"), "maybe": N_("perhaps"), "no": N_("would not")}
LESSON_KINDS = {"corrective": N_("corrective action"), "training": N_("training")}
