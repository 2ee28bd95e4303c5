"""What was counted in ServiceNow's recorded payloads."""

from __future__ import annotations

from functools import partial

from connectors.servicenow import PROBLEMS
from connectors.servicenow_parse import parse_change, parse_incident
from connectors.stream import Payload, Scope
from core.errors import PayloadError
from core.records import Record
from tests.contract.payload_set import PayloadSet, under

_BASE = "https://instance.service-now.com"
_CHANGE = partial(parse_change, base_url=_BASE, deployments=True)
_INCIDENT = partial(parse_incident, base_url=_BASE)
_CHANGES = "servicenow/docs-change-management"


def _kept(payload: Payload, _scope: Scope) -> tuple[Record, ...]:
    """No record, of a row that has all columns that are asked for."""
    missing = [name for name in PROBLEMS.fields if name not in payload]
    if missing:
        raise PayloadError(f"a row without {missing}")
    return ()


SERVICENOW = [
    # One change in each, closed and successful, every value also as it is displayed.
    *(
        PayloadSet(
            files=f"{_CHANGES}/{number}-Response-body-*.json",
            items=under("result"),
            parse=_CHANGE,
            count=1,
            records={"ChangeRequest": 1, "Deployment": 1},
        )
        for number in ("001", "003", "005", "009")
    ),
    # A change model and a worker: no changes, and not taken for one.
    PayloadSet(
        files=f"{_CHANGES}/007-Response-body-*.json",
        items=under("result"),
        parse=_CHANGE,
        count=1,
        unparsed=1,
        lacks="number",
    ),
    PayloadSet(
        files=f"{_CHANGES}/011-cURL-request.json",
        items=under("result"),
        parse=_CHANGE,
        count=1,
        unparsed=1,
        lacks="sys_id",
    ),
    *(
        PayloadSet(
            files=f"servicenow/docs-table-api/{number}-cURL-request.json",
            items=under("result"),
            parse=_INCIDENT,
            count=1,
            records={"Incident": 1},
        )
        for number in ("003", "005")
    ),
    # A problem: kept as it is, and no record is made of it.
    PayloadSet(
        files="servicenow/docs-table-api/001-cURL-request.json",
        items=under("result"),
        parse=_kept,
        count=1,
    ),
    PayloadSet(
        files="servicenow/faros/incidents_rest.json",
        parse=_INCIDENT,
        count=2,
        records={"Incident": 2},
    ),
]
