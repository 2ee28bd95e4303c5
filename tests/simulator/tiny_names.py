"""What the tiny company and its tests both name: its clock, its people, its numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha1

from simulator.model import Person

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ANNA = Person("Anna Berger", "anna", "anna@acme.example", "acc-1")
BOT = Person("renovate[bot]", "renovate[bot]", "renovate@acme.example", "acc-2", bot=True)

ITEMS = 130  # SHOP-1 to SHOP-130; SHOP-1 is an epic, SHOP-2 belongs to it and implements IDEA-1
COMMITS = 45  # on main of shop/web
CI_BUILDS = 130  # of shop/payments-ci
PIPELINES = 25  # of shop/web


def sha(name: str) -> str:
    return sha1(name.encode(), usedforsecurity=False).hexdigest()
