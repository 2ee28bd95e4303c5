"""What should be linked and is not, each with its likely reason; pure.

Every function gives `ROW` columns: entity_id, ts, reason, detail (what the reason is about, "" for
nothing), bot, suggestion (JSON, "" for none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.frames import NONE
from correlator.evidence import Evidence
from correlator.near_evidence import Tickets
from correlator.near_keys import near_keys
from correlator.near_titles import near_titles
from correlator.near_words import near_words
from correlator.reverts import without_quote

ROW: Final = ["entity_id", "ts", "reason", "detail", "bot", "suggestion"]
_KINDS: Final = {"entity_id": "int64", "ts": "int64", "bot": "bool"}


@dataclass(frozen=True, slots=True)
class Code:
    """Commits of default branches, and what speaks of them.

    commits: all that count, with author_bot; merges are none. linked: ids of those with a ticket.
    requested: ids of those that belong to a merge request.
    """

    commits: pd.DataFrame
    linked: pd.Series[int]
    requested: pd.Series[int]


def counted_commits(evidence: Evidence, landed: pd.Series[int]) -> pd.DataFrame:
    """The commits that reached a default branch, merges apart."""
    commits = evidence.commits
    here = commits["commit_id"].isin(landed) & (commits["committed_ts"] != NONE)
    return commits[here & (commits["parents"] < 2)]


def suggested(orphans: pd.DataFrame, tickets: Tickets) -> pd.DataFrame:
    """Suggestions for commits without ticket: commit_id, item_id, key, word, kind, sure, why; of
    several kinds for one commit the mistyped key comes first.
    """
    people = orphans[~orphans["author_bot"].to_numpy(np.bool_)]
    texts = [without_quote(message) for message in people["message"]]
    times = people["committed_ts"].tolist()
    both = pd.concat([near_keys(texts, times, tickets), near_titles(texts, times, tickets)])
    both = both.assign(commit_id=people["commit_id"].to_numpy()[both["row"].to_numpy()])
    return both.drop_duplicates("commit_id").drop(columns="row")


def unlinked_commits(
    evidence: Evidence, code: Code, suggestions: pd.DataFrame, projects: frozenset[str]
) -> pd.DataFrame:
    """Commits without ticket. Reasons: `bot`, `typo` (a suggestion by its key), `unknown_ticket`
    (the project is known, the number is not), `ambiguous_key` (two trackers have it),
    `key_of_unknown_project`, `direct_push` (no merge request, where the repository has some),
    `no_key_anywhere`.
    """
    orphans = code.commits[~code.commits["commit_id"].isin(code.linked)]
    texts = [without_quote(message) for message in orphans["message"]]
    hits = evidence.finder.keys_in(texts).drop_duplicates("row")
    keys = dict(zip(hits["row"].tolist(), hits["key"].tolist(), strict=True))
    exist = set(hits["key"][hits["key"].isin(evidence.item_keys["key"])])
    asking = set(evidence.merge_requests["repository_id"])
    requested = set(code.requested)
    told = suggestions.set_index("commit_id").to_dict("index")
    rows = []
    columns = (orphans[name] for name in ("commit_id", "repository_id", "committed_ts"))
    bots = orphans["author_bot"].tolist()
    for row, (commit, home, ts) in enumerate(zip(*columns, strict=True)):
        suggestion = told.get(commit)
        if bots[row]:
            reason, detail = "bot", ""
        elif suggestion is not None and suggestion["kind"] != "title":
            reason, detail = "typo", str(suggestion["word"])
        elif row in keys:
            detail = str(keys[row])
            reason = "ambiguous_key" if detail in exist else "unknown_ticket"
        elif detail := _foreign_key(texts[row], projects):
            reason = "key_of_unknown_project"
        else:
            pushed = home in asking and commit not in requested
            reason = "direct_push" if pushed else "no_key_anywhere"
        meant = "" if suggestion is None else _ticket(suggestion)
        rows.append((commit, ts, reason, detail, bots[row], meant))
    return _frame(rows)


def unlinked_items(
    done: pd.DataFrame, requests: pd.DataFrame, meant: Mapping[int, str], *, read: bool
) -> pd.DataFrame:
    """Done items of a stream that expect code and have none. Reasons: `branch_only` (a merge
    request names it, none is merged), `commits_unread` (one is merged, its commits are not there),
    `typo_suggested` (a commit may mean it), `no_repository` (the stream has none that is read),
    `nothing_found`.

    done: item_id, ts. requests: item_id, number, state. meant: suggestion by item. read: whether
    any repository of the stream is read.
    """
    ordered = requests.assign(merged=requests["state"] == "merged")
    ordered = ordered.sort_values(["merged", "number"], ascending=[False, True])
    first = ordered.drop_duplicates("item_id").set_index("item_id")
    named = first[["number", "merged"]].to_dict("index")
    rows = []
    for item, ts in zip(done["item_id"].tolist(), done["ts"].tolist(), strict=True):
        request = named.get(item)
        if request is not None:
            reason = "commits_unread" if request["merged"] else "branch_only"
            rows.append((item, ts, reason, f"!{request['number']}", False, ""))
        elif item in meant:
            rows.append((item, ts, "typo_suggested", "", False, meant[item]))
        else:
            reason = "nothing_found" if read else "no_repository"
            rows.append((item, ts, reason, "", False, ""))
    return _frame(rows)


def meant_items(suggestions: pd.DataFrame, commits: pd.DataFrame) -> dict[int, str]:
    """The surest commit that may mean each item, as JSON of a suggestion."""
    shas = commits.set_index("commit_id")["sha"]
    ordered = suggestions.assign(commit=suggestions["commit_id"].map(shas))
    ordered = ordered.sort_values(["item_id", "sure", "commit"], ascending=[True, False, True])
    return {
        int(row["item_id"]): _json(
            {"commit": row["commit"], "ticket": row["key"]}, row["kind"], row["sure"], row["why"]
        )
        for row in ordered.drop_duplicates("item_id").to_dict("records")
    }


def unlinked_deployments(deployments: pd.DataFrame) -> pd.DataFrame:
    """Deployments whose commits are not known, by `commits_reason`.

    deployments: deployment_id, finished_ts, commits (NONE unknown), commits_reason.
    """
    unknown = deployments[deployments["commits"] == NONE]
    columns = (unknown[name].tolist() for name in ("deployment_id", "finished_ts"))
    reasons = unknown["commits_reason"].replace("", "unknown").tolist()
    rows = [
        (one, ts, reason, "", False, "") for one, ts, reason in zip(*columns, reasons, strict=True)
    ]
    return _frame(rows)


def unlinked_incidents(incidents: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Incidents without cause: incidents: incident_id, opened_ts; reasons: incident_id, reason."""
    table = incidents[["incident_id", "opened_ts"]].merge(reasons, on="incident_id")
    columns = (table[name].tolist() for name in ("incident_id", "opened_ts", "reason"))
    return _frame(
        [(one, ts, reason, "", False, "") for one, ts, reason in zip(*columns, strict=True)]
    )


def _foreign_key(text: str, projects: frozenset[str]) -> str:
    """The first word of the first line that is a whole key of a project that nobody knows."""
    line = text.lstrip().partition("\n")[0]
    if "-" not in line:
        return ""
    for word in near_words(line):
        whole = word.apart == "-" and word.name.isupper() and not (word.more or word.odd)
        if whole and word.name not in projects:
            return word.text
    return ""


def _ticket(suggestion: Mapping[Any, Any]) -> str:
    named = {"ticket": suggestion["key"]}
    return _json(named, suggestion["kind"], suggestion["sure"], suggestion["why"])


def _json(named: dict[str, Any], kind: Any, sure: Any, why: Any) -> str:
    body = {**named, "kind": str(kind), "sure": float(sure), "why": str(why)}
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    kinds = {name: _KINDS.get(name, "object") for name in ROW}
    return pd.DataFrame(rows, columns=ROW).astype(kinds)
