"""What is linked in truth, and for which of it there is any evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.model import World
from simulator.truth_delivery import ancestors, first_deployments, production
from simulator.truth_evidence import Pair, evidence_of, supported


@dataclass(frozen=True, slots=True)
class LinkTruth:
    """ticket_commit: (item id, sha) -> its evidence, as `evidence_of` tells it.
    commit_request: (sha, request id). commit_deployment: (sha, service, deployment id), the first
    one in production; merges of a repository of several services belong to none of them, and the
    commits of manifests to the deployments that ran them.
    ticket_deployment: (item id, service, deployment id) -> the evidence of the best supported
    commit that came to production with it.
    """

    ticket_commit: Mapping[Pair, str]
    commit_request: frozenset[tuple[str, int]]
    commit_deployment: frozenset[tuple[str, str, str]]
    ticket_deployment: Mapping[tuple[str, str, str], str]


def links_of(world: World) -> LinkTruth:
    evidence = evidence_of(world)
    deployed = first_deployments(world)
    return LinkTruth(
        ticket_commit=evidence,
        commit_request=_commit_request(world),
        commit_deployment=frozenset(
            (sha, name, one) for (name, sha), one in (*deployed.items(), *_manifests(world))
        ),
        ticket_deployment=_ticket_deployment(world, deployed, evidence),
    )


def _commit_request(world: World) -> frozenset[tuple[str, int]]:
    return frozenset(
        (sha, request.id)
        for request in world.merge_requests
        for sha in (*request.commits, *request.rebased, request.squash_sha, request.merge_sha)
        if sha
    )


def _manifests(world: World) -> list[tuple[tuple[str, str], str]]:
    """(service, sha) and the deployment that ran this commit of the manifests first."""
    commits = {commit.sha: commit for commit in world.commits}
    found: dict[tuple[str, str], str] = {}
    for deployment in production(world):
        if deployment.manifest:
            for sha in ancestors(deployment.manifest, commits):
                found.setdefault((deployment.service, sha), deployment.id)
    return [*found.items()]


def _ticket_deployment(
    world: World, deployed: Mapping[tuple[str, str], str], evidence: Mapping[Pair, str]
) -> dict[tuple[str, str, str], str]:
    tickets = {commit.sha: commit.tickets for commit in world.commits}
    found: dict[tuple[str, str, str], str] = {}
    for (service, sha), deployment in deployed.items():
        for ticket in tickets[sha]:
            place, told = (ticket, service, deployment), evidence[ticket, sha]
            if place not in found or (supported(told) and not supported(found[place])):
                found[place] = told
    return found
