"""Pictures of every page of the demo, for the documentation: `make screenshots`.

Each page light, dark and as on a phone, cut where it is very long, and a page that shows them. With
`--address` a server that runs already is shown, and nothing is written there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.sync_api import Browser, Page, Request, sync_playwright

from api.pages import PAGES
from cli.demo import run_demo
from core.config_file import load_settings
from core.settings import Settings
from pipeline.database import Database, opened
from tests.chromium import ARGUMENTS, chromium_path
from tests.e2e.serving import served
from tests.web.palette import few_colours

SEED, ITEMS = 1, 2_000  # those of `headwater demo`
_PATIENCE_MS = 90_000
_CHANGED = timedelta(weeks=10)


@dataclass(frozen=True)
class Look:
    """One way to look at a page; `scale`: pixels of the picture for one of the page."""

    name: str
    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    most: int
    scale: float = 1


LOOKS = (
    Look("light", (1440, 900), "light", 2_000),
    Look("dark", (1440, 900), "dark", 2_000),
    Look("phone", (390, 844), "light", 1_800, 1.5),
)


def screens(address: str) -> dict[str, str]:
    """Name of the picture -> address of the page with something to show."""
    stream = _items(address, "/v1/streams")[0]["name"]
    asked = {
        "/": "",
        "/journey": f"?key={_telling(address, stream)}",
        "/value": f"?stream={stream}&window=365",
        "/dora": "?service=web",
        "/failures": "?service=web",
        "/lab": f"?stream={stream}&Test.people=%2B1",
        "/connectors": "",
        "/definitions": "",
        "/admin": "",
    }
    return {
        path.strip("/") or "overview": f"{path}{asked.get(path, f'?stream={stream}')}"
        for path in PAGES
    }


def _items(address: str, path: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{address}{path}", timeout=60)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def _telling(address: str, stream: str) -> str:
    """The delivered item with most to show: blocked, sent back, priced, seen by every tool."""
    done = _items(address, f"/v1/items?stream={stream}&state=done&sort=-done&limit=80")
    valued = [one["key"] for one in done if one["value_per_week_cents"] and one["released_at"]]

    def much(key: str) -> tuple[int, int, str]:
        told = httpx.get(f"{address}/v1/items/{key}/journey", timeout=60).json()
        kinds = {event["kind"] for lane in told["lanes"] for event in lane["events"]}
        short = 30 < (told["idea_to_release_s"] or 0) / 86_400 < 75
        return bool(told["blocked_s"]) + bool(told["returns"]) + 2 * short, len(kinds), key

    return max(valued[:40], key=much)


def shoot(browser: Browser, address: str, folder: Path) -> list[Path]:
    """Every page in every look, as `<page>-<look>.png` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = screens(address)
    made = []
    for look in LOOKS:
        width, height = look.size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=look.scale,
            color_scheme=look.scheme,
            reduced_motion="reduce",
            locale="en-GB",
        )
        page = context.new_page()
        waiting = _Waiting(page)
        for name, path in shown.items():
            taken = _taken(page, f"{address}{path}", look, waiting)
            made.append(folder / f"{name}-{look.name}.png")
            made[-1].write_bytes(few_colours(page, taken))
        context.close()
    (folder / "README.md").write_text(_gallery(list(shown)), encoding="utf-8")
    return made


class _Waiting:
    """What a page asked for and did not get yet, without the news, which never end."""

    def __init__(self, page: Page) -> None:
        self.asked: set[Request] = set()
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _began(self, request: Request) -> None:
        if not request.url.endswith("/v1/stream"):
            self.asked.add(request)

    def _ended(self, request: Request) -> None:
        self.asked.discard(request)


def _taken(page: Page, address: str, look: Look, waiting: _Waiting) -> bytes:
    """The picture once all is there: some parts of a page are asked for after it is drawn."""
    waiting.asked.clear()
    page.goto(address)
    page.wait_for_selector("#main[aria-busy=false]", timeout=_PATIENCE_MS)
    while waiting.asked:
        page.wait_for_timeout(100)
    whole = page.evaluate("document.documentElement.scrollHeight")
    area = {"x": 0, "y": 0, "width": look.size[0], "height": min(whole, look.most)}
    return page.screenshot(full_page=True, clip=area)  # type: ignore[arg-type]


def _gallery(names: list[str]) -> str:
    parts = [
        "# What the pages look like",
        "Of the simulated company (`make demo`), made by `make screenshots`; long pages are cut."
        " What each page answers stands in [the pages](../pages.md).",
    ]
    for name in names:
        title = name.replace("-", " ").capitalize()
        wide = "\n".join(f"![{title}, {look}]({name}-{look}.png)" for look in ("light", "dark"))
        parts.append(f"## {title}\n\n{wide}\n\n![{title}, on a phone]({name}-phone.png)")
    return "\n\n".join(parts) + "\n"


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a demo of its own, in which one improvement runs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run_demo(port=0, directory=home, seed=SEED, items=ITEMS, once=True)
        config = home / "headwater.toml"
        text = config.read_text(encoding="utf-8").replace('every = "1m"', 'every = "1h"')
        config.write_text(text, encoding="utf-8")
        settings = load_settings(config)
        with opened(settings.database) as database, served(_Demo(settings, database)) as address:
            _improve(address)
            yield address


def _improve(address: str) -> None:
    stream = _items(address, "/v1/streams")[0]
    changed = (datetime.now(UTC) - _CHANGED).date()
    proposed = {
        "stream": stream["name"],
        "title": "Two more testers",
        "hypothesis": "work waits for a tester longer than it is worked on",
        "metric": "flow_time",
        "target": {"value": 21.0, "by": f"{changed + timedelta(weeks=26)}"},
        "owner": "team testing",
        "who": "anna",
    }
    made = httpx.post(f"{address}/v1/improvements", json=proposed, timeout=60).raise_for_status()
    begun = {"changed_at": f"{changed}", "note": "both began on Monday", "who": "anna"}
    where = f"{address}/v1/improvements/{made.json()['id']}/start"
    httpx.post(where, json=begun, timeout=60).raise_for_status()


@dataclass(frozen=True)
class _Demo:
    settings: Settings
    database: Database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("docs/screens"))
    parser.add_argument("--address", help="of a server that runs; a demo is collected without it")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        if asked.address:
            made = shoot(browser, asked.address, asked.into)
        else:
            with _demo() as address:
                made = shoot(browser, address, asked.into)
        browser.close()
    weight = sum(file.stat().st_size for file in made)
    print(f"{len(made)} pictures in {asked.into}, {weight / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
