"""Who is who: each rule by a small example, what is refused, and that no order matters."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.person_marks import Mark, marks
from core.records import Person
from correlator.identities import Identities, identities

Told = tuple[str, Person]
"""A source (whose name begins with its tool's) and someone there."""


def _frames(told: list[Told], ids: list[int] | None = None) -> Identities:
    numbers = ids or list(range(1, len(told) + 1))
    accounts, known = [], []
    for number, (source, one) in zip(numbers, told, strict=True):
        own = marks(one)
        address = own.get(Mark.EMAIL) == one.identity
        tool = source.partition("-")[0]
        accounts.append((number, source, tool, one.identity, one.bot, address))
        known += [(number, kind.value, text) for kind, text in own.items()]
    columns = ["person_id", "source", "tool", "pseudonym", "bot", "address"]
    return identities(
        pd.DataFrame(accounts, columns=columns),
        pd.DataFrame(known, columns=["person_id", "kind", "pseudonym"]),
    )


def _groups(told: list[Told], ids: list[int] | None = None) -> set[frozenset[int]]:
    """Places in `told` of those who are one, alone or not."""
    rows = _frames(told, ids).rows
    numbers = ids or list(range(1, len(told) + 1))
    who = dict(zip(rows["person_id"], rows["identity_id"], strict=True))
    found: dict[int, set[int]] = {}
    for place, number in enumerate(numbers):
        found.setdefault(who[number], set()).add(place)
    return {frozenset(group) for group in found.values()}


def _joined(told: list[Told]) -> list[list[int]]:
    return sorted(sorted(group) for group in _groups(told) if len(group) > 1)


def _commit(email: str, name: str = "", login: str = "") -> Person:
    return Person(email, email=email, username=login, name=name)


def _user(username: str, name: str = "", email: str = "", *, bot: bool = False) -> Person:
    return Person(username, bot, email=email, username=username, name=name)


JIRA = Person("5f01", email="anna.berger@acme.example", name="Anna Berger")
MATE = ("gitlab", _commit("ben.adeyemi@acme.example"))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("same_email", [("jira", JIRA), ("gitlab", _commit("anna.berger@acme.example"))]),
        ("same_account", [("github", _user("ab")), ("github", _commit("a@x.example", login="ab"))]),
        (
            "noreply_login",
            [("github", _user("ab")), ("gitlab", _commit("12345+ab@users.noreply.github.com"))],
        ),
        ("same_username", [("gitlab", _user("aberger")), ("github", _user("aberger"))]),
        ("local_part", [("jira", JIRA), ("gitlab", _user("anna.berger")), MATE]),
        ("same_name", [("jira", JIRA), ("gitlab", _user("ab", "anna  BERGER"))]),
    ],
)
def test_each_rule_joins_by_itself(rule: str, told: list[Told]) -> None:
    found = _frames(told)
    assert _joined(told) == [[0, 1]]
    assert {name for name, held in found.joined.items() if held} == {rule}
    assert sum(found.refused.values()) == 0


@pytest.mark.parametrize(
    "told",
    [
        [("gitlab", _user("ab")), ("github", _user("ab"))],
        [("gitlab", _user("admin")), ("github", _user("admin"))],
        [("gitlab", _user("x", "Anna")), ("github", _user("y", "Anna"))],
        [
            ("jira", Person("1", email="noreply@acme.example")),
            ("gl", _commit("noreply@acme.example")),
        ],
        [
            ("gitlab", _user("anna.berger")),
            ("jira", Person("1", email="anna.berger@gmail.com")),
            MATE,
        ],
        [("gitlab", _user("anna.berger")), ("jira", Person("1", email="anna.berger@own.example"))],
        [("gitlab", _user("octo")), ("x", _commit("1+octo@users.noreply.github.com"))],
    ],
)
def test_what_many_may_share_joins_nobody(told: list[Told]) -> None:
    assert _joined(told) == []


def test_a_name_that_one_tool_has_twice_joins_nobody_and_is_told() -> None:
    told = [
        ("jira", _user("1", "Anna Berger")),
        ("jira", _user("2", "Anna Berger")),
        ("gitlab", _user("x", "Anna Berger")),
    ]
    assert _joined(told) == []
    assert _frames(told).refused["same_name"] == 1


def test_two_accounts_of_one_tool_do_not_meet_over_a_third() -> None:
    told = [
        ("jira", _user("anna.b", "Anna Berger")),
        ("jira", _user("aberger", "Anna Weiss")),
        ("gitlab", _user("aberger", "Anna Berger")),
    ]
    assert _joined(told) == [[1, 2]]
    assert _frames(told).refused["same_name"] == 1


