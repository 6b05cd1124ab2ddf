"""Names of people who do not exist, and telephone numbers that nobody was given."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红鹏飞宇婷雪梅浩然子轩梓涵欣怡雨桐佳琪思远晨曦俊峰志强建国"
    "海燕晓东春花秋月文博嘉豪诗雅若曦一诺可馨依然景行云舟望舒知夏南星书瑶清禾守仁德福宝根小满立冬"
)
# A long name, four-byte characters of GB18030, a middle dot: what a form field meets sooner or later.
UNUSUAL_NAMES = ("阿卜杜热西提·阿卜杜拉", "陈㙍", "李𠮷祥", "欧阳青芸", "迪丽努尔·买买提江", "王䶮")

# Prefixes given to nobody in the ministry's table of mobile prefixes (state of March 2023): never a real person's.
PREFIXES = ("154", "160", "163", "164", "168", "169", "179", "194")

_SURNAME_WEIGHTS = list(accumulate(60 // (rank + 4) + 1 for rank in range(len(SURNAMES))))


def person(rng: Random) -> str:
    surname = rng.choices(SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]
    if rng.random() < 0.004:
        surname = rng.choice(COMPOUND_SURNAMES)
    return surname + "".join(rng.choice(GIVEN) for _ in range(2 if rng.random() < 0.8 else 1))


def phones(rng: Random) -> Iterator[str]:
    """Eleven digits each, never the same twice."""
    given: set[str] = set()
    while True:
        phone = f"{rng.choice(PREFIXES)}{rng.randrange(10**8):08d}"
        if phone not in given:
            given.add(phone)
            yield phone
