"""The dashboards of deploy/grafana, and their queries as Grafana and its plugins ask them:
variables and macros filled in, columns taken out of the answers (Infinity 3.7, Grafana 12.4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
BOARDS = sorted(path.name for path in (FOLDER / "dashboards").glob("*.json"))
INFINITY, POSTGRES = "yesoreyeram-infinity-datasource", "grafana-postgresql-datasource"
Json = dict[str, Any]
Row = dict[str, Any]


def board(name: str) -> Json:
    found: Json = json.loads((FOLDER / "dashboards" / name).read_text(encoding="utf-8"))
    return found


def sources() -> dict[str, Json]:
    """The provisioned data sources by their uid."""
    path = FOLDER / "provisioning" / "datasources" / "headwater.yml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {one["uid"]: one for one in told["datasources"]}


@dataclass(frozen=True)
class Asked:
    """One query of a panel. name: the board and the title of the panel."""

    name: str
    panel: Json
    target: Json


def queries(kind: str) -> list[Asked]:
    """Those of all panels that ask data sources of this kind."""
    return [
        Asked(f"{name}: {panel['title']}", panel, target)
        for name in BOARDS
        for panel in board(name)["panels"]
        for target in panel["targets"]
        if target["datasource"]["type"] == kind
    ]


@dataclass(frozen=True)
class Window:
    """The time range of a dashboard, and what its variables are set to."""

    begin: datetime
    end: datetime
    variables: Mapping[str, str]

    def filled(self, text: str) -> str:
        """`$name`, `${name}`, `${name:sqlstring}` and `${__from:date:iso}`, as Grafana does."""
        moments = {"__from": self.begin, "__to": self.end}

        def value(found: re.Match[str]) -> str:
            name, way = found[1] or found[3], found[2] or ""
            if name in moments:
                assert way == "date:iso", found[0]
                at = moments[name].astimezone(UTC)
                return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
            told = self.variables[name]
            return "'" + told.replace("'", "''") + "'" if way == "sqlstring" else told

        return re.sub(r"\$\{(\w+)(?::([\w:]+))?\}|\$(?!__)(\w+)", value, text)

    def sql(self, text: str) -> str:
        """Macros of the PostgreSQL data source, then variables."""
        begin, end = (f"'{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'" for at in (self.begin, self.end))
        told = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {begin} AND {end}", text)
        told = told.replace("$__timeFrom()", begin).replace("$__timeTo()", end)
        assert "$__" not in told, told
        return self.filled(told)


def address(window: Window, target: Json) -> str:
    """The path that the plugin asks below the URL of the data source."""
    assert (target["type"], target["source"], target["parser"]) == ("json", "url", "backend")
    assert (target["url_options"]["method"], target["filters"]) == ("GET", [])
    url = window.filled(target["url"])
    assert url.startswith("/v1/")
    return url


_ABSENT = object()


def selected(answer: Any, selector: str) -> Any:
    """What a path of GJSON leads to; `_ABSENT` where it leads nowhere. Only names and numbers."""
    found = answer
    for part in filter(None, selector.split(".")):
        if isinstance(found, list):
            found = found[int(part)] if int(part) < len(found) else _ABSENT
        else:
            found = found.get(part, _ABSENT) if isinstance(found, dict) else _ABSENT
        if found is _ABSENT or found is None:
            return found
    return found


def frame(answer: Any, target: Json) -> list[Row]:
    """The rows that the plugin makes of an answer; a column that the answer does not have in any
    row is a mistake in the dashboard.
    """
    root = selected(answer, target["root_selector"])
    assert root is not _ABSENT, target["root_selector"]
    rows = root if isinstance(root, list) else [root]
    for column in target["columns"]:
        if not column["selector"].rpartition(".")[2].isdigit():
            there = any(selected(row, column["selector"]) is not _ABSENT for row in rows)
            assert there, column["selector"]
    made = [dict(_columns(row, target)) for row in rows]
    for condition in filter(None, target["filterExpression"].split(" && ")):
        name, way, value = condition.split(" ")
        assert way in ("==", "!=")
        made = [row for row in made if (row[name] == json.loads(value)) is (way == "==")]
    return made


def _columns(row: Any, target: Json) -> Iterator[tuple[str, Any]]:
    taken: Row = {}
    for column in target["columns"]:
        found = selected(row, column["selector"])
        taken[column["text"] or column["selector"]] = (
            None if found is _ABSENT else _typed(found, column)
        )
    yield from taken.items()
    for column in target["computed_columns"]:
        name, _, divisor = column["selector"].partition(" / ")
        number = taken[name]
        yield column["text"], None if number is None else number / float(divisor)


def _typed(found: Any, column: Json) -> Any:
    """As the kind of the column has it; what does not fit would be empty in Grafana."""
    if found is None:
        return None
    kind = column["type"]
    if kind == "timestamp":
        layout = {"2006-01-02": "%Y-%m-%d", None: "%Y-%m-%dT%H:%M:%SZ"}
        return datetime.strptime(found, layout[column.get("timestampFormat")]).replace(tzinfo=UTC)
    fits = {"string": str, "number": int | float, "boolean": bool}[kind]
    assert isinstance(found, fits), (column, found)
    assert kind != "number" or not isinstance(found, bool)
    return found
