"""A first look at ServiceNow: which configuration items its newest changes and incidents name."""

from __future__ import annotations

from collections import Counter

from connectors.http import SourceClient
from connectors.look import NEWEST, Desk
from connectors.servicenow_names import Names
from connectors.servicenow_parse import references
from connectors.servicenow_query import Table, some
from connectors.stream import Scope

_ITEMS = ("sys_id", "cmdb_ci", "business_service")
_NEWEST = "ORDERBYDESCsys_updated_on"
_TABLES = ("change_request", "incident")


def look(client: SourceClient) -> Desk:
    """A page of each table; one that is refused counts as empty."""
    names, counted, rows = Names(), Counter[str](), 0
    for table in (Table(name=name, fields=_ITEMS) for name in _TABLES):
        found = some(client, table, _NEWEST, limit=2 * NEWEST) or []
        names.add(client, Scope(), found, table=table.name)
        rows += len(found)
        for row in found:
            counted.update({names.known[one] for one in references(row)} - {""})
    return Desk(tuple(counted.most_common()), rows)
