"""Who is told of an alert: the team that owns it, else its stream, else the default."""

from __future__ import annotations

from collections.abc import Sequence

from core.alert_settings import Route
from store.alerts import Alert

NOWHERE = (
    "no route takes it: add one with its team or stream, or default = true, to [[alerts.routes]]"
)


def routes_for(routes: Sequence[Route], alert: Alert) -> list[Route]:
    """All routes of the first of these that there are any of: those that name the team (and, where
    they name streams, the stream), those that name the stream alone, and the default ones.
    """
    open_to = [one for one in routes if not one.rules or alert.rule in one.rules]
    of_team = [
        one
        for one in open_to
        if alert.team in one.teams and (not one.streams or alert.stream in one.streams)
    ]
    of_stream = [one for one in open_to if not one.teams and alert.stream in one.streams]
    return of_team or of_stream or [one for one in open_to if one.default]
