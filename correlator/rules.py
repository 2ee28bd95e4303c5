"""Every rule, in the order in which they run: those further down build on links made further up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from core.records import Entity
from correlator import (
    change_rules,
    code_rules,
    copy_rules,
    delivery_rules,
    incident_references,
    incidents,
    patch_rules,
    proximity,
    reference_rules,
    remedies,
    request_refs,
    request_reverts,
    request_rules,
    text_rules,
)
from correlator.evidence import Evidence, Found, Rule, no_links
from correlator.verdicts import people_links, split

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
        "squashed",
        Entity.ITEM,
        Entity.COMMIT,
        0.9,
        "commits that went into it name the ticket",
        request_rules.squashed,
    ),
    Rule(
        "described",
        Entity.ITEM,
        Entity.COMMIT,
        0.6,
        "the description of its merge request names the ticket, and nothing names another",
        request_rules.described,
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
        "change_text",
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        0.8,
        "the change's text names its build or version",
        change_rules.change_text,
    ),
    Rule(
        "change_in_build",
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        0.9,
        "its build names the change",
        change_rules.change_in_build,
    ),
    Rule(
        "change_window",
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        0.4,
        "the only deployment in the change's work window",
        change_rules.change_window,
    ),
    Rule(
        "deployed_under",
        Entity.ITEM,
        Entity.CHANGE,
        0.9,
        "a deployment under the change brought the ticket",
        change_rules.deployed_under,
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
        "caused_by_text",
        Entity.CHANGE,
        Entity.INCIDENT,
        1.0,
        "the incident's text gives the change as its cause",
        incidents.caused_by_text,
    ),
    Rule(
        "caused_by_change",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        1.0,
        "the incident names the deployment's change",
        incidents.caused_by_change,
    ),
    Rule(
        "incident_correlation",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        1.0,
        "the incident's correlation names its build",
        incidents.incident_correlation,
    ),
    Rule(
        "rolled_back",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.9,
        "it was rolled back while the incident was open",
        remedies.rolled_back,
    ),
    Rule(
        "reverted",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.9,
        "a commit of it was taken back while the incident was open",
        remedies.reverted,
    ),
    Rule(
        "named_in_incident",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.8,
        "the incident names what it was or brought",
        incident_references.named_in_incident,
    ),
    Rule(
        "named_in_fix",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.8,
        "what names the incident also names it",
        incident_references.named_in_fix,
    ),
    Rule(
        "hotfixed",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.9,
        "a hotfix after it went live while the incident was open",
        remedies.hotfixed,
    ),
    Rule(
        "proximity",
        Entity.DEPLOYMENT,
        Entity.INCIDENT,
        0.4,
        "deployed shortly before the incident",
        proximity.proximity,
    ),
)


KINDS: Final = frozenset((rule.a, rule.b) for rule in RULES)
"""The pairs of kinds that can be linked, by a rule or by a person."""


@dataclass(frozen=True, slots=True)
class Correlated:
    """links: those that stand, of all rules and of people. overruled: what rules found between two
    things that a person said do not belong together. Both are links frames (`LINK_COLUMNS`).
    """

    links: pd.DataFrame
    overruled: pd.DataFrame


def correlate(evidence: Evidence) -> pd.DataFrame:
    """All links that stand, one row per pair and rule: the links frame (`LINK_COLUMNS`).

    The order of the rows given does not matter; the result is in order of rule, then ids.
    """
    return correlate_judged(evidence).links


def correlate_judged(evidence: Evidence) -> Correlated:
    """As `correlate`, and what people overruled.

    What people confirmed is there before the first rule, and what they rejected goes right after
    the rule that found it: so rules further down build on neither more nor less than people left.
    """
    said = people_links(evidence, KINDS)
    found = Found(frames=list(said))
    overruled = [no_links()]
    for rule in RULES:
        kept, gone = split(rule.links(evidence, found), evidence.verdicts)
        found.frames.append(kept)
        overruled.append(gone)
    ordered = [*found.frames[len(said) :], *said]
    return Correlated(
        pd.concat([no_links(), *ordered], ignore_index=True),
        pd.concat(overruled, ignore_index=True),
    )
