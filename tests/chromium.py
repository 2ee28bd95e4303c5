"""One Chromium for all tests that need one: playwright can run but once in a process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE_MS = 60_000
"""How long a page may take beside other tests on a slow machine."""


def chromium_path() -> str | None:
    """The Chromium that is named or installed; None where there is none."""
    return os.environ.get("HEADWATER_CHROMIUM") or shutil.which("chromium")


def _chromium() -> str:
    path = chromium_path()
    if path:
        return path
    reason = "no Chromium: set HEADWATER_CHROMIUM or install the package chromium"
    if os.environ.get("HEADWATER_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()
