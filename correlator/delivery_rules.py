"""Rules between builds, deployments, change requests and incidents."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd

from core.records import Entity
from correlator.evidence import Evidence, Found, found_pairs

PRODUCTION: Final = "production"
_SHOWN: Final = 120

_BUILD: Final = re.compile(r"^(.+)#(\d+)$")
_PIPELINE: Final = re.compile(r"^(.+)!pipeline/(\d+)$")
_JENKINS_PATH: Final = re.compile(r"^.*?((?:/job/[^/]+)+)/(\d+)(?:/.*)?$")
_GITLAB_PATH: Final = re.compile(r"^/(.+?)(?:/-)?/pipelines/(\d+)(?:/.*)?$")


def same_build(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The deployment names the build that did it, at the same source."""
    deployments = evidence.deployments[["deployment_id", "source_id", "build_external_id"]]
    named = deployments.assign(external_id=deployments["build_external_id"].str.split("\n"))
    table = named.explode("external_id").query("external_id != ''")
    table = table.merge(_build_names(evidence), on=["source_id", "external_id"])
    texts = [f"The deployment was made by {name}" for name in table["name"]]
    return found_pairs(table["build_id"], table["deployment_id"], texts)


def pipeline(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The deployment's group names the pipeline, at the same source."""
    groups = evidence.deployments[["deployment_id", "source_id", "group"]]
    groups = groups[groups["group"] != ""]
    number = groups["group"].str.extract(r"^(?:.*!pipeline/)?(.+)$", expand=False)
    table = groups.assign(external_id=number).merge(
        _build_names(evidence), on=["source_id", "external_id"]
    )
    texts = [f"The deployment belongs to {name}" for name in table["name"]]
    return found_pairs(table["build_id"], table["deployment_id"], texts)


def _build_names(evidence: Evidence) -> pd.DataFrame:
    builds = evidence.builds[["build_id", "source_id", "external_id"]].copy()
    columns = zip(evidence.builds["job"], evidence.builds["number"], strict=True)
    builds["name"] = [f"{job}#{number}" for job, number in columns]
    return builds


_HOW_SURE: Final = {"sha": 1.0, "tag": 0.95, "named": 0.95, "manifest": 0.9, "build": 0.85}
"""By the first word of `commit_by`: how surely a deployment ran the commit found for it."""
_ROW: Final = ["deployment_id", "service_id", "target"]


def first_deployment(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The first successful deployment of its service and environment that contains the commit."""
    claims = evidence.claims
    known = evidence.deployments.drop_duplicates(_ROW)
    names = ["version", "commit_by", "previous_release"]
    places = claims[[*_ROW, "unknown_predecessor"]].drop_duplicates()
    places = places.merge(known[[*_ROW, *names]], on=_ROW, how="left").fillna(
        dict.fromkeys(names, "")
    )
    columns = (places[name] for name in ("target", "unknown_predecessor", *names))
    says = [
        _says_first(target, unknown=unknown, version=version, by=by, release=release)
        for target, unknown, version, by, release in zip(*columns, strict=True)
    ]
    sure = [_HOW_SURE.get(by.partition(" ")[0], 1.0) for by in places["commit_by"]]
    weight = np.where(places["unknown_predecessor"], 0.5, 1.0) * np.array(sure, dtype="float64")
    keys = [*_ROW, "unknown_predecessor"]
    spread = claims[["commit_id", *keys]].merge(
        places[keys].assign(text=pd.Series(says, dtype="object"), weight=weight), on=keys
    )
    pairs = found_pairs(spread["commit_id"], spread["deployment_id"], spread["text"])
    return pairs.assign(weight=spread["weight"].to_numpy(dtype="float64"))


def _says_first(target: str, *, unknown: bool, version: str, by: str, release: str) -> str:
    text = f"First successful deployment to {target or 'its environment'} whose"
    text += " history contains the commit"
    if by not in ("", "sha"):
        known = f"its version {version[:_SHOWN]}, " if version else ""
        text += f"; known by {known}the {by[:_SHOWN]}"
    if unknown:
        return f"{text}, but what ran there before is not known"
    return text + (f"; not in the release before it, {release[:_SHOWN]}" if release else "")


def correlation(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The change request's correlation names the build or pipeline that deployed.

    Of a pipeline that deployed to several environments, production is what the change was for.
    A name that several builds bear is shared among them.
    """
    named = named_builds(evidence, evidence.changes)
    made = found.pairs(Entity.BUILD, Entity.DEPLOYMENT)[["a_id", "b_id"]]
    made = made.rename(columns={"a_id": "build_id", "b_id": "deployment_id"})
    targets = evidence.deployments[["deployment_id", "target"]].drop_duplicates()
    table = named.merge(made, on="build_id").merge(targets, on="deployment_id")
    table["live"] = table["target"] == PRODUCTION
    any_live = table.groupby(["change_id", "build_id"])["live"].transform("any")
    table = table[table["live"] | ~any_live]
    texts = [f"The change request's correlation names {text}" for text in table["correlation"]]
    pairs = found_pairs(table["deployment_id"], table["change_id"], texts)
    return pairs.assign(weight=1.0 / table["same"].to_numpy(dtype="float64"))


def named_builds(evidence: Evidence, told: pd.DataFrame, *, key: str = "change_id") -> pd.DataFrame:
    """`told` (`key`, correlation) with build_id and `same` (builds of that name), where its
    correlation names a build or pipeline.
    """
    told = told.loc[told["correlation"] != "", [key, "correlation"]]
    parts = [parse_correlation(text) for text in told["correlation"]]
    told = told.assign(name=pd.Series(parts, index=told.index, dtype="object"))
    table = told[told["name"] != ""].merge(names_of_builds(evidence), on="name")
    table["same"] = table.groupby(key)["build_id"].transform("nunique")
    return table


def names_of_builds(evidence: Evidence) -> pd.DataFrame:
    """build_id, name: each build as `job#12` and as `job!pipeline/34`."""
    builds = evidence.builds
    jobs = zip(builds["job"], builds["number"], builds["external_id"], strict=True)
    names = [(f"{job}#{number}", f"{job}!pipeline/{external}") for job, number, external in jobs]
    return pd.DataFrame(
        {
            "build_id": np.repeat(builds["build_id"].to_numpy(dtype="int64"), 2),
            "name": pd.Series([name for both in names for name in both], dtype="object"),
        }
    )


def parse_correlation(text: str) -> str:
    """`job#12` or `group/project!pipeline/34`, from either form or a URL; "" for neither."""
    text = text.strip()
    if not text.lower().startswith(("http://", "https://")):
        return text if _BUILD.match(text) or _PIPELINE.match(text) else ""
    try:
        path = urlsplit(text).path
    except ValueError:  # as http://[
        return ""
    if match := _JENKINS_PATH.match(path):
        # Jenkins encodes the name of a branch job twice: feature%252Fx is feature%2Fx.
        job = "/".join(unquote(part) for part in match[1].split("/job/")[1:])
        return f"{job}#{match[2]}"
    match = _GITLAB_PATH.match(path)
    return f"{unquote(match[1])}!pipeline/{match[2]}" if match else ""
