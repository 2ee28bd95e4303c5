"""`/docs`: the API as one readable page, made from the OpenAPI document.

The usual interactive page loads its script from a public host, which closed networks refuse and
the content security policy forbids; this one needs nothing but itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI, Response

_FRESH = {"cache-control": "no-cache"}
_STYLE = """
body { max-width: 860px; margin: 0 auto; padding: 32px 24px 96px; }
h1 { font: var(--t-22); color: var(--ink); margin-bottom: 12px; }
p { font: var(--t-14); margin: 8px 0; max-width: 720px; }
section { border-top: 1px solid var(--line); padding: 20px 0 12px; }
h2 { font: 600 14px/20px var(--font); color: var(--ink); }
h2 code { font: 600 13px/20px var(--mono); color: var(--ink); margin-right: 12px; }
table { border-collapse: collapse; margin-top: 8px; }
td { padding: 4px 16px 4px 0; vertical-align: top; font: var(--t-13); }
a { border-bottom: 1px solid var(--line-strong); }
"""


def add_docs_page(app: FastAPI) -> None:
    """Serve the page and its style."""

    @app.get("/docs", include_in_schema=False)
    def read_docs() -> Response:
        return Response(page(app.openapi()), media_type="text/html", headers=_FRESH)

    @app.get("/docs/style.css", include_in_schema=False)
    def read_style() -> Response:
        return Response(_STYLE, media_type="text/css", headers=_FRESH)


def page(document: dict[str, Any]) -> str:
    """HTML of every operation: path, what it answers, its parameters."""
    info = document["info"]
    told = [_prose(part) for part in info["description"].strip().split("\n\n")]
    operations = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Headwater API</title>",
            *(
                f'<link rel="stylesheet" href="{address}">'
                for address in (
                    "/static/css/tokens.css",
                    "/static/css/base.css",
                    "/docs/style.css",
                )
            ),
            f"</head><body><h1>Headwater API {escape(info['version'])}</h1>",
            *told,
            '<p>For programs: <a href="/v1/openapi.json">/v1/openapi.json</a></p>',
            *operations,
            "</body></html>",
        ]
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(one) for one in operation.get("parameters", []))
    shown = escape(f"{method.upper()} {path}")
    if method == "get" and "{" not in path and not _endless(operation):
        shown = f'<a href="{escape(path)}">{shown}</a>'
    return "".join(
        [
            f"<section><h2><code>{shown}</code>{escape(operation['summary'])}</h2>",
            _prose(operation.get("description", "")),
            f"<table>{rows}</table>" if rows else "",
            "</section>",
        ]
    )


def _endless(operation: dict[str, Any]) -> bool:
    """Whether a browser that follows a link to it would wait forever."""
    return "text/event-stream" in operation["responses"]["200"].get("content", {})


def _parameter(one: dict[str, Any]) -> str:
    schema = one.get("schema", {})
    default = schema.get("default")
    more = "" if default is None else f" Default: {default}."
    text = _coded(f"{one.get('description', '')}{more}")
    return f"<tr><td><code>{escape(one['name'])}</code></td><td>{text}</td></tr>"


def _prose(text: str) -> str:
    return f"<p>{_coded(text)}</p>" if text else ""


def _coded(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    return "".join(_alternating(text.split("`")))


def _alternating(parts: list[str]) -> Iterator[str]:
    for place, part in enumerate(parts):
        yield f"<code>{escape(part)}</code>" if place % 2 else escape(part)
