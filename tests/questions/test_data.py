"""What a data or BI engineer asks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from time import sleep
from typing import Any

import orjson
import pytest

from cli.app import main
from pipeline.clock import now_ts
from pipeline.sync import bring_up_to_date
from pipeline.times import iso
from tests.api.client import Client, Clock
from tests.e2e.company import Company
from tests.questions.asking import JSON, YEAR, Asking, rows, sent
from tests.questions.truths import DAY, episodes, finished, items, nearest, when

STREAMS = ("checkout", "fulfilment", "search")


def lines(client: Client, address: str) -> list[dict[str, Any]]:
    """The rows of an export."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return [orjson.loads(line) for line in response.content.splitlines()]


def test_data_1_what_a_field_means(ask: Asking) -> None:
    told = ask("data-1")
    assert told["definition"] == "flow_time@1"
    # The example of the definition, with a calculator: it must be the definition that is computed.
    numbers = re.search(r"took ([\d, ]+) and (\d+) days", told["worked_example"])
    assert numbers
    days = [int(one) for one in [*numbers[1].split(","), numbers[2]]]
    assert nearest(days, 0.5) == 6
    assert "p50 is the 8th value, 6; p85 the 13th, 15; p95 the 15th, 60" in told["worked_example"]
    assert (nearest(days, 0.85), nearest(days, 0.95)) == (15, 60)
    assert {"committed_ts", "done_ts"} <= set(told["reads"]["item_fact"])


