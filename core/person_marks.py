"""What an account can be recognised by at another tool: its marks, in a form that can be compared.

Marks are hashed before they are stored, so all folding (case, blanks, Unicode forms) happens here.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from core.record_items import Person
from core.stand_ins import DOMAIN as STAND_IN_DOMAIN

_LONGEST: Final = 320
_SHORTEST: Final = 4
_ROLES: Final = (
    "admin administrator root user test tester guest info mail office team dev devel "
    "developer devops build builder builds jenkins gitlab github jira git ci-cd cicd "
    "deploy deployer release support service system automation security contact hello "
    "webmaster postmaster operations anonymous unknown none null"
)
_ANYBODY: Final = frozenset(_ROLES.split())
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+\.?")
_GITHUB = re.compile(r"(?:\d+\+)?([^+@]+)@users\.noreply\.github\.com")
_GITLAB = re.compile(r"(?:\d+-)?([^@]+)@users\.noreply\.gitlab\.com")
_NOBODY = re.compile(r"(?:.*[._+-])?(?:no|do[._-]?not)[._-]?reply(?:[._+-].*)?")
_PUBLIC_DOMAINS: Final = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com "
    "icloud.com me.com mac.com proton.me protonmail.com pm.me aol.com gmx.de gmx.net "
    "gmx.com web.de mail.ru yandex.ru yandex.com qq.com 163.com 126.com fastmail.com "
    "hey.com posteo.de mailbox.org"
)
_PUBLIC: Final = frozenset((*_PUBLIC_DOMAINS.split(), STAND_IN_DOMAIN))


class Mark(StrEnum):
    """The kinds of marks. LOGIN is any username, USERNAME one that says who it is: long enough, and
    no `admin`. LOCAL is the part of an e-mail before the `@` and DOMAIN the one after it, of
    addresses at a domain of their own. The last two are the usernames that a code host's address
    for people who hide theirs tells.
    """

    EMAIL = "email"
    LOGIN = "login"
    USERNAME = "username"
    NAME = "name"
    LOCAL = "local"
    DOMAIN = "domain"
    GITHUB_LOGIN = "github_login"
    GITLAB_LOGIN = "gitlab_login"


def marks(person: Person) -> dict[Mark, str]:
    """The marks of someone, by kind; an identity that is an address is an e-mail too. Empty for
    someone known by an account id alone.
    """
    address = _email(person.email) or _email(person.identity)
    login = _folded(person.username)
    found = {
        Mark.LOGIN: login,
        Mark.USERNAME: _telling(login),
        Mark.NAME: _full_name(person.name),
        **_of_address(address),
    }
    return {kind: text for kind, text in found.items() if text}


def _of_address(address: str) -> dict[Mark, str]:
    """An address for people who hide theirs tells a login; one that nobody reads tells nothing."""
    for kind, pattern in ((Mark.GITHUB_LOGIN, _GITHUB), (Mark.GITLAB_LOGIN, _GITLAB)):
        hidden = pattern.fullmatch(address)
        if hidden:
            return {Mark.EMAIL: address, kind: hidden[1]}
    local, _, domain = address.partition("@")
    if not address or _NOBODY.fullmatch(local):
        return {}
    if domain in _PUBLIC:
        return {Mark.EMAIL: address}
    return {Mark.EMAIL: address, Mark.LOCAL: _telling(local), Mark.DOMAIN: domain}


def _telling(username: str) -> str:
    """A username that two people hardly share by chance, else empty."""
    return username if len(username) >= _SHORTEST and username not in _ANYBODY else ""


def _folded(text: str) -> str:
    """Without regard to case, blanks around it, and how its letters are composed."""
    if len(text) > _LONGEST:
        return ""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def _email(text: str) -> str:
    folded = _folded(text).removeprefix("<").removesuffix(">")
    return folded.removesuffix(".") if _ADDRESS.fullmatch(folded) else ""


def _full_name(text: str) -> str:
    """A name of two words or more: many people share a first name."""
    words = _folded(text).split()
    return " ".join(words) if len(words) > 1 and "@" not in text else ""
