"""The configuration in tables: names become ids, keep them, and nothing is written twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ConfigError
from core.records import Person, StatusCategory, WorkflowStatus
from core.settings import Settings
from store import frames
from store.mapping import load_mapping
from store.models import calendar, person, stream_member, team_member, value_stream
from store.records import save_records
from store.sources import source_ids

TODO = WorkflowStatus("1", "Backlog", StatusCategory.NEW)
DOING = WorkflowStatus("3", "In Progress", StatusCategory.ACTIVE)
DONE = WorkflowStatus("5", "Done", StatusCategory.DONE)
STAGES = [
    {"name": "Ideas", "state": "new", "statuses": ["Backlog"]},
    {"name": "Build", "state": "active", "statuses": ["in progress"], "team": "web"},
    {"name": "Done", "state": "done", "statuses": ["id:5"]},
]


def _settings(stages: list[dict[str, Any]] | None = None, **more: Any) -> Settings:
    stream = {
        "name": "checkout",
        "title": "Checkout",
        "items": {"source": "jira", "projects": ["SHOP"], "types": ["Story"]},
        "stages": STAGES if stages is None else stages,
        "services": ["web"],
    }
    jira = {"name": "jira", "kind": "jira", "url": "https://acme.example", "projects": ["SHOP"]}
    document = {"sources": [jira], "streams": [stream], "services": [{"name": "web"}]}
    return Settings.model_validate(document | more)


def _load(session: Session, settings: Settings) -> Any:
    return load_mapping(session, settings)


def _see(session: Session, *statuses: WorkflowStatus) -> None:
    save_records(session, source_ids(session)["jira"], statuses)


def _mapped(session: Session, stream_id: int) -> dict[str, tuple[str, int]]:
    mapped = frames.stage_mappings(session, stream_id)
    stages = frames.stages(session, stream_id).set_index("stage_id")["name"].to_dict()
    statuses = frames.statuses(session).set_index("status_id")["external_id"].to_dict()
    return {
        statuses[row.status_id]: (stages[row.stage_id], int(row.since_ts))
        for row in mapped.itertuples()
    }


def test_names_become_ids_once_the_source_has_shown_them(session: Session) -> None:
    first = _load(session, _settings())
    assert first.changed == {"checkout"}
    assert first.unknown_statuses == (
        ("checkout", "Backlog"),
        ("checkout", "in progress"),
        ("checkout", "id:5"),
    )
    _see(session, TODO, DOING, DONE)
    second = _load(session, _settings())
    assert (second.changed, second.unknown_statuses) == ({"checkout"}, ())
    assert _mapped(session, second.streams["checkout"]) == {
        "1": ("Ideas", 0),
        "3": ("Build", 0),
        "5": ("Done", 0),
    }


def test_the_same_configuration_changes_nothing(session: Session) -> None:
    _load(session, _settings())
    _see(session, TODO, DOING, DONE)
    _load(session, _settings())
    again = _load(session, _settings())
    assert (again.changed, again.changed_services) == (frozenset(), frozenset())


def test_a_renamed_status_stays_in_its_stage(session: Session) -> None:
    _load(session, _settings())
    _see(session, TODO, DOING, DONE)
    stream = _load(session, _settings()).streams["checkout"]
    _see(session, replace(DOING, name="Backlog"), replace(TODO, name="Ideas"))
    again = _load(session, _settings())
    assert (again.changed, again.unknown_statuses) == (frozenset(), ())
    mapped = _mapped(session, stream)
    assert (mapped["3"][0], mapped["1"][0]) == ("Build", "Ideas")


def test_all_statuses_of_one_name_are_mapped(session: Session) -> None:
    _load(session, _settings())
    _see(session, TODO, replace(TODO, id="100"))
    stream = _load(session, _settings()).streams["checkout"]
    assert set(_mapped(session, stream)) == {"1", "100"}


def test_a_mapping_may_begin_on_a_day_of_the_server_s_zone(session: Session) -> None:
    stages = [
        *STAGES,
        {"name": "Late", "state": "active", "statuses": ["Backlog"], "from": "2026-03-01"},
    ]
    zone = {"server": {"timezone": "Europe/Berlin"}}
    _load(session, _settings())
    _see(session, TODO)
    stream = _load(session, _settings(stages, **zone)).streams["checkout"]
    mapped = frames.stage_mappings(session, stream)
    since = datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert mapped["since_ts"].tolist() == [0, int(since.timestamp())]
    assert mapped["stage_id"].nunique() == 2


def test_stages_come_go_and_change(session: Session) -> None:
    _load(session, _settings())
    _see(session, TODO, DOING, DONE)
    _load(session, _settings())
    moved = [STAGES[0], {"name": "Work", "state": "active", "statuses": ["In Progress", "Done"]}]
    change = _load(session, _settings(moved))
    assert change.changed == {"checkout"}
    stream = change.streams["checkout"]
    assert frames.stages(session, stream)["name"].tolist() == ["Ideas", "Work"]
    assert _mapped(session, stream)["5"] == ("Work", 0)


def test_one_stage_listed_twice_must_agree_with_itself(session: Session) -> None:
    stages = [*STAGES, {"name": "Build", "state": "waiting", "statuses": ["Ready"]}]
    with pytest.raises(ConfigError, match='stage "Build" is there twice'):
        _load(session, _settings(stages))


def test_a_stream_that_is_gone_is_kept_but_not_active(session: Session) -> None:
    _load(session, _settings())
    _load(session, _settings(streams=[]))
    active = select(value_stream.c.name, value_stream.c.active)
    assert [tuple(row) for row in session.execute(active)] == [("checkout", False)]
    assert _load(session, _settings()).changed == {"checkout"}


def test_what_facts_depend_on_beside_the_stream_changes_it_too(session: Session) -> None:
    _load(session, _settings())
    assert _load(session, _settings(types={"feature": ["Tale"]})).changed == {"checkout"}
    assert _load(session, _settings(types={"feature": ["Tale"]})).changed == frozenset()


def test_members_of_the_stream_are_stored(session: Session) -> None:
    _load(session, _settings())
    rows = session.execute(select(stream_member.c.kind, stream_member.c.name))
    assert {tuple(row) for row in rows} == {
        ("source", "jira"),
        ("project", "SHOP"),
        ("type", "Story"),
        ("service", "web"),
    }


def test_services_are_added_changed_and_removed(session: Session) -> None:
    assert _load(session, _settings()).changed_services == {"web"}
    other = {"services": [{"name": "web", "configuration_items": ["Web"]}, {"name": "app"}]}
    change = _load(session, _settings(**other))
    assert change.changed_services == {"web", "app"}
    assert set(change.services) == {"web", "app"}
    assert set(_load(session, _settings()).services) == {"web"}
    assert frames.services(session)["name"].tolist() == ["web"]


def test_team_members_are_the_pseudonyms_that_people_get(session: Session) -> None:
    member = {"person": "Anna@acme.example", "from": "2026-01-01"}
    teams = {"teams": [{"name": "web", "members": [member]}]}
    _load(session, _settings(**teams))
    save_records(session, source_ids(session)["jira"], [Person("anna@acme.example")])
    members = session.execute(select(team_member.c.pseudonym)).scalars().all()
    assert members == session.execute(select(person.c.pseudonym)).scalars().all()
    _load(session, _settings())
    assert session.execute(select(team_member)).all() == []


def test_the_calendar_is_stored(session: Session) -> None:
    _load(session, _settings())
    assert "monday" in session.execute(select(calendar.c.definition)).scalar_one()
