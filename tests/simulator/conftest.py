"""The tiny company, running for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world


@pytest.fixture(scope="module")
def company() -> Iterator[CompanyServer]:
    """Without faults; tests that change anything start their own."""
    with running(tiny_world()) as server:
        yield server


@pytest.fixture(scope="module")
def jira(company: CompanyServer) -> Iterator[httpx.Client]:
    with client(company, "jira") as opened:
        yield opened


@pytest.fixture(scope="module")
def gitlab(company: CompanyServer) -> Iterator[httpx.Client]:
    with client(company, "gitlab") as opened:
        yield opened


@pytest.fixture(scope="module")
def jenkins(company: CompanyServer) -> Iterator[httpx.Client]:
    with client(company, "jenkins") as opened:
        yield opened


@pytest.fixture(scope="module")
def servicenow(company: CompanyServer) -> Iterator[httpx.Client]:
    with client(company, "servicenow") as opened:
        yield opened
