"""What the rules read, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.records import Entity
from correlator.confidence import PAIR, confidence_of
from correlator.joining import Flags, Ids
from correlator.keys import KeyFinder

Numbers = NDArray[np.float64]
T = TypeVar("T")

LINK_COLUMNS: Final = ["a_kind", "a_id", "b_kind", "b_id", "rule", "confidence", "evidence"]
HUMAN: Final = "human"
"""The rule of links that people confirmed or added."""
VERDICT_COLUMNS: Final = [*PAIR, "answer", "who", "ts", "why"]
_COMBINED: Final = ["a_id", "b_id", "confidence"]
_NO_PAIRS: Final = pd.MultiIndex.from_arrays(
    [pd.Index([], dtype="int64")] * 2, names=["a_id", "b_id"]
)


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

    _worked_out: dict[Callable[..., Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, make: Callable[[Evidence], T]) -> T:
        """What a function makes of this, made once however many rules ask: none may alter it."""
        if make not in self._worked_out:
            self._worked_out[make] = make(self)
        made: T = self._worked_out[make]
        return made

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
    _kinds: list[tuple[int, int, str] | None] = field(default_factory=list)
    _pairs: dict[tuple[int, int, tuple[str, ...]], _Pairs] = field(default_factory=dict)

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
        parts, wanted = self._parts(a, b, rules), (int(a), int(b), tuple(rules))
        known = self._pairs.get(wanted)
        if known is None or known.parts != len(parts):
            known = self._pairs[wanted] = _Pairs(len(parts), _combined(parts))
        return known.table.copy(deep=False)

    def only_people(self, a: Entity, b: Entity, *, rules: Sequence[str]) -> pd.MultiIndex:
        """The pairs that people named and none of the others among these rules."""
        if not self._parts(a, b, (HUMAN,)):
            return _NO_PAIRS
        others = [rule for rule in rules if rule != HUMAN]
        told = [
            pd.MultiIndex.from_frame(pd.concat([no_links(), *parts])[["a_id", "b_id"]])
            for parts in (self._parts(a, b, (HUMAN,)), self._parts(a, b, others))
        ]
        return told[0].difference(told[1])

    def _parts(self, a: Entity, b: Entity, rules: Sequence[str]) -> list[pd.DataFrame]:
        self._kinds.extend(_kind(frame) for frame in self.frames[len(self._kinds) :])
        kinds, rows = (int(a), int(b)), zip(self.frames, self._kinds, strict=True)
        return [
            frame
            for frame, kind in rows
            if kind is not None and kind[:2] == kinds and (not rules or kind[2] in rules)
        ]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What was combined of so many frames: frames are only ever added."""

    parts: int
    table: pd.DataFrame


def _kind(frame: pd.DataFrame) -> tuple[int, int, str] | None:
    """a_kind, b_kind and rule, which all links of one frame share; None where there are none."""
    if frame.empty:
        return None
    first = (frame[name].iloc[0] for name in ("a_kind", "b_kind", "rule"))
    a, b, rule = first
    return int(a), int(b), str(rule)


def _combined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return _NO_LINKS[_COMBINED]
    if len(parts) == 1:  # one rule names a pair once, and in order
        return parts[0][_COMBINED]
    a, b, confidence = (
        np.concatenate([part[name].to_numpy() for part in parts]) for name in _COMBINED
    )
    return confidence_of({"a_id": a, "b_id": b}, confidence)[_COMBINED]


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
        a, b = (raw[name].to_numpy(dtype=np.int64) for name in ("a_id", "b_id"))
        weight = raw["weight"].to_numpy(np.float64) if "weight" in raw else np.ones(len(raw))
        confidence, texts = self.confidence * weight, raw["evidence"].to_numpy(dtype=object)
        kept = _surest(a, b, confidence, texts)
        return pd.DataFrame(
            {
                "a_kind": np.full(len(kept), int(self.a), dtype=np.int64),
                "a_id": a[kept],
                "b_kind": np.full(len(kept), int(self.b), dtype=np.int64),
                "b_id": b[kept],
                "rule": pd.Series(np.full(len(kept), self.name, dtype=object), dtype=object),
                "confidence": confidence[kept],
                "evidence": pd.Series(texts[kept], dtype=object),
            }
        )


def _surest(a: Ids, b: Ids, confidence: Numbers, texts: NDArray[np.object_]) -> Ids:
    """The row of each pair that is surest, in order of the pairs; of equally sure ones the row with
    the first text.
    """
    order = np.lexsort((-confidence, b, a))
    new = np.append(True, (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0))
    pair = np.cumsum(new) - 1
    kept: Ids = order[new]
    as_sure = confidence[order] == confidence[kept][pair]
    for place in np.flatnonzero(as_sure & ~new):
        row = order[place]
        if texts[row] < texts[kept[pair[place]]]:
            kept[pair[place]] = row
    return kept


_KINDS: Final = {"confidence": "float64", "rule": "object", "evidence": "object"}
_NO_LINKS: Final = pd.DataFrame(
    {name: pd.Series(dtype=_KINDS.get(name, "int64")) for name in LINK_COLUMNS}
)


def no_links() -> pd.DataFrame:
    """A links frame without rows."""
    return _NO_LINKS.copy(deep=False)


def all_links(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Links frames in one; those without rows cost nothing."""
    some = [frame for frame in frames if len(frame)]
    return pd.concat(some, ignore_index=True) if some else no_links()


def found_pairs(a: Iterable[int], b: Iterable[int], evidence: Iterable[str]) -> pd.DataFrame:
    """What `Rule.find` gives back, from three columns."""
    texts = pd.Series(list(evidence), dtype="object")
    return pd.DataFrame({"a_id": _numbers(a), "b_id": _numbers(b), "evidence": texts})


def _numbers(given: Iterable[int]) -> Ids:
    plain = given if isinstance(given, (np.ndarray, pd.Series)) else list(given)
    return np.asarray(plain, dtype=np.int64)


_NO_PAIRS_FOUND: Final = found_pairs((), (), ())


def no_pairs() -> pd.DataFrame:
    """What `Rule.find` gives back where there is nothing to find."""
    return _NO_PAIRS_FOUND.copy(deep=False)
