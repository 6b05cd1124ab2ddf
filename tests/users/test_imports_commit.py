"""What files make of orders and customers, by the words of the domain: the latest file, refunds, no row twice."""

import datetime as dt
import io
import random
from zoneinfo import ZoneInfo

import pytest

from communities.models import Community, ServiceStation
from opsdesk.lib import sql
from tests import importing
from tests.importing import PHONE, export, imported, row, undone
from users.customers.models import Customer
from users.imports.models import ImportFile, SavedMapping
from users.orders import rules
from users.orders.models import Category, Order, OrderLine, Product, Source
from users.purchases import rules as purchases

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def the_order(number: str = "A1", phone: str = PHONE) -> Order:
    return Order.objects.get(number=number, customer__phone=phone)


def the_customer(phone: str = PHONE) -> Customer:
    return Customer.objects.unscoped("a test").get(phone=phone)


def lines(order: Order) -> list[tuple[str, int, bool]]:
    found = OrderLine.objects.filter(order=order).order_by("id")
    return list(found.values_list("product__name", "amount", "is_refund"))


def adds_up(file: ImportFile) -> bool:
    return file.rows == file.created + file.updated + file.unchanged + file.refused


# -- Orders and their keys -----------------------------------------------------------------------------------------


def test_rows_with_one_number_and_phone_are_one_order_with_their_lines_as_exported():
    file = imported([row(), row(product="五花肉", category="肉品", quantity="2", amount="31.50")])
    order = the_order()
    assert lines(order) == [("青菜", 1000, False), ("五花肉", 3150, False)]
    assert (order.gross, order.paid, order.net, order.state, order.counted) == (4150, 4150, 4150, "paid", True)
    assert (file.rows, file.created, file.orders_created) == (2, 2, 1)


def test_one_number_of_two_phones_is_two_orders():
    imported([row("A1", "13800138000"), row("A1", "13800138001")])
    assert Order.objects.filter(number="A1").count() == 2


def test_one_number_of_two_sources_is_two_orders():
    imported([row()], source="app")
    imported([row()], source="mini program")
    assert sorted(Order.objects.values_list("source__name", flat=True)) == ["app", "mini program"]


@pytest.mark.parametrize(
    ("times", "numbers"),
    [
        (["2018-05-01 08:30:00", "2018-05-01 08:30:00"], ["@2018-05-01 08:30:00"]),
        (["2018-05-01 08:30:00", "2018-05-01 08:31:00"], ["@2018-05-01 08:30:00", "@2018-05-01 08:31:00"]),
        (["2018-05-01", "2018-05-01"], ["@2018-05-01"]),
        (["2018-05-01", "2018-05-02"], ["@2018-05-01", "@2018-05-02"]),
    ],
)
def test_without_numbers_an_order_is_a_phone_and_a_moment_or_a_day(times, numbers):
    imported([row("", at=time) for time in times])
    assert sorted(Order.objects.values_list("number", flat=True)) == numbers


def test_the_business_day_is_shanghai_s():
    imported([row(at="2018-05-01 00:00:00")])
    order = the_order()
    assert order.placed_at == dt.datetime(2018, 5, 1, tzinfo=SHANGHAI)
    assert order.day == dt.date(2018, 5, 1)


CLOCKS = ["00:00:00", "12:29:59", "12:30:00", "22:59:59", "23:00:00", "23:59:59"]


@pytest.mark.parametrize("cutoff", ["23:00", "00:00", "12:30"])
def test_an_order_from_the_cut_off_on_is_delivered_a_day_later(cutoff, people):
    Community.objects.update(order_cutoff=cutoff)
    imported([row(f"A{n}", at=f"2018-05-01 {clock}") for n, clock in enumerate(CLOCKS)])
    delivered = dict(Order.objects.values_list("placed_at", "delivery_day"))
    assert len(delivered) == len(CLOCKS)
    assert delivered == {at: purchases.delivery_day(at, dt.time.fromisoformat(cutoff)) for at in delivered}


