"""Runs the rules: over everything, or over some code and what hangs together with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.records import Entity
from correlator.evidence import Evidence, Found, Rule, all_links
from correlator.mentions import mentions
from correlator.rules import RULES
from correlator.rules_code import CODE_RULES
from correlator.verdicts import people_links, rejected, split


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about where it is not about everything: commits, merge requests and builds.

    The evidence of such a run also holds what these build on; links of that are not made anew but
    given as they are stored (`known`: a links frame for each rule that has any).
    """

    ids: Mapping[Entity, Collection[int]]
    known: Mapping[str, pd.DataFrame]

    def own(self, rule: Rule, links: pd.DataFrame) -> pd.DataFrame:
        """The links that belong to what the run is about, and the known ones of the same rule."""
        known = self.known.get(rule.name)
        if links.empty:
            return links if known is None else known
        end, entity = owner(rule.a, rule.b)
        inside = links[end].isin(self.ids[entity])
        mine = links if inside.all() else links[inside]
        return mine if known is None else all_links([mine, known])


@dataclass(frozen=True, slots=True)
class Linked:
    """links: those that stand, of rules and of people. overruled: what rules found between two
    things that a person said do not belong together. Both are links frames (`LINK_COLUMNS`).
    mentions: see `correlator/mentions.py`.
    """

    links: pd.DataFrame
    overruled: pd.DataFrame
    mentions: pd.DataFrame


def owner(a: Entity, b: Entity) -> tuple[str, Entity]:
    """The end to which links of two kinds belong, as a column and its kind: when that one is
    looked at anew, all of its links are.
    """
    if (a, b) == (Entity.COMMIT, Entity.MERGE_REQUEST):
        return "a_id", a
    return "b_id", b


def correlate(evidence: Evidence) -> pd.DataFrame:
    """All links that stand, one row per pair and rule: the links frame (`LINK_COLUMNS`).

    The order of the rows given does not matter; the result is in order of rule, then ids.
    """
    return linked(evidence).links


def linked(evidence: Evidence, scope: Scope | None = None) -> Linked:
    """The links of all rules, or of the rules about code where a `scope` is given.

    What people confirmed is there before the first rule, and what they rejected goes right after
    the rule that found it: so rules further down build on neither more nor less than people left.
    """
    rules: Sequence[Rule] = RULES if scope is None else CODE_RULES
    said = people_links(evidence, {(rule.a, rule.b) for rule in rules})
    if scope is None and not _has_ends(evidence, said):
        rules = ()
    refused = rejected(evidence.verdicts)
    found, overruled = Found(frames=list(said)), list[pd.DataFrame]()
    for rule in rules:
        kept, gone = split(rule.links(evidence, found), refused)
        found.frames.append(kept if scope is None else scope.own(rule, kept))
        overruled.append(gone)
    ordered = [*found.frames[len(said) :], *said]
    return Linked(all_links(ordered), all_links(overruled), mentions(evidence, found))


def _has_ends(evidence: Evidence, said: Collection[pd.DataFrame]) -> bool:
    """Whether there is anything but items. Of these alone a rule would find nothing; but each takes
    its time to find that out, all of them as long as to store the facts of 10,000 items.

    said: what people confirmed, on which rules build as well.
    """
    frames = (
        *(evidence.commits, evidence.merge_requests, evidence.merge_request_commits),
        *(evidence.builds, evidence.deployments, evidence.claims, evidence.brought),
        *(evidence.changes, evidence.incidents, *said),
    )
    return not all(frame.empty for frame in frames)
