"""Rules that read text: a ticket key in a message, branch, title, description or parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pandas as pd

from core.records import Entity
from correlator.asides import asides
from correlator.evidence import Evidence, Found, found_pairs
from correlator.keys import KeyFinder
from correlator.reverts import without_quote
from correlator.tables import table_of

_SHOWN = 80  # characters of a text that the evidence quotes
_IN_PASSING = 0.5
_SAID: Final = ("key", "text", "same")
_NAMED: Final = {
    "row": "int64",
    "key": "object",
    "other_id": "int64",
    "text": "object",
    "item_id": "int64",
    "same": "int64",
}


def keys_named(
    finder: KeyFinder, commits: pd.DataFrame, requests: pd.DataFrame, builds: pd.DataFrame
) -> set[str]:
    """All keys that the texts below name, whatever the rules make of them."""
    texts = [
        *commits["message"].tolist(),
        *requests["title"].tolist(),
        *requests["description"].tolist(),
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
    others, said = ids.tolist(), texts.tolist()
    read = [*zip(hits["row"].tolist(), hits["key"].tolist(), strict=True)]
    items = _items_by_key(evidence.item_keys) if read else {}
    unknown = [(others[row], key) for row, key in read if key not in items]
    found.note(entity, [own for own, _ in unknown], [key for _, key in unknown])
    rows = [
        (row, key, others[row], said[row], item, len(items[key]))
        for row, key in read
        for item in items.get(key, ())
    ]
    return table_of(_NAMED, rows)


def _items_by_key(item_keys: pd.DataFrame) -> dict[str, dict[int, None]]:
    """The items that have or had each key, in order."""
    items: dict[str, dict[int, None]] = {}
    for key, item in zip(item_keys["key"].tolist(), item_keys["item_id"].tolist(), strict=True):
        items.setdefault(key, {})[item] = None
    return items


def _links(table: pd.DataFrame, words: str) -> pd.DataFrame:
    """Found pairs out of `named`; `words` say where the key stands."""
    texts = [
        f'{words} names {key}: "{_first_line(text)}"'
        + (f"; {same} tickets have this key" if same > 1 else "")
        for key, text, same in zip(*(table[name].tolist() for name in _SAID), strict=True)
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
    messages = commits["message"].tolist()
    own = pd.Series([without_quote(message) for message in messages], dtype="object")
    table = named(evidence, found, Entity.COMMIT, commits["commit_id"], own)
    whole = [messages[row] for row in table["row"].tolist()]
    table["text"] = pd.Series(whole, dtype="object")
    pairs = _links(table, "The message")
    passing = _in_passing(table, evidence.finder.present)
    if not passing.any():
        return pairs
    pairs.loc[passing, "evidence"] += "; in passing, beside a ticket of its own"
    return pairs.assign(weight=pairs["weight"].where(~passing, pairs["weight"] * _IN_PASSING))


def _in_passing(table: pd.DataFrame, present: Callable[[str], str]) -> pd.Series[bool]:
    """Per row of `named`: whether its text names another ticket, and this one only in passing."""
    several = table[table["row"].duplicated(keep=False)]
    if several.empty:
        return pd.Series(False, index=table.index, dtype="bool")
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
    shown = [f"… {key} …" for key in table["key"].tolist()]
    table["text"] = pd.Series(shown, dtype="object")
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
    columns = zip(builds["parameters"].tolist(), builds["description"].tolist(), strict=True)
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
