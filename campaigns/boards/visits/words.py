"""What each number of the visit table means, as the (i) beside it says it, and what the lists behind it are called."""

from opsdesk.lib.words import N_

DEFINITIONS = {
    "visited": (
        N_(
            "Doors that somebody stood at, whether or not they opened. A door counts once a task and day, by "
            "the last thing told that day."
        ),
        "",
    ),
    "opened": (N_("Doors at which somebody answered, whatever they said."), ""),
    "ordered": (N_("Doors at which an order was placed on the spot."), ""),
    "not_reached": (N_("No such address, or nobody let us in. These are not visited doors and are in no rate."), ""),
    "open_rate": (N_("Share of visited doors that opened."), N_("opened ÷ visited")),
    "order_rate": (N_("Share of opened doors that ordered on the spot."), N_("ordered ÷ opened")),
    "order_rate_of_visited": (N_("Share of visited doors that ordered on the spot."), N_("ordered ÷ visited")),
    "amount": (N_("What staff wrote down for orders at the door. Net is what was paid, from the orders."), ""),
    "net": (
        N_(
            "What customers paid within the attribution days of an opened door. Each day of a customer "
            "belongs to the latest opened door on or before it; the day of the visit is the first."
        ),
        "",
    ),
    "cost": (
        N_(
            "Time at the doors by the moments of the outcomes (a gap of up to 20 minutes is work, the first "
            "outcome of a stretch took 5), and what the coupons given there took off."
        ),
        N_("minutes × wage + coupons used"),
    ),
    "roi": (N_("What came back for each yuan spent."), N_("(net × margin − cost) ÷ cost")),
    "wake": (
        N_(
            "Visited: customers with a purchase within the attribution days of their first visit in the "
            "period. Held out: of those the same drives left alone, within as many days of the start."
        ),
        N_("with a purchase ÷ whose days are over"),
    ),
    "week": (
        N_(
            "Recalled: customers whose purchase belongs to an opened door; held out: those who bought after "
            "the start. Share with another purchase within 7 days after the day of the first."
        ),
        N_("bought again ÷ whose 7 days are over"),
    ),
    "weeks": (
        N_("The same with another purchase within 28 days."),
        N_("bought again ÷ whose 28 days are over"),
    ),
}

# Their entries in the metric dictionary.
METRICS = {
    "open_rate": "open_rate", "order_rate": "order_rate", "order_rate_of_visited": "order_rate_visited",
    "roi": "visit_roi", "wake": "visit_wake", "week": "recall_retention",
}  # fmt: skip

# `what` of the lists behind the numbers.
DOORS = {
    "all": N_("Everything told"),
    "visited": N_("Visited doors"),
    "knocked": N_("Knocks at doors"),
    "opened": N_("Opened doors"),
    "ordered": N_("Doors that ordered"),
    "not_reached": N_("Doors not reached"),
    "talks": N_("Calls and chats"),
    "paid": N_("Doors whose customers paid"),
}
PEOPLE = {
    "all": N_("Customers in the comparison"),
    "woken": N_("Woken customers"),
    "recalled": N_("Customers who bought"),
    "week": N_("Bought again within 7 days"),
    "weeks": N_("Bought again within 28 days"),
    "waiting": N_("Customers whose days are not over"),
}
