"""What is known of a source between two passes: who reads it, its clock, what is left to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors.budget import HOUR_S, Spent
from connectors.http import SourceClient
from connectors.stream import Connection
from pipeline.source_report import SourceReport

CLOCK_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Left:
    """What a tool said is left of its own limit, in requests or points, at `at_ts`; renews_ts None
    where it did not tell.
    """

    limit: int
    remaining: int
    at_ts: int
    renews_ts: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """Several passes that together read everything once, as one pass would with a larger budget.

    What ended well since `from_ts` is not read again in it where it was paused, and else only for
    what is new. `asked` is what was asked for: a round that asks for something else begins anew.
    full: whether everything is taken as new.
    """

    from_ts: int
    asked: str
    full: bool
    paused: bool = True


@dataclass(frozen=True, slots=True)
class Tally:
    """What passes came to since they are counted: how many ended well, met a fault, or paused; and
    how many records and requests they were in all.
    """

    well: int = 0
    failed: int = 0
    paused: int = 0
    records: int = 0
    requests: int = 0

    def after(self, report: SourceReport) -> Tally:
        """With one pass more."""
        failed, paused = bool(report.problems), bool(report.paused)
        return Tally(
            self.well + (not failed and not paused),
            self.failed + failed,
            self.paused + (paused and not failed),
            self.records + report.seen,
            self.requests + report.requests,
        )


@dataclass(frozen=True, slots=True)
class Health:
    """account, product, version: empty before the first good pass, or where the tool does not tell.

    visible: what the account saw then, names by id (`Connection.visible`). clock_offset_s: the
    clock of the source minus ours at the last answer. spent: requests of the last hour that had
    any. round: what the last pass began and did not end, None where it came to its end. tally:
    of all passes over it.
    """

    account: str = ""
    product: str = ""
    version: str = ""
    visible: Mapping[str, str] = field(default_factory=dict)
    clock_offset_s: int | None = None
    spent: Spent | None = None
    left: Left | None = None
    round: Round | None = None
    tally: Tally = Tally()

    def accepting(self, found: Connection) -> Health:
        """With what this pass saw as what the next one is compared with."""
        who = found.identity
        return replace(
            self,
            account=who.account or self.account,
            product=who.product,
            version=who.version,
            visible=dict(found.visible),
        )

    def after(self, client: SourceClient) -> Health:
        """With what the answers told of clock and limits."""
        offset, transport = client.clock_offset_s, client.transport
        known = self if offset is None else replace(self, clock_offset_s=round(offset))
        if transport is None:
            return known
        return replace(known, spent=transport.budget.spent, left=_left(client) or self.left)

    def spent_at(self, now_ts: int) -> Spent | None:
        """The requests of the hour that `now_ts` (cut to the minute) is in; None without any."""
        spent = self.spent
        return spent if spent and -60 < now_ts - spent.from_ts < HOUR_S else None

    def left_at(self, now_ts: int) -> Left | None:
        """What is left by the tool's word; None once that was renewed, or is an hour old."""
        left = self.left
        if left is None:
            return None
        until = left.renews_ts if left.renews_ts is not None else left.at_ts + HOUR_S
        return left if now_ts < until else None


def _left(client: SourceClient) -> Left | None:
    transport = client.transport
    if transport is None or transport.quota is None or transport.quota_at is None:
        return None
    quota, at = transport.quota, transport.quota_at
    renews = at + timedelta(seconds=quota.reset_s) if quota.reset_s is not None else None
    return Left(
        int(quota.limit),
        int(quota.remaining),
        int(at.timestamp()),
        int(renews.timestamp()) if renews else None,
    )


def encoded(health: Health) -> dict[str, Any]:
    """JSON for the store."""
    spent, left, rounds = health.spent, health.left, health.round
    return {
        "account": health.account,
        "product": health.product,
        "version": health.version,
        "visible": dict(health.visible),
        "clock_offset_s": health.clock_offset_s,
        "spent": [spent.from_ts, spent.requests] if spent else None,
        "round": [*astuple(rounds)] if rounds else None,
        "left": [left.limit, left.remaining, left.at_ts, left.renews_ts] if left else None,
        "tally": [*astuple(health.tally)],
    }


def decoded(stored: Mapping[str, Any]) -> Health:
    """From the JSON of the store; empty where none is stored."""
    spent, left, rounds = stored.get("spent"), stored.get("left"), stored.get("round")
    return Health(
        account=stored.get("account", ""),
        product=stored.get("product", ""),
        version=stored.get("version", ""),
        visible=stored.get("visible", {}),
        clock_offset_s=stored.get("clock_offset_s"),
        spent=Spent(*spent) if spent else None,
        round=Round(*rounds) if rounds else None,
        left=Left(*left) if left else None,
        tally=Tally(*stored.get("tally", ())),
    )
