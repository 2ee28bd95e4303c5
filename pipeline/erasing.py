"""Erases a person: every word by which the tools know them gives way to a stand-in, for good."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from core.errors import BadRequestError, DeliveryError, NotFoundError, SourceBusyError
from core.stand_ins import STAND_IN, Eraser, Word, atoms_of, folded, new_stand_in, word_of
from pipeline.audit_log import note_in
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.lease import held
from store import erasing_people, erasing_raw, erasing_texts
from store.access_tokens import tokens
from store.erased import erased_words, keep_words
from store.erasing_people import Somebody
from store.facts import bump_all
from store.session import scrub
from store.settings import people_key, pseudonym
from store.sources import source_ids

log = structlog.get_logger()
Answer = dict[str, Any]
_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST: Final = 320
_SHORTEST: Final = 2
_MOST_WORDS: Final = 20


@dataclass(slots=True)
class _Plan:
    """Whom, by which words, and what is known before anything is written. new: words by hash.
    begins: how they begin, empty where that is not known of all.
    """

    who: Somebody
    new: Mapping[str, Word]
    eraser: Eraser
    shared: int
    stays: Mapping[str, int]
    teams: Sequence[str]
    tokens: Sequence[str]
    begins: Collection[str] = ()
    changed: dict[str, int] = field(default_factory=dict)
    sign_ins: int = 0


def look(database: Database, person: str, also: Sequence[str] = ()) -> Answer:
    """What `erase` would change; nothing is written. The same errors."""
    with database.read() as session:
        plan = _planned(session, person, also)
        plan.sign_ins = len(erasing_texts.sign_ins_of(session, plan.eraser))
        found = erasing_raw.changed_payloads(session, plan.eraser, plan.begins)
        raw = sum(1 for _ in found)
        plan.changed = {"raw_record": raw} if raw else {}
        for table in erasing_texts.tables_with_text():
            rows = sum(1 for _ in erasing_texts.changes(session, table, plan.eraser))
            _add(plan.changed, table.name, rows)
        for name, rows in erasing_people.count_renamed(session, set(plan.new)).items():
            _add(plan.changed, name, rows)
    return _told(plan, erased=False, scrubbed=None)


def erase(database: Database, person: str, also: Sequence[str] = (), *, who: str) -> Answer:
    """Do it: all of it or nothing. person: any word by which a tool knows them, or a pseudonym;
    also: further words of theirs.

    `NotFoundError` for whom nobody knows, `BadRequestError` where several people fit or a word is
    none, `DeliveryError` (409) while a source is being read.
    """
    with ExitStack() as leases:
        _hold_all(database, leases)
        with database.writing() as session:
            plan = _planned(session, person, also)
            _write(session, plan)
            counts = {"accounts": len(plan.who.ids), "rows": sum(plan.changed.values())}
            by = plan.eraser.text(who, person=True)
            note_in(session, "person_erased", who=by, subject="a person", ts=now_ts(), **counts)
    scrubbed = scrub(database.engine)
    log.info("person_erased", **counts, scrubbed=scrubbed)
    return _told(plan, erased=True, scrubbed=scrubbed)


def _hold_all(database: Database, leases: ExitStack) -> None:
    """What is being read now was not freed of these words when it came."""
    with database.read() as session:
        known = source_ids(session)
    for name, number in sorted(known.items()):
        try:
            leases.enter_context(held(database, number, name))
        except SourceBusyError as error:
            raise DeliveryError(
                f"{name} is being read; erase again when that is over, nothing was changed",
                status=409,
            ) from error


def _planned(session: Session, person: str, also: Sequence[str]) -> _Plan:
    asked = [_sound(one) for one in (person, *also)]
    if len(asked) > _MOST_WORDS:
        raise BadRequestError(f"also: at most {_MOST_WORDS - 1} words")
    hashed = partial(pseudonym, people_key(session))
    found = _found(session, asked[0], hashed(asked[0]), hashed(folded(asked[0])))
    own, shared = erasing_people.hashes_of(session, found.ids)
    given = {hashed(folded(one)): one for one in asked if not _PSEUDONYM.fullmatch(one)}
    taken = erasing_people.held_by_others(session, given, found.ids)
    given = {one: word for one, word in given.items() if one not in taken}
    before = erased_words(session)
    wanted = {one for one in (*own, *given) if one not in _stand_ins(before, hashed)}
    clear = {**erasing_raw.words_of(session, wanted), **given}
    new = {one: _word(one, clear, before, hashed) for one in sorted(wanted)}
    stays = _stays(session, new, hashed)
    names = {where for _, where in stays}
    held_back = {one for one, _ in stays}
    new = {one: _people_only(word) if one in held_back else word for one, word in new.items()}
    eraser = Eraser({**before, **new}, hashed)
    theirs = [one.name for one in tokens(session) if _names(eraser, one.name, one.who)]
    return _Plan(
        found,
        new,
        eraser,
        len(shared | taken),
        {where: sum(1 for _, at in stays if at == where) for where in sorted(names)},
        erasing_people.teams_of(session, new),
        sorted(set(theirs)),
        _begins(new, clear),
    )


def _begins(new: Mapping[str, Word], clear: Mapping[str, str]) -> set[str]:
    """How the words begin; empty where one of them was never seen in clear."""
    firsts = {atoms_of(clear[one])[0] for one in new if one in clear and atoms_of(clear[one])}
    seen = all(word.first for word in new.values())
    return firsts if seen and all(one.isascii() for one in firsts) else set()


def _sound(text: str) -> str:
    told = " ".join(text.split()).removeprefix("<").removesuffix(">")
    if not _SHORTEST <= len(told) <= _LONGEST or not told.isprintable():
        raise BadRequestError(
            f"a person is an account name, an e-mail, a full name or a pseudonym, of {_SHORTEST} to"
            f" {_LONGEST} letters"
        )
    if STAND_IN.fullmatch(told):
        raise BadRequestError("this is the stand-in of somebody who was erased already")
    return told


def _found(session: Session, asked: str, *hashes: str) -> Somebody:
    given = {asked} if _PSEUDONYM.fullmatch(asked) else set(hashes)
    found = erasing_people.found_by(session, given)
    if not found:
        raise NotFoundError(
            "nobody is known by this word: give an account name, an e-mail or a full name as a tool"
            " tells it; who was erased is not known by it any more"
        )
    if len(found) > 1:
        told = "; ".join(_accounts(one) for one in found[:10])
        raise BadRequestError(
            f"{len(found)} people have this word: {told}. Name one by a pseudonym or another word"
        )
    return found[0]


def _accounts(one: Somebody) -> str:
    return f"{one.accounts[0][1]} ({', '.join(sorted({source for source, _ in one.accounts}))})"


def _stand_ins(before: Mapping[str, Word], hashed: Any) -> set[str]:
    """Hashes that are those of stand-ins already."""
    return {hashed(word.stand_in) for word in before.values()}


def _word(one: str, clear: Mapping[str, str], before: Mapping[str, Word], hashed: Any) -> Word:
    stand_in = before[one].stand_in if one in before else new_stand_in()
    return word_of(clear[one], stand_in, hashed) if one in clear else Word(stand_in)


def _people_only(word: Word) -> Word:
    return Word(word.stand_in, word.first, word.atoms, people_only=True)


def _stays(session: Session, new: Mapping[str, Word], hashed: Any) -> set[tuple[str, str]]:
    """(hash, table.column): words that are those of the work, too."""
    probe = Eraser(new, hashed)
    by_stand_in = {word.stand_in: one for one, word in new.items()}
    found = set()
    for where, name in erasing_texts.names_asked_by(session):
        freed = probe.text(name)
        if freed != name:
            words = [match[0].partition("@")[0] for match in STAND_IN.finditer(freed)]
            found |= {(by_stand_in[word], where) for word in words if word in by_stand_in}
    return found


def _names(eraser: Eraser, *texts: str) -> bool:
    return any(eraser.text(one, person=True) != one for one in texts)


def _write(session: Session, plan: _Plan) -> None:
    hashed = partial(pseudonym, people_key(session))
    for name, found in erasing_people.count_renamed(session, set(plan.new)).items():
        _add(plan.changed, name, found)
    erasing_people.rename(session, {one: hashed(word.stand_in) for one, word in plan.new.items()})
    for row, freed, same in erasing_raw.changed_payloads(session, plan.eraser, plan.begins):
        erasing_raw.write_payload(session, row, freed, hashed=same)
        _add(plan.changed, "raw_record", 1)
    with erasing_texts.audit_log_opened(session):
        for table in erasing_texts.tables_with_text():
            rows = list(erasing_texts.changes(session, table, plan.eraser))
            _add(plan.changed, table.name, erasing_texts.write_changes(session, table, rows))
    browsers = erasing_texts.sign_ins_of(session, plan.eraser)
    erasing_texts.end_sign_ins(session, browsers)
    plan.sign_ins = len(browsers)
    keep_words(session, plan.new)
    bump_all(session)


def _add(changed: dict[str, int], name: str, found: int) -> None:
    if found:
        changed[name] = changed.get(name, 0) + found


def _told(plan: _Plan, *, erased: bool, scrubbed: bool | None) -> Answer:
    sources: dict[str, int] = {}
    for source, _ in plan.who.accounts:
        sources[source] = sources.get(source, 0) + 1
    return {
        "erased": erased,
        "accounts": [{"source": name, "accounts": sources[name]} for name in sorted(sources)],
        "words": len(plan.new),
        "changed": [{"table": name, "rows": plan.changed[name]} for name in sorted(plan.changed)],
        "sign_ins_ended": plan.sign_ins,
        "tokens": [plan.eraser.text(one) if erased else one for one in plan.tokens],
        "teams": list(plan.teams),
        "shared_words": plan.shared,
        "stays_in": [{"where": name, "words": n} for name, n in plan.stays.items()],
        "scrubbed": scrubbed,
        "hints": list(_hints(plan, erased=erased, scrubbed=scrubbed)),
    }


def _hints(plan: _Plan, *, erased: bool, scrubbed: bool | None) -> Iterator[str]:
    if plan.teams:
        yield "take the person out of [[teams]] of headwater.toml: the file itself is not changed"
    if plan.tokens:
        yield "tokens of the person keep counting; revoke those that nobody needs"
    if plan.stays:
        yield "words that are names of the work, too, stay there: rename them at their source"
    if plan.shared:
        yield "words that other people have, too, stay: they do not tell who it was"
    if scrubbed is False:
        yield "the database can't be rewritten now, so old pages may hold what was: run VACUUM"
    if erased:
        yield "backups, exports and logs of before still hold the person: delete them"
