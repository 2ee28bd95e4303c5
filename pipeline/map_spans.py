"""What the tools did for the items of a map, read for those items alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from metrics.map_spans import MapRecords, map_spans
from metrics.stretches import begun_by, closed, opened
from pipeline.tool_links import linked_to
from store import map_frames


def spans_of_lives(session: Session, lives: pd.DataFrame, *, known_at: int | None) -> pd.DataFrame:
    """See `metrics.map_spans.map_spans`. lives: item_id, released_ts (NONE).

    Of another moment only what had begun by then is told, and what ended later is not.
    """
    ids = {int(one) for one in lives["item_id"]}
    links = linked_to(session, ids)
    linked, written = links.linked, links.written
    commits = map_frames.written_times(session, set(written["commit_id"].tolist()))
    deployed = set(links.shipped["deployment_id"].tolist())
    requests = _joined(
        linked.requests,
        map_frames.request_times(session, set(linked.requests["merge_request_id"].tolist())),
        "merge_request_id",
    )
    builds = _joined(
        linked.builds,
        map_frames.build_times(session, set(linked.builds["build_id"].tolist())),
        "build_id",
    )
    changes = _joined(
        linked.changes,
        map_frames.change_times(session, set(linked.changes["change_id"].tolist())),
        "change_id",
    )
    timed = _joined(written, commits, "commit_id")
    runs = _joined(links.shipped, map_frames.deployment_times(session, deployed), "deployment_id")
    made = map_spans(MapRecords(timed, requests, builds, changes, runs, lives))
    return made if known_at is None else _as_known(made, known_at)


def _joined(pairs: pd.DataFrame, records: pd.DataFrame, own: str) -> pd.DataFrame:
    return pairs[["item_id", own]].drop_duplicates().merge(records, on=own)


def _as_known(spans: pd.DataFrame, ts: int) -> pd.DataFrame:
    then = opened(begun_by(closed(spans), ts))
    over: pd.DataFrame = then[(then["end_ts"] != NONE).to_numpy(np.bool_)]
    return over
