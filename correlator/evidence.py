"""What the rules read, what a rule is, and how several rules that name one pair combine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.records import Entity
from correlator.keys import KeyFinder

Flags = NDArray[np.bool_]

LINK_COLUMNS: Final = ["a_kind", "a_id", "b_kind", "b_id", "rule", "confidence", "evidence"]
_PAIR: Final = LINK_COLUMNS[:4]
HUMAN: Final = "human"
"""The rule of links that people confirmed or added."""
VERDICT_COLUMNS: Final = [*_PAIR, "answer", "who", "ts", "why"]


def no_verdicts() -> pd.DataFrame:
    """A verdicts frame without rows."""
    texts = ("answer", "who", "why")
    kinds = {name: "object" if name in texts else "int64" for name in VERDICT_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def no_hotfixes(deployments: pd.DataFrame) -> Flags:
    """None of them is a hotfix."""
    return np.zeros(len(deployments), dtype=np.bool_)


def no_items() -> pd.DataFrame:
    """item_id, title, of no items."""
    return pd.DataFrame({"item_id": pd.Series(dtype="int64"), "title": pd.Series(dtype="object")})


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """How far an incident is looked back from. `window_s`: time alone; `reach_s`: evidence that
    names or undoes a deployment. hotfixes: which deployments are hotfixes, of a frame with ref,
    labels (lines) and change_type.
    """

    window_s: int = 24 * 3600
    reach_s: int = 72 * 3600
    hotfixes: Callable[[pd.DataFrame], Flags] = no_hotfixes


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The frames that the rules read. More columns do no harm, an empty frame is fine.

    `deployments` went through `assign_services`, `merge_groups`, `resolve_commits`,
    `resolve_versions` and `follow_manifests`; `claims` is that of `first_deployments`. Give only
    new rows of one frame to correlate only those.
    """

    finder: KeyFinder
    item_keys: pd.DataFrame
    """key, item_id, source_id"""
    repositories: pd.DataFrame
    """repository_id, source_id, kind (of the source), path, url, remotes"""
    commits: pd.DataFrame
    """commit_id, repository_id, sha, authored_ts, committed_ts, parents, author_id (all NONE where
    not told), message"""
    merge_requests: pd.DataFrame
    """merge_request_id, repository_id, number, title, description, source_branch, state, head_sha,
    merge_sha, squash_sha, merged_ts (NONE), labels (lines)"""
    merge_request_commits: pd.DataFrame
    """merge_request_id, commit_id"""
    builds: pd.DataFrame
    """build_id, source_id, external_id, job, number, ref, repository_id, revisions, parameters,
    description"""
    deployments: pd.DataFrame
    """deployment_id, source_id, external_id, group, build_external_id, environment, target,
    service_id, service, repository_id, sha, ref, version, result, created_ts, started_ts,
    finished_ts, rollback (bool: it brings nothing new and is older than what ran before),
    commit_by, previous_release"""
    claims: pd.DataFrame
    """deployment_id, service_id, commit_id, target, unknown_predecessor"""
    changes: pd.DataFrame
    """change_id, source_id, external_id, number, type, title, description, correlation, service_id
    (by its configuration item), created_ts, started_ts, finished_ts, closed_ts"""
    incidents: pd.DataFrame
    """incident_id, source_id, external_id, number, title, description, correlation,
    caused_by_external_id, duplicate_of_external_id, service_id (by its configuration item),
    opened_ts, detected_ts, resolved_ts"""
    items: pd.DataFrame = field(default_factory=no_items)
    """item_id, title"""
    incident_rules: IncidentRules = field(default_factory=IncidentRules)
    judged_claims: pd.DataFrame | None = None
    """`claims` as people corrected them; None where nobody did"""
    verdicts: pd.DataFrame = field(default_factory=no_verdicts)
    """`VERDICT_COLUMNS`: answer `confirmed` or `rejected`, ts in seconds UTC; the last of a pair
    counts"""

    @property
    def brought(self) -> pd.DataFrame:
        """What deployments brought first, as far as people agree: for rules that build on it."""
        return self.claims if self.judged_claims is None else self.judged_claims


