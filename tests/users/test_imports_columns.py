import json
from collections import Counter

import pytest

from users.imports import columns
from users.imports.aliases import ALIASES
from users.imports.columns import Mapping

ARTICLE = ["手机号", "姓名", "时间", "地址", "商品", "商品分类"]


def test_the_six_columns_of_the_article_are_recognised() -> None:
    found = columns.recognise(ARTICLE).mapping.columns
    assert found == {
        "phone": "手机号",
        "name": "姓名",
        "ordered_at": "时间",
        "address": "地址",
        "product": "商品",
        "category": "商品分类",
    }


REAL = {
    "手机号,姓名,下单时间,收货地址,商品,商品分类,数量,实付金额,小区": (
        "phone name ordered_at address product category quantity amount community",
        "",
    ),
    "Phone,InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country": (
        "phone order_number product quantity ordered_at unit_price",
        "StockCode CustomerID Country",
    ),
    "手机号,订单 ID,订单日期,发货日期,客户名称,城市,类别,子类别,产品名称,销售额,数量,折扣,利润": (
        "phone order_number ordered_at name community category product amount quantity",
        "发货日期 类别 折扣 利润",
    ),
}


@pytest.mark.parametrize("header", REAL)
def test_real_exports_are_recognised(header: str) -> None:
    fields, unmapped = REAL[header]
    found = columns.recognise(header.split(","))
    assert set(found.mapping.columns) == set(fields.split())
    assert found.unmapped == tuple(unmapped.split())


def test_a_subcategory_says_more_than_a_category_and_both_are_offered() -> None:
    found = columns.recognise(["类别", "子类别"])
    assert found.mapping.columns == {"category": "子类别"}
    assert found.ambiguous == {"category": ("子类别", "类别")}


@pytest.mark.parametrize(
    "header", ["折扣", "Discount", "折扣率", "折扣(%)", "金额(分)", "金额(美元)", "利润", "手机型号"]
)
def test_a_name_that_could_mislead_is_not_taken(header: str) -> None:
    assert columns.recognise([header]).mapping.columns == {}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("实付金额(元)", "amount"),
        ("实付金额（元）", "amount"),
        ("手机号（必填）", "phone"),
        ("*手机号", "phone"),
        (" 手 机 号 ", "phone"),
        ("手机号:", "phone"),
        ("ＰＨＯＮＥ", "phone"),
        ("Order_Number", "order_number"),
        ("order number", "order_number"),
        ("Invoice-No", "order_number"),
        ("下单\n时间", "ordered_at"),
        ("\ufeff手机号", "phone"),
        ("注册时间", "registered_at"),
        ("优惠金额", "discount"),
        ("退款金额", "refund"),
        ("配送日期", "delivery_day"),
        ("自提点", "station"),
        ("订单来源", "channel"),
        ("优惠券码", "coupon_code"),
        ("应付金额", "gross"),
        ("订单状态", "status"),
    ],
)
def test_spelling_of_a_header_does_not_matter(header: str, key: str) -> None:
    assert columns.recognise([header]).mapping.columns == {key: header}


def test_no_name_belongs_to_two_fields_and_every_name_is_folded() -> None:
    names = Counter(name for each in columns.FIELDS for name in each.names)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if columns.folded(name) != name] == []
    assert ALIASES.keys() == columns.BY_KEY.keys()


def test_a_mapping_round_trips_through_json() -> None:
    mapping = Mapping({"phone": "手机"}, "dmy", {"已成团": "paid"}, ["退-"], True)
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_a_stored_mapping_of_another_version_is_read_as_far_as_it_goes() -> None:
    assert Mapping.from_json({"columns": {"phone": "手机", "gone": "x"}, "new": 1}) == Mapping({"phone": "手机"})


def test_a_mapping_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="day order"):
        Mapping(day_order="ymd")
    with pytest.raises(ValueError, match="status"):
        Mapping(status_words={"已成团": "fine"})


@pytest.mark.parametrize(
    ("mapped", "missing"),
    [
        (["phone", "ordered_at"], ()),
        (["phone", "registered_at"], ()),
        (["phone"], ("ordered_at",)),
        (["ordered_at"], ("phone",)),
        ([], ("phone", "ordered_at")),
    ],
)
def test_only_a_phone_and_a_time_are_required(mapped: list[str], missing: tuple[str, ...]) -> None:
    assert columns.missing(Mapping({key: key for key in mapped})) == missing
