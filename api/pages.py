"""The dashboard's pages and files, and the page for an address that there is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

import web

STATIC = Path(web.__file__).parent / "static"
PAGES = (
    "/",
    "/map",
    "/bottlenecks",
    "/forecast",
    "/journey",
    "/delay-cost",
    "/value",
    "/lab",
    "/improvements",
    "/connectors",
    "/alerts",
)
_API = "/v1"


class _Static(StaticFiles):
    """Browsers ask each time whether a file changed, so that an upgrade is seen at once."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["cache-control"] = "no-cache"
        return response


def add_pages(app: FastAPI) -> None:
    """Serve the pages, which are one file, and what it loads."""

    def page() -> Response:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    for path in PAGES:
        app.get(path, include_in_schema=False)(page)
    app.mount("/static", _Static(directory=STATIC), name="static")


def is_for_a_page(request: Request) -> bool:
    """Whether somebody wants to look at an address of the site, as browsers say of what is typed or
    clicked; a program, a script of a page and whoever asks the API want a problem document.
    """
    path = request.url.path
    wants = "text/html" in request.headers.get("accept", "")
    return wants and request.method in ("GET", "HEAD") and f"{path}/"[:4] != f"{_API}/"


def nowhere() -> Response:
    """404 with the frame of the site, which says so and leads back."""
    headers = {"cache-control": "no-store", "vary": "Accept"}
    return FileResponse(STATIC / "index.html", status_code=404, headers=headers)
