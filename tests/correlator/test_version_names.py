"""What names of versions mean, as images, packages, files and tags are called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlator.version_names import meant, names_of, number_of

WEB = names_of(["shop/web", "web"])


@pytest.mark.parametrize(
    ("text", "texts", "image"),
    [
        ("1.2.3", ("1.2.3",), ""),
        ("refs/tags/v1.2.3", ("v1.2.3",), ""),
        ("web/v1.2.3", ("web/v1.2.3",), ""),
        ("registry.example:5000/shop/web:1.2.3", ("1.2.3",), "web"),
        ("shop/web:1.2.3@sha256:" + "ab" * 32, ("1.2.3",), "web"),
        ("web-1.2.3.jar", ("web-1.2.3",), "web"),
        ("https://repo.example/releases/shop-web-1.2.3.tar.gz", ("shop-web-1.2.3",), "shop-web"),
        ("com.example:web:1.2.3", ("1.2.3",), "web"),
        ("pkg:oci/web@sha256%3A" + "ab" * 32 + "?tag=1.2.3", ("1.2.3",), "web"),
        ("pkg:maven/com.example/web@1.2.3?type=jar", ("1.2.3",), "web"),
        ('"1.2.3"', ("1.2.3",), ""),
    ],
)
def test_the_tag_and_what_is_versioned(text: str, texts: tuple[str, ...], image: str) -> None:
    found = meant(text)
    assert (found.texts, found.image) == (texts, image)


@pytest.mark.parametrize(
    "text",
    [
        "latest", "shop/web:latest", "main", "1.2.3-SNAPSHOT", "web-1.2.3-SNAPSHOT.jar", "stable",
        "sha256:" + "ab" * 32, "shop/web@sha256:" + "ab" * 32, "refs/heads/v1.2.3", "", "two words",
        "1.2.3-4-gabc1234-dirty", "x" * 5000,
    ],
)  # fmt: skip
def test_moving_names_digests_and_prose_mean_nothing(text: str) -> None:
    assert meant(text).texts == meant(text).shas == ()


@pytest.mark.parametrize(
    ("text", "shas"),
    [
        ("1.2.3-14-gabc1234", ("abc1234",)),
        ("main-3f2a91c0-1700000000", ("3f2a91c0",)),
        ("shop/web:sha-1234567", ("1234567",)),
        ("20261122", ()),
        ("1.2.3-20261122.101530", ()),
        ("3F2A91C0", ("3f2a91c0",)),
        ("1" * 40, ("1" * 40,)),
        ("shop/deadbee:1.2.3", ()),
    ],
)
def test_shas_inside_are_told_from_dates_and_counts(text: str, shas: tuple[str, ...]) -> None:
    assert meant(text).shas == shas


@pytest.mark.parametrize(
    "tag",
    [
        "1.2.3", "v1.2.3", "V1.2.3", "web-1.2.3", "release-1.2.3", "releases/v1.2.3", "web/v1.2.3",
        "@shop/web@1.2.3", "web_1_2_3", "REL_1_2_3", "r1.2.3", "rel/web-1.2.3",
    ],
)  # fmt: skip
def test_tags_of_one_number_are_equal(tag: str) -> None:
    assert number_of(tag, WEB) == "1.2.3"


@pytest.mark.parametrize("tag", ["api-1.2.3", "api/v1.2.3", "website-1.2.3", "1.2.3-SNAPSHOT"])
def test_the_number_of_something_else_is_none(tag: str) -> None:
    assert number_of(tag, WEB) == ""


def test_what_follows_the_number_is_part_of_it() -> None:
    assert number_of("v1.2.3-rc1", WEB) == "1.2.3-rc1"
    assert number_of("v1.2.30", WEB) == "1.2.30"


@settings(max_examples=200, deadline=500)
@given(st.text(max_size=400))
def test_any_text_is_read_in_time(text: str) -> None:
    found = meant(text)
    assert all(7 <= len(sha) <= 64 for sha in found.shas)
    number_of(text, WEB)
