"""The dashboard's pages and files, and the page for an address that there is not."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

import web
from api.page_files import PageFile, PageFiles

STATIC = Path(web.__file__).parent / "static"
PAGES = (
    "/",
    "/map",
    "/flow",
    "/ageing",
    "/bottlenecks",
    "/forecast",
    "/journey",
    "/delay-cost",
    "/value",
    "/dora",
    "/failures",
    "/lab",
    "/improvements",
    "/goals",
    "/quality",
    "/connectors",
    "/definitions",
    "/admin",
    "/alerts",
)
_API = "/v1"
_ICON = "mark.svg"


_FILES = PageFiles(STATIC)
_ASK = "no-cache"
_FOR_EVER = "public, max-age=31536000, immutable"


async def _static(scope: Scope, receive: Receive, send: Send) -> None:
    """A file of the pages: below the version for ever, else browsers ask each time whether it
    changed. Of another version there is nothing: a page must not be of two.
    """
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        raise HTTPException(405, headers={"allow": "GET, HEAD"})
    path = scope["path"][len(scope["root_path"]) :].lstrip("/")
    version, _, name = path.partition("/")
    if version == _FILES.known.version:
        site, caching = _FILES.known, _FOR_EVER
    else:
        site, name, caching = _FILES.now(), path, _ASK
    if name not in site.files:
        raise HTTPException(404)
    await _sent(Request(scope), site.files[name], caching)(scope, receive, send)


def _sent(request: Request, file: PageFile, caching: str) -> Response:
    headers = {"cache-control": caching, "etag": file.etag, "vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    zipped = file.zipped if "gzip" in request.headers.get("accept-encoding", "") else None
    if zipped is not None:
        headers["content-encoding"] = "gzip"
    return Response(file.body if zipped is None else zipped, headers=headers, media_type=file.kind)


def add_pages(app: FastAPI) -> None:
    """Serve the pages, which are one file, and what it loads; and the icon at the address where
    browsers look for one beside an answer of the API, which names none.
    """

    def page(request: Request) -> Response:
        text = _FILES.now().page(request.url.path)
        return Response(text, headers={"cache-control": _ASK}, media_type="text/html")

    def icon(request: Request) -> Response:
        return _sent(request, _FILES.now().files[_ICON], _ASK)

    for path in PAGES:
        app.get(path, include_in_schema=False)(page)
    app.get("/favicon.ico", include_in_schema=False)(icon)
    app.mount("/static", _static, name="static")


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
    return Response(_FILES.now().page(""), 404, headers, "text/html")