def test_data_2_what_changed_since_the_last_poll(tell: Asking) -> None:
    begun = tell("data-2")
    address = tell.address("data-2", since=begun["cursor"])
    answer = tell.client.get(address)
    assert (answer.json()["streams"], answer.json()["entered"]) == ([], False)
    same = tell.client.get(address, {"if-none-match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    value = {"low_cents": 1, "likely_cents": 2, "high_cents": 3}
    given = {"key": "SHOP-52", "profile": "P1", **value, "who": "anna", "why": "a guess"}
    sent(tell.client, "/v1/values", given, status=202)
    later = tell.client.get(address, {"if-none-match": answer.headers["etag"]})
    assert later.status_code == 200
    assert later.json()["entered"] is True
    assert later.json()["sources"] == []


def test_data_3_bulk_history(ask: Asking, company: Company) -> None:
    told = {(row["stream"], row["key"]): row for row in lines(ask.client, ask.address("data-3"))}
    true = {(one.stream, one.key): one for one in company.truth.items.values()}
    assert told.keys() == true.keys()
    for key, one in true.items():
        assert told[key]["flow_time_s"] == one.last.flow_time_s, key
        assert when(told[key]["done_at"]) == one.last.done_at
        assert when(told[key]["committed_at"]) == one.last.committed_at


def without_commits(tell: Asking, mine: Company, key: str) -> None:
    """A person says that no commit belongs to the item, and links and facts follow."""
    told = tell.client.json(f"/v1/items/{key}/journey")
    ends = {pair["b"] for line in told["evidence"] for pair in line["pairs"]}
    for end in (told["ends"][one] for one in ends):
        names = ("kind", "source", "id", "repository_id")
        named = {name: end[name] for name in names if end[name] is not None}
        body = {"a": {"kind": "item", "key": key}, "b": named, "answer": "rejected"}
        if end["kind"] in ("commit", "merge_request", "branch"):
            said = {"who": "anna", "why": "another ticket"}
            answer = tell.client.post("/v1/verdicts", orjson.dumps(body | said), JSON)
            assert answer.status_code in (202, 422), answer.text
    bring_up_to_date(mine.settings, mine.database)


def released(ask: Asking, company: Company) -> str:
    """An item done long ago whose release is told as it was."""
    rows = ask.client.json("/v1/streams/checkout/metrics/idea_to_release/explain?" + query(YEAR))
    true = items(company)
    return next(
        row["key"]
        for row in rows["included"]
        if when(row["released_at"]) == true[row["key"]].release.released_at
    )


def test_data_4_which_past_numbers_were_restated(tell: Asking, mine: Company) -> None:
    assert tell("data-4")["items"] == []
    key = released(tell, mine)
    without_commits(tell, mine, key)
    row = next(one for one in tell("data-4", everything="true")["items"] if one["key"] == key)
    change = {one["field"]: one for one in row["changes"]}["released_at"]
    assert when(change["from"]) == items(mine)[key].release.released_at
    assert change["to"] is None
    assert (row["what"], row["cause"], row["fact"]) == ("changed", "records", "item")
    assert "idea_to_release" in row["metrics"]


def test_data_5_the_value_as_it_was_known(tell: Asking, mine: Company, clock: Clock) -> None:
    before = now_ts()
    clock.ts = before + 3600
    told = tell.year("data-5")
    key = released(tell, mine)
    while now_ts() == before:
        sleep(0.05)
    without_commits(tell, mine, key)
    now, then = tell.year("data-5"), tell.year("data-5", known_at=iso(before))
    assert now["n"] == told["n"] - 1
    assert then["n"] == told["n"]
    assert {name: told["value"][name] for name in then["value"]} == then["value"]
    assert key in {row["key"] for row in tell.client.json(then["explain"])["included"]}
    assert key not in {row["key"] for row in tell.client.json(now["explain"])["included"]}


def test_data_6_raw_intervals_and_links(ask: Asking, company: Company) -> None:
    visits = lines(ask.client, ask.address("data-6"))
    for item, one in episodes(company):
        spent: dict[str, int] = {}
        for row in visits:
            begun = when(row["started_at"])
            own = row["key"] == item.key and row["duration_s"] is not None
            if own and one.committed_at and begun and begun >= one.committed_at and one.done_at:
                spent[row["stage"]] = spent.get(row["stage"], 0) + row["duration_s"]
        if one.flow_time_s:
            spent = {name: stay for name, stay in spent.items() if stay and name != "Done"}
            assert spent == {name: stay for name, stay in one.stage_s.items() if stay}, item.key
    links = lines(ask.client, ask.address("data-6", 1))
    every = lines(ask.client, ask.address("data-6", 1, min_confidence="0"))
    assert [row for row in every if row["confidence"] >= 0.8] == links
    assert len(links) < len(every)
    ids = {row["key"]: row["item_id"] for row in visits}
    shas = {row["commit_id"]: row["sha"] for row in lines(ask.client, "/v1/exports/commits")}
    known = {one.id: one.key for one in company.truth.items.values()}
    true = {(ids[known[item]], sha) for item, sha in company.truth.pairs if item in known}
    told = {
        (row["a_id"], shas[row["b_id"]])
        for row in links
        if (row["a_kind"], row["b_kind"]) == ("item", "commit")
    }
    assert len(told & true) / len(told) > 0.95
    assert len(told & true) / len(true) > 0.8


@pytest.mark.parametrize("wrong", ["1.1", "-0.1", "sure", "nan"])
def test_data_6_a_confidence_that_is_none_is_refused(ask: Asking, wrong: str) -> None:
    answer = ask.client.get(ask.address("data-6", 1, min_confidence=wrong))
    assert answer.status_code == 422
    assert "min_confidence" in answer.json()["detail"]
    other = ask.client.get(ask.address("data-6", 0, min_confidence="0.5"))
    assert "min_confidence: stage_visits can't be filtered by it" in other.json()["detail"]


def test_data_7_up_to_when_the_data_is_complete(ask: Asking, company: Company) -> None:
    told = {row["name"]: row for row in ask("data-7")["items"]}
    assert told.keys() == {one.name for one in company.settings.sources}
    marks = ask.client.json("/v1/streams/checkout/metrics/velocity")["watermarks"]
    for name, row in told.items():
        assert row["watermark_at"] == marks[name]
        assert (row["state"], row["history"]) == ("green", None)
    read = {one["name"]: one["records"] for one in told["jira"]["streams"]}
    assert read["issues"] == len(company.world.items)
    counted = sum(len(items(company, stream)) for stream in STREAMS)
    assert ask.client.json("/v1/items?limit=1")["total"] == counted


def test_data_8_which_rows_are_in_a_number_and_which_are_not(ask: Asking, company: Company) -> None:
    told = ask.year("data-8")
    done = {i.key: one for i, one in episodes(company) if one.done_at or one.cancelled_at}
    inside = {row["key"]: row["seconds"] for row in told["included"]}
    assert inside == {key: one.flow_time_s for key, one in done.items() if one.flow_time_s}
    outside = {row["key"]: row["reason"] for row in told["excluded"]}
    assert outside == {key: one.reason for key, one in done.items() if one.reason}
    number = ask.client.json("/v1/streams/checkout/metrics/flow_time?" + query(YEAR))
    mine = nearest([seconds / DAY for seconds in inside.values()], 0.85)
    assert number["value"]["p85"] == mine
    assert number["n"] == len(inside) == len(finished(company))


def query(words: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in words.items())


def test_data_9_limits_paging_and_errors(ask: Asking, company: Company) -> None:
    document = ask("data-9")
    asked = document["paths"]["/v1/items"]["get"]
    assert {"200", "304", "422", "503"} <= asked["responses"].keys()
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = ask("data-9", 1, **more)
        assert len(page["items"]) <= 30
        found += [row["key"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == sorted(one.key for one in company.truth.items.values())
    limit = next(one for one in asked["parameters"] if one["name"] == "limit")
    most = json.dumps(limit["schema"])
    assert '"maximum": 500' in most
    problem = ask.client.problem("/v1/items?limit=501", 422)
    assert "limit" in problem["detail"]
    assert "colour" in ask.client.problem("/v1/items?colour=red", 422)["detail"]


def test_data_10_how_a_client_is_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = rows()["data-10"].commands[0].split()
    answers = tmp_path / "theirs.json"
    answers.write_text(json.dumps({"A10": {"flow_time": {"p50": 11}}}), encoding="utf-8")
    golden = Path(__file__).parents[1] / "golden"
    (one,) = [file for file in golden.glob("*.json") if '"A10"' in file.read_text("utf-8")]
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / one.name).write_bytes(one.read_bytes())
    for more, status in (([], 0), (["--answers", str(answers)], 1)):
        more = [str(tmp_path / "vectors"), *more]
        monkeypatch.setattr("sys.argv", [*command, *more])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        told = capsys.readouterr().out
        assert (code, "A10" in told) == (status, True), told
