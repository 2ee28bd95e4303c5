"""What a reason means in words, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.records import Entity


@dataclass(frozen=True, slots=True)
class Told:
    """text: of one thing, with its detail in the place of `{}`; general: of all with this reason.

    next_step: what a person can do. line: a line of the configuration to paste, "" for none.
    """

    text: str
    general: str
    next_step: str
    line: str = ""


_HISTORY: Final = 'history = "2024-01-01"'
_ITEMS: Final = {
    "branch_only": Told(
        "Merge request {} names it, but none that does is merged.",
        "A merge request names them, but none is merged.",
        "merge it; or reopen the item, if the work is not done",
    ),
    "commits_unread": Told(
        "Merge request {} names it and is merged, but none of its commits is read.",
        "A merged merge request names them, but none of its commits is read.",
        "read the repository further back",
        _HISTORY,
    ),
    "typo_suggested": Told(
        "A commit may mean it, but does not name it.",
        "A commit may mean them, but does not name them.",
        "write the key into the title of the commit's merge request, if it is meant",
    ),
    "no_repository": Told(
        "No repository of the stream is read.",
        "No repository of the stream is read.",
        "name the repositories of the stream, and let a source read them",
        'repositories = ["group/project"]',
    ),
    "nothing_found": Told(
        "No commit, branch or merge request names it.",
        "No commit, branch or merge request names them.",
        "name the ticket in the branch or the message; or leave its type out of those that expect"
        " code",
        'expects_code = ["Story", "Bug"]',
    ),
}
_COMMITS: Final = {
    "typo": Told(
        "{} is no ticket, but nearly one.",
        "The message has a word that is nearly a ticket's key.",
        "write the key into the title of the commit's merge request, if it is meant",
    ),
    "unknown_ticket": Told(
        "{} is no ticket that is read, though its project is.",
        "The message names a ticket that is not read, of a project that is.",
        "look whether the number is right; if so, read the tracker further back, or let our account"
        " see the ticket",
        _HISTORY,
    ),
    "ambiguous_key": Told(
        "Two trackers have a ticket {}.",
        "Two trackers have a ticket of that key.",
        "leave the project out at the tracker that is not meant",
        'projects = ["SHOP"]',
    ),
    "key_of_unknown_project": Told(
        "{} is of a project that no source reads.",
        "The message names a ticket of a project that no source reads.",
        "add the project to its source, if it is one",
        'projects = ["SHOP", "PLAT"]',
    ),
    "direct_push": Told(
        "It came without a merge request, and its message names no ticket.",
        "They came without a merge request, and their messages name no ticket.",
        "protect the default branch, so that work comes by merge requests",
    ),
    "no_key_anywhere": Told(
        "Neither its message nor its merge request names a ticket.",
        "Neither their messages nor their merge requests name a ticket.",
        "ask for the ticket in the name of the branch: a push rule or a check of titles does",
    ),
    "bot": Told(
        "A bot made it, without a ticket.",
        "Bots made them, without a ticket.",
        "nothing, if such updates need no ticket; a person who is taken for a bot is left out here",
        '[people]\nbots = ["*[bot]", "renovate*"]',
    ),
}
_SHA: Final = (
    "let the deployment name its sha: a build parameter GIT_COMMIT, or a deployment in GitLab"
)
_DEPLOYMENTS: Final = {
    "no_sha": Told(
        "It tells no commit.",
        "They tell no commit.",
        _SHA,
        'deployments = [{ job = "..", environment = "production", service = ".." }]',
    ),
    "unknown_repository": Told(
        "It is of no repository that is read.",
        "They are of no repository that is read.",
        "let a source read the repository, and name it at the service",
        'repositories = ["group/project"]',
    ),
    "unknown_sha": Told(
        "Its commit was never read.",
        "Their commits were never read.",
        "read the repository further back; a commit that is on no branch, as merged-result"
        " pipelines build it, can't be read",
        _HISTORY,
    ),
    "unknown_version": Told(
        "Its version is that of no tag, build or sha that is known.",
        "Their versions are those of no tag, build or sha that is known.",
        "tag what is released with its version, or let the deployment name its sha",
    ),
    "ambiguous_version": Told(
        "Its version may be one of several commits.",
        "Their versions may each be one of several commits.",
        "let the deployment name its sha, or name the service in the tag: web-1.2.3",
    ),
    "paths_not_read": Told(
        "Which commits touch the part of the repository that its service is made of is not read"
        " yet.",
        "Which commits touch the parts of the repository that their services are made of is not"
        " read yet.",
        "nothing: the lists are read by one of the next passes",
    ),
    "history_cut": Told(
        "What it brought reaches back beyond the commits that are read.",
        "What they brought reaches back beyond the commits that are read.",
        "read the repository further back",
        _HISTORY,
    ),
    "unknown_predecessor": Told(
        "What ran before it is not known, so nobody knows what it brought.",
        "What ran before them is not known, so nobody knows what they brought.",
        "nothing for the first deployment that was seen; else mend the one before it, which tells"
        " no commit",
    ),
    "unknown": Told(
        "What it brought was not worked out.",
        "What they brought was not worked out.",
        "run headwater recompute, which works it out again; where this stays, the log of that run"
        " says what failed",
    ),
}
_INCIDENTS: Final = {
    "time_alone": Told(
        "A deployment shortly before it may have caused it; only the time says so.",
        "Deployments shortly before them may have caused them; only the time says so.",
        "fill in Caused by Change at the incident, or confirm or reject the candidate",
    ),
    "several_candidates": Told(
        "Several deployments may have caused it, and nothing says which.",
        "Several deployments may have caused them, and nothing says which.",
        "fill in Caused by Change at the incident, or confirm a candidate on the page of a ticket"
        " that it shipped",
    ),
    "one_candidate": Told(
        "A deployment may have caused it, or none: time does not tell, and nothing else speaks.",
        "A deployment may have caused each, or none: time does not tell, and nothing else speaks.",
        "fill in Caused by Change at the incident, or confirm or reject the candidate",
    ),
    "service_unknown": Told(
        "It is of no configured service.",
        "They are of no configured service.",
        "say at the service how the service desk calls it",
        'configuration_items = ["Web Shop"]',
    ),
    "change_unknown": Told(
        "It names a change under which nothing is known to have been deployed.",
        "They name changes under which nothing is known to have been deployed.",
        "let the pipeline write its address into the Correlation ID of the change; or read the"
        " source further back",
        _HISTORY,
    ),
    "failed_deployment": Told(
        "The only deployment before it failed.",
        "The only deployments before them failed.",
        "fill in Caused by Change at the incident, if the attempt did harm",
    ),
    "history_missing": Told(
        "What ran before it is not read that far back.",
        "What ran before them is not read that far back.",
        "read the deployments further back",
        _HISTORY,
    ),
}
REASONS: Final[Mapping[Entity, Mapping[str, Told]]] = {
    Entity.ITEM: _ITEMS,
    Entity.COMMIT: _COMMITS,
    Entity.DEPLOYMENT: _DEPLOYMENTS,
    Entity.INCIDENT: _INCIDENTS,
}
KINDS: Final = {
    "item": Entity.ITEM,
    "commit": Entity.COMMIT,
    "deployment": Entity.DEPLOYMENT,
    "incident": Entity.INCIDENT,
}
TITLES: Final = {
    "item": "Done items without a commit",
    "commit": "Commits without a ticket",
    "deployment": "Deployments whose commits are not known",
    "incident": "Incidents without a cause",
}


def told(entity: Entity, reason: str) -> Told:
    """The words for a reason; one that has none is shown as it is."""
    plain = reason.replace("_", " ")
    return REASONS[entity].get(reason) or Told(f"{plain}.", f"{plain}.", "look at its source")