def test_the_cut_off_is_the_community_s_and_the_file_s_own_day_wins(people):
    Community.objects.filter(code="jinling").update(order_cutoff=dt.time(20))
    head = f"{importing.HEAD},配送日期"
    early, named = row("A1", community="金陵名苑", at="2018-05-01 20:00"), row("A2", community="金陵名苑")
    imported(export(f"{early},", f"{named},2018-05-09", head=head))
    assert the_order("A1").delivery_day == dt.date(2018, 5, 3)
    assert the_order("A2").delivery_day == dt.date(2018, 5, 9)


# -- The latest file -----------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing_and_rewrites_no_row():
    content = export(row(), row(product="肉"), row("A2", PHONE, refund="1.00"), row("A3", amount="-3", status="已退款"))
    imported(content)
    tables = ("users_order", "users_orderline", "users_customer", "users_product", "users_customerday")
    versions = [sql.rows(f"SELECT ctid, xmin FROM {table} ORDER BY ctid") for table in tables]
    again = imported(content)
    assert [sql.rows(f"SELECT ctid, xmin FROM {table} ORDER BY ctid") for table in tables] == versions
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    assert adds_up(again)


def test_lines_in_another_order_are_the_same_order():
    first = [row(product="肉"), row(product="菜"), row(product="菜")]
    imported(first)
    assert imported(first[::-1]).unchanged == 3


def test_a_later_file_replaces_an_order_and_never_adds_to_it():
    imported([row(product="菜"), row(product="肉", amount="20")])
    file = imported([row(product="菜"), row(product="鱼", amount="30")])
    assert lines(the_order()) == [("菜", 1000, False), ("鱼", 3000, False)]
    assert the_order().net == 4000
    assert (file.created, file.updated, file.unchanged, file.orders_updated) == (0, 2, 0, 1)


def test_two_identical_lines_in_one_file_are_two_lines_and_are_counted():
    file = imported([row(), row()])
    assert the_order().net == 2000
    assert file.facts["identical"] == 1


def test_identical_lines_may_be_dropped_and_still_add_up():
    file = imported([row(), row(), row(product="肉")], drop_identical=True)
    assert lines(the_order()) == [("青菜", 1000, False), ("肉", 1000, False)]
    assert (file.facts["identical"], file.created) == (1, 3)
    assert adds_up(file)


def test_overlapping_files_double_no_order():
    imported([row("A1"), row("A2")])
    file = imported([row("A2"), row("A3")])
    assert Order.objects.count() == 3
    assert (file.created, file.updated, file.unchanged) == (1, 0, 1)


def test_an_order_that_names_another_community_now_is_changed(people):
    imported([row(community="翠屏花园")])
    file = imported([row(community="金陵名苑")])
    assert file.updated == 1
    assert the_order().community_id == people.jinling.id


# -- Refunds and cancellations -------------------------------------------------------------------------------------


def test_a_refund_line_in_a_later_file_lowers_the_order_and_leaves_its_lines():
    imported([row(amount="30")])
    file = imported([row(amount="-9.90", status="部分退款")])
    order = the_order()
    assert (order.paid, order.refunded, order.net, order.state) == (3000, 990, 2010, "paid")
    assert lines(order) == [("青菜", 3000, False), ("青菜", -990, True)]
    assert (file.updated, file.effect["refund_fen"]) == (1, 990)


def test_a_file_with_sale_rows_only_leaves_earlier_refund_lines():
    imported([row(amount="30"), row(amount="-9.90", status="部分退款")])
    imported([row(amount="40")])
    order = the_order()
    assert (order.paid, order.refunded, order.net) == (4000, 990, 3010)
    assert [line for line in lines(order) if line[2]] == [("青菜", -990, True)]


def test_a_later_file_s_refund_lines_replace_earlier_ones():
    imported([row(amount="30"), row(amount="-9.90", status="部分退款")])
    imported([row(amount="-5", status="部分退款")])
    assert (the_order().refunded, the_order().net) == (500, 2500)


@pytest.mark.parametrize("status", ["已退款", "已取消", "待付款"])
def test_an_order_refunded_cancelled_or_unpaid_does_not_count(status):
    imported([row(amount="30", status=status)])
    order = the_order()
    assert (order.counted, order.net) == (False, 0)
    assert order.state == {"已退款": "refunded", "已取消": "cancelled", "待付款": "unpaid"}[status]


