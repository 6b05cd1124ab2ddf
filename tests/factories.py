"""Things for tests, with sensible defaults: everything by keyword."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from communities.models import Community
from users.customers.models import Customer
from users.orders.models import Category, Order, OrderLine, Product, Source

SHANGHAI = ZoneInfo("Asia/Shanghai")
_phones = itertools.count(13870000000)  # none that a test writes out
_numbers = itertools.count(1)


def make_customer(
    *, community: Community | None = None, phone: str = "", name: str = "王小明", **fields: object
) -> Customer:
    [made] = make_customers(1, community=community, phone=phone, name=name, **fields)
    return made


def make_customers(
    many: int, *, community: Community | None = None, phone: str = "", name: str = "王小明", **fields: object
) -> list[Customer]:
    """All alike but for their phones, in one statement."""
    phones = [phone or str(next(_phones)) for _one in range(many)]
    made: list[Customer] = Customer.objects.unscoped("tests make customers").bulk_create(
        Customer(phone=one, phone_grams=_grams(one), name=name, community=community, **fields) for one in phones
    )
    return made


def _grams(phone: str) -> list[int]:
    return [int(phone[i : i + 4]) for i in range(8)]


def make_order(
    *, customer: Customer, at: str, net: int = 1000, category: str = "叶菜", is_service: bool = False, **fields: object
) -> Order:
    """A counted order of one line. `at` is Shanghai time as 2018-05-01 or 2018-05-01 18:30; `net` in fen."""
    placed_at = dt.datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    source, _ = Source.objects.get_or_create(name="tests")
    counted = fields.pop("counted", True)
    defaults = {
        "number": f"T{next(_numbers)}", "community_id": customer.community_id, "day": placed_at.date(),
        "state": "paid" if counted else "cancelled", "counted": counted, "gross": net, "paid": net,
        "net": net if counted else 0, "service_amount": net if is_service else 0,
        "first_import_id": 0, "import_id": 0,
    }  # fmt: skip
    order = Order.objects.create(source=source, customer=customer, placed_at=placed_at, **(defaults | fields))
    kind, _ = Category.objects.get_or_create(name=category, defaults={"is_service": is_service})
    product, _ = Product.objects.get_or_create(name=f"{category}一份", defaults={"category": kind})
    OrderLine.objects.create(order=order, product=product, category=kind, amount=net)
    return order
