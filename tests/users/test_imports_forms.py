"""What staff may choose on the import pages, and what becomes of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from tests import cast
from users.imports.columns import Mapping
from users.imports.inspection import Inspection
from users.imports.pages.forms import CommunitiesForm, OptionsForm, SaveMappingForm, TeachForm, UploadForm

HEADERS = ["电话", "下单时间", "备注", "状态"]
SEEN = Mapping(
    columns={"phone": "电话", "ordered_at": "下单时间"}, status_words={"旧词": "paid"}, refund_prefixes=["C"]
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def inspection(mapping: Mapping = SEEN) -> Inspection:
    return Inspection(
        kind="csv", name="orders.csv", size=100, encoding="gb18030", delimiter=",", header_line=1, headers=HEADERS,
        mapping=mapping, ambiguous={}, unmapped=[], missing=[], sample=[], notices=[], questions={},
    )  # fmt: skip


def chosen(words: tuple[str, ...] = (), **data: str) -> OptionsForm:
    told = {
        "encoding": "gb18030", "delimiter": ",", "source": "app", "refund_prefixes": "C",
        "column-phone": "电话", "column-ordered_at": "下单时间",
    }  # fmt: skip
    form = OptionsForm(
        told | {key.replace("__", "-"): value for key, value in data.items()}, headers=HEADERS, words=words
    )
    assert form.is_valid(), form.errors
    return form


def uploaded(content: bytes = b"a", source: str = "app") -> UploadForm:
    return UploadForm({"source": source}, {"file": SimpleUploadedFile("orders.csv", content)})


# -- Upload --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_and_where_it_comes_from_are_all_that_is_needed() -> None:
    form = uploaded(source="  APP\u200b 后台 ")
    assert form.is_valid()
    assert form.cleaned_data["source"] == "APP 后台"
    assert form.options() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "source", "field"), [(b"", "app", "file"), (b"a", "\u200b \u200b", "source")])
def test_an_empty_file_and_an_invisible_source_are_refused(content: bytes, source: str, field: str) -> None:
    form = uploaded(content, source)
    assert list(form.errors) == [field]


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused_with_both_sizes(settings) -> None:
    settings.IMPORT_MAX_UPLOAD = 2048
    form = uploaded(b"x" * 4096)
    [error] = form.errors["file"]
    assert error.replace("\xa0", " ") == "The file has 4.0 KB; at most 2.0 KB are taken here."


# -- How a file is read --------------------------------------------------------------------------------------------


def test_nothing_chosen_anew_changes_nothing_of_the_reading() -> None:
    assert chosen().changes(inspection(), {}) == {"source": "app", "drop_identical": False}


def test_another_column_for_a_field_is_a_mapping_of_ones_own() -> None:
    changes = chosen(**{"column__name": "备注"}).changes(inspection(), {"mapping_name": "weekly"})
    assert changes["mapping"].columns == {"phone": "电话", "ordered_at": "下单时间", "name": "备注"}
    assert changes["mapping_name"] == ""


def test_a_column_that_moves_to_another_field_leaves_the_one_it_had() -> None:
    changes = chosen(**{"column__registered_at": "下单时间"}).changes(inspection(), {})
    assert changes["mapping"].columns == {"phone": "电话", "registered_at": "下单时间"}


def test_in_another_encoding_the_columns_are_recognised_anew() -> None:
    changes = chosen(encoding="big5", **{"column__name": "备注"}).changes(inspection(), {})
    assert (changes["encoding"], changes["mapping"]) == ("big5", None)


def test_a_forced_encoding_is_not_forced_again() -> None:
    assert "encoding" not in chosen(encoding="big5").changes(inspection(), {"encoding": "big5"})


def test_words_taught_stay_and_new_ones_join_them() -> None:
    changes = chosen(words=("待揽收", "作死"), **{"word__0": "paid", "word__1": ""}).changes(inspection(), {})
    assert changes["mapping"].status_words == {"旧词": "paid", "待揽收": "paid"}


def test_how_refunds_are_numbered_is_a_list_of_beginnings() -> None:
    assert chosen(refund_prefixes=" TK  RF ").changes(inspection(), {})["mapping"].refund_prefixes == ["TK", "RF"]


def test_a_column_that_the_file_does_not_have_cannot_be_chosen() -> None:
    form = OptionsForm({"source": "app", "column-phone": "手机"}, headers=HEADERS)
    assert "column-phone" in form.errors


# -- Communities, mappings, addresses ------------------------------------------------------------------------------


def test_unknown_communities_are_mapped_created_or_left_out(people: cast.Cast) -> None:
    data = {"community-0": people.cuiping.code, "community-1": "create", "community-2": ""}
    form = CommunitiesForm(data, names=["翠屏老区", "月光水岸", "看不懂"], communities=[people.cuiping])
    assert form.is_valid()
    assert form.choices() == {"翠屏老区": "cuiping", "月光水岸": "create"}


def test_a_community_that_does_not_exist_cannot_be_meant(people: cast.Cast) -> None:
    form = CommunitiesForm({"community-0": "nowhere"}, names=["月光水岸"], communities=[people.cuiping])
    assert not form.is_valid()


@pytest.mark.parametrize(("name", "valid"), [("weekly", True), ("  ", False), ("x" * 41, False)])
def test_a_mapping_is_saved_under_a_name(name: str, valid: bool) -> None:
    assert SaveMappingForm({"name": name}).is_valid() is valid


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{building}弄{unit}号{room}", ""),
        ("{building}弄{unit}号", "The template must have {building} and {room}."),
        ("{building}{room}", "Something must stand between two places, or they cannot be told apart."),
        ("{building}弄{floor}", "Use {building}, {unit} and {room}, each at most once, within 60 characters."),
    ],
)
def test_a_way_of_writing_must_tell_its_places_apart(people: cast.Cast, template: str, complaint: str) -> None:
    form = TeachForm({"place": "cuiping", "template": template}, communities=[people.cuiping])
    assert form.errors.get("template", []) == ([complaint] if complaint else [])


def test_a_community_out_of_reach_cannot_be_taught(people: cast.Cast) -> None:
    form = TeachForm({"place": "jinling", "template": "{building}-{room}"}, communities=[people.cuiping])
    assert "place" in form.errors
