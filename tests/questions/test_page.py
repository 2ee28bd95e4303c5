"""The page of the questions and their tests say the same: none without a test, none made up."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import typer.main

from api.route_roles import NEEDS, need_of
from cli.app import app
from tests.questions.asking import PAGE, Row, rows

USERS = ("vp", "product", "delivery", "data", "admin")
WAITING: set[str] = set()
"""What has no answer yet: the page says what it waits for."""

HERE = Path(__file__).parent
PAGES = (HERE.parents[1] / "docs" / "pages.md").read_text(encoding="utf-8")


def _tests() -> dict[str, list[ast.FunctionDef]]:
    """Test functions by the question that their name begins with."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for user in USERS:
        files = sorted(HERE.glob(f"test_{user}*.py"))
        trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
        for node in (node for tree in trees for node in tree.body):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = re.match(rf"test_({user})_(\d+)_", node.name)
                assert named, f"{node.name} names no question"
                found.setdefault(f"{named[1]}-{named[2]}", []).append(node)
    return found


def test_there_are_ten_questions_of_each_user() -> None:
    assert list(rows()) == [f"{user}-{number}" for user in USERS for number in range(1, 11)]
    assert all(row.words.endswith("?") for row in rows().values())


def test_each_question_is_asked_by_a_test_or_waits_by_name() -> None:
    assert {row.id for row in rows().values() if row.waits} == WAITING
    assert _tests().keys() == rows().keys() - WAITING


def test_each_test_asks_what_the_page_says() -> None:
    """The addresses of tests come from the page: a test names the row that it asks."""
    for question, functions in _tests().items():
        strings = {
            node.value
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert question in strings, question
        assert all(any(map(_asserts, ast.walk(one))) for one in functions), question


def _asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert)


def _addresses() -> list[tuple[str, str, str]]:
    return [(row.id, *one[:2]) for row in rows().values() for one in row.asked]


def test_each_address_is_one_that_there_is() -> None:
    for question, method, address in _addresses():
        assert need_of(method, address.partition("?")[0]), (question, address)
    assert len(NEEDS) > 50


def test_each_answered_question_says_where() -> None:
    for row in rows().values():
        assert row.waits or row.asked or row.commands, row.id


def test_pages_and_commands_are_those_that_there_are() -> None:
    known = set(re.findall(r"^\| ([A-Z][A-Za-z ]+) \| `/", PAGES, re.MULTILINE))
    commands = typer.main.get_command(app)
    names = Counter[str]()
    for row in rows().values():
        names.update(_pages(row))
        for line in row.commands:
            word = line.split()[1]
            assert word in getattr(commands, "commands", {}), line
    assert names.keys() <= known
    assert len(names) >= 8


def _pages(row: Row) -> list[str]:
    plain = row.page.partition(", and ")[0]
    return [one.strip() for one in plain.split(",") if one.strip() not in ("", "-")]


def test_the_page_is_found() -> None:
    assert "(questions.md)" in (PAGE.parent / "index.md").read_text(encoding="utf-8")
