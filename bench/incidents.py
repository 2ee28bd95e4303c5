"""`python -m bench.incidents`: how many incidents of a made-up estate are put down to the true
deployment, beside "the last deployment anywhere before the incident".
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from bench.estate_evidence import estate_evidence
from core.frames import NONE
from core.records import Entity
from correlator.cases import cases, originals
from correlator.confidence import combine
from correlator.evidence import Evidence
from correlator.linking import correlate
from correlator.suspects import unlikely
from metrics.incident_facts import (
    NOT_RELATED,
    STRICT,
    UNATTRIBUTED,
    VerdictRules,
    incident_verdicts,
)
from simulator.estate import Estate, estate

SEEDS: Final[Mapping[int, range]] = {4: range(1, 26), 40: range(1, 5), 400: range(1, 2)}
"""Services -> the estates that are drawn: one of four services has too few incidents to tell."""


@dataclass(slots=True)
class Outcome:
    """Counts over one or more estates. `missed`: (what is true, what is told) of what is wrong."""

    incidents: int = 0
    causeless: int = 0
    causeless_busy: int = 0
    deployments: int = 0
    strict: int = 0
    strict_right: int = 0
    right: int = 0
    unattributed: int = 0
    baseline_right: int = 0
    rules: Counter[tuple[str, bool]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def strict_precision(self) -> float:
        """Of the links of 0.8 or more, those to the true deployment."""
        return self.strict_right / self.strict

    @property
    def honest(self) -> float:
        """Of all incidents, those told right or left open."""
        return (self.right + self.unattributed) / self.incidents

    @property
    def open_share(self) -> float:
        return self.unattributed / self.incidents

    @property
    def baseline(self) -> float:
        return self.baseline_right / self.incidents


def measured(estates: Iterable[Estate]) -> Outcome:
    """All of these estates together."""
    found = Outcome()
    for one in estates:
        _add(found, one)
    return found


def _add(found: Outcome, made: Estate) -> None:
    evidence = estate_evidence(made)
    begun = time.perf_counter()
    links = correlate(evidence)
    found.seconds += time.perf_counter() - begun
    blame = links[(links["a_kind"] == Entity.DEPLOYMENT) & (links["b_kind"] == Entity.INCIDENT)]
    root = originals(evidence.incidents)
    causes = made.causes
    sure = blame[blame["confidence"] >= STRICT]
    columns = (sure[name].tolist() for name in ("a_id", "b_id", "rule"))
    for deployment, incident, rule in zip(*columns, strict=True):
        right = causes[root[incident]] == deployment
        found.strict += 1
        found.strict_right += right
        found.rules[rule, right] += 1
    verdicts = _verdicts(evidence, blame)
    services = evidence.incidents.set_index("incident_id")["service_id"]
    names = ("incident_id", "deployment_id", "verdict", "method")
    columns = (verdicts[name].tolist() for name in names)
    for incident, deployment, verdict, method in zip(*columns, strict=True):
        cause, busy = causes[incident], int(services[incident]) in made.busy
        right = deployment == cause if cause else verdict == NOT_RELATED
        found.incidents += 1
        found.causeless += cause is None
        found.causeless_busy += cause is None and busy
        found.right += right
        found.unattributed += verdict == UNATTRIBUTED
        truth = f"{'a cause' if cause else 'no cause'}, {'busy' if busy else 'calm'}"
        found.told[truth, method] += 1
        if not right and verdict != UNATTRIBUTED:
            found.missed[truth, method] += 1
    found.deployments += len(evidence.deployments)
    found.baseline_right += _last_anywhere(evidence, causes)


def _verdicts(evidence: Evidence, blame: pd.DataFrame) -> pd.DataFrame:
    pairs = combine(blame)
    surest = blame.groupby(["a_id", "b_id"], as_index=False).agg(surest=("confidence", "max"))
    pairs = pairs.merge(surest, on=["a_id", "b_id"])
    services = evidence.deployments.set_index("deployment_id")["service_id"]
    incidents = evidence.incidents
    root = incidents["incident_id"].map(originals(incidents))
    told = cases(evidence).set_index("incident_id")
    return incident_verdicts(
        incidents.assign(
            duplicate_of=root.where(root != incidents["incident_id"], NONE),
            service_id=root.map(told["service_id"]),
            start_ts=root.map(told["start_ts"]),
            caused_by=incidents["caused_by_external_id"],
        ),
        pd.DataFrame(
            {
                "incident_id": pairs["b_id"],
                "deployment_id": pairs["a_id"],
                "confidence": pairs["surest"],
                "combined": pairs["confidence"],
                "service_id": pairs["a_id"].map(services),
            }
        ),
        VerdictRules(
            evidence.deployments[["service_id", "finished_ts", "result"]],
            window_s=evidence.incident_rules.window_s,
            unlikely=unlikely(evidence, blame),
        ),
    )


def _last_anywhere(evidence: Evidence, causes: Mapping[int, int | None]) -> int:
    """How many incidents the last deployment anywhere before them caused."""
    ordered = evidence.deployments.sort_values(["finished_ts", "deployment_id"])
    finished = ordered["finished_ts"].to_numpy("int64")
    opened = evidence.incidents.set_index("incident_id")["opened_ts"]
    at = np.searchsorted(finished, opened[list(causes)].to_numpy("int64"), side="right") - 1
    last = ordered["deployment_id"].to_numpy("int64")[np.maximum(at, 0)]
    return sum(int(one) == cause for one, cause in zip(last, causes.values(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, choices=list(SEEDS), action="append")
    for services in parser.parse_args().services or list(SEEDS):
        found = measured(estate(services, seed=seed) for seed in SEEDS[services])
        print(f"{services} services, {len(SEEDS[services])} estates, {found.seconds:.1f} s")
        print(
            f"  {found.deployments:,} deployments, {found.incidents:,} incidents, without a cause"
            f" {found.causeless / found.incidents:.2f}, of those in busy services"
            f" {found.causeless_busy / found.causeless:.2f}"
        )
        print(
            f"  strict links right {found.strict_precision:.4f} ({found.strict_right} of"
            f" {found.strict}); right or open {found.honest:.4f}; open {found.open_share:.4f};"
            f" last deployment anywhere right {found.baseline:.4f}"
        )
        for title, counts in (
            ("rules", found.rules),
            ("told", found.told),
            ("wrong", found.missed),
        ):
            print(f"  {title}: {dict(sorted(counts.items()))}")


if __name__ == "__main__":
    main()
