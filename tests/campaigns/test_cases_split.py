"""The split of a fall: its parts add up exactly, and who fell more than its size explains comes first."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.cases import split
from campaigns.cases.split import Count, Pair

counts = st.integers(0, 60).flatmap(lambda n: st.integers(0, n).map(lambda back: Count(n, back)))
pairs = st.builds(Pair, counts, counts)
worlds = st.dictionaries(st.sampled_from("abcdef"), pairs, min_size=1).filter(
    lambda found: split.whole_of(found.values()).now.n and split.whole_of(found.values()).base.n
)


@given(worlds)
def test_rate_and_mix_of_all_parts_add_up_to_the_difference_exactly(world):
    whole = split.whole_of(world.values())
    parts = split.parts_of(world, whole)
    assert sum(part.total for part in parts) == whole.difference
    assert sum(part.excess for part in parts) == 0


@given(worlds, st.sampled_from("abcdef"))
def test_a_basket_and_those_without_it_add_up_too(world, key):
    whole = split.whole_of(world.values())
    had = world.get(key, Pair(Count(), Count()))
    assert sum(part.total for part in split.basket(had, whole, key)) == whole.difference


def test_the_same_rates_in_another_mix_are_all_mix():
    world = {"push": Pair(Count(80, 8), Count(20, 2)), "friend": Pair(Count(20, 10), Count(80, 40))}
    whole = split.whole_of(world.values())
    parts = split.parts_of(world, whole)
    assert [float(part.rate) for part in parts] == [0, 0]
    assert float(sum(part.mix for part in parts)) == float(whole.difference) < 0


def test_the_same_mix_with_one_rate_fallen_is_all_rate_and_names_that_part():
    world = {"meat": Pair(Count(50, 20), Count(100, 40)), "leaf": Pair(Count(50, 2), Count(100, 40))}
    whole = split.whole_of(world.values())
    parts = split.parts_of(world, whole)
    assert [part.key for part in parts] == ["leaf", "meat"]
    assert (float(parts[0].rate), float(parts[0].mix)) == (-0.18, 0)
    assert parts[0].missing == 18
    [leaf] = split.suspects({"category": parts}, whole)
    assert (leaf.key, leaf.share, leaf.size, leaf.n) == ("leaf", 1, 0.5, 50)


def test_a_part_with_everybody_in_it_is_no_suspect():
    world = {"only": Pair(Count(100, 10), Count(800, 300))}
    whole = split.whole_of(world.values())
    assert split.suspects({"station": split.parts_of(world, whole)}, whole) == []


def test_a_handful_of_people_is_no_suspect_and_those_without_the_goods_are_none():
    world = {"few": Pair(Count(4, 0), Count(40, 20)), "many": Pair(Count(96, 40), Count(960, 480))}
    whole = split.whole_of(world.values())
    assert split.suspects({"station": split.parts_of(world, whole)}, whole) == []
    rest = split.basket(Pair(Count(50, 40), Count(500, 260)), Pair(Count(100, 42), Count(1000, 500)), "meat")
    assert split.suspects({"goods": rest}, Pair(Count(100, 42), Count(1000, 500))) == []


def test_a_part_that_the_base_does_not_know_is_held_against_everybodys_usual_rate():
    world = {"new": Pair(Count(10, 0), Count()), "old": Pair(Count(90, 36), Count(900, 360))}
    parts = {part.key: part for part in split.parts_of(world, split.whole_of(world.values()))}
    assert (float(parts["new"].rate), float(parts["new"].mix)) == (-0.04, 0)
