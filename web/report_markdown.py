"""A report as Markdown: tables and links, in which text of people stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from web.report_cells import Cell, Page, Section, plain

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#|~!$])")
_FIRST: Final = re.compile(r"^(?:([-+=])|(\d+)([.)]))")
_LINKED: Final = re.compile(r"(?i)\b(www|https?|ftp|mailto|xmpp)(?=[.:])")


def report_markdown(page: Page) -> str:
    """The page; it ends with a line break."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield f"# {_linked(page.title, page.href)}"
    yield ""
    yield f"**{escaped(page.answer)}**"
    yield ""
    yield _begun(escaped(page.facts))
    for section in page.sections:
        yield ""
        yield from _section(section)
    yield ""
    yield _begun(escaped(page.foot))


def _section(section: Section) -> Iterator[str]:
    yield f"## {_linked(section.title, section.href)}"
    yield ""
    if section.note:
        yield _begun(escaped(section.note))
        yield ""
    if section.rows:
        yield from _table(section)
    elif section.empty:
        yield _begun(escaped(section.empty))
    if section.lines:
        yield from [""] if section.rows else []
        yield from (f"- {_begun(_cell(line))}" for line in section.lines)


def _table(section: Section) -> Iterator[str]:
    yield _row([escaped(name) for name, _ in section.heads])
    yield _row(["---:" if align == "right" else "---" for _, align in section.heads])
    for row in section.rows:
        yield _row([_cell(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = _linked(cell.text, cell.href)
    if cell.tone == "strong" and text:
        text = f"**{text}**"
    parts = [text, escaped(cell.sub), f"({cell.grade})" if cell.grade else ""]
    return " ".join(part for part in parts if part)


def _linked(text: str, href: str) -> str:
    return f"[{escaped(text)}]({_address(href)})" if href else escaped(text)


def escaped(text: object) -> str:
    """Text that stays text: no mark-up, no HTML, no entity, and no address that becomes a link."""
    one = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    one = _SPECIAL.sub(r"\\\1", one)
    return _LINKED.sub(lambda found: f"{found[1]}\\", one)


def _begun(line: str) -> str:
    """A line that is no list and no heading, whatever it begins with."""
    return _FIRST.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", line)


def _address(href: str) -> str:
    """An address ends at the first closing bracket or blank otherwise."""
    for sign, code in (("(", "%28"), (")", "%29"), ("<", "%3C"), (">", "%3E"), ("|", "%7C")):
        href = href.replace(sign, code)
    return href.replace("\\", "%5C")
