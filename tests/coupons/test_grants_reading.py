"""Uses read from imported orders: taken, refused, taken back, corrected; read twice, nothing changes."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.batches.models import Hold
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.grants import actions, reading_sql, rules
from coupons.grants.models import Grant, Redemption
from opsdesk.lib import sql
from tests.coupons.granting import approved, customers, issued
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_order
from users.customers.models import Customer
from users.orders.models import Category, Order, OrderLine, Product

pytestmark = pytest.mark.django_db


def given_to(many: int = 1, **fields):
    batch = approved(gets=customers(many), **fields)
    issued(batch)
    return list(Grant.objects.filter(batch=batch).order_by("id"))


def an_order(grant: Grant, *, code: str | None = None, days: int = 0, gross: int = 6000, off: int = 1200, **fields):
    at = timezone.localtime(grant.issued_at + dt.timedelta(days=days, minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    customer = fields.pop("customer", None)
    customer = customer or Customer.objects.unscoped("tests").get(pk=grant.customer_id)
    return make_order(customer=customer, at=at, net=gross - off, coupon_code=grant.code if code is None else code,
                       **{"gross": gross, "discount": off} | fields)  # fmt: skip


def money(grant: Grant) -> tuple[int, int]:
    hold = Hold.objects.get(batch=grant.batch_id)
    hold.budget.refresh_from_db()
    assert (hold.reserved, hold.spent) == (hold.budget.reserved, hold.budget.spent)
    return hold.reserved, hold.spent


def told() -> list[tuple[bool, str]]:
    return list(Redemption.objects.order_by("id").values_list("taken", "reason"))


def test_an_order_with_a_code_uses_the_coupon_and_its_budget():
    [grant] = given_to()
    order = an_order(grant, off=1000)
    found = actions.read_uses()
    grant.refresh_from_db()
    assert (found.taken, found.refused, told()) == (1, 0, [(True, "")])
    assert (grant.state, grant.order_id, grant.order_number, grant.discount) == ("used", order.pk, order.number, 1000)
    assert money(grant) == (0, 1000)


def test_a_code_is_read_as_people_write_it():
    [grant] = given_to()
    an_order(grant, code=f" {grant.code[:5].lower()}-{grant.code[5:]} ".replace("0", "O"))
    assert actions.read_uses().taken == 1


def test_the_number_of_the_batch_uses_the_coupon_of_the_orders_customer():
    one, other = given_to(2)
    an_order(one, code=one.batch.number)
    an_order(one, code=one.batch.number, customer=customers(1)[0])
    found = actions.read_uses()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (found.taken, found.refused, one.state, other.state) == (1, 1, "used", "open")
    assert told() == [(True, ""), (False, "unknown")]


def test_reading_twice_changes_nothing():
    grants = given_to(3)
    an_order(grants[0])
    an_order(grants[0], days=1)
    an_order(grants[1], off=5000)
    actions.read_uses()
    kept = list(Redemption.objects.order_by("id").values()), list(Grant.objects.order_by("id").values())
    again = actions.read_uses()
    assert (again.taken, again.undone, again.corrected, again.refused) == (0, 0, 0, 0)
    assert (list(Redemption.objects.order_by("id").values()), list(Grant.objects.order_by("id").values())) == kept


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"days": -1}, "early"), ({"days": 30}, "expired"), ({"gross": 4000}, "threshold"), ({"counted": False},
        "not_counted"), ({"off": 1201}, "too_much"), ({"gross": 3000, "counted": False}, "not_counted"),
    ],
)  # fmt: skip
def test_what_the_rules_refuse_is_kept_with_the_first_reason(fields, reason):
    [grant] = given_to()
    an_order(grant, **fields)
    actions.read_uses()
    assert (told(), money(grant)) == ([(False, reason)], (1200, 0))


def test_somebody_elses_code_is_refused():
    [grant] = given_to()
    an_order(grant, customer=customers(1)[0])
    actions.read_uses()
    assert told() == [(False, "holder")]


def test_of_two_orders_with_one_code_the_earlier_has_it():
    [grant] = given_to()
    late, early = an_order(grant, days=2), an_order(grant, days=1)
    actions.read_uses()
    grant.refresh_from_db()
    assert (grant.order_id, Redemption.objects.get(order_id=late.pk).reason) == (early.pk, "used")


def test_an_order_that_is_cancelled_later_gives_its_budget_back_and_voids_the_coupon():
    [grant] = given_to()
    order = an_order(grant)
    actions.read_uses()
    Order.objects.filter(pk=order.pk).update(counted=False, state="cancelled", net=0)
    assert actions.read_uses().undone == 1
    grant.refresh_from_db()
    kept = Redemption.objects.get()
    assert (grant.state, grant.discount, kept.undone_at is None, money(grant)) == ("void", 0, False, (0, 0))
    assert actions.read_uses().undone == 0


def test_an_order_that_comes_back_has_its_coupon_again():
    [grant] = given_to()
    order = an_order(grant)
    actions.read_uses()
    Order.objects.filter(pk=order.pk).update(counted=False, state="cancelled", net=0)
    actions.read_uses()
    Order.objects.filter(pk=order.pk).update(counted=True, state="paid", net=4800)
    assert actions.read_uses().taken == 1
    grant.refresh_from_db()
    assert (grant.state, money(grant), told()) == ("used", (0, 1200), [(True, "")])


def test_another_discount_in_a_later_file_corrects_what_was_spent():
    [grant] = given_to()
    order = an_order(grant, off=1000)
    actions.read_uses()
    Order.objects.filter(pk=order.pk).update(discount=700)
    assert actions.read_uses().corrected == 1
    grant.refresh_from_db()
    assert (grant.discount, Redemption.objects.get().discount, money(grant)) == (700, 700, (0, 700))


def test_an_order_that_was_refused_is_taken_when_nothing_is_against_it_any_more():
    [grant] = given_to()
    order = an_order(grant, counted=False)
    actions.read_uses()
    Order.objects.filter(pk=order.pk).update(counted=True, state="paid", net=4800)
    assert actions.read_uses().taken == 1
    assert told() == [(True, "")]


def test_a_late_file_uses_an_expired_coupon_when_the_budget_still_holds_it():
    one, other = given_to(2, budget=make_budget(amount=2400))
    for grant in (one, other):
        an_order(grant, days=1)
    actions.expire(timezone.now() + dt.timedelta(days=60))
    one.batch.budget.refresh_from_db()
    assert one.batch.budget.reserved == 0
    type(one.batch.budget).objects.filter(pk=one.batch.budget_id).update(amount=1200)
    found = actions.read_uses()
    assert (found.taken, sorted(told())) == (1, [(False, "budget"), (True, "")])


def test_codes_of_the_shop_are_left_alone_and_those_that_look_like_ours_are_kept():
    [grant] = given_to()
    body = "7KQ2M4XAB"
    an_order(grant, code="NEWYEAR88")
    an_order(grant, code=body + rules.check_sign(body))
    found = actions.read_uses()
    assert (found.strange, found.refused, told()) == (1, 1, [(False, "unknown")])


def test_an_order_known_from_the_api_is_met_by_its_import_and_undone_with_it():
    [grant] = given_to()
    order = an_order(grant)
    use = actions.Use(grant.code, grant.customer_id, order.number, order.placed_at, 1200,
                      definitions.Basket.of_sum(6000))  # fmt: skip
    assert actions.use(use, key="api:1").taken
    found = actions.read_uses()
    assert (found.taken, found.refused, found.undone, Redemption.objects.count()) == (0, 0, 0, 1)
    Order.objects.filter(pk=order.pk).update(counted=False, state="cancelled", net=0)
    assert (actions.read_uses().undone, money(grant)) == (1, (0, 0))
    assert actions.use(use, key="api:1").taken


KINDS = st.sampled_from(["threshold", "percent", "amount", "new_price"])
LINES = st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 2)), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=KINDS, lines=LINES, extra=st.integers(-500, 2000), off=st.integers(0, 2500), some=st.booleans(),
    days=st.integers(-1, 9), counted=st.booleans(), first=st.booleans(), state=st.sampled_from(["open", "void"]),
    mine=st.booleans(),
)  # fmt: skip
def test_the_sql_judges_as_the_rules_do(kind, lines, extra, off, some, days, counted, first, state, mine):
    goods = [Category.objects.get_or_create(name=f"类{n}")[0] for n in range(3)]
    products = [Product.objects.get_or_create(name=f"货{n}", defaults={"category": goods[n]})[0] for n in range(3)]
    values = {
        "threshold": {}, "amount": {"amount_off": 1500}, "percent": {"percent_off": 15, "cap": 700},
        "new_price": {"product": products[0], "price": 100, "regular_price": 1300},
    }[kind]  # fmt: skip
    coupon = make_coupon(kind=kind, categories=goods[:1] if some else (), **values)
    [grant] = given_to(coupon=coupon)
    Grant.objects.filter(pk=grant.pk).update(state=state)
    customer = grant.customer_id if mine else customers(1)[0].pk
    gross = max(sum(amount for amount, _ in lines) + extra, 0)
    order = _order(grant, customer, gross, off, days, counted)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=products[n], category=goods[n], amount=amount) for amount, n in lines
    )
    if not first:
        _order(grant, customer, 5000, 0, -3, True, code="")
    sql.run(reading_sql.TOLD)
    sql.run(reading_sql.JUDGED)
    [(reason,)] = sql.rows("SELECT reason FROM coupon_judged WHERE order_id = %(order)s", order=order.pk)
    terms = templates.terms_of(coupon)
    basket = rules.basket(
        terms, [definitions.Line(amount, goods[n].pk, products[n].pk) for amount, n in lines], gross,
        counted=counted, is_first=first,
    )  # fmt: skip
    asked = rules.Told(customer, order.placed_at, off, definitions.worth(terms, basket),
                       definitions.why_not(terms, basket), counted)  # fmt: skip
    held = rules.Held(grant.customer_id, state, grant.valid_from, grant.expires_at)
    assert reason == rules.refusal(held, asked)


def _order(grant, customer, gross, off, days, counted, code=None):
    return Order.objects.create(
        source=_source(), number=f"H{Order.objects.count()}-{grant.pk}", customer_id=customer,
        placed_at=grant.issued_at + dt.timedelta(days=days, minutes=5), day=grant.issued_at.date(),
        state="paid" if counted else "cancelled", counted=counted, gross=gross, discount=off,
        coupon_code=grant.code if code is None else code, first_import_id=0, import_id=0,
    )  # fmt: skip


def _source():
    return Order.source.field.related_model.objects.get_or_create(name="tests")[0]