@dataclass(frozen=True, slots=True)
class Found:
    """The links that earlier rules made, a frame for each, on which derived rules build; and what
    they read out of texts, by name, for others that need the same. `loose`: entity, entity_id, word
    of what they named and nothing bears yet.
    """

    frames: list[pd.DataFrame] = field(default_factory=list)
    readings: dict[str, pd.DataFrame] = field(default_factory=dict)
    loose: list[pd.DataFrame] = field(default_factory=list)

    def note(self, entity: Entity, ids: Sequence[int], words: Sequence[str]) -> None:
        """Records that name by these words what is not known: see `correlator/mentions.py`."""
        if len(ids):
            self.loose.append(
                pd.DataFrame({"entity": int(entity), "entity_id": ids, "word": list(words)})
            )

    def pairs(self, a: Entity, b: Entity, *, rules: Sequence[str] = ()) -> pd.DataFrame:
        """a_id, b_id, confidence: one row per pair, combined; of `rules` only where given (`HUMAN`
        for what people said).
        """
        parts = self._parts(a, b, rules)
        if not parts:
            return no_links()[["a_id", "b_id", "confidence"]]
        if len(parts) == 1:  # one rule names a pair once, and in order
            return parts[0][["a_id", "b_id", "confidence"]].copy()
        return _confidence(pd.concat(parts))[["a_id", "b_id", "confidence"]]

    def only_people(self, a: Entity, b: Entity, *, rules: Sequence[str]) -> pd.MultiIndex:
        """The pairs that people named and none of the others among these rules."""
        others = [rule for rule in rules if rule != HUMAN]
        told = [
            pd.MultiIndex.from_frame(pd.concat([no_links(), *parts])[["a_id", "b_id"]])
            for parts in (self._parts(a, b, (HUMAN,)), self._parts(a, b, others))
        ]
        return told[0].difference(told[1])

    def _parts(self, a: Entity, b: Entity, rules: Sequence[str]) -> list[pd.DataFrame]:
        return [frame for frame in self.frames if _is_of(frame, int(a), int(b), rules)]


def _is_of(frame: pd.DataFrame, a: int, b: int, rules: Sequence[str]) -> bool:
    """All links of one frame are of one rule."""
    if frame.empty or (frame["a_kind"].iloc[0], frame["b_kind"].iloc[0]) != (a, b):
        return False
    return not rules or frame["rule"].iloc[0] in rules


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to link two things.

    `find` gives a_id, b_id, evidence and, where not every pair is equally sure, `weight`: the part
    of the base confidence (0 to 1) that the pair deserves.
    """

    name: str
    a: Entity
    b: Entity
    confidence: float
    meaning: str
    find: Callable[[Evidence, Found], pd.DataFrame]

    def links(self, evidence: Evidence, found: Found) -> pd.DataFrame:
        """The links of this rule, one per pair: the surest where it found a pair twice."""
        raw = self.find(evidence, found)
        if raw.empty:
            return no_links()
        ones = pd.Series(1.0, index=raw.index)
        table = pd.DataFrame(
            {
                "a_kind": np.full(len(raw), int(self.a), dtype="int64"),
                "a_id": raw["a_id"].to_numpy(dtype="int64"),
                "b_kind": np.full(len(raw), int(self.b), dtype="int64"),
                "b_id": raw["b_id"].to_numpy(dtype="int64"),
                "rule": self.name,
                "confidence": self.confidence * raw.get("weight", ones),
                "evidence": raw["evidence"].to_numpy(dtype=object),
            }
        ).astype({"rule": "object", "evidence": "object"})
        table = table.sort_values(
            ["a_id", "b_id", "confidence", "evidence"], ascending=[True, True, False, True]
        )
        return table.drop_duplicates(["a_id", "b_id"]).reset_index(drop=True)


def no_links() -> pd.DataFrame:
    """A links frame without rows."""
    kinds = {"confidence": "float64", "rule": "object", "evidence": "object"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "int64")) for name in LINK_COLUMNS})


def found_pairs(a: Iterable[int], b: Iterable[int], evidence: Iterable[str]) -> pd.DataFrame:
    """What `Rule.find` gives back, from three columns."""
    return pd.DataFrame(
        {
            "a_id": pd.Series(list(a), dtype="int64"),
            "b_id": pd.Series(list(b), dtype="int64"),
            "evidence": pd.Series(list(evidence), dtype="object"),
        }
    )


def no_pairs() -> pd.DataFrame:
    """What `Rule.find` gives back where there is nothing to find."""
    return found_pairs((), (), ())


def combine(links: pd.DataFrame) -> pd.DataFrame:
    """One row per pair: a_kind, a_id, b_kind, b_id, confidence, rules (surest first, by ", ").

    The confidence is 1 - prod(1 - c): the chance that not all of the rules are wrong, were they
    independent.
    """
    ordered = links.sort_values(
        [*_PAIR, "confidence", "rule"], ascending=[True] * 4 + [False, True]
    )
    table = _confidence(ordered)
    # The first rule of each pair; joining text is slow, so only where there are several.
    rules = ordered.drop_duplicates(_PAIR)["rule"].to_numpy(dtype=object, copy=True)
    several = ordered[ordered.duplicated(_PAIR, keep=False)]
    joined = several.groupby(_PAIR, sort=True)["rule"].agg(", ".join)
    rules[(table["n"] > 1).to_numpy()] = joined.to_numpy(dtype=object)
    return table[[*_PAIR, "confidence"]].assign(rules=pd.Series(rules, dtype="object"))


def _confidence(links: pd.DataFrame) -> pd.DataFrame:
    """One row per pair, in order: the pair, confidence, n (rules)."""
    grouped = links.assign(doubt=1.0 - links["confidence"]).groupby(_PAIR, sort=True)["doubt"]
    table = grouped.agg(doubt="prod", n="size").reset_index()
    return table.assign(confidence=1.0 - table["doubt"].astype("float64"))
