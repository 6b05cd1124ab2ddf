"""Files of registrations and referrals: written whole, adding up, taken back whole."""

import datetime as dt

import pytest

from communities.models import Assignment, StaffAct
from opsdesk.lib.unreadable import UnreadableFile
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import SHANGHAI, make_customer, make_order
from users.acquisition.models import Referral, Registration, SignupImport
from users.acquisition.signups import actions, queries, undoing
from users.acquisition.signups.actions import NotNow
from users.customers.models import Customer, Tag, Tagging
from users.purchases import actions as purchases
from users.purchases.models import CommunityDay, CustomerDay

pytestmark = pytest.mark.django_db
EVERYBODY = "tests look at everybody"
HEAD = "手机号,注册时间,渠道,小区,姓名,收货地址"


def received(*lines: str, head: str = HEAD, by=None, name: str = "members.csv") -> SignupImport:
    return actions.receive("\n".join((head, *lines)).encode(), name, by, today=TODAY)


def written(*lines: str, head: str = HEAD, by=None) -> SignupImport:
    return actions.commit(received(*lines, head=head, by=by), by, today=TODAY)


def counts(file: SignupImport) -> tuple[int, ...]:
    return file.rows, file.created, file.updated, file.unchanged, file.refused


def codes(file: SignupImport) -> list[str]:
    return [problem.params["code"] for problem in queries.problems_of(file)]


def everybody() -> dict[str, Customer]:
    return {one.phone: one for one in Customer.objects.unscoped(EVERYBODY)}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2018-{text}").replace(tzinfo=SHANGHAI)


def test_nothing_is_written_before_it_is_asked_for(people: Cast) -> None:
    file = received("13900000001,2018-03-01 09:00,地推,翠屏花园,王,1栋1单元101室")
    assert (file.state, counts(file)) == ("ready", (1, 1, 0, 0, 0))
    assert everybody() == {}


def test_newcomers_become_prospects_with_everything_told(people: Cast) -> None:
    file = written("13900000001,2018-03-01 09:00,地推,翠屏花园,王,1栋1单元101室")
    assert (file.state, counts(file)) == ("done", (1, 1, 0, 0, 0))
    one = everybody()["13900000001"]
    assert (one.registered_at, one.channel, one.community, one.name) == (
        at("03-01 09:00"),
        "地推",
        people.cuiping,
        "王",
    )
    assert (one.building, one.unit, one.room, one.phone_grams[0]) == ("1", "1", "101", 1390)
    told = one.registration
    assert (told.at, told.channel, told.made_customer, told.file) == (at("03-01 09:00"), "地推", True, file)


def test_the_earliest_time_holds_and_what_orders_said_stays(people: Cast) -> None:
    known = make_customer(
        phone="13900000001", community=people.jinling, channel="群", registered_at=at("03-05 09:00"), name="王小明"
    )
    file = written("13900000001,2018-03-01,地推,翠屏花园,李,", "13900000001,2018-03-09,群,,,")
    assert counts(file) == (2, 0, 1, 1, 0)
    known.refresh_from_db()
    assert (known.registered_at, known.channel, known.community, known.name) == (
        at("03-01 00:00"), "群", people.jinling, "王小明",
    )  # fmt: skip
    assert known.registration.channel == "地推"
    assert not known.registration.made_customer


def test_the_same_file_twice_changes_nothing(people: Cast) -> None:
    line = "13900000001,2018-03-01,地推,翠屏花园,王,"
    first = written(line)
    again = received(line)
    assert queries.twin(again) == first
    assert counts(actions.commit(again, None, today=TODAY)) == (1, 0, 0, 1, 0)


def test_bad_rows_stay_out_each_with_its_reason(people: Cast) -> None:
    file = written(
        "13900000001,2018-03-01,地推,翠屏花园,王,", "1.39E+10,2018-03-01,,,,", "13900000003,,,,,",
        "13900000004,2018-03-01,,没有的小区,,", "13900000005,2018-03-01,,,,,,多", "13900000006", "",
    )  # fmt: skip
    assert counts(file) == (6, 1, 0, 0, 5)
    assert codes(file) == ["phone_scientific", "time_missing", "unknown_community", "cells_too_many", "cells_too_few"]
    shown = queries.problems_of(file).first()
    assert (shown.line, shown.column) == (3, "手机号")
    assert set(everybody()) == {"13900000001"}


