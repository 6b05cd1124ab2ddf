"""How each class is called on a page. Codes are the domain's; colours and shapes are in opsdesk.css and glyphs.svg."""

from opsdesk.lib.words import N_

LIFECYCLE = {
    "prospect": N_("Prospect"),
    "new_paying": N_("New payer"),
    "active": N_("Active"),
    "silent": N_("Silent"),
}
RFM = {
    "champion": N_("Champion"),
    "develop": N_("Develop"),
    "win_back": N_("Win back"),
    "rescue": N_("Rescue"),
    "regular": N_("Regular"),
    "newcomer": N_("Newcomer"),
    "fading": N_("Fading"),
    "lost": N_("Lost"),
}
WORDS = LIFECYCLE | RFM
