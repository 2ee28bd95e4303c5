"""Why a link is missed or false, in words, by what the world knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.model import Commit, World
from simulator.truth_links import LinkTruth

Rules = frozenset[str]


@dataclass(slots=True)
class Classes:
    """Names the class of a pair; ticket_commit, commit_deployment: what was reported."""

    world: World
    truth: LinkTruth
    ticket_commit: Mapping[tuple[str, str], Rules]
    commit_deployment: Mapping[tuple[str, str, str], Rules]
    commits: dict[str, Commit] = field(init=False)
    copies: set[str] = field(init=False)
    squashes: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.commits = {one.sha: one for one in self.world.commits}
        self.copies = {sha for one in self.world.merge_requests for sha in one.rebased}
        self.squashes = {str(one.squash_sha) for one in self.world.merge_requests}

    def missed_commit(self, pair: tuple[str, str]) -> str:
        return f"{self._sort(pair[1])}, evidence: {self.truth.ticket_commit[pair]}"

    def false_commit(self, pair: tuple[str, str]) -> str:
        return f"{self._sort(pair[1])}, by {', '.join(sorted(self.ticket_commit[pair]))}"

    def missed_request(self, pair: tuple[str, int]) -> str:
        return self._sort(pair[0])

    def false_request(self, pair: tuple[str, int]) -> str:
        return self._sort(pair[0])

    def missed_deployment(self, place: tuple[str, str, str]) -> str:
        sha, service, _ = place
        return f"{self._service(service)}, {self._sort(sha)}"

    def false_deployment(self, place: tuple[str, str, str]) -> str:
        sha, service, _ = place
        elsewhere = any((sha, service) == one[:2] for one in self.truth.commit_deployment)
        told = "another deployment of it was the first" if elsewhere else "not of this service"
        return f"{self._service(service)}, {told}"

    def missed_ticket(self, place: tuple[str, str, str]) -> str:
        """Whether its commits were not known as the ticket's, or not as deployed with it."""
        item, service, deployment = place
        shas = [
            sha
            for sha, *rest in self.truth.commit_deployment
            if rest == [service, deployment] and item in self.commits[sha].tickets
        ]
        linked = [sha for sha in shas if (item, sha) in self.ticket_commit]
        if linked:
            return f"{self._service(service)}, its deployment was not linked"
        best = {self.truth.ticket_commit[item, sha] for sha in shas} - {""}
        return f"its commits were not linked, evidence: {', '.join(sorted(best))}"

    def false_ticket(self, place: tuple[str, str, str]) -> str:
        item, service, deployment = place
        shas = [
            sha
            for sha, *rest in self.commit_deployment
            if rest == [service, deployment] and (item, sha) in self.ticket_commit
        ]
        if any((sha, service, deployment) in self.truth.commit_deployment for sha in shas):
            rules = {rule for sha in shas for rule in self.ticket_commit[item, sha]}
            return f"a commit of another ticket, by {', '.join(sorted(rules))}"
        return f"{self._service(service)}, a deployment without its commits"

    def _sort(self, sha: str) -> str:
        commit = self.commits.get(sha)
        if commit is None:
            return "commit of a branch that was pushed over"
        names = {
            "rebased copy": sha in self.copies,
            "squash commit": sha in self.squashes,
            "merge commit": len(commit.parents) > 1,
            "revert": commit.reverts is not None,
            "pick": commit.picked_from is not None,
        }
        return next((name for name, is_one in names.items() if is_one), "commit")

    def _service(self, name: str) -> str:
        services = {one.name: one for plan in self.world.streams for one in plan.services}
        if services[name].paths:
            return "part of a repository"
        return "by manifests" if services[name].manifests else "service"
