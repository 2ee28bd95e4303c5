"""The shared cases of `format.js`, run in node; each is an input and the text it must give."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.web.fake_api import STATIC

CASES = json.loads((STATIC / "js" / "format.cases.json").read_text(encoding="utf-8"))
SCRIPT = """
import { readFileSync } from "node:fs";
const format = await import(process.argv[2]);
const cases = JSON.parse(readFileSync(process.argv[3], "utf8"));
console.log(JSON.stringify(cases.map(({ fn, args }) => format[fn](...args))));
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What `format.js` gives for each case; spaces that may not break are written plain."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: the cases of format.js need it; the page tests run without")
    folder = tmp_path_factory.mktemp("format")
    script = folder / "run.mjs"
    script.write_text(SCRIPT, encoding="utf-8")
    module = folder / "format.mjs"
    shutil.copy(STATIC / "js" / "format.js", module)
    cases = STATIC / "js" / "format.cases.json"
    done = subprocess.run(
        [node, str(script), module.as_uri(), str(cases)], capture_output=True, text=True, check=True
    )
    answers: list[Any] = json.loads(done.stdout.replace("\u00a0", " "))
    return answers


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda at: f"{CASES[at]['fn']}-{at}")
def test_a_value_is_written_as_the_shared_case_says(written: list[Any], index: int) -> None:
    assert written[index] == CASES[index]["text"]


def test_every_kind_of_value_has_a_case() -> None:
    kinds = {case["fn"] for case in CASES}

    assert {"duration", "money", "moneyRange", "ratio", "percent", "period", "withheld"} <= kinds
