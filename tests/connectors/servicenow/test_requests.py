"""How many requests a pass takes: it grows with pages, never with rows."""

from __future__ import annotations

from collections import Counter

import respx

from connectors.stream import Scope
from tests.connectors.readers import payloads, quick_client, read, stream
from tests.connectors.servicenow.desk import connect, desk, incident


def test_a_thousand_changed_incidents_take_a_dozen_requests() -> None:
    tool, client = desk(), quick_client("https://acme.example")
    made = "2026-01-05 07:00:00"
    rows = [
        incident(f"i{n:04}", "2026-01-05 12:00:00", cmdb_ci=f"ci{n % 80}", sys_created_on=made)
        for n in range(1000)
    ]
    tool.hold("incident", *rows)
    with respx.mock() as mock:
        mock.route(host="acme.example").mock(side_effect=tool.answer)
        incidents = stream(connect(client), "incidents")
        tool.asked.clear()
        found = payloads(read(incidents, client, cursor={"at": "2026-01-05 11:00:00", "id": "x"}))
        assert incidents.complete is not None
        incidents.complete(client, Scope(), found)
    client.http.close()
    assert len(found) == 1000
    assert Counter(tool.asked) == {
        "incident": 1,
        "sys_audit": 10,  # all of them came late: a hundred at once
        "cmdb_ci": 1,
        "cmdb_ci_service": 1,
        "sys_choice": 1,
    }
