"""Imports for tests: exports written as text, taken through the real jobs to their end."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from users.imports import actions
from users.imports.models import ImportFile

TODAY = dt.date(2018, 5, 7)
HANDLERS = {
    actions.CHECK: actions.check_file,
    actions.COMMIT: actions.commit_file,
    actions.UNDO: actions.undo_file,
}
HEAD = "订单号,手机号,姓名,下单时间,收货地址,小区,商品,商品分类,数量,实付金额,订单状态,退款金额,渠道"
PHONE = "13800138000"


def row(number: str = "A1", phone: str = PHONE, **cells: str) -> str:
    """One row of an export; cells by field: name, at, address, community, product, category, quantity, amount, status,
    refund, channel."""
    told = {
        "name": "王小明", "at": "2018-05-01 08:30:00", "address": "", "community": "翠屏花园", "product": "青菜",
        "category": "叶菜", "quantity": "1", "amount": "10.00", "status": "已完成", "refund": "", "channel": "",
    } | cells  # fmt: skip
    return ",".join([number, phone, *told.values()])


def export(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def checked(content: bytes, source: str = "app", today: dt.date = TODAY, **options: Any) -> ImportFile:
    """Uploaded and checked. Unknown communities are created unless the options say otherwise."""
    chosen = {"create_communities": True} | options
    file = actions.receive(io.BytesIO(content), "orders.csv", source, None, today=today, options=chosen)
    return worked(file)


def imported(content: bytes | Iterable[str], source: str = "app", today: dt.date = TODAY, **options: Any) -> ImportFile:
    content = content if isinstance(content, bytes) else export(*content)
    file = checked(content, source, today, **options)
    assert file.state == ImportFile.State.READY, file.refusal
    return committed(file)


def committed(file: ImportFile, **payload: Any) -> ImportFile:
    actions.queue_commit(file, None, **payload)
    return worked(file)


def undone(file: ImportFile) -> ImportFile:
    file.refresh_from_db()
    actions.queue_undo(file, None, today=dt.datetime.now(tz=dt.UTC).date())
    return worked(file)


def worked(file: ImportFile) -> ImportFile:
    """The file after its job has come to its end; a job that failed says why."""
    file.refresh_from_db()
    runs.work(HANDLERS, file.job_id)
    job = Job.objects.get(pk=file.job_id)
    assert job.state == Job.State.DONE, job.error
    file.refresh_from_db()
    return file


ORDERS = """
SELECT s.name, o.number, c.phone, p.name, o.placed_at, o.day, o.delivery_day, o.state, o.counted, o.gross, o.discount,
       o.paid, o.refunded, o.refund_told, o.net, o.service_amount, o.amount_known, o.channel, o.coupon_code, o.name,
       o.address, o.address_key, o.fingerprint, o.refund_fingerprint,
       ARRAY(SELECT (g.name, k.name, l.quantity, l.amount, l.is_refund)::text
               FROM users_orderline l LEFT JOIN users_product g ON g.id = l.product_id
               LEFT JOIN users_category k ON k.id = l.category_id WHERE l.order_id = o.id ORDER BY 1)
  FROM users_order o JOIN users_source s ON s.id = o.source_id JOIN users_customer c ON c.id = o.customer_id
  LEFT JOIN communities_community p ON p.id = o.community_id ORDER BY 1, 2, 3
"""
CUSTOMERS = """
SELECT c.phone, c.phone_grams, c.name, p.name, c.address, c.building, c.unit, c.room, c.channel, c.registered_at
  FROM users_customer c LEFT JOIN communities_community p ON p.id = c.community_id ORDER BY 1
"""
GOODS = "SELECT g.name, k.name FROM users_product g LEFT JOIN users_category k ON k.id = g.category_id ORDER BY 1"
PLACES = "SELECT name, code FROM communities_community ORDER BY 1"
DAYS = """
SELECT p.name, c.phone, d.day, d.orders, d.gross, d.discount, d.net, d.starts_purchase
  FROM users_customerday d JOIN users_customer c ON c.id = d.customer_id
  LEFT JOIN communities_community p ON p.id = d.community_id ORDER BY 1, 2, 3
"""
ROLLUPS = """
SELECT p.name, d.day, d.orders, d.net, d.payers FROM users_communityday d
  LEFT JOIN communities_community p ON p.id = d.community_id ORDER BY 1, 2
"""
EVERYTHING = (ORDERS, CUSTOMERS, GOODS, PLACES, DAYS, ROLLUPS)


def world() -> list[list[tuple[Any, ...]]]:
    """Everything imports write, without the ids that chance gives."""
    return [sql.rows(text) for text in EVERYTHING]


def staging_tables() -> list[str]:
    found = sql.rows("SELECT tablename::text FROM pg_tables WHERE schemaname = 'staging' ORDER BY 1")
    return [name for (name,) in found]


def clear_staging() -> None:
    """For tests that are not rolled back: emptying the database after them leaves this schema as it is."""
    for name in staging_tables():
        sql.run(f'DROP TABLE IF EXISTS staging."{name}" CASCADE')