def test_conflicting_reasons_of_one_rule_are_all_refused() -> None:
    both = Person("9", username="anna.b", name="Anna Berger")
    told = [
        ("jira", _user("1", "Anna Berger")),
        ("jira", _user("2", "Anna Weiss")),
        ("gitlab", _user("x", "Anna Berger")),
        ("gitlab", _user("y", "Anna Weiss")),
        ("github", both),
        ("github", _user("z", "Anna Weiss")),
    ]
    assert _joined(told) == [[0, 2, 4], [1, 3, 5]]
    chained = [*told[:4], ("github", both), ("wiki", _user("anna.b", "Anna Weiss"))]
    assert [4, 5] in _joined(chained)
    assert _frames(chained).refused["same_name"] == 2


def test_two_accounts_of_one_source_are_one_by_the_same_e_mail_alone() -> None:
    email = "anna@acme.example"
    told = [("jira", _user("old", email=email)), ("jira", _user("new", email=email))]
    assert _joined(told) == [[0, 1]]
    assert (
        _joined([("jira", _user("old", "Anna Berger")), ("jira", _user("new", "Anna Berger"))])
        == []
    )


def test_two_addresses_are_no_reason_to_doubt_the_accounts() -> None:
    told = [
        ("jira", _user("1", "Anna Berger")),
        ("gitlab", _user("x", "Anna Berger")),
        ("gitlab", _commit("anna@acme.example", "Anna Berger")),
        ("gitlab", _commit("anna@home.example", "Anna Berger")),
    ]
    assert _joined(told) == [[0, 1]]


def test_a_bot_is_joined_by_what_is_sure_only_and_makes_a_bot() -> None:
    told = [
        ("github", _user("renovate", "Renovate Runner", bot=True)),
        ("github", _commit("1+renovate@users.noreply.github.com")),
        ("gitlab", _user("renovate", "Renovate Runner")),
    ]
    assert _joined(told) == [[0, 1]]
    assert _frames(told).rows["bot"].tolist() == [True, True, False]


def test_the_same_login_at_two_hosts_stays_two() -> None:
    told = [
        ("github-a", _user("ab")),
        ("github-b", _user("ab")),
        ("github-a", _commit("1+ab@users.noreply.github.com")),
    ]
    assert _joined(told) == [[0, 2]]


def test_nobody_is_no_identity() -> None:
    found = _frames([])
    assert found.counts == {"accounts": 0, "identities": 0, "joined": 0}
    assert found.rows.dtypes.astype(str).tolist() == ["int64", "int64", "bool"]


_NAMES = st.sampled_from(["", "Anna Berger", "Ben Adeyemi", "Anna"])
_USERNAMES = st.sampled_from(["", "anna.berger", "aberger", "ben", "ben.adeyemi"])
_EMAILS = st.sampled_from(
    [
        "",
        "anna.berger@acme.example",
        "ben.adeyemi@acme.example",
        "aberger@old.example",
        "ben.adeyemi@old.example",
        "7+aberger@users.noreply.github.com",
    ]
)
_SOURCES = st.sampled_from(["jira", "gitlab", "github-a", "github-b"])
_ACCOUNTS = st.builds(
    lambda number, bot, email, username, name: Person(
        f"id{number}", bot, email=email, username=username, name=name
    ),
    st.integers(0, 10**9),
    st.integers(0, 9).map(lambda n: n == 0),
    _EMAILS,
    _USERNAMES,
    _NAMES,
)
_ADDRESSES = st.builds(_commit, _EMAILS.filter(bool), _NAMES, _USERNAMES)
_TOLD = st.lists(
    st.tuples(_SOURCES, _ACCOUNTS | _ADDRESSES),
    max_size=12,
    unique_by=lambda told: (told[0], told[1].identity),
)


@given(_TOLD, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(told: list[Told], rng: random.Random) -> None:
    places = list(range(len(told)))
    rng.shuffle(places)
    ids = rng.sample(range(1, 1000), len(told))
    moved = _groups([told[place] for place in places], ids)
    assert {frozenset(places[one] for one in group) for group in moved} == _groups(told)


@given(_TOLD)
def test_accounts_of_one_source_are_one_only_by_e_mail(told: list[Told]) -> None:
    for group in _groups(told):
        people = [told[place] for place in sorted(group)]
        accounts = [(source, one) for source, one in people if not _is_address(one)]
        for source in {source for source, _ in accounts}:
            emails = [marks(one).get(Mark.EMAIL) for home, one in accounts if home == source]
            assert len(emails) == 1 or (None not in emails and len(set(emails)) == 1)


@given(_TOLD)
def test_who_is_joined_with_a_bot_is_one_and_nobody_else(told: list[Told]) -> None:
    rows = _frames(told).rows
    bots = {place + 1 for place, (_, one) in enumerate(told) if one.bot}
    for _, group in rows.groupby("identity_id"):
        assert group["bot"].eq(bool(set(group["person_id"]) & bots)).all()


def _is_address(one: Person) -> bool:
    return marks(one).get(Mark.EMAIL) == one.identity
