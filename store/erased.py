"""The words of people who were erased, as keyed hashes: what comes in later is freed of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.stand_ins import Eraser, Word
from store.models import store_setting
from store.settings import get_setting, people_key, pseudonym, set_setting

PREFIX = "erased:"
_AFTER = "erased;"
VERSION = "erased_version"


def erased_words(session: Session) -> dict[str, Word]:
    """What is kept of each erased word, by its hash; empty where nobody was erased."""
    names = store_setting.c.name
    rows = select(names, store_setting.c.value).where(names >= PREFIX, names < _AFTER)
    return {
        name.removeprefix(PREFIX): Word(**orjson.loads(value))
        for name, value in session.execute(rows)
    }


def eraser_of(session: Session) -> Eraser:
    """Puts stand-ins for all erased words; false where there are none."""
    words = erased_words(session)
    return Eraser(words, partial(pseudonym, people_key(session)) if words else str)


def keep_words(session: Session, words: Mapping[str, Word]) -> None:
    """Remember these words, and that what is served changed."""
    for hashed, word in words.items():
        set_setting(session, f"{PREFIX}{hashed}", orjson.dumps(asdict(word)).decode())
    set_setting(session, VERSION, str(int(version(session)) + 1))


def version(session: Session) -> str:
    """Moves with each person that is erased."""
    return get_setting(session, VERSION) or "0"


def renamed(session: Session) -> dict[str, str]:
    """By hash of an erased word: the hash of its stand-in, which stands in the tables instead."""
    words = erased_words(session)
    key = people_key(session) if words else b""
    return {hashed: pseudonym(key, word.stand_in) for hashed, word in words.items()}
