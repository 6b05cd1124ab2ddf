"""What the rows of an order come to: its state and its money. The import's SQL is held to this definition (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

PAID, UNPAID, CANCELLED, REFUNDED, WAITING = "paid", "unpaid", "cancelled", "refunded", "waiting"


@dataclass(frozen=True)
class SaleRow:
    """One sold line. Fen; None where the export does not say. `status` is the line's own, as most exports repeat it."""

    amount: int | None
    status: str = PAID
    gross: int | None = None
    discount: int | None = None
    refund: int | None = None

    @property
    def full(self) -> int:
        """Before discount."""
        if self.gross is not None:
            return self.gross
        return 0 if self.amount is None else self.amount + (self.discount or 0)

    @property
    def taken_off(self) -> int:
        if self.discount is not None:
            return self.discount
        return max(self.gross - self.amount, 0) if self.gross is not None and self.amount is not None else 0

    @property
    def given_back(self) -> int:
        """By its refund column; all of it when the line itself was cancelled, refunded or never paid."""
        column = self.refund or 0
        return column if self.status == PAID else max(self.amount or 0, column)


@dataclass(frozen=True)
class Told:
    """What the sale rows of an order say together. `refund` is the part of its refunds that they tell."""

    state: str
    gross: int
    discount: int
    paid: int
    refund: int
    amount_known: bool


@dataclass(frozen=True)
class Money:
    state: str
    refunded: int
    net: int

    @property
    def counted(self) -> bool:
        return self.state == PAID


def told(rows: Sequence[SaleRow]) -> Told:
    """An order whose rows do not all share one fate is a paid one; its other rows are money given back."""
    state = _state([row.status for row in rows])
    by_column = sum(row.refund or 0 for row in rows)
    return Told(
        state=state,
        gross=sum(row.full for row in rows),
        discount=sum(row.taken_off for row in rows),
        paid=sum(row.amount or 0 for row in rows),
        refund=by_column if state in (UNPAID, CANCELLED) else sum(row.given_back for row in rows),
        amount_known=all(row.amount is not None for row in rows),
    )


def _state(statuses: Sequence[str]) -> str:
    if PAID in statuses:
        return PAID
    if set(statuses) == {UNPAID}:
        return UNPAID
    return CANCELLED if CANCELLED in statuses else REFUNDED


def money(sales: Told | None, back: int) -> Money:
    """What becomes of an order: `sales` of the latest file with its sale rows, `back` (fen, positive) of the latest
    file with refund rows for it. Without any sale row the refund waits for its order.
    """
    if sales is None:
        return Money(WAITING, back, 0)
    gone = sales.refund + back
    in_full = 0 < gone >= sales.paid and (sales.amount_known or sales.paid > 0)
    state = REFUNDED if sales.state == PAID and in_full else sales.state
    refunded = min(sales.paid, gone)
    return Money(state, refunded, sales.paid - refunded if state == PAID else 0)
