"""The truth of flow, on tickets made by hand: the answers were worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from simulator.model import Flag, Item, Move, Person, Status
from simulator.truth_flow import Episode, episodes_of, idea_at

DAY = 86_400
ANNA = Person("Anna", "anna", "anna@acme.example", "1")
STATUSES = {
    name: Status(name, name.title(), "indeterminate", stage, state)
    for name, stage, state in (
        ("backlog", "Ideas", "new"),
        ("ready", "Queue", "waiting"),
        ("doing", "Build", "active"),
        ("testing", "Test", "active"),
        ("done", "Done", "done"),
        ("live", "Done", "done"),
        ("dropped", "Dropped", "cancelled"),
    )
}


def day(number: float) -> datetime:
    """09:00Z on that day of January 2026."""
    return datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=number - 1)


def ticket(
    *moves: tuple[float, str],
    created: float = 5,
    flags: tuple[tuple[float, float | None], ...] = (),
) -> Item:
    item = Item("1", "SHOP-1", "SHOP", "checkout", "Story", "Totals", day(created), "backlog", ANNA)
    was = "backlog"
    for number, (at, status) in enumerate(moves):
        item.moves.append(Move(number, day(at), was, status, ANNA))
        was = status
    item.flags = [
        Flag(day(start), None if end is None else day(end), 100, 101) for start, end in flags
    ]
    return item


def read(item: Item, *, now: float = 31) -> tuple[Episode, ...]:
    return episodes_of(item, STATUSES, now=day(now), reopen_window=timedelta(days=14))


A10 = (
    (6, "ready"), (7, "doing"), (10, "ready"), (12, "doing"), (13, "done"), (15, "doing"),
    (16, "done"),
)  # fmt: skip


def test_golden_vector_a10_reopened_within_the_window() -> None:
    (delivery,) = read(ticket(*A10, flags=((8, 9),)))
    assert delivery.committed_at == day(6)
    assert delivery.done_at == day(16)
    assert delivery.flow_time_s == 10 * DAY
    assert delivery.gap_s == 2 * DAY
    assert delivery.active_s == 4 * DAY
    assert delivery.waiting_s == 4 * DAY
    assert delivery.blocked_s == 1 * DAY
    assert delivery.reopened == 1
    assert delivery.stage_s == {"Queue": 3 * DAY, "Build": 5 * DAY, "Done": 2 * DAY}


def test_a_flag_while_waiting_changes_only_the_reason() -> None:
    (delivery,) = read(ticket(*A10, flags=((8, 9), (10.5, 11.5))))
    assert delivery.waiting_s == 4 * DAY
    assert delivery.active_s == 4 * DAY
    assert delivery.blocked_s == 2 * DAY


def test_without_its_flag_a10_would_have_five_active_days() -> None:
    (delivery,) = read(ticket(*A10))
    assert (delivery.active_s, delivery.waiting_s) == (5 * DAY, 3 * DAY)


def test_a_flag_across_status_changes_is_cut_at_commitment_and_at_done() -> None:
    item = ticket((6, "ready"), (8, "doing"), (11, "done"), flags=((5.5, 7), (9, None)))
    (delivery,) = read(item)
    assert delivery.blocked_s == 3 * DAY  # 6th to 7th in the queue, 9th to 11th in work
    assert delivery.active_s == 1 * DAY
    assert delivery.waiting_s == 4 * DAY


def test_two_flags_at_once_count_once() -> None:
    item = ticket((6, "doing"), (12, "done"), flags=((7, 9), (8, 10)))
    (delivery,) = read(item)
    assert (delivery.active_s, delivery.blocked_s) == (3 * DAY, 3 * DAY)


def test_leaving_done_after_the_window_begins_a_new_episode() -> None:
    first, second = read(ticket((6, "doing"), (8, "done"), (22.5, "backlog"), (24, "done")))
    assert (first.flow_time_s, first.reopened) == (2 * DAY, 0)
    assert second.committed_at == day(22.5)
    assert second.flow_time_s == int(1.5 * DAY)
    assert second.waiting_s == int(1.5 * DAY)
    assert second.stage_s == {"Ideas": int(1.5 * DAY)}


def test_leaving_done_on_the_last_second_of_the_window_is_the_same_delivery() -> None:
    (delivery,) = read(ticket((6, "doing"), (8, "done"), (22, "doing"), (23, "done")))
    assert (delivery.flow_time_s, delivery.gap_s, delivery.reopened) == (17 * DAY, 14 * DAY, 1)


def test_open_again_takes_the_finish_back() -> None:
    (delivery,) = read(ticket((6, "doing"), (8, "done"), (10, "testing")), now=12)
    assert (delivery.done_at, delivery.flow_time_s, delivery.reason) == (None, None, "open")
    assert delivery.stage_s == {}
    assert delivery.open_stage_s == {"Build": 2 * DAY, "Done": 2 * DAY, "Test": 2 * DAY}
    assert (delivery.active_s, delivery.gap_s) == (4 * DAY, 2 * DAY)


def test_a_move_between_two_done_statuses_is_no_new_finish() -> None:
    (delivery,) = read(ticket((6, "doing"), (8, "done"), (11, "live")))
    assert (delivery.done_at, delivery.gap_s) == (day(8), 0)


def test_new_after_commitment_is_waiting_and_keeps_the_commitment() -> None:
    (delivery,) = read(ticket((6, "doing"), (7, "backlog"), (9, "doing"), (10, "done")))
    assert delivery.committed_at == day(6)
    assert (delivery.active_s, delivery.waiting_s) == (2 * DAY, 2 * DAY)
    assert delivery.stage_s == {"Build": 2 * DAY, "Ideas": 2 * DAY}


def test_done_without_a_start_has_no_flow_time() -> None:
    (delivery,) = read(ticket((8, "done")))
    assert (delivery.done_at, delivery.committed_at) == (day(8), None)
    assert (delivery.flow_time_s, delivery.reason, delivery.stage_s) == (None, "no_start", {})


def test_cancelled_before_and_after_commitment() -> None:
    (before,) = read(ticket((8, "dropped")))
    assert (before.cancelled_at, before.committed_at, before.waiting_s) == (day(8), None, 0)
    (after,) = read(ticket((6, "ready"), (8, "dropped")))
    assert (after.cancelled_at, after.committed_at) == (day(8), day(6))
    assert (after.flow_time_s, after.reason, after.waiting_s) == (None, "cancelled", 2 * DAY)


def test_leaving_cancelled_within_the_window_is_the_same_delivery_but_not_reopened() -> None:
    (delivery,) = read(ticket((6, "ready"), (8, "dropped"), (10, "doing"), (11, "done")))
    assert (delivery.flow_time_s, delivery.gap_s, delivery.reopened) == (5 * DAY, 2 * DAY, 0)


def test_an_item_that_never_moved_has_not_started() -> None:
    (delivery,) = read(ticket())
    assert (delivery.reason, delivery.committed_at) == ("not_started", None)
    assert delivery.open_stage_s == {}


def test_moves_of_one_second_follow_the_changelog_id() -> None:
    item = ticket((6, "ready"), (6, "doing"), (6, "testing"), (7, "done"))
    item.moves.reverse()
    (delivery,) = read(item)
    assert (delivery.active_s, delivery.waiting_s) == (1 * DAY, 0)
    assert delivery.stage_s == {"Test": 1 * DAY}


def test_the_idea_is_the_earliest_of_item_epic_and_linked_idea() -> None:
    item, epic, idea = ticket(created=5), ticket(created=4), ticket(created=2)
    epic.id, idea.id, item.epic, item.idea = "2", "3", "2", "3"
    items = {one.id: one for one in (item, epic, idea)}
    assert idea_at(item, items) == day(2)
    item.idea = None
    assert idea_at(item, items) == day(4)
    epic.created = day(9)
    assert idea_at(item, items) == day(5)
