"""How sheets of spend name their columns, and words for company, totals and weeks (data, by what people write)."""

import re

COLUMNS = {
    "week": ("week", "weeks", "monday", "date", "周", "周次", "星期", "周一", "日期", "时间"),
    "channel": ("channel", "source", "渠道", "来源", "来源渠道", "获客渠道"),
    "community": ("community", "place", "小区", "社区", "小区名称"),
    "amount": (
        "amount",
        "spend",
        "cost",
        "fee",
        "金额",
        "费用",
        "花费",
        "预算",
        "拉新预算",
        "拉新费用",
        "投入",
        "支出",
    ),
}
COMPANY = ("company", "whole company", "all", "全公司", "公司", "全部", "整体", "平台")
ISO_WEEK = re.compile(r"(?:(?P<year>[0-9]{4})\s*[-年/ ]?\s*)?(?:W|第)\s*(?P<week>[0-9]{1,2})\s*周?", re.IGNORECASE)
TOTALS = ("total", "sum", "合计", "总计", "小计", "总和")


def key_of(text: str) -> str:
    """The column that a header means; "" when none. A corner such as 周\\渠道 is that of its first word."""
    plain = text.strip().lower().replace("／", "/").replace("\\", "/").split("/")[0].strip()
    plain = plain.removesuffix("(元)").removesuffix("（元）")
    return next((key for key, words in COLUMNS.items() if plain in words), "")


def is_total(text: str) -> bool:
    return text.strip().lower() in TOTALS


def is_company(text: str) -> bool:
    return text.strip().lower() in COMPANY
