"""Where the time of an item went, at a glance: in the answer, and beside the bars."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi
from tests.web.fake_journey import DAY_S, at, visits

pytestmark = pytest.mark.browser
PAGE = "/journey?key=SHIP-7"
KEY = "/v1/items/SHIP-7/journey"


def told(fake: FakeApi, **more: Any) -> None:
    fake.answers[KEY] = fake.answers[KEY] | {"grade": "B", "reasons": []} | more


def test_a_long_time_in_work_is_not_hidden_behind_a_short_wait(visit: Open, fake: FakeApi) -> None:
    told(
        fake,
        longest_wait={"stage": "Ready", "reason": "", "seconds": DAY_S},
        visits=visits(
            None,
            ("12 Jan 09:00", "Analysis", "active", ""),
            ("14 Jan 09:00", "Ready", "waiting", ""),
            ("15 Jan 09:00", "Review", "active", ""),
        ),
    )
    answer = text(visit(PAGE), ".answer")
    assert "Counted as work: 44 weeks in Review." in answer
    assert answer.endswith("The longest wait, 24 hours, was in Ready.")


def test_the_time_before_anybody_took_it_up_is_told_and_named_where_it_is_folded(
    visit: Open, fake: FakeApi
) -> None:
    told(
        fake,
        done_at=at("20 Apr 09:00"),
        first_released_at=at("20 Apr 09:00"),
        released_at=at("20 Apr 09:00"),
        committed_at=at("12 Apr 09:00"),
        idea_to_release_s=108 * DAY_S,
        active_s=6 * DAY_S,
        longest_wait={"stage": "Ready", "reason": "", "seconds": 2 * DAY_S},
        visits=visits(
            at("20 Apr 09:00"),
            ("2 Jan 09:00", "Ideas", "new", ""),
            ("12 Apr 09:00", "Analysis", "active", ""),
            ("18 Apr 09:00", "Ready", "waiting", ""),
        ),
        lanes=[],
        links=[],
    )
    page = visit(PAGE)
    assert "Before it was taken up 100 days passed in Ideas." in text(page, ".answer")
    assert "Created to live 108 d" in text(page, ".figs"), "no idea came before it"
    drawn = [plain.replace("\u00a0", " ") for plain in page.locator(".timeline").all_inner_texts()]
    assert "Ideas 100 d" in drawn[0]


def test_what_was_blocked_for_longest_is_said_as_a_whole(visit: Open, fake: FakeApi) -> None:
    told(
        fake,
        blocked_s=7 * DAY_S,
        longest_wait={"stage": "Build", "reason": "blocked", "seconds": 3 * DAY_S},
    )
    answer = text(visit(PAGE), ".answer")
    assert answer.endswith("It was blocked for 7 days.")
    assert "longest wait" not in answer


def test_what_was_dropped_says_where_it_had_waited(visit: Open, fake: FakeApi) -> None:
    told(fake, cancelled_at=at("12 Nov 09:00"), state="cancelled")
    answer = text(visit(PAGE), ".answer")
    assert answer.startswith("It was dropped on 12 Nov 2026")
    assert answer.endswith("The longest wait, 36 weeks, was in Ready.")
