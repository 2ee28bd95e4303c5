"""Work items: any order, moved keys, renamed statuses, children replaced or merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.records import (
    Block,
    BlockKind,
    Entity,
    Field,
    ItemKey,
    ItemLink,
    Person,
    Project,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from store.models import (
    block,
    item_key,
    item_link,
    person,
    term,
    transition,
    work_item,
    workflow_status,
)
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODO = WorkflowStatus("1", "To Do", StatusCategory.NEW)
DOING = WorkflowStatus("3", "In Progress", StatusCategory.ACTIVE)
ITEM = WorkItem(
    id="10001",
    key="SHOP-1",
    project="SHOP",
    type="Story",
    title="Pay by card",
    created_at=START,
    updated_at=START + timedelta(days=2),
    status_id="3",
    labels=("a", "b"),
    value_per_week=1234.56,
)
MOVE = Transition(
    item="10001",
    at=START + timedelta(days=1),
    seq=501,
    field=Field.STATUS,
    from_id="1",
    to_id="3",
    from_name="To Do",
    to_name="In Progress",
    actor=Person("anna@acme.example"),
)
FLAG = Block("10001", BlockKind.FLAG, "Impediment", START + timedelta(days=1), None)
LINK = ItemLink("10001", "is blocked by", "SHOP-9")


@pytest.fixture
def jira(session: Session) -> int:
    return ensure_sources(session, [SourceRow("jira", "jira")])["jira"]


def _rows(session: Session, table: Table, *names: str) -> list[tuple[Any, ...]]:
    columns = [table.c[name] for name in names]
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def test_an_item_is_stored_with_all_that_it_says(session: Session, jira: int) -> None:
    touched = save_records(session, jira, [TODO, DOING, ITEM, MOVE])
    assert len(touched[Entity.ITEM]) == 1
    assert _rows(
        session, work_item, "key", "labels", "value_cents", "created_ts", "resolved_ts"
    ) == [("SHOP-1", "a\nb", 123_456, int(START.timestamp()), None)]
    assert _rows(session, item_key, "key", "current") == [("SHOP-1", True)]
    names = dict(_rows(session, workflow_status, "id", "name"))
    moves = _rows(session, transition, "ts", "seq", "from_id", "to_id")
    assert [(ts, seq, names[was], names[now]) for ts, seq, was, now in moves] == [
        (int(MOVE.at.timestamp()), 501, "To Do", "In Progress")
    ]


def test_the_order_inside_a_batch_does_not_matter(session: Session, jira: int) -> None:
    records = [MOVE, FLAG, LINK, ItemKey("10001", "OLD-7", current=False), ITEM, DOING, TODO]
    touched = save_records(session, jira, records)
    assert touched.skipped == []
    assert _rows(session, item_key, "key", "current") == [("OLD-7", False), ("SHOP-1", True)]
    assert _rows(session, workflow_status, "name", "listed") == [
        ("In Progress", True),
        ("To Do", True),
    ]
    again = save_records(session, jira, list(reversed(records)))
    assert not again


def test_writing_the_same_again_touches_nothing(session: Session, jira: int) -> None:
    records = [Project("1", "SHOP", "Shop"), TODO, DOING, ITEM, MOVE, FLAG, LINK]
    assert save_records(session, jira, records)
    assert not save_records(session, jira, records)


def test_one_changed_item_of_many_is_the_only_one_touched(session: Session, jira: int) -> None:
    items = [replace(ITEM, id=str(number), key=f"SHOP-{number}") for number in range(20)]
    save_records(session, jira, items)
    touched = save_records(session, jira, [*items[1:], replace(items[0], title="Other")])
    changed = select(work_item.c.id).where(work_item.c.title == "Other")
    assert touched[Entity.ITEM] == set(session.execute(changed).scalars())


def test_of_an_item_that_comes_twice_the_last_wins(session: Session, jira: int) -> None:
    save_records(session, jira, [ITEM, replace(ITEM, title="Second")])
    assert _rows(session, work_item, "title") == [("Second",)]


def test_a_moved_item_keeps_its_old_key_and_its_id(session: Session, jira: int) -> None:
    before = save_records(session, jira, [ITEM])
    after = save_records(session, jira, [replace(ITEM, key="PAY-3", project="PAY")])
    assert after[Entity.ITEM] == before[Entity.ITEM]
    assert _rows(session, item_key, "key", "current") == [("PAY-3", True), ("SHOP-1", False)]
    save_records(session, jira, [ITEM])
    assert _rows(session, item_key, "key", "current") == [("PAY-3", False), ("SHOP-1", True)]


def test_a_renamed_status_keeps_its_id(session: Session, jira: int) -> None:
    save_records(session, jira, [DOING])
    before = _rows(session, workflow_status, "id")
    touched = save_records(session, jira, [replace(DOING, name="Building")])
    assert _rows(session, workflow_status, "id", "name") == [(before[0][0], "Building")]
    assert touched.statuses == {before[0][0]}
    assert not touched[Entity.ITEM]


def test_a_status_only_in_history_takes_its_name_from_there(session: Session, jira: int) -> None:
    gone = replace(MOVE, from_id="77", from_name="Triage")
    save_records(session, jira, [DOING, ITEM, gone])
    stored = _rows(session, workflow_status, "external_id", "name", "category", "listed")
    assert stored == [("3", "In Progress", "active", True), ("77", "Triage", "unknown", False)]


def test_history_does_not_rename_a_listed_status(session: Session, jira: int) -> None:
    save_records(session, jira, [TODO, DOING])
    save_records(session, jira, [ITEM, replace(MOVE, from_name="Old word")])
    assert ("1", "To Do", True) in _rows(session, workflow_status, "external_id", "name", "listed")


def test_a_status_known_by_id_alone_is_named_when_history_tells(
    session: Session, jira: int
) -> None:
    save_records(session, jira, [ITEM])
    assert _rows(session, workflow_status, "name", "listed") == [("", False)]
    save_records(session, jira, [ITEM, MOVE])
    assert ("In Progress", False) in _rows(session, workflow_status, "name", "listed")
    save_records(session, jira, [DOING])
    assert ("In Progress", True) in _rows(session, workflow_status, "name", "listed")


def test_links_and_blocks_are_replaced_as_a_whole_with_their_item(
    session: Session, jira: int
) -> None:
    save_records(session, jira, [ITEM, FLAG, LINK])
    end = START + timedelta(days=3)
    ended = replace(FLAG, end=end)
    later = replace(LINK, other_key="SHOP-8")
    touched = save_records(session, jira, [ITEM, ended, later])
    assert len(touched[Entity.ITEM]) == 1
    assert _rows(session, item_link, "other_key") == [("SHOP-8",)]
    assert _rows(session, block, "end_ts") == [(int(end.timestamp()),)]
    save_records(session, jira, [ITEM])
    assert _rows(session, item_link, "other_key") == []
    assert _rows(session, block, "detail") == []


def test_children_without_their_item_are_added_to(session: Session, jira: int) -> None:
    save_records(session, jira, [ITEM, LINK])
    save_records(session, jira, [replace(LINK, other_key="SHOP-8")])
    assert _rows(session, item_link, "other_key") == [("SHOP-8",), ("SHOP-9",)]


def test_transitions_are_never_lost(session: Session, jira: int) -> None:
    later = replace(MOVE, at=MOVE.at + timedelta(days=1), seq=502, from_id="3", to_id="1")
    save_records(session, jira, [ITEM, MOVE, later])
    touched = save_records(session, jira, [ITEM, later])
    assert not touched
    assert _rows(session, transition, "seq") == [(501,), (502,)]


def test_a_cut_changelog_takes_no_block_away(session: Session, jira: int) -> None:
    save_records(session, jira, [ITEM, FLAG])
    save_records(session, jira, [replace(ITEM, changelog_complete=False)])
    assert _rows(session, block, "detail") == [("Impediment",)]


def test_people_are_stored_as_pseudonyms_only(session: Session, jira: int) -> None:
    assigned = replace(MOVE, seq=502, field=Field.ASSIGNEE, from_id=None, to_id="ANNA@acme.example")
    save_records(session, jira, [ITEM, MOVE, assigned])
    stored = _rows(session, person, "pseudonym", "bot")
    assert len(stored) == 1
    assert "anna" not in stored[0][0]
    assert len(stored[0][0]) == 32
    actor = _rows(session, transition, "actor_id", "to_id")
    assert len({row[0] for row in actor}) == 1


def test_a_bot_stays_one_when_a_changelog_names_it(session: Session, jira: int) -> None:
    save_records(session, jira, [Person("renovate", bot=True)])
    named = replace(MOVE, field=Field.ASSIGNEE, from_id=None, to_id="renovate")
    save_records(session, jira, [ITEM, named])
    assert (True,) in _rows(session, person, "bot")


def test_other_fields_point_at_terms(session: Session, jira: int) -> None:
    moved = replace(
        MOVE, field=Field.TYPE, from_id="1", to_id="2", from_name="Bug", to_name="Story"
    )
    save_records(session, jira, [ITEM, moved])
    names = dict(_rows(session, term, "id", "name"))
    stored = _rows(session, transition, "field", "from_id", "to_id")
    assert [(field, names[was], names[now]) for field, was, now in stored] == [(3, "Bug", "Story")]


def test_a_child_of_an_item_that_is_not_stored_is_skipped_and_told(
    session: Session, jira: int
) -> None:
    strays = [replace(MOVE, item="9"), replace(FLAG, item="9"), ItemKey("9", "X-1", True)]
    touched = save_records(session, jira, [ITEM, MOVE, *strays])
    assert len(touched.skipped) == 3
    assert all(line.endswith("its item 9 is not stored") for line in touched.skipped)
    assert _rows(session, transition, "seq") == [(501,)]


def test_text_that_no_database_takes_is_mended(session: Session, jira: int) -> None:
    odd = replace(ITEM, title="a\x00b \ud83d c")
    assert save_records(session, jira, [odd])
    assert _rows(session, work_item, "title") == [("a\ufffdb ? c",)]
    assert not save_records(session, jira, [odd])


def test_sources_do_not_mix(session: Session, jira: int) -> None:
    other = ensure_sources(session, [SourceRow("jira2")])["jira2"]
    save_records(session, jira, [ITEM])
    save_records(session, other, [replace(ITEM, title="Elsewhere")])
    assert _rows(session, work_item, "title") == [("Elsewhere",), ("Pay by card",)]


def test_links_to_an_item_that_moved_name_its_new_key(session: Session, jira: int) -> None:
    other = replace(ITEM, id="10002", key="SHOP-2")
    since = START + timedelta(hours=1)
    links = [ItemLink("10002", "blocks", "SHOP-1", since), ItemLink("10002", "clones", "SHOP-5")]
    save_records(session, jira, [ITEM, other, *links, ItemLink("10001", "relates", "SHOP-2")])
    saved = save_records(session, jira, [replace(ITEM, key="PLAT-7")])
    assert _rows(session, item_link, "kind", "other_key") == [
        ("blocks", "PLAT-7"),
        ("clones", "SHOP-5"),
    ]
    assert len(saved[Entity.ITEM]) == 2
    same = save_records(session, jira, [other, replace(links[0], other_key="PLAT-7"), links[1]])
    assert not same


def test_a_link_told_by_both_keys_of_an_item_that_moved_is_one_link(
    session: Session, jira: int
) -> None:
    other = replace(ITEM, id="10002", key="SHOP-2")
    links = [ItemLink("10002", "blocks", "SHOP-1"), ItemLink("10002", "blocks", "PLAT-7")]
    save_records(session, jira, [ITEM, other, *links])
    save_records(session, jira, [replace(ITEM, key="PLAT-7")])
    assert _rows(session, item_link, "kind", "other_key") == [("blocks", "PLAT-7")]


def test_a_link_to_a_key_that_another_source_has_too_stays(session: Session, jira: int) -> None:
    elsewhere = ensure_sources(session, [SourceRow("old-jira", "jira")])["old-jira"]
    save_records(session, elsewhere, [ITEM, ItemLink("10001", "blocks", "SHOP-1")])
    save_records(session, jira, [ITEM])
    save_records(session, jira, [replace(ITEM, key="PLAT-7")])
    assert _rows(session, item_link, "kind", "other_key") == [("blocks", "SHOP-1")]
