"""What the pages load: kept by browsers for ever below a version, compressed, of one moment."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from api.page_files import PageFiles
from api.pages import PAGES, STATIC
from tests.api.client import Client


def addresses(text: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', text)


@pytest.mark.parametrize("page", ["/", "/journey", "/nothing/here"])
def test_all_that_a_page_loads_may_be_kept_for_ever(client: Client, page: str) -> None:
    text = client.get(page, {"accept": "text/html"}).text
    found = addresses(text)
    assert len({address.split("/")[2] for address in found}) == 1
    for address in found:
        answer = client.get(address, {"accept-encoding": "gzip"})
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        unversioned = client.get(re.sub(r"/static/\w+/", "/static/", address))
        assert answer.content == unversioned.content
        assert answer.headers["content-type"] == unversioned.headers["content-type"]
        if len(answer.content) > 2_000:
            assert answer.headers["content-encoding"] == "gzip"
            assert int(answer.headers["content-length"]) < len(answer.content) / 1.8


def test_whoever_takes_nothing_compressed_gets_the_file(client: Client) -> None:
    answer = client.get("/static/js/app.js", {"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (STATIC / "js/app.js").read_bytes()
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_of_another_version_there_is_nothing(client: Client) -> None:
    assert client.get("/static/000000000000/js/app.js").status_code == 404


def test_nothing_is_written_there(client: Client) -> None:
    assert client.request("PUT", "/static/js/app.js").status_code == 405


def test_the_style_sheets_are_one_in_the_order_of_the_page(client: Client) -> None:
    raw = (STATIC / "index.html").read_text(encoding="utf-8")
    named = [one for one in addresses(raw) if one.endswith(".css")]
    assert len(named) > 10
    joined = client.get("/static/site.css").text
    assert joined == "".join(client.get(one).text for one in named)
    sent = client.get("/").text
    assert sent.count('rel="stylesheet"') == 1


def test_a_change_of_any_file_is_a_new_version_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    shutil.copytree(STATIC, folder)
    files = PageFiles(folder)
    before = files.now()
    assert files.now() is before
    assert before.version == PageFiles(STATIC).now().version
    sheet = folder / "css/print.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "b { color: red; }\n", encoding="utf-8")
    after = files.now()
    assert after.version != before.version
    assert b"b { color: red; }" in after.files["site.css"].body
    assert f"/static/{after.version}/site.css" in after.page("/")


def test_every_page_has_a_module_of_its_own_that_comes_with_it() -> None:
    site = PageFiles(STATIC).now()
    frame = set(site.modules("/nothing/here"))
    own = {path: set(site.modules(path)) - frame for path in PAGES}
    assert all(own.values())
    assert all(frame <= set(site.modules(path)) for path in PAGES)
    assert "js/lab.js" in own["/lab"]
    assert "js/lab.js" not in own["/"]
