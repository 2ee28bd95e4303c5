"""What a reader could take wrongly is said in words: open, dropped, reopened, live."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi
from tests.web.fake_journey import DAY_S, at

pytestmark = pytest.mark.browser
OLD = "/v1/items/SHIP-7/journey"
PAGE = "/journey?key=SHIP-7"
RELEASED = "/v1/items/SHOP-412/journey"


def test_live_code_with_an_open_ticket_is_told_as_both(visit: Open, fake: FakeApi) -> None:
    fake.answers[OLD] = fake.answers[OLD] | {
        "grade": "B",
        "idea_at": "2025-12-20T09:00:00Z",
        "first_released_at": "2025-12-31T09:00:00Z",
        "released_at": "2025-12-31T09:00:00Z",
        "idea_to_release_s": 11 * DAY_S,
    }

    page = visit(PAGE)

    assert text(page, ".answer").startswith(
        "It was live after 11 days, on 31 Dec 2025, but its ticket is not closed: it stands in"
    )
    assert "20 Dec to 31 Dec 2025" in text(page, ".figs")


def test_an_item_that_nobody_began_is_not_called_unknown(visit: Open, fake: FakeApi) -> None:
    fake.answers[OLD] = fake.answers[OLD] | {
        "grade": "B",
        "reasons": [],
        "stage": "Ideas",
        "committed_at": None,
        "age_s": None,
        "waiting_s": 0,
        "longest_wait": None,
    }

    page = visit(PAGE)

    assert text(page, ".answer") == "Work on it has not begun: it stands in Ideas."
    assert "Age not started Waiting none counted" in text(page, ".figs")
    assert "full history" in text(page, ".env")


def test_a_second_delivery_says_from_when_its_figures_count(visit: Open, fake: FakeApi) -> None:
    fake.answers[RELEASED] = fake.answers[RELEASED] | {"episode": 2}

    answer = text(visit("/journey?key=SHOP-412"), ".answer")

    assert "delivery 2 began on 17 Sep 2026, and waiting and cost count from there." in answer
    assert "of them" not in answer


def test_one_wait_from_the_start_is_said_once(visit: Open, fake: FakeApi) -> None:
    wait = {"stage": "Ready", "reason": "", "seconds": 313 * DAY_S}
    fake.answers[OLD] = fake.answers[OLD] | {"grade": "B", "longest_wait": wait}

    assert text(visit(PAGE), ".answer").endswith("in Ready. It has waited there all the time.")


def test_a_wait_after_a_return_is_told_in_words(visit: Open, fake: FakeApi) -> None:
    wait = {"stage": "Ideas", "reason": "returned", "seconds": 13 * DAY_S}
    fake.answers[OLD] = fake.answers[OLD] | {"grade": "B", "longest_wait": wait}

    page = visit(PAGE)

    assert text(page, ".answer").endswith(
        "The longest wait, 13 days, was in Ideas after it came back."
    )
    assert "of them 13 d in Ideas, after it came back" in text(page, ".figs")


def test_evidence_names_rules_in_words_and_two_digits_of_confidence(
    visit: Open, fake: FakeApi
) -> None:
    journey = fake.answers[RELEASED]
    told = {"rule": "key_in_title, listed", "confidence": 0.97, "decides": True}
    first, *others = journey["evidence"]
    fake.answers[RELEASED] = journey | {"evidence": [first | told, *others]}

    row = text(visit("/journey?key=SHOP-412"), ".ev tbody tr:first-child")

    assert row.endswith("key in title, listed 0.97")


def test_the_list_shows_the_kind_and_tells_done_from_live(visit: Open) -> None:
    page = visit("/journey")
    done = page.locator(".lists section").nth(1)

    assert done.locator("svg.ty").first.get_attribute("aria-label") == "feature"
    assert "12 Nov 2026 live 14 Nov" in " ".join(done.inner_text().replace("\u00a0", " ").split())


def test_labels_of_hours_keep_apart(visit: Open, fake: FakeApi) -> None:
    lane = fake.answers[OLD]["lanes"][0] | {"events": []}
    visits = [
        fake.answers[OLD]["visits"][0] | {"start": at("3 Nov 04:00"), "end": at("7 Nov 02:00")}
    ]
    fake.answers[OLD] = fake.answers[OLD] | {
        "visits": visits,
        "lanes": [lane],
        "links": [],
        "idea_at": None,
    }

    boxes = [
        one.bounding_box() for one in visit(PAGE).locator(".timeline svg > text[y='16']").all()
    ]

    assert len(boxes) > 2
    edges = sorted((box["x"], box["x"] + box["width"]) for box in boxes if box)
    assert all(before[1] < after[0] for before, after in pairwise(edges))


@pytest.mark.parametrize("width", [390, 900, 1440])
def test_no_page_is_wider_than_its_window_where_reasons_are_long(
    visit: Open, fake: FakeApi, width: int
) -> None:
    for service in fake.answers["/v1/overview"]["services"]:
        for name in ("recovery_time", "change_fail_rate", "rework_rate"):
            service[name] |= {"value": {}, "reasons": ["withheld: C5<0.5"]}

    for stream in fake.answers["/v1/overview"]["streams"]:
        stream["efficiency"] |= {"value": {}, "reasons": ["withheld: C7<0.5"]}

    page = visit("/", width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".dora tbody tr:first-child td:first-child b").bounding_box()
    assert box is not None
    assert box["height"] < 30
