"""A made-up export of any size for benchmarks: twelve columns in GB18030, about one row in a hundred dirty."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HEADER = "订单编号,手机号,姓名,下单时间,收货地址,小区,商品,商品分类,数量,实付金额,订单状态,渠道"
CATEGORIES = ("叶菜", "水果", "肉品", "蛋奶", "海鲜", "粮油", "速食", "日用")
CHANNELS = ("地推", "老带新", "活动", "群", "自然")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
PLACES = tuple(f"{name}{number}村" for name in ("翠屏", "金陵", "河西", "仙林", "月牙湖") for number in range(1, 21))
START = datetime(2026, 1, 1, 6)  # noqa: DTZ001 - wall-clock time, as exports write it
LINES_AN_ORDER = (1, 1, 2, 2, 3, 4, 5)
ORDERS_A_CUSTOMER = 4
BLOCK = 20_000

SPOILT_PHONES = ("1.38E+10", "138****8000", "", "1380013800", "025-84400000")
ODD_MOMENTS = ("%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M")


def write(path: Path, lines: int, seed: int = 1) -> int:
    """Write at least `lines` rows, whole orders only; how many they are. The same arguments give the same bytes."""
    written = 0
    with path.open("w", encoding="gb18030", newline="") as out:
        out.write(HEADER + "\r\n")
        for block in _blocks(lines, seed):
            out.write("\r\n".join(block) + "\r\n")
            written += len(block)
    return written


def _blocks(lines: int, seed: int) -> Iterator[list[str]]:
    rng = Random(seed)
    customers = max(lines * 2 // 5 // ORDERS_A_CUSTOMER, 1)
    block: list[str] = []
    done = number = 0
    while done + len(block) < lines:
        block.extend(_order(rng, number, customers, lines))
        number += 1
        if len(block) >= BLOCK:
            yield block
            done, block = done + len(block), []
    if block:
        yield block


def _order(rng: Random, number: int, customers: int, lines: int) -> list[str]:
    """Orders come by time, spread over half a year; a customer's own facts follow from the customer's number."""
    who = rng.randrange(customers)
    moment = START + timedelta(seconds=number * 180 * 86_400 // (lines * 2 // 5 + 1))
    head = f"B{number:09d},{_phone(rng, who)},{_name(who)},{_moment(rng, moment)},{_address(who)},{PLACES[who % 100]}"
    tail = f"已完成,{CHANNELS[who % 5]}"
    return [f"{head},{_goods(rng)},{tail}" for _ in range(rng.choice(LINES_AN_ORDER))]


def _phone(rng: Random, who: int) -> str:
    phone = f"154{who:08d}"
    dirt = rng.random()
    if dirt < 0.005:
        return rng.choice(SPOILT_PHONES)
    return f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}" if dirt < 0.01 else phone


def _moment(rng: Random, moment: datetime) -> str:
    return moment.strftime(rng.choice(ODD_MOMENTS)) if rng.random() < 0.01 else str(moment)


def _name(who: int) -> str:
    return SURNAMES[who % 20] + GIVEN[who // 20 % 20] + GIVEN[who // 400 % 20]


def _address(who: int) -> str:
    return f"{PLACES[who % 100]}{who // 100 % 40 + 1}栋{who // 4000 % 4 + 1}单元{who // 16000 % 30 + 1}0{who % 4 + 1}室"


def _goods(rng: Random) -> str:
    kind = rng.randrange(400)
    fen = 290 + kind * 17 % 6000
    money = f"{fen // 100}.{fen % 100:02d}"
    return (
        f"商品{kind:03d},{CATEGORIES[kind % 8]},{rng.randint(1, 3)},{'￥' + money if rng.random() < 0.005 else money}"
    )
