"""What each vendor sends of people reaches the records, and is told apart from machines."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.github_parse import commit_of
from connectors.github_rest import someone
from connectors.gitlab_people import account, author
from connectors.jira_parse import Layout, parse_issue
from connectors.people import person
from connectors.stream import Scope, Wanted
from core.records import Field, Person, Transition
from tests.connectors.test_jira_parse import issue, with_changes

Known = tuple[str, bool, str, str, str]


def _known(one: Person | None) -> Known | None:
    return one and (one.identity, one.bot, one.email, one.username, one.name)


def _jira(payload: dict[str, Any], *bots: str) -> dict[str, Known | None]:
    layout = Layout(wanted=Wanted(bots=bots))
    found = [one for one in parse_issue(payload, Scope(), layout=layout) if isinstance(one, Person)]
    return {one.identity: _known(one) for one in found}


DANA = {
    "accountId": "acc-dana",
    "accountType": "atlassian",
    "displayName": "Dana Kovacs",
    "emailAddress": "dana@acme.example",
}


def _assigned(before: tuple[str, str], after: tuple[str, str]) -> dict[str, Any]:
    item = {"field": "assignee", "fieldtype": "jira", "fieldId": "assignee"}
    named = {"from": before[0], "fromString": before[1], "to": after[0], "toString": after[1]}
    return with_changes(item | named)


def test_jira_names_past_assignees_and_tells_more_of_the_present_one() -> None:
    payload = _assigned(("acc-flow", "Flow Robot"), ("acc-dana", "Dana Kovacs"))
    payload["fields"]["assignee"] = DANA
    assert _jira(payload, "flow*") == {
        "acc-flow": ("acc-flow", True, "", "", "Flow Robot"),
        "acc-dana": ("acc-dana", False, "dana@acme.example", "", "Dana Kovacs"),
    }


def test_jira_says_of_an_assigned_app_that_it_is_one() -> None:
    payload = issue(assignee={**DANA, "accountType": "app"})
    assert _jira(payload)["acc-dana"] == (
        ("acc-dana", True, "dana@acme.example", "", "Dana Kovacs")
    )


def test_data_center_knows_usernames() -> None:
    dana = {"key": "JIRAUSER7", "name": "dana", "displayName": "Dana Kovacs"}
    found = _jira(issue("datacenter", assignee=dana))
    assert found["JIRAUSER7"] == ("JIRAUSER7", False, "", "dana", "Dana Kovacs")


def test_jira_without_an_assignee_tells_of_nobody() -> None:
    payload = _assigned(("", ""), ("", ""))
    payload["fields"]["assignee"] = None
    assert _jira(payload) == {}


def test_an_assignee_is_who_the_transition_names() -> None:
    payload = _assigned(("", ""), ("acc-dana", "Dana Kovacs"))
    moves = [
        one for one in parse_issue(payload, Scope(), layout=Layout()) if isinstance(one, Transition)
    ]
    (move,) = (one for one in moves if one.field is Field.ASSIGNEE)
    assert move.to_id in _jira(payload)


def test_gitlab_tells_username_and_name_and_which_accounts_are_bots() -> None:
    dana = {"id": 7, "username": "dana", "name": "Dana Kovacs", "public_email": "d@acme.example"}
    assert _known(account(dana, ())) == ("dana", False, "d@acme.example", "dana", "Dana Kovacs")
    assert _known(account({**dana, "bot": True}, ())) == (
        ("dana", True, "d@acme.example", "dana", "Dana Kovacs")
    )
    assert account(None, ()) is None


def test_gitlab_commits_tell_address_and_name() -> None:
    found = author("Dana@Acme.example", "Dana Kovacs", ())
    assert _known(found) == ("dana@acme.example", False, "Dana@Acme.example", "", "Dana Kovacs")


@pytest.mark.parametrize("kind", ["User", "Bot"])
def test_github_names_the_account_beside_the_commit(kind: str) -> None:
    told = {"name": "Dana Kovacs", "email": "7+dana@users.noreply.github.com"}
    row = {"sha": "a" * 40, "parents": [], "author": {"login": "dana", "type": kind}}
    made = commit_of(
        row | {"commit": {"author": {**told, "date": "2026-02-01T10:00:00Z"}}}, "7", ()
    )
    email = told["email"]
    assert _known(made.author) == (email, kind == "Bot", email, "dana", "Dana Kovacs")


def test_github_accounts_go_by_their_login() -> None:
    assert _known(someone({"login": "dana", "type": "User"}, ())) == ("dana", False, "", "dana", "")


def test_what_is_no_text_is_no_mark() -> None:
    found = person("7", bots=("x*",), email={"a": 1}, username=7, name=["x"])
    assert _known(found) == ("7", False, "", "", "")


def test_a_pattern_fits_the_e_mail_and_the_username_too() -> None:
    for given in ({"email": "bot@acme.example"}, {"username": "bot@x"}, {"name": "bot@y"}):
        found = person("7", bots=("bot@*",), **given)
        assert found is not None
        assert found.bot
