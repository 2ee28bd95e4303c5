"""What is suggested for the commits of two real projects that name no ticket: all of it, as
`docs/correlation.md` lists it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from core.frames import NONE
from correlator.near_evidence import Tickets, known_tickets
from correlator.near_keys import near_keys
from correlator.near_titles import near_titles
from correlator.reverts import without_quote
from tests.contract.test_histories import FINDER, folder, history, releases

__all__ = ["folder"]
DAY = 86_400
OTHERS = (
    "SHOP PLAT PAY SRCH WEB APP CORE UTIL OPS INFRA DATA BILLING LOGIN AUTH USER CART ORDER STOCK"
    " MAIL ADMIN DEV SEC NET CLOUD CRM ERP FIN LEGAL MOB KAFKA SPARK HIVE HBASE HDFS YARN FLINK"
    " BEAM CAMEL MAVEN POOL TEXT CODEC JDKX UTFS RFCS HTTPX CVEE ISOX"
)


def times(dates: list[str]) -> list[int]:
    return [int(datetime.fromisoformat(date).timestamp()) for date in dates]


def tracker(project: str, texts: list[str], at: list[int], titles: dict[str, str]) -> Tickets:
    """Every number up to the highest named; open from 30 days before the first commit that names it
    or a later one until the last that names it.
    """
    named: dict[int, list[int]] = {}
    hits = FINDER.keys_in(texts)
    for row, key in zip(hits["row"], hits["key"], strict=True):
        if key.startswith(f"{project}-"):
            named.setdefault(int(key.rpartition("-")[2]), []).append(at[row])
    rows, first = [], max(at)
    for number in range(max(named), 0, -1):
        mentions = named.get(number, [])
        first = min([first, *mentions])
        key = f"{project}-{number}"
        closed = max(mentions, default=NONE)
        rows.append((key, number, titles.get(key, ""), first - 30 * DAY, closed))
    columns = ["key", "item_id", "title", "opened_ts", "closed_ts"]
    return known_tickets(pd.DataFrame(rows, columns=columns), pd.Series([project], dtype=object))


def suggested(
    folder: Path, name: str, project: str, titles: dict[str, str]
) -> set[tuple[str, ...]]:
    """(first words of the message, ticket, kind) of all suggestions."""
    dates, messages = history(folder, name)
    texts = [without_quote(message) for message in messages]
    hits = FINDER.keys_in(texts)
    bare = sorted(set(range(len(texts))) - set(hits["row"]))
    own = [texts[row] for row in bare]
    at = times(dates)
    tickets = tracker(project, texts, at, titles)
    then = [at[row] for row in bare]
    found = pd.concat([near_keys(own, then, tickets), near_titles(own, then, tickets)])
    columns = (found[column].tolist() for column in ("row", "key", "kind"))
    return {(own[row][:24], key, kind) for row, key, kind in zip(*columns, strict=True)}


def test_all_that_is_suggested_for_zookeeper(folder: Path) -> None:
    titles = {one.issue: one.summary for one in releases(folder)}
    assert suggested(folder, "zookeeper", "ZOOKEEPER", titles) == {
        ("ZOOKEEPR-460. bad testRe", "ZOOKEEPER-460", "project"),
        ("Zookeeper 4756: [Addendu", "ZOOKEEPER-4756", "small"),
        ("KEEPER-1878. Inconsisten", "ZOOKEEPER-1878", "title"),
        ("cap space usage of defau", "ZOOKEEPER-1435", "title"),
        ("Zookeeper 3.3.1 shouldn'", "ZOOKEEPER-785", "title"),
    }


def test_all_that_is_suggested_for_commons_lang(folder: Path) -> None:
    assert suggested(folder, "commons-lang", "LANG", {}) == {
        ("[LANG-1448J Javadoc: Nor", "LANG-1448", "stray")
    }


@pytest.mark.parametrize("name", ["zookeeper", "commons-lang"])
def test_other_projects_are_never_suggested_however_many_open_tickets_they_have(
    folder: Path, name: str
) -> None:
    keys = [f"{project}-{number}" for project in OTHERS.split() for number in range(1, 3_000)]
    frame = pd.DataFrame({"key": keys, "item_id": range(len(keys)), "title": ""})
    tickets = known_tickets(
        frame.assign(opened_ts=0, closed_ts=NONE), pd.Series(OTHERS.split(), dtype=object)
    )
    dates, messages = history(folder, name)
    assert near_keys(messages, times(dates), tickets).empty
    # The search would have found one.
    assert len(near_keys([f"{messages[0]} SHPO-12"], [DAY], tickets)) == 1
