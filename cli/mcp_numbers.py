"""The tools of delay cost, forecasts, single metrics and definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from cli.mcp_asking import Api
from cli.mcp_told import marked, number, picked

Stream = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The name of a value stream; stream_overview without one lists all names.",
    ),
]
From = Annotated[
    str | None,
    Field(max_length=40, description="Begin of the window, as 2026-08-01; default: 90 days back."),
]
To = Annotated[
    str | None, Field(max_length=40, description="End of the window, not included; default: now.")
]
By = Literal["stage", "team", "reason", "kind", "item", "owner"]


def money_tools(api: Api) -> list[Callable[..., Any]]:
    """What waiting costs, and when things will be done."""

    async def delay_cost(
        stream: Stream,
        by: Annotated[By, Field(description="How the cost is split.")] = "stage",
        from_date: From = None,
        to_date: To = None,
    ) -> dict[str, Any]:
        """What waiting cost in the window and burns a week now, split by stage, team, reason, kind
        of work, item or owner of the value, the dearest first, with likely ranges (p10 to p90).
        """
        window = {"from_": from_date, "to": to_date}
        body = await api.get("streams", stream, "delay-cost", by=by, **window)
        kept = (
            *("window", "cost_cents", "per_week_cents", "burn_rate_cents", "ranges", "currency"),
            *("valued", "unvalued", "reason", "clock_means", "grade", "reasons", "items"),
        )
        links = {
            "page": api.page("/delay-cost", stream=stream, by=by),
            "items_behind_it": api.link(body["explain"]),
        }
        return {**marked(picked(body, *kept)), "links": links}

    async def forecast(
        stream: Stream,
        items: Annotated[
            int | None, Field(ge=1, le=500, description="When will so many items be done?")
        ] = None,
        by_date: Annotated[
            str | None, Field(max_length=10, description="How many by this day, 2026-12-24?")
        ] = None,
        of: Annotated[
            Literal["parent", "release"], Field(description="Without both: epics, or releases.")
        ] = "parent",
    ) -> dict[str, Any]:
        """When so many items are done, how many by a day, or, without either, when each epic or
        release arrives and the chance of its due date; at 50, 85 and 95 %, from past throughput.
        """
        if items is not None and by_date is not None:
            raise ToolError("give items or by_date, not both; without them epics are foretold")
        place = ("streams", stream, "forecasts")
        if items is not None:
            return number(api, await api.get(*place, "when", items=items))
        if by_date is not None:
            return number(api, await api.get(*place, "how-many", date=by_date))
        body = await api.get(*place, "queue", of=of)
        row = ("key", "title", "items", "ahead", "dates", "corrected", "due")
        return {
            **number(api, body),
            "groups": marked([picked(one, *row) for one in body["items"]], most=25),
            "groups_total": len(body["items"]),
            "links": {"page": api.page("/forecast", stream=stream)},
        }

    return [delay_cost, forecast]


def meaning_tools(api: Api) -> list[Callable[..., Any]]:
    """What a number is made of, and what it means."""

    async def explain(
        stream: Stream,
        metric: Annotated[
            str,
            Field(pattern=r"^[a-z_]{2,40}$", description="As flow_time; definitions lists them."),
        ],
        from_date: From = None,
        to_date: To = None,
    ) -> dict[str, Any]:
        """One metric of a stream with its interval and grade, and the items that it is made of and
        that are left out, with the reason.
        """
        window = {"from_": from_date, "to": to_date}
        body = await api.get("streams", stream, "metrics", metric, **window)
        behind = await api.get("streams", stream, "metrics", metric, "explain", **window)
        return {**number(api, body), **marked(picked(behind, "included", "excluded"))}

    async def definitions(
        metric: Annotated[
            str | None,
            Field(pattern=r"^[a-z_]{2,40}$", description="One metric; default: a list of all."),
        ] = None,
    ) -> dict[str, Any]:
        """What a metric means: formula, edge cases, source, a worked example; else all names."""
        if metric is None:
            rows = (await api.get("definitions"))["items"]
            return {"metrics": [picked(one, "slug", "title", "unit", "definition") for one in rows]}
        body = await api.get("definitions", metric)
        kept = ("slug", "definition", "unit", "formula", "edge_cases", "source", "worked_example")
        return picked(body, *kept)

    return [explain, definitions]
