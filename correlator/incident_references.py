"""Incidents, and the fixes that name them, that name what a deployment was or brought."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.records import Entity
from correlator.cases import case_texts, cases, latest_first, live_deployments, names_of, preceding
from correlator.delivery_rules import names_of_builds
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.incident_texts import (
    builds_in,
    deployments_in,
    incidents_named,
    numbers_in,
    plain_text,
    shas_in,
    stated_only,
    sure,
    tokens,
    words_of_versions,
)

_STATED: Final = 0.25  # "running version 4.12", "worked in 4.12" accuse nothing
_EARLIER: Final = 0.5  # "seen in 4.11, worse in 4.12": of several that are named, the latest


def named_in_incident(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The incident's text names a deployment of its service within reach before it: by id, build,
    version, commit, a ticket that it first brought, or the number of its change.
    """
    if evidence.incidents.empty:
        return no_pairs()
    texts = case_texts(evidence).assign(where="The incident")
    return _named(evidence, found, texts)


def named_in_fix(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The same in what names the incident: a commit, its merge request or ticket, a change."""
    if evidence.incidents.empty:
        return no_pairs()
    named = incidents_named(evidence, found)
    shas = evidence.commits.set_index("commit_id")["sha"].str[:8]
    numbers = evidence.changes.set_index("change_id")["number"]
    commit = (named["kind"] == Entity.COMMIT).to_numpy()
    who = np.where(commit, named["id"].map(shas), named["id"].map(numbers))
    texts = named.assign(where=[f"{one}, which names the incident," for one in who])
    return _named(evidence, found, texts[["incident_id", "text", "where"]])


def _named(evidence: Evidence, found: Found, texts: pd.DataFrame) -> pd.DataFrame:
    live = live_deployments(evidence)
    near = preceding(cases(evidence), live, within_s=evidence.incident_rules.reach_s)
    texts = texts[texts["incident_id"].isin(near["incident_id"])].reset_index(drop=True)
    near = near[near["incident_id"].isin(texts["incident_id"])]
    parts = [
        _by_own_name(texts, near, live),
        _by_commit(evidence, texts, near, live),
        _by_ticket(evidence, found, texts, near),
        _by_build(evidence, found, texts, near),
        _by_change(evidence, found, texts, near),
    ]
    hits = pd.concat(parts).sort_values("stated", kind="stable")
    hits = hits.drop_duplicates(["incident_id", "deployment_id"])
    table = latest_first(hits, live)
    names = names_of(live)
    columns = (table[name] for name in ("where", "said", "deployment_id", "place", "stated"))
    said = [
        f"{where} {words.format(names[number])}"
        + ("; a later deployment is named too" if place else "")
        + (" (as what runs, or ran well)" if stated else "")
        for where, words, number, place, stated in zip(*columns, strict=True)
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], said)
    ranked = np.where(table["place"] == 0, 1.0, _EARLIER)
    return pairs.assign(weight=np.where(table["stated"].to_numpy(np.bool_), _STATED, ranked))


_HIT: Final = ["incident_id", "deployment_id", "ago_s", "where", "said", "stated"]


def _hits(table: pd.DataFrame, name: str, words: str) -> pd.DataFrame:
    """`words` has `{0}` for what is named, which leaves `{}` for the deployment."""
    said = [words.replace("{0}", _bare(token)) for token in table[name]]
    told = table.assign(said=pd.Series(said, index=table.index, dtype="object"))
    return told.assign(stated=told.get("stated", False))[_HIT]


def _bare(token: str) -> str:
    return str(token).replace("{", "").replace("}", "")


def _by_own_name(texts: pd.DataFrame, near: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    """By version, or by the id that the tool gave the deployment."""
    own = live[["deployment_id", "version", "external_id"]].drop_duplicates("deployment_id")
    known = near.merge(own, on="deployment_id")
    version = known["version"].str.lower().str.replace(r"^v(?=\d)", "", regex=True)
    versions = tokens(texts, words_of_versions, name="named").merge(
        known.assign(named=version), on=["incident_id", "named"]
    )
    columns = zip(versions["text"], versions["named"], strict=True)
    stated = pd.Series([stated_only(*one) for one in columns], index=versions.index, dtype="bool")
    versions = versions.assign(stated=stated)
    ids = tokens(texts, deployments_in, name="external_id").merge(
        known, on=["incident_id", "external_id"]
    )
    return pd.concat(
        [
            _hits(versions, "named", "names {0}, the version of {}"),
            _hits(ids, "external_id", "names deployment {0}, which is {}"),
        ]
    )


def _by_commit(
    evidence: Evidence, texts: pd.DataFrame, near: pd.DataFrame, live: pd.DataFrame
) -> pd.DataFrame:
    """By the sha of a commit that it first brought, or that it runs."""
    said = tokens(texts, shas_in, name="said_sha")
    near = near[near["incident_id"].isin(said["incident_id"])]
    shas = evidence.commits[["commit_id", "sha"]]
    brought = evidence.brought[["deployment_id", "commit_id"]].drop_duplicates()
    brought = near.merge(brought, on="deployment_id").merge(shas, on="commit_id")
    heads = near.merge(live[["deployment_id", "sha"]].drop_duplicates(), on="deployment_id")
    known = pd.concat([brought, heads]).query("sha != ''")
    joined = said.assign(head=said["said_sha"].str[:7]).merge(
        known.assign(head=known["sha"].str[:7]), on=["incident_id", "head"]
    )
    same = [
        sha.startswith(part) for sha, part in zip(joined["sha"], joined["said_sha"], strict=True)
    ]
    return _hits(joined[np.array(same, dtype=bool)], "said_sha", "names {0}, a commit of {}")


def _by_ticket(
    evidence: Evidence, found: Found, texts: pd.DataFrame, near: pd.DataFrame
) -> pd.DataFrame:
    """By a ticket of which it first brought a commit."""
    plain = texts.assign(text=[plain_text(text) for text in texts["text"]])
    keys = evidence.finder.keys_in(plain["text"]).merge(
        evidence.item_keys[["key", "item_id"]].drop_duplicates(), on="key"
    )
    said = plain.iloc[keys["row"].to_numpy()].reset_index(drop=True)
    said = said.assign(key=keys["key"].to_numpy(), item_id=keys["item_id"].to_numpy("int64"))
    written = sure(found.pairs(Entity.ITEM, Entity.COMMIT))
    written = written[written["a_id"].isin(said["item_id"])]
    brought = evidence.brought[["deployment_id", "commit_id"]].merge(
        written, left_on="commit_id", right_on="b_id"
    )
    brought = brought.rename(columns={"a_id": "item_id"})[["deployment_id", "item_id"]]
    table = said.merge(near, on="incident_id").merge(
        brought.drop_duplicates(), on=["deployment_id", "item_id"]
    )
    return _hits(table, "key", "names {0}, a ticket that {} brought")


def _by_build(
    evidence: Evidence, found: Found, texts: pd.DataFrame, near: pd.DataFrame
) -> pd.DataFrame:
    """By the build or pipeline that made it."""
    made = found.pairs(Entity.BUILD, Entity.DEPLOYMENT).rename(
        columns={"a_id": "build_id", "b_id": "deployment_id"}
    )
    known = near.merge(made, on="deployment_id").merge(names_of_builds(evidence), on="build_id")
    table = tokens(texts, builds_in, name="name").merge(known, on=["incident_id", "name"])
    return _hits(table, "name", "names {0}, which made {}")


def _by_change(
    evidence: Evidence, found: Found, texts: pd.DataFrame, near: pd.DataFrame
) -> pd.DataFrame:
    """By the number of the change that it was made under."""
    under = sure(found.pairs(Entity.DEPLOYMENT, Entity.CHANGE))
    numbers = evidence.changes["number"]
    hits = numbers_in([plain_text(text) for text in texts["text"]], numbers)
    said = texts.iloc[hits["row"].to_numpy()].assign(number=hits["number"].to_numpy())
    known = evidence.changes[["change_id", "number"]].assign(number=numbers.str.upper())
    known = under.rename(columns={"a_id": "deployment_id", "b_id": "change_id"}).merge(
        known, on="change_id"
    )
    table = said.merge(near.merge(known, on="deployment_id"), on=["incident_id", "number"])
    return _hits(table, "number", "names {0}, the change of {}")