def test_whoever_imports_for_one_community_registers_nobody_elsewhere(people: Cast) -> None:
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.cuiping)
    make_customer(phone="13900000003", community=people.jinling)
    file = written(
        "13900000001,2018-03-01,,翠屏花园,,", "13900000002,2018-03-01,,金陵名苑,,",
        "13900000003,2018-03-01,,翠屏花园,,", "13900000004,2018-03-01,,,,", by=people.newcomer,
    )  # fmt: skip
    assert codes(file) == ["community_not_yours", "community_not_yours", "community_missing"]
    refer = received("13900000001,13900000003", head="推荐人手机号,被推荐人手机号", by=people.newcomer)
    assert codes(refer) == ["referred_unknown"]


def test_a_filled_in_community_takes_the_days_along(people: Cast) -> None:
    known = make_customer(phone="13900000001")
    make_order(customer=known, at="2018-03-06", community_id=None)
    purchases.rebuild()
    file = written("13900000001,2018-03-01,,翠屏花园,,")
    assert set(CustomerDay.objects.values_list("community_id", flat=True)) == {people.cuiping.pk}
    assert set(CommunityDay.objects.values_list("community_id", flat=True)) == {people.cuiping.pk}
    undoing.take_back(file, None)
    assert set(CustomerDay.objects.values_list("community_id", flat=True)) == {0}
    assert set(CommunityDay.objects.values_list("community_id", flat=True)) == {0}
    assert purchases.rebuild().differing == 0


# -- Referrals ---------------------------------------------------------------------------------------------------------

BROUGHT = "推荐人手机号,被推荐人手机号,推荐时间"


@pytest.fixture
def three(people: Cast) -> list[Customer]:
    return [make_customer(phone=f"1390000000{n}", community=people.cuiping) for n in (1, 2, 3)]


def test_referrals_are_kept_and_refused_with_their_reasons(three: list[Customer]) -> None:
    file = written(
        "13900000001,13900000002,2018-03-01", "13900000002,13900000003,", "13900000001,13900000002,2018-03-01",
        "13900000003,13900000001,", "13900000001,13900000001,", "13900000001,13900000003,", "13999999999,13900000001,",
        "13900000001,13999999999,", "138****0001,13900000002,", head=BROUGHT,
    )  # fmt: skip
    assert file.kind == "referrals"
    assert counts(file) == (9, 2, 0, 1, 6)
    assert codes(file) == [
        "circle", "self_referral", "brought_by_another", "referrer_unknown", "referred_unknown", "phone_masked",
    ]  # fmt: skip
    assert set(Referral.objects.values_list("referrer_id", "referred_id")) == {
        (three[0].pk, three[1].pk), (three[1].pk, three[2].pk),
    }  # fmt: skip


def test_referrals_are_taken_back_and_earlier_times_restored(three: list[Customer]) -> None:
    first = written("13900000001,13900000002,2018-03-05", head=BROUGHT)
    second = written("13900000001,13900000002,2018-03-01", "13900000002,13900000003,", head=BROUGHT)
    assert Referral.objects.get(pk=three[1].pk).at == at("03-01")
    assert undoing.take_back(second, None).referrals == 1
    assert Referral.objects.get().at == at("03-05")
    undoing.take_back(first, None)
    assert not Referral.objects.exists()


# -- Taking back -------------------------------------------------------------------------------------------------------


def test_taken_back_a_file_leaves_nothing_and_restores_what_it_changed(people: Cast) -> None:
    known = make_customer(phone="13900000002", community=people.cuiping, registered_at=at("03-05"), name="")
    file = written("13900000001,2018-03-01,地推,翠屏花园,,", "13900000002,2018-03-01,地推,,王,")
    done = undoing.take_back(file, None)
    assert (done.gone, done.restored, done.stays) == (1, 1, ())
    assert set(everybody()) == {"13900000002"}
    known.refresh_from_db()
    assert (known.registered_at, known.name, known.channel) == (at("03-05"), "", "")
    assert not Registration.objects.exists()
    assert SignupImport.objects.get().state == "undone"
    with pytest.raises(NotNow):
        undoing.take_back(file, None)


