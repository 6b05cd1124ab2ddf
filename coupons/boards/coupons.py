"""The pages of templates: all of them with their ladder, and one with its batches, its uses and a calculator."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS, EXPORT, SEE_COUPONS
from communities.scoping import Scope
from coupons.batches.models import Batch
from coupons.boards import ladder
from coupons.definitions import queries, rules, words
from coupons.definitions.forms import TryForm
from coupons.definitions.models import Coupon
from coupons.grants.models import Grant
from coupons.grants.rules import REFUSALS
from opsdesk.lib import exports
from users.boards.places import counted_places

BATCHES = 20
HEAD = (
    "code", "name", "kind", "terms", "threshold_yuan", "most_off_yuan", "discount_share", "categories", "validity",
    "per_customer", "public", "strategies", "batches", "issued", "open", "used", "expired", "void", "retired",
)  # fmt: skip


@dataclass(frozen=True)
class Fates:
    """What became of coupons: issued = open + used + expired + void. `discount`: fen that the used ones took off."""

    open: int = 0
    used: int = 0
    expired: int = 0
    void: int = 0
    discount: int = 0

    @property
    def issued(self) -> int:
        return self.open + self.used + self.expired + self.void

    @property
    def gone(self) -> int:
        return self.expired + self.void

    @property
    def use_rate(self) -> float | None:
        return self.used / self.issued if self.issued else None


@dataclass(frozen=True)
class Row:
    """A template with its words and what became of its coupons within reach."""

    coupon: Coupon
    fates: Fates
    batches: int

    @property
    def terms(self) -> str:
        return words.terms(self.coupon)

    @property
    def validity(self) -> str:
        return words.validity(self.coupon)


@desk_page(SEE_COUPONS)
def coupons(request: DeskRequest) -> HttpResponse:
    """`?show=all` lists those out of use as well; the ladder holds what may be given today."""
    today, everything = timezone.localdate(), request.GET.get("show") == "all"
    found = list(queries.templates())
    usable = [one for one in found if one.retired_at is None and not (one.valid_to and one.valid_to < today)]
    typical = queries.typical_basket(today, counted_places(request.desk, SEE_COUPONS))
    shown = found if everything else [one for one in found if one.retired_at is None]
    context = {
        "rows": rows(request.desk, shown),
        "rungs": ladder.rungs(usable, typical),
        "typical": typical,
        "everything": everything,
        "retired": sum(one.retired_at is not None for one in found),
        "may_draft": request.desk.may(DRAFT_COUPONS),
        "may_export": request.desk.may(EXPORT),
    }
    return render(request, "coupons/definitions/list.html", context)


@desk_page(EXPORT)
def coupons_csv(request: DeskRequest) -> HttpResponseBase:
    """Every template, those out of use too, as the page shows them."""
    listed = rows(request.desk, list(queries.templates())) if request.desk.may(SEE_COUPONS) else []
    written = exports.write(exports.CSV, HEAD, _lines(listed), _mark(request.desk))
    return exports.answer(written, exports.CSV, "coupons")


@desk_page(SEE_COUPONS)
def coupon(request: DeskRequest, coupon_id: int) -> HttpResponse:
    found = get_object_or_404(queries.templates(), pk=coupon_id)
    terms = queries.terms_of(found)
    typical = queries.typical_basket(timezone.localdate(), counted_places(request.desk, SEE_COUPONS))
    batches = list(Batch.objects.filter(coupon=found).order_by("-id")[:BATCHES])
    by_batch = fates(_granted(request.desk.scope).filter(batch__in=batches), "batch_id")
    [row] = rows(request.desk, [found])
    context = {
        "coupon": found,
        "row": row,
        "batches": [(batch, by_batch.get(batch.pk, Fates())) for batch in batches],
        "goods": words.goods(found),
        "ways": ladder.ways_to([found.pk])[found.pk],
        "share": rules.discount_share(terms, typical),
        "doubts": [_(doubt.message) % doubt.params for _field, doubt in rules.doubts(terms, typical)],
        "typical": typical,
        "tried": _tried(request, found, terms),
        "may_draft": request.desk.may(DRAFT_COUPONS),
    }
    return render(request, "coupons/definitions/coupon.html", context)


def rows(desk: Desk, listed: list[Coupon]) -> list[Row]:
    """In their order; two queries for all of them."""
    counted = fates(_granted(desk.scope).filter(batch__coupon__in=listed), "batch__coupon")
    named = Batch.objects.filter(coupon__in=listed).order_by().values("coupon").annotate(n=Count("id"))
    batches = dict(named.values_list("coupon", "n"))
    return [Row(one, counted.get(one.pk, Fates()), batches.get(one.pk, 0)) for one in listed]


def _granted(scope: Scope) -> QuerySet[Grant]:
    """Coupons in the hands of customers within reach, as they were at issue."""
    return Grant.objects.filter(scope.condition()).order_by()


def fates(granted: QuerySet[Grant], by: str) -> dict[int, Fates]:
    """Counted by a column of the grant (index batch, state)."""
    states = {state: Count("id", filter=Q(state=state)) for state in Grant.State.values}
    counted = granted.values(by).annotate(**states, off=Sum("discount")).values_list(by, *states, "off")
    return {row[0]: Fates(**dict(zip(states, row[1:-1], strict=True)), discount=row[-1] or 0) for row in counted}


def _tried(request: DeskRequest, found: Coupon, terms: rules.Terms) -> dict[str, Any]:
    """The calculator: the form, and once a sum is typed what the order would get, or why nothing."""
    form = TryForm(request.GET if "sum" in request.GET else None, initial={"sum": max(found.threshold, 0) or None})
    basket = form.basket(found)
    if basket is None:
        return {"form": form}
    off, why = rules.worth(terms, basket), rules.why_not(terms, basket)
    paid = basket.lines[0].amount - off
    return {"form": form, "asked": True, "off": off, "pays": paid, "why": _(REFUSALS[why]) if why else ""}


def _lines(listed: Iterable[Row]) -> Iterator[list[Any]]:
    found = list(listed)
    ways = ladder.ways_to(row.coupon.pk for row in found)
    for row in found:
        one, counted = row.coupon, row.fates
        share = rules.discount_share(queries.terms_of(one))
        yield [
            one.code, one.name, one.kind, row.terms, _yuan(one.threshold), _yuan(one.most_off),
            None if share is None else Decimal(f"{share:.4f}"), " ".join(sorted(c.name for c in one.categories.all())),
            row.validity, one.per_customer, "yes" if one.is_public else "no",
            " / ".join(way.name for way in ways[one.pk]), row.batches, counted.issued, counted.open, counted.used,
            counted.expired, counted.void, timezone.localdate(one.retired_at) if one.retired_at else None,
        ]  # fmt: skip


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _mark(desk: Desk) -> str:
    return f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
