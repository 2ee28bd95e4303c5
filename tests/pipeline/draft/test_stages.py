"""Stages of a draft: order, names and tokens, whatever a tracker calls its statuses."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.look import Board, Column, Ran
from core.config_file import load_settings
from core.records import StatusCategory, WorkflowStatus
from metrics.workflow.histories import History
from pipeline.draft.looking import Given
from pipeline.draft.rendering import Draft, whole_file
from pipeline.draft.sampling import Sample
from pipeline.draft.services import ServiceDraft
from pipeline.draft.stages import stages_of
from pipeline.draft.streams import streams_of
from tests.metrics.workflow.items import moved

NEW, ACTIVE, DONE = StatusCategory.NEW, StatusCategory.ACTIVE, StatusCategory.DONE
UNKNOWN = StatusCategory.UNKNOWN
TEAM = [moved("1 1 2 1 3 1 4")] * 30


def statuses(**named: tuple[str, StatusCategory]) -> dict[str, WorkflowStatus]:
    """By id, which is what follows the letter: s1=("Open", NEW)."""
    return {
        id[1:]: WorkflowStatus(id[1:], name, category, listed=category is not UNKNOWN)
        for id, (name, category) in named.items()
    }


KNOWN = statuses(s1=("Open", NEW), s2=("Ready", ACTIVE), s3=("Coding", ACTIVE), s4=("Closed", DONE))


def drawn(histories: Sequence[History], known: dict[str, WorkflowStatus]) -> list[str]:
    return [f"{s.name}/{s.state}" for s in stages_of(histories, known).stages]


def test_loops_and_skips_do_not_change_the_order() -> None:
    back = [moved("1 1 2 1 3 1 2 1 3 1 4"), moved("1 1 3 1 1 1 2 1 3 1 4")]
    skipped = [moved("1 1 3 1 4"), moved("1 1 4")]
    found = drawn([*TEAM, *back, *skipped], KNOWN)
    assert found == ["Open/new", "Ready/waiting", "Coding/active", "Closed/done"]


def test_a_status_that_was_renamed_is_one_by_its_id() -> None:
    known = {**KNOWN, "3": WorkflowStatus("3", "Building", ACTIVE)}
    assert drawn(TEAM, known)[2] == "Building/active"


def test_a_deleted_status_is_named_by_its_id_and_to_be_looked_at() -> None:
    known = {**KNOWN, **statuses(s7=("Old desk", UNKNOWN))}
    found = stages_of([*TEAM, moved("1 1 7 2 3 1 4")], known)
    stage = next(one for one in found.stages if one.name == "Old desk")
    assert (stage.statuses, stage.sure) == (("id:7",), False)
    assert "which the tracker lists no more" in stage.notes[1]


def test_two_statuses_of_one_name_are_one_stage() -> None:
    known = {**KNOWN, **statuses(s8=("CODING", ACTIVE), s9=("Coding", UNKNOWN))}
    found = stages_of([*TEAM, moved("1 1 8 1 4"), moved("1 1 9 1 4")], known)
    assert [one.name for one in found.stages] == ["Open", "Ready", "Coding", "Closed"]
    assert found.stages[2].statuses == ("Coding", "id:9")


def test_a_label_is_a_stage_without_what_all_of_them_begin_with() -> None:
    known = {
        "opened": WorkflowStatus("opened", "opened", NEW),
        "label:workflow::in dev": WorkflowStatus(
            "label:workflow::in dev", "workflow::in dev", ACTIVE
        ),
        "closed": WorkflowStatus("closed", "closed", DONE),
    }
    issue = moved("opened 1 label:workflow::in_dev 2 closed")
    named = [
        replace(
            issue, visits=tuple(replace(v, status=v.status.replace("_", " ")) for v in issue.visits)
        )
    ]
    stage = stages_of(named * 30, known).stages[1]
    assert (stage.name, stage.statuses) == ("in dev", ("workflow::in dev",))
    assert (stage.state, stage.sure) == ("active", True)


def test_a_name_that_reads_like_an_id_is_no_token() -> None:
    known = {**KNOWN, "3": WorkflowStatus("3", "id:4", ACTIVE)}
    assert stages_of(TEAM, known).stages[2].statuses == ("id:3",)


def test_neighbours_of_a_column_that_surely_mean_the_same_are_one_stage() -> None:
    known = {**KNOWN, **statuses(s5=("Code review", ACTIVE))}
    team = [moved("1 1 2 1 3 1 5 1 4")] * 30
    columns = [Column("Queue", ("2",)), Column("Build", ("3", "5")), Column("Out", ("4",))]
    found = stages_of(team, known, columns).stages
    assert [(one.name, one.statuses) for one in found] == [
        ("Open", ("Open",)),
        ("Ready", ("Ready",)),
        ("Build", ("Coding", "Code review")),
        ("Closed", ("Closed",)),
    ]


def test_a_column_of_work_and_waiting_stays_two_stages() -> None:
    columns = [Column("Build", ("2", "3"))]
    names = [one.name for one in stages_of(TEAM, KNOWN, columns).stages]
    assert names == ["Open", "Ready", "Coding", "Closed"]


def test_without_any_history_the_board_tells_the_order() -> None:
    columns = [Column("To do", ("1",)), Column("Doing", ("3", "2")), Column("Done", ("4",))]
    found = stages_of([], KNOWN, columns)
    assert [one.name for one in found.stages] == ["Open", "Coding", "Ready", "Closed"]
    assert not any(one.sure for one in found.stages)
    assert found.order.pairs == 0


def test_a_column_of_another_workflow_is_told_and_no_stage() -> None:
    known = {**KNOWN, **statuses(s6=("Legal", ACTIVE))}
    found = stages_of(TEAM, known, [Column("Legal", ("6",))])
    assert found.unused == ("Legal",)
    assert len(found.stages) == 4


def test_two_workflows_of_a_project_are_two_streams() -> None:
    known = {**KNOWN, **statuses(s5=("Answering", ACTIVE))}
    desk = [moved("1 1 5 1 4", kind="Request")] * 9
    found = streams_of(Sample("SHOP", "Shop", (*desk, *TEAM), known), source="jira")
    assert [(one.name, dict(one.types)) for one in found] == [
        ("shop", {"Story": 30}),
        ("shop-request", {"Request": 9}),
    ]
    assert [one.name for one in found[1].stages.stages] == ["Open", "Answering", "Closed"]
    assert not any(one.alone for one in found)


def test_a_repository_with_several_productions_may_be_several_services() -> None:
    both = (Ran("production/web", "production", 3), Ran("production/api", "production", 2))
    service = ServiceDraft("shop", "shop/mono", both, deployments=5)
    text = whole_file(Draft([], services=[service]), day="2026-03-02", timezone="UTC")
    assert "# production/web (tier production): 3 of the 5 newest deployments" in text
    assert "# CHECK: several are production" in text
    (table,) = tomllib.loads(text)["services"]
    production = ["production/web", "production/api", "tier:production"]
    assert table["environments"] == {"production": production}


HOSTILE = [
    'Say "now"',
    "two\nlines",
    'x" ]\n[auth]\nmode = "open"\n#',
    "back\\slash \\u0041",
    "\x7f\x00bell\x07",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe \N{LINE SEPARATOR}y",
    "emoji \N{ROCKET} \N{CJK UNIFIED IDEOGRAPH-4E2D}",
    "'''quotes'''",
    "# CHECK: me",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_thing_is_called_the_file_says_what_it_should(name: str, tmp_path: Path) -> None:
    known = {
        **KNOWN,
        "3": WorkflowStatus("3", name, ACTIVE),
        "4": WorkflowStatus("4", "Done", DONE),
    }
    team = tuple(moved("1 1 2 1 3 1 4", kind=name) for _ in range(30))
    sample = Sample("SHOP", name, team, known, board=Board(name, (Column(name, ("3",)),)))
    given = Given("jira", "jira", "https://jira.example", secret="env:T", chosen=("SHOP",))
    streams = streams_of(sample, source="jira")
    text = whole_file(
        Draft([given], {"jira": name}, streams=streams), day="2026-03-02", timezone="UTC"
    )
    assert set(tomllib.loads(text)) == {"database", "server", "sources", "streams", "types"}
    file = tmp_path / "headwater.toml"
    file.write_bytes(text.encode())
    (stream,) = load_settings(file, {"T": "secret"}).streams
    assert (stream.title, stream.items.types) == (name, (name,))
    statuses_ = [one for stage in stream.stages for one in stage.statuses]
    assert statuses_ == ["Open", "Ready", name.strip(), "Done"]
    assert all(ord(one) >= 32 for one in text.replace("\n", ""))