def test_who_was_used_since_stays_and_is_told(people: Cast) -> None:
    file = written(*(f"1390000000{n},2018-03-01,地推,翠屏花园,," for n in range(4)))
    ordered, tagged, referrer, _nothing = everybody().values()
    make_order(customer=ordered, at="2018-03-06")
    Tagging.objects.create(customer=tagged, tag=Tag.objects.create(name="好"), hand=Tagging.Hand.SET)
    other = SignupImport.objects.create(kind="referrals", name="x", digest="")
    Referral.objects.create(referred=make_customer(), referrer=referrer, file=other)
    done = undoing.take_back(file, None)
    assert done.gone == 1
    assert set(done.stays) == {ordered.pk, tagged.pk, referrer.pk}


def test_a_later_file_keeps_its_word_when_the_first_is_taken_back(people: Cast) -> None:
    first = written("13900000001,2018-03-05,群,翠屏花园,,")
    second = written("13900000001,2018-03-01,地推,翠屏花园,,")
    undoing.take_back(second, None)
    assert Registration.objects.get().file == first
    assert everybody()["13900000001"].registered_at == at("03-05")
    undoing.take_back(first, None)
    assert everybody() == {}


def test_every_deed_is_in_the_trail_without_a_phone(people: Cast) -> None:
    file = actions.receive(f"{HEAD}\n13900000001,2018-03-01,,,,".encode(), "members.csv", people.manager, today=TODAY)
    actions.commit(file, people.manager, today=TODAY)
    undoing.take_back(file, people.manager)
    acts = StaffAct.objects.filter(thing="signups").order_by("id")
    assert [act.verb for act in acts] == ["upload", "commit", "undo"]
    assert "13900000001" not in str([act.detail for act in acts])


# -- Files that are none -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), ("手机号,注册时间".encode(), "header_only"), (b"13900000001,2018-03-01\n", "no_header"),
        (b"PK\x03\x04broken", None), ("手机号,手机号\n1,2".encode(), "headers_twice"), (b"\0\0\0\0", None),
        ('手机号,注册时间\n"13900000001,2018'.encode(), "quote_unclosed"), (b"\x89PNG\r\n\x1a\n0000", None),
        (b"%PDF-1.4 x", "not_a_table"), (b"\x1f\x8b\x08\x00broken", "gzip_damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_whole_with_a_sentence(people: Cast, content: bytes, code: str | None) -> None:
    with pytest.raises(UnreadableFile) as refused:
        actions.receive(content, "x.csv", None, today=TODAY)
    assert code in (None, refused.value.code)
    assert not SignupImport.objects.exists()


def test_a_file_with_unknown_columns_waits_for_them_to_be_chosen(people: Cast) -> None:
    file = received("13900000001,2018-03-01,x", head="号,何时,别的")
    assert (file.state, counts(file)) == ("ready", (0, 0, 0, 0, 0))
    with pytest.raises(NotNow):
        actions.commit(file, None, today=TODAY)
    file = actions.remap(file, {"phone": "号", "registered_at": "何时"}, "", today=TODAY)
    assert counts(file) == (1, 1, 0, 0, 0)


def test_an_ambiguous_day_is_settled_by_saying_which_comes_first(people: Cast) -> None:
    file = received("13900000001,1/3/2018,,,,")
    assert codes(file) == ["date_ambiguous"]
    file = actions.remap(file, file.mapping["columns"], "dmy", today=TODAY)
    actions.commit(file, None, today=TODAY)
    assert everybody()["13900000001"].registered_at == at("03-01")


def test_too_many_rows_are_refused_before_any_is_written(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("users.acquisition.signups.reading.MOST_ROWS", 2)
    with pytest.raises(UnreadableFile) as refused:
        received(*(f"1390000000{n},2018-03-01,,,," for n in range(3)))
    assert refused.value.code == "too_many_rows"


def test_a_file_let_go_cannot_be_written(people: Cast) -> None:
    file = actions.let_go(received("13900000001,2018-03-01,,,,"), None)
    assert (file.state, file.content) == ("let_go", None)
    with pytest.raises(NotNow):
        actions.commit(file, None, today=TODAY)
