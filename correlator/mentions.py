"""What records name that is not known yet: words by which those that come later find them again.

A message may name a ticket that was never read, a build a commit that comes with the next page.
When a record arrives, whatever names it by one of its words is looked at once more, and nothing
else has to be. A word is a ticket's key, or the first characters of a sha.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.code_rules import checkouts
from correlator.evidence import Evidence, Found
from correlator.reverts import shas_named

_SHORT: Final = 7  # as far as the shortest sha that a message names
_COLUMNS: Final = ["entity", "entity_id", "word"]


def sha_word(sha: str) -> str:
    """The word of a sha, whole or abbreviated."""
    return sha[:_SHORT].lower()


def mentions(evidence: Evidence, found: Found) -> pd.DataFrame:
    """entity, entity_id, word: each once. `found` as it is after all rules ran.

    A sha that a message names is noted also where its commit is known: when that one's tickets
    change, so do those of its revert; and a second commit may begin like it.
    """
    frames = [
        *found.loose,
        _frame(Entity.COMMIT, ((one, sha) for one, _, sha in shas_named(evidence.commits))),
        _frame(Entity.MERGE_REQUEST, _unknown_shas(evidence)),
        _frame(Entity.BUILD, _unknown_checkouts(evidence, found)),
    ]
    table = pd.concat([frame[_COLUMNS] for frame in frames], ignore_index=True)
    table = table.astype({"entity": "int64", "entity_id": "int64", "word": "object"})
    return table.drop_duplicates(ignore_index=True)


def _frame(entity: Entity, named: Iterable[tuple[int, str]]) -> pd.DataFrame:
    rows = [(int(entity), one, sha_word(sha)) for one, sha in named]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _unknown_shas(evidence: Evidence) -> Iterable[tuple[int, str]]:
    """Merge requests and the shas of theirs that no commit of their repository has."""
    names = ["merge_sha", "squash_sha", "head_sha"]
    told = evidence.merge_requests.melt(
        ["merge_request_id", "repository_id"], names, value_name="sha"
    )
    told["sha"] = told["sha"].str.lower()
    told = told[told["sha"] != ""]
    known = pd.MultiIndex.from_frame(evidence.commits[["repository_id", "sha"]])
    unknown = told[~pd.MultiIndex.from_frame(told[["repository_id", "sha"]]).isin(known)]
    return zip(unknown["merge_request_id"].tolist(), unknown["sha"].tolist(), strict=True)


def _unknown_checkouts(evidence: Evidence, found: Found) -> Iterable[tuple[int, str]]:
    """Builds and what they checked out that is linked to no commit, or by its sha alone."""
    table = checkouts(evidence, found)
    wanted = table["repository_id"].where(table["repository_id"] != NONE, table["remote_id"])
    homes = pd.DataFrame({"repository_id": wanted, "sha": table["sha"]})
    commits = pd.MultiIndex.from_frame(evidence.commits[["repository_id", "sha"]])
    known = np.asarray(pd.MultiIndex.from_frame(homes).isin(commits))
    unknown = table[~known | (wanted == NONE).to_numpy()]
    return zip(unknown["build_id"].tolist(), unknown["sha"].tolist(), strict=True)
