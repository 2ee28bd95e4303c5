"""Coverages that grade nothing, but say how far to trust builds, clocks, samples and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.servicenow_history import FROM_POLLS
from core.settings import Settings
from metrics import coverage, flow, lead_time
from metrics.causality import in_order, tool_pairs
from metrics.coverage import Coverage
from metrics.measure import Measure
from metrics.stats import ratio, wilson
from pipeline.audit import month_of, precision, sample
from pipeline.question import Question
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import asked_items
from pipeline.times import iso
from store import cursors
from store.audited_links import judged_pairs
from store.causal_pairs import causal_pairs
from store.made_by import builds_of_deployments

Answer = dict[str, Any]
_EVERYWHERE: Final = "Everything"
_MOST: Final = 50
_ON_PURPOSE: Final = frozenset({"cancelled", "merge_commit", "bot", "squashed", "rebased"})
"""By definition not in the number; the other exclusions are things that could not be counted."""
_NO_ESTIMATES: Final = (
    "nothing is estimated: every figure is measured from records, and no step that the tools do not"
    " see can be entered yet"
)


def more_rows(
    session: Session, snapshot: Snapshot, settings: Settings, asked: Question
) -> list[Answer]:
    """C4 of services, C12 of streams and services, and C9, C10, C13, C14 and C15 of everything."""
    builds = builds_of_deployments(session)
    services = list(snapshot.services.values())
    rows = [_traced(one, builds, asked) for one in services]
    rows += [_stream_sample(one, asked) for one in snapshot.streams.values()]
    rows += [_service_sample(one, asked) for one in services]
    return [
        *rows,
        _ordered(session, asked),
        _freshness(session, snapshot, asked),
        _estimated(),
        _overridden(session),
        _audited(session, settings, asked),
    ]


def _row(one: Coverage, title: str, fix: str, address: str | None, **more: Any) -> Answer:
    usual: Answer = {
        "id": one.id,
        "title": title,
        "scope": {},
        "scope_title": _EVERYWHERE,
        "value": one.share,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "unit": None,
        "reason": None if one.denominator else "nothing to cover in this window",
        "fix": fix,
        "line": None,
        "list": address,
        "interval": None,
        "detail": None,
    }
    return {**usual, **more}


def _window(path: str, asked: Question) -> str:
    return explain_address(path, asked)


def _traced(service: ServiceFacts, builds: pd.DataFrame, asked: Question) -> Answer:
    name = service.config.name
    one = coverage.traced_builds(service.deployments, builds, window=asked.window)
    inside = asked.window.holds(service.deployments["finished_ts"].to_numpy(np.int64))
    good = (service.deployments["result"] == "success").to_numpy(np.bool_)
    made_by = builds.groupby("deployment_id")["build_id"].nunique()
    number = service.deployments["deployment_id"].map(made_by).fillna(0).to_numpy(np.int64)
    bare = service.deployments["deployment_id"][inside & good & (number == 0)].tolist()
    address = f"/v1/services/{name}/metrics/deployment_frequency/explain"
    return _row(
        one,
        "Deployments made by one known build",
        "let the deployment name its build: deploy from the pipeline that built, or name job and"
        " number",
        _window(address, asked),
        scope={"service": name},
        scope_title=name,
        detail={
            "without_build": len(bare),
            "several_builds": int((inside & good & (number > 1)).sum()),
            "deployments": bare[:_MOST],
        },
    )


def _ordered(session: Session, asked: Question) -> Answer:
    found = tool_pairs(causal_pairs(session, asked.window.from_ts, asked.window.to_ts))
    one = in_order(found)
    late = one.denominator - one.numerator
    worst = found[0] if found and found[0].out_of_order else None
    return _row(
        one,
        "Causes before their effects",
        "set the clocks of tools and of developers' machines by NTP",
        _window("/v1/quality/clock-skew", asked),
        interval=list(wilson(one.numerator, one.denominator)) if one.denominator else None,
        detail={
            "out_of_order": late,
            "share_out_of_order": ratio(late, one.denominator),
            "worst_check": worst.check if worst else None,
            "median_lag_s": worst.median_lag_s if worst else None,
        },
    )


def _freshness(session: Session, snapshot: Snapshot, asked: Question) -> Answer:
    notes = {one.source: one.note for one in cursors.all_states(session) if one.note == FROM_POLLS}
    gaps = _outages(snapshot, asked, notes)
    rows = []
    for name, one in snapshot.freshness.items():
        mark = one.watermark_ts
        rows.append(
            {
                "source": name,
                "watermark_at": iso(mark),
                "age_s": None if mark is None else max(0, asked.as_of - mark),
                "every_s": one.every_s,
                "fresh": one.fresh(asked.as_of),
                "coarse": notes.get(name),
                "outages": gaps.get(name, []),
            }
        )
    marks = [one.watermark_ts for one in snapshot.freshness.values()]
    known = [mark for mark in marks if mark is not None]
    fresh = sum(row["fresh"] is True for row in rows)
    return _row(
        Coverage("C10", fresh, len(rows)),
        "Sources read within three of their intervals",
        "see what keeps the source from being read",
        "/v1/sources",
        reason=None if rows else "no source is polled",
        detail={
            "oldest_watermark_at": iso(min(known)) if known and len(known) == len(marks) else None,
            "sources": rows,
        },
    )


def _outages(
    snapshot: Snapshot, asked: Question, notes: Mapping[str, str]
) -> dict[str, list[Answer]]:
    """By source the times in the window in which it was not read for three of its intervals.

    What a history tells afterwards keeps its moments; states that only polls see are `coarse`: they
    may have changed at any moment of the gap, and more than once.
    """
    return {
        name: [
            {"from": iso(start), "to": iso(end), "coarse": name in notes}
            for start, end in gaps
            if end > asked.window.from_ts and start < asked.window.to_ts
        ]
        for name, gaps in snapshot.outages.items()
    }


def _stream_sample(stream: StreamFacts, asked: Question) -> Answer:
    items = asked_items(stream, asked)
    measure = flow.flow_time(items, window=asked.window)
    done = items[asked.window.holds(items["done_ts"].to_numpy(np.int64))]
    sizes = done["kind"].replace("", "unmapped").value_counts()
    smallest = min(sizes.items(), key=lambda pair: (pair[1], str(pair[0])), default=None)
    name = stream.config.name
    return _sampled(
        measure,
        "Deliveries that flow time counts",
        _window(f"/v1/streams/{name}/metrics/flow_time/explain", asked),
        scope={"stream": name},
        scope_title=stream.title,
        smallest=None if smallest is None else {"kind": str(smallest[0]), "n": int(smallest[1])},
    )


def _service_sample(service: ServiceFacts, asked: Question) -> Answer:
    name = service.config.name
    return _sampled(
        lead_time.change_lead_time(service.changes, window=asked.window),
        "Commits that lead time counts",
        _window(f"/v1/services/{name}/metrics/change_lead_time/explain", asked),
        scope={"service": name},
        scope_title=name,
        smallest=None,
    )


def _sampled(
    measure: Measure, title: str, address: str, *, smallest: Answer | None, **of: Any
) -> Answer:
    """C12: what is counted, of what should be: all but what the metric leaves out on purpose."""
    out = sum(count for why, count in measure.excluded.items() if why not in _ON_PURPOSE)
    one = Coverage("C12", measure.n, measure.n + out)
    detail = {"n": measure.n, "excluded": dict(measure.excluded), "smallest_group": smallest}
    fix = "the commonest reason says what to do; percentiles need n of 5, 19 and 59"
    return _row(one, title, fix, address, detail=detail, **of)


def _estimated() -> Answer:
    return _row(
        Coverage("C13", 0, 0),
        "Measured rather than estimated time",
        "",
        None,
        reason=_NO_ESTIMATES,
    )


def _overridden(session: Session) -> Answer:
    confirmed, rejected, added = judged_pairs(session)
    judged = confirmed + rejected
    return _row(
        Coverage("C14", confirmed, judged),
        "Links that people left standing when they judged them",
        "judge links where they look wrong, and confirm some that look right",
        "/v1/quality/agreement",
        reason=None if judged else "nobody judged a link yet",
        interval=list(wilson(confirmed, judged)) if judged else None,
        detail={"confirmed": confirmed, "rejected": rejected, "added_by_hand": added},
    )


def _audited(session: Session, settings: Settings, asked: Question) -> Answer:
    month, window = month_of(settings, None, as_of=asked.as_of)
    pairs = sample(session, month, window)
    chosen: Sequence[str] = pairs["judged"][pairs["drawn"]].tolist()
    told = precision(chosen.count("confirmed"), chosen.count("rejected"), month)
    return _row(
        Coverage("C15", told["confirmed"], told["judged"]),
        f"Right links in the audit of {month}",
        "judge the sample of the month: headwater audit",
        f"/v1/quality/audit?month={month}",
        reason=told["reason"] if len(pairs) else f"no link to audit in {month}",
        interval=told["interval"] if told["judged"] else None,
        detail={"month": month, "sample": len(chosen), "population": len(pairs)},
    )
