"""What each class pays for the basket that a batch is about: its own coupon, public ones, what other batches gave."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from communities.policies import queries as policies
from coupons.batches import prices, rules
from coupons.batches.models import Batch
from coupons.batches.prices import Fairness, Offer
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.definitions.models import Coupon
from coupons.definitions.rules import Basket, Line
from opsdesk.lib import sql
from users.directory import classes
from users.directory import filters as directory

USUAL_BASKET = 5000  # fen, while nobody has bought anything to take a typical one from
MOST_BATCHES = 20

# One row a live batch and class of which it reached at least half (batch_state, batch_member_fate).
GIVEN = """
WITH live AS (
    SELECT id FROM coupons_batch
     WHERE state = ANY(%(live)s) AND ended_at IS NULL AND id <> %(batch)s ORDER BY id DESC LIMIT %(most)s),
size AS (SELECT {column} AS class, count(*) AS people FROM users_standing GROUP BY 1)
SELECT m.batch_id, m.{column} FROM coupons_batchmember m JOIN size ON size.class = m.{column}
 WHERE m.batch_id IN (SELECT id FROM live) AND m.fate = 'send' AND m.{column} <> ''
 GROUP BY m.batch_id, m.{column}, size.people HAVING 2 * count(*) >= size.people
"""
PRESENT = """
SELECT DISTINCT rfm_class FROM coupons_batchmember
 WHERE batch_id = %(batch)s AND fate IN ('send', 'control') AND rfm_class <> ''
"""


def of(batch: Batch, day: date) -> Fairness:
    """The same basket for every class. An audience that no class decides leaves nobody out by class."""
    column, covered, others = _split(batch)
    terms = templates.terms_of(batch.coupon)
    basket = basket_of(batch.coupon, day)
    total = sum(line.amount for line in basket.lines)
    own = Offer(str(batch.coupon), total - definitions.worth(terms, replace(basket, is_first=True)), own=True)
    public = [_offer(one, basket, total) for one in _public(day)]
    given = _given(batch, column, basket, total) if others else {}
    limit = policies.for_company().fairness_gap
    return prices.compare(own, covered, others, public, given, total, limit)


def basket_of(coupon: Coupon, day: date) -> Basket:
    """The smallest order that the coupon can be used on; of a typical size where it asks for none."""
    total = coupon.threshold or templates.typical_basket(day) or USUAL_BASKET
    if coupon.kind == "new_price" and coupon.product:
        price = coupon.regular_price or 0
        rest = Line(max(coupon.threshold - price, 0))
        return Basket((Line(price, coupon.product.category_id, coupon.product_id), rest))
    category = min((one.pk for one in coupon.categories.all()), default=None)
    return Basket.of_sum(total, category=category)


def _split(batch: Batch) -> tuple[str, list[str], list[str]]:
    """The column that tells classes apart, those the batch is for, and the others."""
    wanted = directory.from_text(batch.audience)
    if not rules.is_by_class(wanted.chosen):
        return "rfm_class", [], []
    if wanted.lifecycle and not wanted.rfm:
        return "lifecycle", list(wanted.lifecycle), [one for one in classes.LIFECYCLE if one not in wanted.lifecycle]
    named = set(wanted.rfm) or {row[0] for row in sql.rows(PRESENT, batch=batch.pk)}
    covered = [one for one in classes.RFM if one in named]
    return "rfm_class", covered, [one for one in classes.RFM if one not in named]


def _public(day: date) -> list[Coupon]:
    """Public templates that can be used that day."""
    found = templates.in_use().filter(is_public=True)
    return [one for one in found if (one.valid_from is None or one.valid_from <= day) and (one.valid_to or day) >= day]


def _offer(coupon: Coupon, basket: Basket, total: int) -> Offer:
    price = total - definitions.worth(templates.terms_of(coupon), basket)
    return Offer(str(coupon), price, public=coupon.is_public, until=coupon.valid_to)


def _given(batch: Batch, column: str, basket: Basket, total: int) -> dict[str, list[Offer]]:
    """What other live batches gave to at least half of a class."""
    found = sql.rows(GIVEN.format(column=column), batch=batch.pk, live=[*rules.LIVE], most=MOST_BATCHES)
    named = Batch.objects.select_related("coupon").prefetch_related("coupon__categories")
    batches = named.in_bulk([row[0] for row in found])
    offers: dict[str, list[Offer]] = defaultdict(list)
    for batch_id, code in found:
        offers[code].append(_offer(batches[batch_id].coupon, basket, total))
    return offers
