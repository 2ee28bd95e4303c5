"""A report as Markdown and as HTML: its shape, and text of people that stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from web.report_cells import Cell, Page, Section, plain
from web.report_html import report_html
from web.report_links import Links
from web.report_markdown import report_markdown
from web.report_style import STYLE

_TOKENS = Path(__file__).parents[2] / "web" / "static" / "css" / "tokens.css"
HOSTILE = (
    '<img src=x onerror=alert(1)> | **bold** [go](https://evil.example) `code` "q"\n'
    "# head www.evil.example &lt; \u202egnp.exe"
)


def _page(title: str = "Show voucher", *, rows: int = 1) -> Page:
    item = (Cell("SHOP-1", "https://h.example/journey?key=SHOP-1", sub=title), Cell("4.5 d"))
    return Page(
        title="Checkout, 16 – 22 Nov 2026",
        href="https://h.example/?stream=checkout",
        answer="Half of 20 releases came within 41 d.",
        facts="1 week.",
        sections=(
            Section(
                title="Ageing",
                note="How old.",
                heads=(("", "left"), ("age", "right")),
                rows=[item] * rows,
                lines=[Cell("Note:", sub=title)],
            ),
            Section(title="Blocked", empty="Nothing is blocked."),
        ),
        foot="Told at 9.",
    )


def test_markdown_has_this_shape() -> None:
    assert report_markdown(_page()) == (
        "# [Checkout, 16 – 22 Nov 2026](https://h.example/?stream=checkout)\n"
        "\n"
        "**Half of 20 releases came within 41 d.**\n"
        "\n"
        "1 week.\n"
        "\n"
        "## Ageing\n"
        "\n"
        "How old.\n"
        "\n"
        "|  | age |\n"
        "| --- | ---: |\n"
        "| [SHOP-1](https://h.example/journey?key=SHOP-1) Show voucher | 4.5 d |\n"
        "\n"
        "- Note: Show voucher\n"
        "\n"
        "## Blocked\n"
        "\n"
        "Nothing is blocked.\n"
        "\n"
        "Told at 9.\n"
    )


def test_hostile_titles_stay_text_in_markdown() -> None:
    text = report_markdown(_page(HOSTILE))
    row = next(line for line in text.splitlines() if "SHOP-1" in line)
    assert row == (
        r"| [SHOP-1](https://h.example/journey?key=SHOP-1) &lt;img src=x onerror=alert(1)&gt; \|"
        r" \*\*bold\*\* \[go\](https\://evil.example) \`code\` "
        r'"q" \# head www\.evil.example &amp;lt; gnp.exe | 4.5 d |'
    )
    assert "<" not in text


@pytest.mark.parametrize(
    ("text", "begins"), [("1. one", r"1\. one"), ("- one", r"\- one"), ("+ one", r"\+ one")]
)
def test_a_line_of_people_begins_no_list(text: str, begins: str) -> None:
    page = Page("T", "", "A.", text, [Section("S", lines=[Cell(text)])], "F")
    assert begins in report_markdown(page).splitlines()
    assert f"- {begins}" in report_markdown(page).splitlines()


def test_hostile_titles_stay_text_in_html(browser: Browser) -> None:
    tab = browser.new_page()
    try:
        tab.set_content(report_html(_page(HOSTILE)))
        assert tab.locator("img, script, iframe").count() == 0
        shown = tab.locator("td .sub").first.inner_text()
        assert shown == plain(HOSTILE)
        assert "\u202e" not in shown
        links = tab.locator("a").evaluate_all("all => all.map(one => one.host)")
        assert set(links) == {"h.example"}
    finally:
        tab.close()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        'https://a.example/"x',
        "//a.example",
        "",
        "http://",
    ],
)
def test_an_address_that_is_none_of_the_web_leads_nowhere(url: str) -> None:
    assert Links("", "checkout").item({"key": "SHOP-1", "url": url}) == ""


def test_items_lead_to_their_journey_or_without_an_address_to_their_tracker() -> None:
    row = {"key": "A B/1", "url": "https://jira.example/browse/1"}
    assert Links("", "s").item(row) == row["url"]
    assert Links("https://h.example", "s").item(row) == "https://h.example/journey?key=A%20B%2F1"
    assert (Links("", "s").evidence("/v1/x"), Links("", "s").page("/")) == ("", "")


def test_colours_are_those_of_the_dashboard() -> None:
    used = set(re.findall(r"#[0-9A-F]{6}\b", STYLE))
    assert len(used) > 12
    assert used <= set(re.findall(r"#[0-9A-F]{6}\b", _TOKENS.read_text(encoding="utf-8")))


def test_it_loads_nothing_and_is_light_dark_and_narrow(browser: Browser) -> None:
    asked: list[str] = []
    html = report_html(_page("x" * 300))
    tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    try:
        tab.on("request", lambda request: asked.append(request.url))
        tab.set_content(html)
        assert asked == []
        ground = "getComputedStyle(document.body).backgroundColor"
        assert tab.evaluate(ground) == "rgb(16, 18, 21)"
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.emulate_media(color_scheme="light")
        assert tab.evaluate(ground) == "rgb(255, 255, 255)"
    finally:
        tab.close()
    assert "http-equiv" not in html
    assert "<link" not in html


def test_plain_is_one_bounded_line() -> None:
    assert plain("a\u0000b\u2028c\td") == "a b c d"
    assert plain("\u200bx\u2066y") == "xy"
    assert plain("word " * 100, most=20) == "word word word word…"
