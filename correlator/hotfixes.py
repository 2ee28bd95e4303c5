"""What marks a deployment as a hotfix: its branch, the labels it ships, the type of its change."""

from __future__ import annotations

from typing import Final

import pandas as pd

SURE_CHANGE: Final = 0.5
"""A deployment was made under a change from this combined confidence on; time alone is less."""


def deployment_marks(
    deployments: pd.DataFrame,
    *,
    shipped: pd.DataFrame,
    requests: pd.DataFrame,
    under: pd.DataFrame,
    changes: pd.DataFrame,
) -> pd.DataFrame:
    """The deployments with `labels` (lines) and `change_type`, "" where there is none.

    shipped: deployment_id, merge_request_id of the merge requests that each was the first to bring.
    requests: merge_request_id, labels. under: deployment_id, change_id, confidence. changes:
    change_id, type.
    Only labels that all of a deployment's merge requests bear count: a planned deployment that also
    brings home an earlier hotfix is no hotfix itself.
    """
    pairs = shipped[["deployment_id", "merge_request_id"]].drop_duplicates()
    labelled = pairs.merge(requests[["merge_request_id", "labels"]], on="merge_request_id")
    labels = labelled.groupby("deployment_id")["labels"].agg(_shared)
    sure = under[under["confidence"] >= SURE_CHANGE].merge(
        changes[["change_id", "type"]], on="change_id"
    )
    ordered = sure.sort_values(
        ["deployment_id", "confidence", "type"], ascending=[True, False, True]
    )
    types = ordered.drop_duplicates("deployment_id").set_index("deployment_id")["type"]
    return deployments.assign(
        labels=deployments["deployment_id"].map(labels).astype(object).fillna(""),
        change_type=deployments["deployment_id"].map(types).astype(object).fillna(""),
    )


def _shared(labels: pd.Series[str]) -> str:
    return "\n".join(sorted(set.intersection(*(set(text.split("\n")) for text in labels))))