def test_the_refund_column_of_sale_rows_lowers_the_order_and_all_of_it_is_a_full_refund():
    imported([row("A1", amount="30", refund="10"), row("A2", amount="30", refund="30")])
    assert (the_order("A1").net, the_order("A1").state) == (2000, "paid")
    assert (the_order("A2").net, the_order("A2").state, the_order("A2").counted) == (0, "refunded", False)


def test_one_cancelled_line_among_paid_ones_lowers_the_order():
    imported([row(amount="30"), row(product="肉", amount="20", status="已取消")])
    assert (the_order().state, the_order().paid, the_order().refunded, the_order().net) == ("paid", 5000, 2000, 3000)


def test_a_refund_waits_for_its_order_and_is_applied_when_it_comes():
    waits = imported([row(amount="-9.90", status="已退款")])
    order = the_order()
    assert (order.state, order.counted, order.net, order.refunded) == ("waiting", False, 0, 990)
    assert waits.effect["refunds_waiting"] == 1
    imported([row(amount="30")])
    order = the_order()
    assert (order.state, order.counted, order.net) == ("paid", True, 2010)


def test_a_refund_number_that_names_its_order_lowers_that_order():
    imported([row("536379", amount="30"), row("C536379", amount="-10")])
    assert (the_order("536379").net, Order.objects.count()) == (2000, 1)


def test_a_number_that_only_looks_like_a_refund_s_is_the_order_s_own():
    imported([row("R8", amount="-10", status="已退款"), row("R8", amount="30")])
    assert (the_order("R8").net, Order.objects.count()) == (2000, 1)
    imported([row("R8", amount="-30", status="已退款")])
    assert (the_order("R8").net, Order.objects.count()) == (0, 1)


def test_refunds_never_make_money_negative():
    imported([row(amount="10"), row(amount="-30", status="已退款")])
    order = the_order()
    assert (order.state, order.refunded, order.net) == ("refunded", 1000, 0)


def test_an_order_of_amount_zero_counts():
    imported([row(amount="0")])
    assert (the_order().counted, the_order().net) == (True, 0)


def test_the_article_s_six_columns_import_with_the_amount_unknown():
    head = "手机号,姓名,时间,地址,商品,商品分类"
    file = imported(export(f"{PHONE},王小明,2018-05-01 08:30,翠屏花园12栋3单元502室,青菜,叶菜", head=head))
    order = Order.objects.get()
    assert (order.amount_known, order.counted, order.net) == (False, True, 0)
    assert file.facts["amount_unknown"] == 1
    assert "amount_unknown" in [notice["code"] for notice in file.inspection["notices"]]


STATUSES = {"已完成": "paid", "已取消": "cancelled", "已退款": "refunded", "待付款": "unpaid", "部分退款": "paid"}


def _random_file(dice: random.Random, orders: int) -> list[tuple[str, list[tuple[str, rules.SaleRow | int]]]]:
    """Orders with their rows: sale rows, and refunds as what they give back."""
    made = []
    for number in range(orders):
        if dice.random() < 0.2:
            continue
        rows: list[tuple[str, rules.SaleRow | int]] = []
        fate = dice.choice(list(STATUSES))
        for _ in range(dice.choice((0, 1, 1, 2, 3))):
            status = fate if dice.random() < 0.8 else dice.choice(list(STATUSES))
            amount = dice.choice((0, 100, 250, 990))
            refund = dice.choice((None, None, 0, 100, 250))
            rows.append((status, rules.SaleRow(amount, STATUSES[status], refund=refund)))
        rows += [("已退款", dice.choice((100, 990))) for _ in range(dice.choice((0, 0, 0, 1, 2)))]
        dice.shuffle(rows)
        made.append((f"N{number}", rows))
    return made


def _as_row(number: str, status: str, told: rules.SaleRow | int) -> str:
    if isinstance(told, int):
        return row(number, amount=f"-{told / 100}", status=status)
    refund = "" if told.refund is None else str(told.refund / 100)
    return row(number, amount=str((told.amount or 0) / 100), status=status, refund=refund)


