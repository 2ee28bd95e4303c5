"""ServiceNow's Table API: queries, pages, access rules and refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from simulator.credentials import SNOW_CLIENT, SNOW_SECRET
from simulator.faults import Faults
from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import sha

INCIDENTS = "/api/now/v2/table/incident"


def table(servicenow: httpx.Client, name: str = "incident", **query: str) -> list[dict[str, Any]]:
    params = {f"sysparm_{key}": value for key, value in query.items()}
    answer = servicenow.get(f"/api/now/v2/table/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["result"])


def test_pages_follow_the_link_header_and_tell_every_row_once(servicenow: httpx.Client) -> None:
    query = {"sysparm_limit": "2", "sysparm_query": "ORDERBYsys_updated_on^ORDERBYsys_id"}
    answer, seen = servicenow.get(INCIDENTS, params=query), []
    while True:
        seen += [row["number"] for row in answer.json()["result"]]
        if "next" not in answer.links:
            break
        answer = servicenow.get(answer.links["next"]["url"])
    assert seen == [f"INC000{n}" for n in range(5)]
    assert answer.headers["x-total-count"] == "5"
    assert set(answer.links) == {"first", "prev", "last"}


def test_without_the_count_the_last_page_is_not_known(servicenow: httpx.Client) -> None:
    query = {"sysparm_limit": "2", "sysparm_no_count": "true"}
    answer = servicenow.get(INCIDENTS, params=query)
    assert "x-total-count" not in answer.headers
    assert set(answer.links) == {"first", "next"}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("number=INC0002", "2"),
        ("priority>=4", "34"),
        ("priority>2^priority<5", "23"),
        ("numberININC0001,INC0003", "13"),
        ("number=INC0000^ORnumber=INC0004", "04"),
        ("sys_updated_on>2026-01-05 11:00:00", "34"),
        ("sys_updated_on>=2026-01-05 11:00:00", "234"),
        ("caused_byISNOTEMPTY", "0"),
        ("ORDERBYDESCnumber", "43210"),
        ("numbr=INC0002", "01234"),
        ("priority~3^number=INC0002", "2"),
    ],
)
def test_queries_filter_and_order_and_ignore_what_is_misspelt(
    servicenow: httpx.Client, query: str, numbers: str
) -> None:
    found = [row["number"] for row in table(servicenow, query=query)]
    assert found == [f"INC000{n}" for n in numbers]


def test_stored_values_are_text_and_references_links_unless_excluded(
    servicenow: httpx.Client,
) -> None:
    [row] = table(servicenow, query="number=INC0000")
    change = sha("change")[:32]
    assert row["caused_by"]["value"] == change
    assert row["caused_by"]["link"].endswith(f"/table/change_request/{change}")
    [row] = table(servicenow, query="number=INC0000", exclude_reference_link="true")
    assert (row["caused_by"], row["priority"], row["resolved_at"]) == (change, "1", "")
    assert row["opened_at"] == "2026-01-05 09:00:00"
    assert all(isinstance(value, str) for value in row.values())


def test_unknown_columns_are_left_out_without_a_word(servicenow: httpx.Client) -> None:
    [row] = table(servicenow, query="number=INC0000", fields="number,flavour")
    assert row == {"number": "INC0000"}


def test_the_other_tables_belong_to_the_same_company(servicenow: httpx.Client) -> None:
    [change] = table(servicenow, "change_request", exclude_reference_link="true")
    assert (change["number"], change["state"], change["type"]) == ("CHG0030001", "3", "normal")
    [entry] = table(servicenow, "sys_audit", query="tablename=change_request^fieldname=state")
    assert (entry["documentkey"], entry["oldvalue"], entry["newvalue"]) == (
        change["sys_id"],
        "-5",
        "3",
    )
    places = {row["sys_id"]: row["name"] for row in table(servicenow, "cmdb_ci_service")}
    assert places[change["cmdb_ci"]] == "Payments"
    assert len(table(servicenow, "sys_user", query="user_name=headwater.integration")) == 1
    labels = {
        row["value"]: row["label"]
        for row in table(servicenow, "sys_choice", query="name=change_request^element=state")
    }
    assert (labels["-5"], labels["3"]) == ("New", "Closed")


def test_the_limit_comes_before_access_rules_and_the_count_ignores_them() -> None:
    dropped = {sha(f"incident {n}")[:32] for n in (0, 1, 2)}
    with (
        running(tiny_world(), faults=Faults(dropped_rows=dropped)) as server,
        client(server, "servicenow") as servicenow,
    ):
        answer = servicenow.get(INCIDENTS, params={"sysparm_limit": "2"})
        assert answer.json()["result"] == []
        assert answer.headers["x-total-count"] == "5"
        assert "next" in answer.links
        assert [row["number"] for row in table(servicenow)] == ["INC0003", "INC0004"]
        assert servicenow.get(f"{INCIDENTS}/{min(dropped)}").status_code == 404


def test_refusals_are_errors_in_json(company: CompanyServer, servicenow: httpx.Client) -> None:
    with httpx.Client(base_url=company.url("servicenow"), timeout=60) as stranger:
        answer = stranger.get(INCIDENTS)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "User Not Authenticated"
    wrong = servicenow.get("/api/now/v2/table/none")
    assert (wrong.status_code, wrong.json()["status"]) == (400, "failure")


def test_change_tasks_problems_and_metrics_fit_the_other_tables(servicenow: httpx.Client) -> None:
    [change] = table(servicenow, "change_request")
    tasks = table(servicenow, "change_task", exclude_reference_link="true")
    assert [(row["change_request"], row["change_task_type"]) for row in tasks] == [
        (change["sys_id"], "implementation"),
        (change["sys_id"], "testing"),
    ]
    assert table(servicenow, "problem") == []
    spans = table(servicenow, "metric_instance", query="ORDERBYstart")
    assert [(row["id"], row["value"], row["field_value"], row["end"]) for row in spans] == [
        (change["sys_id"], "New", "-5", "2026-01-05 10:00:00"),
        (change["sys_id"], "Closed", "3", ""),
    ]


def test_incidents_of_one_deployment_share_a_problem() -> None:
    world = tiny_world()
    for incident in world.incidents[:2]:
        incident.deployment = "d1"
    with running(world) as server, client(server, "servicenow") as servicenow:
        [problem] = table(servicenow, "problem")
        found = table(servicenow, query=f"problem_id={problem['sys_id']}")
        assert [row["number"] for row in found] == ["INC0000", "INC0001"]
        assert problem["priority"] == "1"


def test_rows_columns_and_tables_go_and_queries_are_ignored() -> None:
    gone = sha("incident 3")[:32]
    faults = Faults(
        deleted_rows={gone},
        hidden_columns={"incident.resolved_at"},
        hidden_tables={"sys_audit"},
        queries_ignored=True,
    )
    with running(tiny_world(), faults=faults) as server, client(server, "servicenow") as servicenow:
        rows = table(servicenow, query="number=INC0001")
        assert [row["number"] for row in rows] == ["INC0000", "INC0001", "INC0002", "INC0004"]
        assert {"resolved_at"} & {name for row in rows for name in row} == set()
        assert servicenow.get("/api/now/v2/table/sys_audit").status_code == 403
        [deletion] = table(servicenow, "sys_audit_delete")
        assert (deletion["tablename"], deletion["documentkey"]) == ("incident", gone)


def test_an_oauth_client_gets_a_token_that_signs_it_in(company: CompanyServer) -> None:
    form = {"grant_type": "client_credentials", "client_id": SNOW_CLIENT}
    with httpx.Client(base_url=company.url("servicenow"), timeout=60) as stranger:
        refused = stranger.post("/oauth_token.do", data={**form, "client_secret": "no"})
        assert refused.status_code == 401
        given = stranger.post("/oauth_token.do", data={**form, "client_secret": SNOW_SECRET})
        token = given.json()["access_token"]
        stranger.headers["authorization"] = f"Bearer {token}"
        assert len(table(stranger)) == 5
