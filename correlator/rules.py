"""Every rule, in the order in which they run: those further down build on links made further up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from core.records import Entity
from correlator import (
    code_rules,
    copy_rules,
    delivery_rules,
    incidents,
    patch_rules,
    reference_rules,
    request_refs,
    request_reverts,
    text_rules,
)
from correlator.evidence import Evidence, Found, Rule, no_links
from correlator.mentions import mentions

RULES: Final = (
    Rule(
        "key_in_message",
        Entity.ITEM,
        Entity.COMMIT,
        0.85,
        "the message names the ticket",
        text_rules.key_in_message,
    ),
    Rule(
        "key_in_quote",
        Entity.ITEM,
        Entity.COMMIT,
        0.8,
        "the message of the reverted commit names the ticket",
        copy_rules.key_in_quote,
    ),
    Rule(
        "reference_in_message",
        Entity.ITEM,
        Entity.COMMIT,
        0.85,
        "the message closes the issue or refers to it in its first line",
        reference_rules.reference_in_message,
    ),
    Rule(
        "mention_in_message",
        Entity.ITEM,
        Entity.COMMIT,
        0.6,
        "the message mentions the issue",
        reference_rules.mention_in_message,
    ),
    Rule(
        "key_in_branch",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.85,
        "the source branch names the ticket",
        text_rules.key_in_branch,
    ),
    Rule(
        "key_in_title",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.85,
        "the title names the ticket",
        text_rules.key_in_title,
    ),
    Rule(
        "key_in_description",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.6,
        "the description names the ticket",
        text_rules.key_in_description,
    ),
    Rule(
        "reference_in_request",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.85,
        "the title refers to the issue, or the description closes it",
        reference_rules.reference_in_request,
    ),
    Rule(
        "mention_in_request",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.6,
        "the description refers to the issue",
        reference_rules.mention_in_request,
    ),
    Rule(
        "key_in_parameters",
        Entity.ITEM,
        Entity.BUILD,
        0.8,
        "a parameter or the description names the ticket",
        text_rules.key_in_parameters,
    ),
    Rule(
        "key_in_change",
        Entity.ITEM,
        Entity.CHANGE,
        0.8,
        "the change request names the ticket",
        text_rules.key_in_change,
    ),
    Rule(
        "listed",
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        1.0,
        "the source lists the commit",
        code_rules.listed,
    ),
    Rule(
        "merge_sha",
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        1.0,
        "it is the merge commit",
        code_rules.merge_sha,
    ),
    Rule(
        "squash_sha",
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        1.0,
        "it is the squash commit",
        code_rules.squash_sha,
    ),
    Rule(
        "fast_forward",
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        1.0,
        "it is the head that was fast-forwarded",
        code_rules.fast_forward,
    ),
    Rule(
        "rebased",
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        0.95,
        "a copy of it is listed, with its author, author time and message",
        patch_rules.rebased,
    ),
    Rule(
        "merge_request",
        Entity.ITEM,
        Entity.COMMIT,
        0.8,
        "its merge request names the ticket",
        code_rules.merge_request,
    ),
    Rule(
        "same_patch",
        Entity.ITEM,
        Entity.COMMIT,
        0.85,
        "a copy of it, with its author, author time and message, is of the ticket",
        patch_rules.same_patch,
    ),
    Rule(
        "revert_of",
        Entity.ITEM,
        Entity.COMMIT,
        0.8,
        "it takes back a commit of the ticket",
        copy_rules.revert_of,
    ),
    Rule(
        "cherry_pick_of",
        Entity.ITEM,
        Entity.COMMIT,
        0.9,
        "it was picked from a commit of the ticket",
        copy_rules.cherry_pick_of,
    ),
    Rule(
        "reverts_request",
        Entity.ITEM,
        Entity.MERGE_REQUEST,
        0.8,
        "it takes back a merge request of the ticket",
        request_reverts.reverts_request,
    ),
    Rule(
        "revert_of_request",
        Entity.ITEM,
        Entity.COMMIT,
        0.8,
        "it takes back a merge request of the ticket",
        request_reverts.revert_of_request,
    ),
    Rule(
        "revision",
        Entity.COMMIT,
        Entity.BUILD,
        1.0,
        "the build checked it out",
        code_rules.revision,
    ),
    Rule(
        "built_commit",
        Entity.ITEM,
        Entity.BUILD,
        0.8,
        "the build checked out a commit of the ticket",
        code_rules.built_commit,
    ),
    Rule(
        "request_ref",
        Entity.MERGE_REQUEST,
        Entity.BUILD,
        1.0,
        "the ref that was built is the merge request's",
        request_refs.request_ref,
    ),
    Rule(
        "built_request",
        Entity.ITEM,
        Entity.BUILD,
        0.8,
        "the build ran for a merge request that names the ticket",
        request_refs.built_request,
    ),
    Rule(
        "same_build",
        Entity.BUILD,
        Entity.DEPLOYMENT,
        1.0,
        "the deployment names its build",
        delivery_rules.same_build,
    ),
    Rule(
        "pipeline",
        Entity.BUILD,
        Entity.DEPLOYMENT,
        0.95,
        "the deployment's group is the pipeline",
        delivery_rules.pipeline,
    ),
    Rule(
        "first_deployment",
        Entity.COMMIT,
        Entity.DEPLOYMENT,
        0.95,
        "first successful deployment with it",
        delivery_rules.first_deployment,
    ),
    Rule(
        "correlation",
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        1.0,
        "the change names the build or pipeline",
        delivery_rules.correlation,
    ),
    Rule(
        "caused_by",
        Entity.CHANGE,
        Entity.INCIDENT,
        1.0,
        "the incident names the change as its cause",
        incidents.caused_by,
    ),
    Rule(
        "caused_by_change",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        1.0,
        "the incident names the deployment's change",
        incidents.caused_by_change,
    ),
)


_CODE: Final = (Entity.COMMIT, Entity.MERGE_REQUEST, Entity.BUILD)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about where it is not about everything: commits, merge requests and builds.

    The evidence of such a run also holds what these build on; links of that are not made anew but
    given as they are stored (`known`: a links frame).
    """

    ids: Mapping[Entity, Collection[int]]
    known: pd.DataFrame

    def own(self, rule: Rule, links: pd.DataFrame) -> pd.DataFrame:
        """The links that belong to what the run is about, and the known ones of the same rule."""
        end, entity = owner(rule.a, rule.b)
        mine = links[links[end].isin(list(self.ids[entity]))]
        return pd.concat([mine, self.known[self.known["rule"] == rule.name]], ignore_index=True)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run found. mentions: see `correlator/mentions.py`."""

    links: pd.DataFrame
    mentions: pd.DataFrame


def owner(a: Entity, b: Entity) -> tuple[str, Entity]:
    """The end to which links of two kinds belong, as a column and its kind: when that one is
    looked at anew, all of its links are.
    """
    if (a, b) == (Entity.COMMIT, Entity.MERGE_REQUEST):
        return "a_id", a
    return "b_id", b


def of_code(rule: Rule) -> bool:
    """Whether a rule is of commits, merge requests and builds, and of no delivery."""
    return rule.b in _CODE


def correlate(evidence: Evidence) -> pd.DataFrame:
    """All links of all rules, one row per pair and rule: the links frame (`LINK_COLUMNS`).

    The order of the rows given does not matter; the result is in order of rule, then ids.
    """
    return linked(evidence).links


def linked(evidence: Evidence, scope: Scope | None = None) -> Linked:
    """The links of all rules and what was named in vain; of a `scope` the rules of code alone."""
    found = Found()
    for rule in RULES:
        if scope is None:
            found.frames.append(rule.links(evidence, found))
        elif of_code(rule):
            found.frames.append(scope.own(rule, rule.links(evidence, found)))
    links = pd.concat([no_links(), *found.frames], ignore_index=True)
    return Linked(links, mentions(evidence, found))
