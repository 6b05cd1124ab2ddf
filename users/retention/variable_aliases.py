"""How files of weekly variables name their columns (data, by what people write)."""

from users.acquisition import spend_aliases

COLUMNS = {
    "week": spend_aliases.COLUMNS["week"],
    "variable": ("variable", "name", "变量", "变量名", "指标", "名称"),
    "community": spend_aliases.COLUMNS["community"],
    "value": ("value", "number", "值", "数值", "数"),
}
