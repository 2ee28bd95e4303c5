"""A report as one HTML file that loads nothing, for mails, boards and paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from web.report_cells import Cell, Page, Section, plain
from web.report_style import STYLE

_ALIGNED: Final = {"left": "", "right": ' class="num"'}


def report_html(page: Page) -> str:
    """The whole document; links open where the reader reads."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{_text(page.title)}</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield '<div class="page">'
    yield f"<h1>{_linked(page.title, page.href)}</h1>"
    yield f'<p class="answer">{_text(page.answer)}</p>'
    yield f'<p class="note">{_text(page.facts)}</p>'
    for section in page.sections:
        yield from _section(section)
    yield f'<p class="foot">{_text(page.foot)}</p>'
    yield "</div>"
    yield "</body>"
    yield "</html>"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{_linked(section.title, section.href)}</h2>"
    if section.note:
        yield f'<p class="note">{_text(section.note)}</p>'
    if section.rows:
        yield from _table(section)
    elif section.empty:
        yield f"<p>{_text(section.empty)}</p>"
    if section.lines:
        yield "<ul>"
        yield from (f"<li>{_cell(line)}</li>" for line in section.lines)
        yield "</ul>"


def _table(section: Section) -> Iterator[str]:
    yield '<table width="100%" cellpadding="0" cellspacing="0">'
    heads = (
        f'<th scope="col"{_ALIGNED[align]}>{_text(name)}</th>' for name, align in section.heads
    )
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    for row in section.rows:
        cells = (
            f"<td{_ALIGNED[align]}{_label(name)}>{_cell(cell)}</td>"
            for cell, (name, align) in zip(row, section.heads, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>"
    yield "</table>"


def _label(name: str) -> str:
    """The head of the column, for narrow screens, where a row is a block."""
    return f' data-label="{_text(name)}"' if name else ""


def _cell(cell: Cell) -> str:
    text = _linked(cell.text, cell.href)
    if cell.tone:
        text = f'<span class="{cell.tone}">{text}</span>'
    grade = (
        f'<span class="grade g{escape(cell.grade)}" title="data grade {escape(cell.grade)}">'
        f"{escape(cell.grade)}</span>"
        if cell.grade
        else ""
    )
    sub = f'<span class="sub">{_text(cell.sub)}</span>' if cell.sub else ""
    return " ".join(part for part in (text, grade, sub) if part)


def _linked(text: str, href: str) -> str:
    return f'<a href="{escape(href)}">{_text(text)}</a>' if href else _text(text)


def _text(text: str) -> str:
    return escape(plain(text))
