import pytest

from tests.cast import Cast
from tests.factories import make_customer
from users.customers import search
from users.customers.models import Customer


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13812344021", "13812344021"),
        ("+86 138 1234 4021", "13812344021"),
        ("0086-138-1234-4021", "13812344021"),
        ("王小明 13812344021", "13812344021"),
        ("１３８１２３４４０２１", "13812344021"),
        ("138****4021", ""),
        ("1381234402", ""),
        ("138123440211", ""),
        ("23812344021", ""),
        ("6-2-502", ""),
    ],
)
def test_a_whole_phone_is_told_from_anything_else(text: str, phone: str) -> None:
    assert search.whole_phone(text) == phone


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("4021", ""),
        ("44021", "44021"),
        ("1234 4021", "12344021"),
        ("6-2-502", ""),
        ("13812344021", ""),
        ("王44021", ""),
    ],
)
def test_five_to_ten_digits_are_part_of_a_phone(text: str, digits: str) -> None:
    assert search.part_of_phone(text) == digits


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812344021", "138****4021"),
        ("王 138 1234 4021", "王 138****4021"),
        ("12344021", "123*4021"),
        ("6-2-502 翠屏", "6-2-502 翠屏"),
        ("南京路1234号 56-7-8901", "南京路1234号 56-7-8901"),
    ],
)
def test_no_phone_is_left_in_what_goes_into_an_address(text: str, shown: str) -> None:
    assert search.without_phones(text) == shown


@pytest.fixture
def known(people: Cast) -> None:
    make_customer(
        name="王小明", phone="13812344021", community=people.cuiping, address="翠屏花园6幢2单元502",
        building="6", unit="2", room="502",
    )  # fmt: skip
    make_customer(name="张伟", phone="15912344021", community=people.jinling, building="6", room="502")
    make_customer(name="Li Lei", phone="13800010204", address="100% Street_1 北门")
    make_customer(name="赵四", phone="18600000001")
    make_customer(name="Mary-Ann", phone="18600000003")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王", {"王小明"}),
        ("小明", {"王小明"}),
        ("li lei", {"Li Lei"}),
        ("LI", {"Li Lei"}),
        ("4021", {"王小明", "张伟"}),
        ("138****4021", {"王小明"}),
        ("１３８＊＊＊＊４０２１", {"王小明"}),
        ("0204", {"Li Lei"}),
        ("0010", {"Li Lei"}),
        ("6-2-502", {"王小明"}),
        ("6-502", {"王小明", "张伟"}),
        ("502", {"王小明", "张伟"}),
        ("6 栋 2 单元 502 室", {"王小明"}),
        ("6幢502", {"王小明", "张伟"}),
        ("翠屏花园 6幢2单元502", {"王小明"}),
        ("金陵名苑 6幢502", {"张伟"}),
        ("六幢二单元502 王", {"王小明"}),
        ("翠屏", {"王小明"}),
        ("翠屏 6-502", {"王小明"}),
        ("金陵名苑", {"张伟"}),
        ("王 4021", {"王小明"}),
        ("张 138****4021", set()),
        ("100%", {"Li Lei"}),
        ("Street_", {"Li Lei"}),
        ("%", {"Li Lei"}),
        ("9999", set()),
        ("'; DROP TABLE users_customer; --", set()),
        ("mary-ann", {"Mary-Ann"}),
        ("", {"王小明", "张伟", "Li Lei", "赵四", "Mary-Ann"}),
    ],
)
def test_a_search_finds_names_doors_places_and_digits(known: None, text: str, names: set[str]) -> None:
    found = Customer.objects.unscoped("tests search").filter(search.condition(text))
    assert set(found.values_list("name", flat=True)) == names