@pytest.mark.parametrize("seed", range(3))
def test_the_sql_is_held_to_the_rules_over_random_files(seed):
    """Three files about the same two hundred orders; each part of an order is that of the last file that tells it."""
    dice = random.Random(seed)
    sales: dict[str, rules.Told] = {}
    back: dict[str, int] = {}
    for _ in range(3):
        told = _random_file(dice, 200)
        file = imported([_as_row(number, status, one) for number, rows in told for status, one in rows])
        assert adds_up(file)
        for number, rows in told:
            sold = [one for _status, one in rows if isinstance(one, rules.SaleRow)]
            gone = [one for _status, one in rows if isinstance(one, int)]
            sales |= {number: rules.told(sold)} if sold else {}
            back |= {number: sum(gone)} if gone else {}
        expected = {number: rules.money(sales.get(number), back.get(number, 0)) for number in sales | back}
        found = {order.number: rules.Money(order.state, order.refunded, order.net) for order in Order.objects.all()}
        assert found == expected
        assert all(order.counted == expected[order.number].counted for order in Order.objects.all())


# -- Customers -----------------------------------------------------------------------------------------------------


def test_a_customer_is_what_the_latest_order_says_whatever_the_order_of_the_files(people):
    late = row("A2", at="2018-05-03 10:00", name="王大明", address="翠屏花园2栋1单元301室", channel="群")
    early = row(
        "A1",
        at="2018-05-01 10:00",
        name="王小明",
        address="金陵名苑9栋1单元101室",
        community="金陵名苑",
        channel="地推",
    )
    imported([late])
    imported([early])
    customer = the_customer()
    assert (customer.name, customer.community.code, customer.channel) == ("王大明", "cuiping", "地推")
    assert (customer.building, customer.unit, customer.room) == ("2", "1", "301")


def test_an_order_that_names_no_community_leaves_the_customer_where_they_were(people):
    imported([row("A1", at="2018-05-01 10:00", community="金陵名苑")])
    imported([row("A2", at="2018-05-02 10:00", community="")])
    assert the_customer().community == people.jinling
    assert the_order("A2").community_id is None


def test_a_customer_nobody_names_a_community_for_is_unassigned_not_refused():
    file = imported([row(community="")])
    assert (file.refused, the_customer().community_id) == (0, None)


def test_an_address_that_names_a_known_community_is_enough(people):
    head = "订单号,手机号,下单时间,收货地址,商品,实付金额"
    imported(export(f"A1,{PHONE},2018-05-01,南京市江宁区翠屏花园12栋3单元502室,青菜,10", head=head))
    assert (the_customer().community, the_order().address_key) == (people.cuiping, "翠屏花园:12-3-502")


def test_a_known_station_says_the_community(people):
    head = "订单号,手机号,下单时间,服务站,商品,实付金额"
    imported(export(f"A1,{PHONE},2018-05-01,翠屏站,青菜,10", head=head))
    station = ServiceStation.objects.get(name="翠屏站")
    assert (the_customer().station, the_customer().community) == (station, people.cuiping)


def test_phones_are_found_by_every_run_of_four_digits():
    imported([row()])
    assert the_customer().phone_grams == [1380, 3800, 8001, 13, 138, 1380, 3800, 8000]


def test_registrations_are_customers_without_orders_and_share_their_customer_s_fate():
    head = "手机号,姓名,注册时间,渠道,小区"
    first = f"{PHONE},王小明,2018-04-02 09:00:00,地推,翠屏花园"
    file = imported(export(first, "13800138001,李四,2018-04-03,群,翠屏花园", head=head))
    assert (file.rows, file.created, file.orders_created) == (2, 2, 0)
    customer = the_customer()
    assert customer.registered_at == dt.datetime(2018, 4, 2, 9, tzinfo=SHANGHAI)
    assert (customer.name, customer.channel, customer.community.name) == ("王小明", "地推", "翠屏花园")
    again = imported(export(first, f"{PHONE.replace('138', '139', 1)},赵五,2018-04-04,群,", head=head))
    assert (again.created, again.updated, again.unchanged) == (1, 0, 1)
    earlier = imported(export(first.replace("04-02", "03-02"), head=head))
    assert (earlier.updated, the_customer().registered_at.month) == (1, 3)


