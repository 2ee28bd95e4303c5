"""Erased words give way to their stand-ins, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from core.stand_ins import STAND_IN, Eraser, Word, new_stand_in, plain, word_of

MAIL, NAME, LOGIN, SHORT, WEB = (
    "erased-bbbbbbbbbbbbbbbb",
    "erased-cccccccccccccccc",
    "erased-dddddddddddddddd",
    "erased-ffffffffffffffff",
    "erased-gggggggggggggggg",
)


def _hashed(word: str) -> str:
    """No real hash, so that a failure can be read."""
    return f"#{word.strip().casefold()}"


def _eraser() -> Eraser:
    words = {
        "anna@acme.example": MAIL,
        "anna berger": NAME,
        "anna-b": LOGIN,
        "ab": SHORT,
    }
    kept = {_hashed(word): word_of(word, stand_in, _hashed) for word, stand_in in words.items()}
    web = word_of("webshop", WEB, _hashed)
    kept[_hashed("webshop")] = Word(WEB, web.first, web.atoms, people_only=True)
    return Eraser(kept, _hashed)


@pytest.mark.parametrize(
    ("text", "freed"),
    [
        ("Anna Berger", NAME),
        ("ask ANNA  BERGER, please", f"ask {NAME}, please"),
        ("Co-authored-by: Anna Berger <Anna@acme.example>",
         f"Co-authored-by: {NAME} <{MAIL}@erased.invalid>"),
        ("feature/anna-b/SHOP-12", f"feature/{LOGIN}/SHOP-12"),
        ("SHOP-12-anna-b-fix", f"SHOP-12-{LOGIN}-fix"),
        ("@anna-b and [~anna-b]: look", f"@{LOGIN} and [~{LOGIN}]: look"),
        ("https://git.example/anna-b?tab=1", f"https://git.example/{LOGIN}?tab=1"),
        ("mail anna@acme.example.", f"mail {MAIL}@erased.invalid."),
        ("Anna Bergermann and Hanna Berger", "Anna Bergermann and Hanna Berger"),
        ("joanna@acme.example", "joanna@acme.example"),
        ("anna, berger", "anna, berger"),
        ("ab", "ab"),
        ("webshop", "webshop"),
        ("", ""),
    ],
    ids=lambda text: text[:30] or "nothing",
)  # fmt: skip
def test_words_in_a_text(text: str, freed: str) -> None:
    assert _eraser().text(text) == freed


def test_what_somebody_is_called_is_replaced_as_a_whole_alone() -> None:
    """Another Anna Berger-Lang keeps her login; short words and words of the work count here."""
    eraser = _eraser()
    assert eraser.text("anna-b", person=True) == LOGIN
    assert eraser.text("ab", person=True) == SHORT
    assert eraser.text("webshop", person=True) == WEB
    assert eraser.text("Lang", person=True) == "Lang"


PERSON = {
    "id": 7, "username": "anna-b", "name": "Annie", "avatar_url": "https://x.example/7.png",
    "state": "active",
}  # fmt: skip


def test_an_account_loses_its_other_names_its_picture_and_its_number() -> None:
    freed = _eraser().payload({"iid": 12, "author": PERSON, "title": "webshop"})
    account = {
        "id": 0, "username": LOGIN, "name": LOGIN, "avatar_url": "", "state": "active",
    }  # fmt: skip
    assert freed == {"iid": 12, "author": account, "title": "webshop"}


@pytest.mark.parametrize(
    ("given", "freed"),
    [
        ({"author_name": "Annie", "author_email": "anna@acme.example", "id": "c0ffee"},
         {"author_name": f"{MAIL}@erased.invalid", "author_email": f"{MAIL}@erased.invalid",
          "id": "c0ffee"}),
        ({"field": "assignee", "from": "ab", "to": None}, {"field": "assignee", "from": SHORT,
                                                           "to": None}),
        ({"field": "status", "from": "ab"}, {"field": "status", "from": "ab"}),
        ([{"who": "webshop"}, 3, None, True], [{"who": WEB}, 3, None, True]),
        ({"by": {"anna@acme.example": 2}}, {"by": {f"{MAIL}@erased.invalid": 2}}),
    ],
    ids=["commit", "assignment", "status", "list", "key"],
)  # fmt: skip
def test_words_in_a_payload(given: Any, freed: Any) -> None:
    assert _eraser().payload(given) == freed


def test_a_payload_without_any_is_the_same_object_and_a_second_time_changes_nothing() -> None:
    eraser, whole = _eraser(), {"title": "Cart", "people": [{"username": "ben"}]}
    assert eraser.payload(whole) is whole
    once = eraser.payload({"author": PERSON, "text": "Anna Berger <anna@acme.example>"})
    assert eraser.payload(once) is once


def test_a_word_that_was_never_seen_in_clear_is_found_all_the_same() -> None:
    eraser = Eraser({_hashed("anna berger"): Word(NAME)}, _hashed)
    assert eraser.text("with Anna Berger today") == f"with {NAME} today"


def test_a_stand_in_is_drawn_and_can_be_taken_for_nothing_else() -> None:
    made = {new_stand_in() for _ in range(100)}
    assert len(made) == 100
    assert all(STAND_IN.fullmatch(one) for one in made)
    assert not any(letter.isdigit() for one in made for letter in one)
    assert plain(f"{MAIL}@erased.invalid") == MAIL
    assert plain("anna@erased.invalid") == "anna@erased.invalid"
