"""Addresses of repositories, brought to one form so that ssh and https clones compare equal."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE

_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:]+)(?::\d+)?/+(.*)$", re.I)
_SCP: Final = re.compile(r"^(?:[^/@:]+@)?([^/:@]{2,}):(?!//)/*(.*)$")
_ADDRESS: Final = re.compile(r"[^\s\",\[\]]+")


def normal_remote(address: str) -> str:
    """`host/path` without scheme, user, port and `.git`, the host in lower case; "" for none.

    `git@Git.Example:shop/web.git` and `https://bot@git.example:8443/shop/web` are equal. Paths
    keep their case. What has no host (a local path) stays as it is.
    """
    text = address.strip()
    match = _URL.match(text) or _SCP.match(text)
    if match is None:
        return text
    path = match[2].rstrip("/").removesuffix(".git").strip("/")
    return f"{match[1].lower()}/{path}"


def remote_index(repositories: pd.DataFrame) -> dict[str, int]:
    """Normal address -> repository_id, of a frame with repository_id, url, remotes (any separator).

    An address that two repositories claim names neither.
    """
    index: dict[str, int] = {}
    doubtful: set[str] = set()
    columns = (repositories[name].tolist() for name in ("repository_id", "url", "remotes"))
    for repository_id, url, remotes in zip(*columns, strict=True):
        for address in _ADDRESS.findall(f"{url} {remotes}"):
            remote = normal_remote(address)
            if index.setdefault(remote, repository_id) != repository_id:
                doubtful.add(remote)
    return {remote: found for remote, found in index.items() if remote not in doubtful}


def resolve_remotes(remotes: pd.Series[str], index: dict[str, int]) -> np.ndarray:
    """The repository_id of each address, `NONE` where it is empty or not known."""
    known = {text: index.get(normal_remote(text), NONE) for text in set(remotes.tolist())}
    return np.array([known[text] for text in remotes.tolist()], dtype="int64")