def test_the_door_is_read_by_the_ways_of_writing_the_community_taught(people):
    people.cuiping.address_templates = ["{building}弄{unit}号{room}"]
    people.cuiping.save(update_fields=["address_templates"])
    imported([row(address="翠屏花园8弄12号301")])
    assert (the_customer().building, the_customer().unit, the_customer().room) == ("8", "12", "301")


# -- Goods ---------------------------------------------------------------------------------------------------------


def test_a_line_without_a_category_has_its_product_s():
    imported([row(product="洗衣", category="家政")])
    imported([row("A2", product="洗衣", category="")])
    line = OrderLine.objects.get(order=the_order("A2"))
    assert line.category.name == "家政"


def test_service_lines_are_summed_whichever_way_the_category_is_known():
    Category.objects.create(name="家政", is_service=True)
    imported([row(product="保洁", category="家政", amount="128"), row(product="青菜")])
    imported([row("A2", product="保洁", category="", amount="99")])
    assert (the_order("A1").service_amount, the_order("A2").service_amount) == (12800, 9900)


def test_the_category_that_staff_gave_a_product_survives_an_import():
    kind = Category.objects.create(name="净菜")
    Product.objects.create(name="青菜", category=kind)
    imported([row(category="叶菜")])
    assert Product.objects.get(name="青菜").category == kind


# -- After it ------------------------------------------------------------------------------------------------------


def test_roll_ups_move_with_the_import_also_where_a_customer_has_left(people):
    imported([row("A1", at="2018-05-01 10:00", community="翠屏花园")])
    imported([row("A2", at="2018-05-02 10:00", community="金陵名苑", amount="20")])
    moved = [("金陵名苑", dt.date(2018, 5, 1), 1, 1000, 1), ("金陵名苑", dt.date(2018, 5, 2), 1, 2000, 1)]
    assert sql.rows(importing.ROLLUPS) == moved


def test_what_a_file_has_changed_is_what_the_check_had_foretold():
    imported([row("A1", amount="30"), row("A2", phone="13800138001")])
    file = importing.checked(
        export(
            row("A1", amount="40"), row("A1", amount="-5", status="部分退款"), row("A2", phone="13800138001"),
            row("A3"), row("A4", phone="13800138002", product="新品", community="新村"),
        )
    )  # fmt: skip
    foretold = file.effect
    assert foretold["estimate"] is True
    happened = importing.committed(file).effect
    told = {key: value for key, value in happened.items() if key not in ("estimate", "made_communities")}
    assert {**foretold, "estimate": None} == {**told, "estimate": None}
    assert (told["orders_new"], told["orders_updated"], told["orders_unchanged"]) == (2, 1, 1)
    assert (told["customers_new"], told["customers_known"], told["communities_new"]) == (1, 1, ["新村"])
    assert told["gmv"] == [["2018-04-30", 1000 + 1000 + 1000]]


def test_staging_tables_go_when_the_file_is_in():
    imported([row()])
    assert importing.staging_tables() == []


def test_a_mapping_saved_for_a_source_is_used_for_the_same_headers():
    head = importing.HEAD.replace("实付金额", "金额A").replace("手机号", "客户号码X")
    file = importing.actions.receive(io.BytesIO(export(row(), head=head)), "a.csv", "app", None, today=importing.TODAY)
    file = importing.worked(file)
    assert file.refusal["code"] == "columns_missing"
    source = Source.objects.get(name="app")
    columns = {**file.mapping["columns"], "phone": "客户号码X", "amount": "金额A"}
    digest = importing.actions.queries.header_digest(head.split(","))
    SavedMapping.objects.create(name="weekly", source=source, headers=digest, mapping={"columns": columns})
    file = imported(export(row(), head=head))
    assert (file.facts["mapping_name"], the_order().net) == ("weekly", 1000)


def test_an_import_taken_back_may_be_imported_again():
    content = export(row(), row("A2"))
    undone(imported(content))
    assert Order.objects.count() == 0
    assert imported(content).created == 2
