"""When merge requests were opened, reviewed and merged is what really happened in the company."""

from __future__ import annotations

from datetime import datetime

from simulator.model import MergeRequest, World
from tests.api.client import Answer, Client
from tests.e2e.company import Company

WINDOW = "from=2025-01-01&to=2026-11-10"


def first_word(world: World, request: MergeRequest) -> datetime | None:
    """The first that a person other than the author said before the merge."""
    assert request.merged is not None
    return min(
        (
            note.at
            for note in world.notes
            if note.request == request.id
            and note.author is not request.author
            and not note.author.bot
            and not (note.system and note.body.startswith("requested review"))
            and note.at <= request.merged
        ),
        default=None,
    )


def rows(client: Client) -> list[Answer]:
    names = [row["name"] for row in client.json("/v1/services")["items"]]
    paths = (f"/v1/services/{name}/metrics/delivery_cycle/explain?{WINDOW}" for name in names)
    return [row for path in paths for row in client.json(path)["included"]]


def test_the_way_of_each_request_is_the_real_one(client: Client, company: Company) -> None:
    real = {(one.repository, one.iid): one for one in company.world.merge_requests}
    told = rows(client)
    silent = 0
    for row in told:
        request = real[row["repository"], row["merge_request"]]
        assert request.merged is not None
        word = first_word(company.world, request)
        expected = [request.created, word, request.merged]
        found = [row[name] for name in ("opened_at", "reviewed_at", "merged_at")]
        assert found == [None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in expected]
        assert ("pickup" in row["unknown"]) == (word is None)
        silent += word is None
    assert 0 < silent < len(told)
