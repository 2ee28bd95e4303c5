"""Rules that read text: a ticket key in a message, branch, title, description or parameter."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd

from core.records import Entity
from correlator.asides import asides
from correlator.evidence import Evidence, Found, found_pairs
from correlator.keys import KeyFinder
from correlator.reverts import without_quote

_SHOWN = 80  # characters of a text that the evidence quotes
_IN_PASSING = 0.5


def keys_named(
    finder: KeyFinder, commits: pd.DataFrame, requests: pd.DataFrame, builds: pd.DataFrame
) -> set[str]:
    """All keys that the texts below name, whatever the rules make of them."""
    texts = [
        *commits["message"],
        *requests["title"],
        *requests["description"],
        *_build_texts(builds),
    ]
    branches = finder.keys_in(requests["source_branch"], branch=True)
    return {*finder.keys_in(texts)["key"], *branches["key"]}


def named(
    evidence: Evidence,
    found: Found,
    entity: Entity,
    ids: pd.Series[int],
    texts: pd.Series[str],
    *,
    branch: bool = False,
) -> pd.DataFrame:
    """Which items each text of an `entity` names: item_id, other_id, key, text, same (items with
    that key). A key that no item has is noted in `found`.

    `same` is 2 where two trackers have a project of that key: then neither link is sure.
    """
    hits = evidence.finder.keys_in(texts, branch=branch)
    hits["other_id"] = ids.to_numpy()[hits["row"]]
    unknown = hits[~hits["key"].isin(evidence.item_keys["key"])]
    found.note(entity, unknown["other_id"].tolist(), unknown["key"].tolist())
    hits["text"] = texts.to_numpy(dtype=object)[hits["row"]]
    table = hits.merge(evidence.item_keys[["key", "item_id"]].drop_duplicates(), on="key")
    table["same"] = table.groupby(["row", "key"])["item_id"].transform("size")
    return table


def _links(table: pd.DataFrame, words: str) -> pd.DataFrame:
    """Found pairs out of `named`; `words` say where the key stands."""
    texts = [
        f'{words} names {key}: "{_first_line(text)}"'
        + (f"; {same} tickets have this key" if same > 1 else "")
        for key, text, same in zip(table["key"], table["text"], table["same"], strict=True)
    ]
    pairs = found_pairs(table["item_id"], table["other_id"], texts)
    return pairs.assign(weight=1.0 / table["same"].to_numpy(dtype="float64"))


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def key_in_message(evidence: Evidence, found: Found) -> pd.DataFrame:
    """`SHOP-12: retry` names SHOP-12. What a revert quotes is not its own: see `key_in_quote`. A
    ticket beside its own, in passing (`Follow-up to SHOP-5`), is not sure enough to count.
    """
    commits = evidence.commits
    messages = commits["message"].astype("object")
    table = named(evidence, found, Entity.COMMIT, commits["commit_id"], messages.map(without_quote))
    table = table.assign(text=messages.to_numpy()[table["row"]])
    pairs = _links(table, "The message")
    passing = _in_passing(table, evidence.finder.present)
    pairs.loc[passing, "evidence"] += "; in passing, beside a ticket of its own"
    return pairs.assign(weight=pairs["weight"].where(~passing, pairs["weight"] * _IN_PASSING))


def _in_passing(table: pd.DataFrame, present: Callable[[str], str]) -> pd.Series[bool]:
    """Per row of `named`: whether its text names another ticket, and this one only in passing."""
    several = table[table["row"].duplicated(keep=False)]
    keys = several.groupby("row")["key"].agg(frozenset).to_dict()
    texts = several.drop_duplicates("row")
    named_in = zip(texts["row"], texts["text"], strict=True)
    found = {row: asides(text, keys[row], present) for row, text in named_in}
    rows = zip(table["row"], table["key"], strict=True)
    passing = [key in found.get(row, ()) for row, key in rows]
    return pd.Series(passing, index=table.index, dtype="bool")


def key_in_branch(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The source branch `feature/shop-12-retry` names SHOP-12."""
    branches = evidence.merge_requests["source_branch"]
    table = _in_requests(evidence, found, branches, branch=True)
    return _links(table, "The source branch")


def key_in_title(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The merge request's title names the item."""
    table = _in_requests(evidence, found, evidence.merge_requests["title"])
    return _links(table, "The title")


def key_in_description(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The merge request's description names the item: often the ticket, often a related one."""
    table = _in_requests(evidence, found, evidence.merge_requests["description"])
    table["text"] = table["key"].map(lambda key: f"… {key} …")
    return _links(table, "The description")


def _in_requests(
    evidence: Evidence, found: Found, texts: pd.Series[str], *, branch: bool = False
) -> pd.DataFrame:
    ids = evidence.merge_requests["merge_request_id"]
    return named(evidence, found, Entity.MERGE_REQUEST, ids, texts, branch=branch)


def key_in_parameters(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A parameter or the description of the build names the item."""
    builds = evidence.builds
    texts = pd.Series(_build_texts(builds), dtype="object")
    table = named(evidence, found, Entity.BUILD, builds["build_id"], texts)
    return _links(table, "The build's parameters or description")


def _build_texts(builds: pd.DataFrame) -> list[str]:
    columns = zip(builds["parameters"], builds["description"], strict=True)
    return [_build_text(*pair) for pair in columns]


def _build_text(parameters: str, description: str) -> str:
    values = json.loads(parameters) if parameters else {}
    named_values = [f"{name}={value}" for name, value in values.items()]
    return " ".join([*named_values, description]).replace("\n", " ")


def key_in_change(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The title or description of the change request names the item."""
    changes = evidence.changes
    texts = changes["title"].astype("object") + "\n" + changes["description"].astype("object")
    table = named(evidence, found, Entity.CHANGE, changes["change_id"], texts)
    return _links(table, "The change request")
