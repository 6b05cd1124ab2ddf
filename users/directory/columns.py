"""The columns of the customer list: what can be shown, sorted and exported."""

from datetime import date

from opsdesk.lib.paging import READERS, SortKey
from opsdesk.lib.tables import Column
from opsdesk.lib.words import N_

COLUMNS = (
    Column("name", N_("Name"), "name", sortable=True, fixed=True, template="users/directory/_name_cell.html"),
    Column("phone", N_("Phone"), "phone"),
    Column("community", N_("Community"), template="users/directory/_community_cell.html", wrap="long"),
    Column("address", N_("Address"), template="users/directory/_address_cell.html", wrap="long"),
    Column("lifecycle", N_("Class"), "class"),
    Column("rfm_class", N_("RFM class"), "class"),
    Column("last_order", N_("Last order"), "day", sortable=True, template="users/directory/_ago_cell.html"),
    Column("frequency", N_("Frequency F"), "count", sortable=True, template="users/directory/_times_cell.html"),
    Column("monetary", N_("Amount M"), "yuan", sortable=True),
    Column("tags", N_("Tags"), template="users/directory/_tags_cell.html"),
    Column("r_score", N_("R score"), "number", shown=False, template="users/directory/_score_cell.html"),
    Column("f_score", N_("F score"), "number", shown=False, template="users/directory/_score_cell.html"),
    Column("m_score", N_("M score"), "number", shown=False, template="users/directory/_score_cell.html"),
    Column("purchases", N_("Purchases in all"), "count", sortable=True, shown=False),
    Column("net", N_("Net in all"), "yuan", sortable=True, shown=False),
    Column("first_purchase", N_("First purchase"), "day", sortable=True, shown=False),
    Column("channel", N_("Channel"), shown=False),
    Column("station", N_("Station"), shown=False, template="users/directory/_station_cell.html"),
    Column("registered_at", N_("Registered on"), "day", sortable=True, shown=False),
)
BY_KEY = {column.key: column for column in COLUMNS}

SORTS = {
    "last_order": SortKey("last_order", date.fromisoformat),
    "frequency": SortKey("frequency"),
    "monetary": SortKey("monetary"),
    "purchases": SortKey("purchases"),
    "net": SortKey("net"),
    "first_purchase": SortKey("first_purchase", date.fromisoformat),
    "registered_at": SortKey("registered_at", READERS["moment"]),
    "name": SortKey("name", str, descending=False),
}
USUAL_SORT = "-last_order"
