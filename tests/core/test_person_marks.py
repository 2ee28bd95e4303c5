"""What an account is recognised by, in a form that is equal where people would call it equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.person_marks import Mark, marks
from core.records import Person


@pytest.mark.parametrize(
    "email",
    ["anna@acme.example", " Anna@ACME.example ", "<anna@acme.example>", "anna@acme.example."],
)
def test_case_blanks_and_brackets_of_an_address_do_not_matter(email: str) -> None:
    told = marks(Person("5f01", email=email))
    assert told[Mark.EMAIL] == "anna@acme.example"
    assert (told[Mark.LOCAL], told[Mark.DOMAIN]) == ("anna", "acme.example")


def test_an_identity_that_is_an_address_is_an_e_mail() -> None:
    assert marks(Person("anna@acme.example"))[Mark.EMAIL] == "anna@acme.example"
    assert marks(Person("5f01")) == {}


@pytest.mark.parametrize(
    ("email", "kind", "login"),
    [
        ("12345+Anna-B@users.noreply.github.com", Mark.GITHUB_LOGIN, "anna-b"),
        ("anna-b@users.noreply.github.com", Mark.GITHUB_LOGIN, "anna-b"),
        ("49699333+dependabot[bot]@users.noreply.github.com", Mark.GITHUB_LOGIN, "dependabot[bot]"),
        ("12345-anna.b@users.noreply.gitlab.com", Mark.GITLAB_LOGIN, "anna.b"),
    ],
)
def test_an_address_for_people_who_hide_theirs_tells_the_login(
    email: str, kind: Mark, login: str
) -> None:
    assert marks(Person(email)) == {Mark.EMAIL: email.lower(), kind: login}


def test_a_plus_in_any_other_address_stays() -> None:
    assert marks(Person("anna+jira@acme.example"))[Mark.EMAIL] == "anna+jira@acme.example"


@pytest.mark.parametrize(
    "email",
    [
        "noreply@github.com",
        "no-reply@acme.example",
        "jira.donotreply@acme.example",
        "anna",
        "anna@",
        "@acme.example",
        "a b@acme.example",
        "anna@localhost",
    ],
)
def test_what_nobody_reads_or_is_no_address_is_no_e_mail(email: str) -> None:
    assert marks(Person("5f01", email=email)) == {}


def test_at_a_public_provider_the_part_before_the_at_says_nothing() -> None:
    assert marks(Person("anna.berger@gmail.com")) == {Mark.EMAIL: "anna.berger@gmail.com"}


def test_short_usernames_and_those_of_roles_say_nothing_at_another_tool() -> None:
    assert marks(Person("1", username="ab")) == {Mark.LOGIN: "ab"}
    assert marks(Person("1", username="Admin")) == {Mark.LOGIN: "admin"}
    assert marks(Person("1", username="ABerger")) == {
        Mark.LOGIN: "aberger",
        Mark.USERNAME: "aberger",
    }


def test_a_name_has_two_words_or_more_in_any_spelling() -> None:
    composed, apart = "Zo\u00eb M\u00fcller", "  ZOE\u0308  mu\u0308ller "
    assert marks(Person("1", name=composed)) == marks(Person("2", name=apart))
    assert marks(Person("1", name="Zo\u00eb")) == {}
    assert marks(Person("1", name="anna berger@acme.example")) == {}


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_is_told_breaks_it(identity: str, email: str, login: str, name: str) -> None:
    person = Person(identity, email=email, username=login, name=name)
    told = marks(person)
    again = Person(identity, email=email, username=login, name=f" {name}\n")
    assert marks(again) == told
    assert all(told.values())


def test_huge_texts_are_no_marks() -> None:
    huge = "a" * 1_000_000
    person = Person("1", email=f"{huge}@acme.example", username=huge, name=f"{huge} {huge}")
    assert marks(person) == {}


def test_a_person_is_shown_without_what_the_marks_say() -> None:
    shown = repr(Person("5f01", email="anna@acme.example", username="aberger", name="Anna Berger"))
    assert not any(text in shown for text in ("acme", "aberger", "Anna"))
