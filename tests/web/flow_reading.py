"""What stands on the page Flow: the marks of a figure, and the text of a section."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.web.conftest import plain

_SECTION = """(heading) => {
  const head = heading.closest(".sechead");
  if (head.parentElement.matches("section")) return head.parentElement.innerText;
  const told = [head.innerText];
  for (let one = head.nextElementSibling; one; one = one.nextElementSibling) {
    if (one.matches(".sechead, .ways2")) break;
    told.push(one.innerText);
  }
  return told.join(" ");
}"""


def marks_of(page: Page, figure: str) -> list[str]:
    """What the marks of a figure say."""
    names = page.locator(f".{figure} svg a").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label'))"
    )
    return [plain(name) for name in names]


def section_of(page: Page, title: str) -> str:
    """The text of the section with this heading."""
    return plain(page.get_by_role("heading", name=title, exact=True).evaluate(_SECTION))
