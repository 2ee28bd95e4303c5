"""Stores the steps of reviews, by merge request."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from core.records import Entity, Review
from store.batch import Batch, parent_id, seconds
from store.lookup import lookup_ids
from store.models import merge_request, repository, review
from store.rows import write_entities

_KEY = ("repository_id", "external_id")


def write_reviews(batch: Batch) -> None:
    """Store the reviews; what a source tells of one later replaces it, and none is deleted."""
    reviews = batch.of(Review)
    homes = batch.lookup(repository, {found.repository for found in reviews})
    requests = _requests(batch, reviews, homes)

    def row(record: Review) -> dict[str, Any]:
        child = f"review {record.id}"
        place = f"{record.repository} {record.merge_request}"
        return {
            "merge_request_id": parent_id(requests, place, child=child, parent="merge request"),
            "external_id": record.id,
            "kind": record.kind.value,
            "ts": seconds(record.at),
            "person_id": batch.person(record.person),
        }

    rows = batch.rows(reviews, row)
    written = write_entities(
        batch.session, review, rows, key=("merge_request_id", "external_id"), keep=("person_id",)
    )
    batch.touched[Entity.MERGE_REQUEST].update(
        parent for (parent, _), found in written.ids.items() if found in written.changed
    )


def _requests(batch: Batch, reviews: list[Review], homes: dict[str, int]) -> dict[str, int]:
    """Surrogate ids of the requests by "repository request", both in the vendor's ids."""
    named = defaultdict(set)
    for found in reviews:
        named[found.repository].add(found.merge_request)
    return {
        f"{home} {name}": request
        for home, names in named.items()
        if home in homes
        for name, request in lookup_ids(
            batch.session, merge_request, homes[home], names, key=_KEY
        ).items()
    }
