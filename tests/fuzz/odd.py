"""Values that no vendor documents, and what is made of a good document with them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.fuzz.chance import Chance

LONG: Final = 40_000


def _deep(levels: int) -> Any:
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**18, 1e300, -1e-300, 0.5,
    "", " ", "\x00", "a\x00b", "\u00b2", "\u0663", "-", "..", "/", "\n", "\u202e", "\U0001f4a9",
    "0", "-1", "1e9", "9" * 5_000, "NaN", "inf", "null", "[]", "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-21", "2026-11-21T06:00:00",
    "2026-11-21 06:00:00", "2026-11-21T06:00:00.123456789Z", "0" * 40, "f" * 40,
    "http://[::1", "https://x/\x00", "javascript:alert(1)", "refs/heads/", "refs/tags/v1",
    "a" * LONG, " " * LONG, "\n" * LONG, "a." * LONG, "@a." * LONG, "#1 " * LONG, "A-1 " * LONG,
    ";=1" * LONG, "-" * LONG, "(" * LONG, "/job/" * LONG, "0" * LONG, "x@" * LONG,
)  # fmt: skip
_HELD: Final[tuple[Callable[[], Any], ...]] = (
    list,
    dict,
    lambda: [None],
    lambda: [{}],
    lambda: {"": None},
    lambda: {"id": None},
    lambda: [1, "1", {}],
    lambda: _deep(60),
    lambda: _deep(300),
    lambda: _deep(900),
)
"""Made anew each time, as they are changed further."""


def changed(document: Any, chance: Chance, *, most: int = 6) -> Any:
    """A copy of a JSON document in which up to `most` places were changed."""
    box = [copy.deepcopy(document)]
    for _ in range(most):
        if not chance.left:
            break
        places = list(_places(box))
        holder, key = chance.one_of(places or [(box, 0)])
        _change(holder, key, chance, places)
    return box[0]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop(0)
        pairs = one.items() if isinstance(one, dict) else enumerate(one)
        for key, inside in pairs:
            yield one, key
            if isinstance(inside, dict | list) and inside:
                waiting.append(inside)


def _change(holder: Any, key: Any, chance: Chance, places: list[tuple[Any, Any]]) -> None:
    value, way = holder[key], chance.number(8)
    if way == 0 and (isinstance(holder, dict) or len(holder) > 1):
        del holder[key]
    elif way == 1:
        other, name = chance.one_of(places)
        holder[key] = _copied(other, name)
    elif way == 2 and isinstance(value, list) and value:
        value += (_copied({0: value[:3]}, 0) or []) * chance.number(4)
    elif way == 3 and isinstance(value, str):
        holder[key] = f"{value}{chance.one_of([o for o in ODD if isinstance(o, str)])}"
    elif way == 4 and isinstance(value, str) and value:
        holder[key] = value[: chance.number(len(value))]
    elif way == 5:
        holder[key] = [value]
    elif way == 6:
        holder[key] = chance.one_of(_HELD)()
    else:
        holder[key] = chance.one_of(ODD)


def _copied(holder: Any, key: Any) -> Any:
    """What stands elsewhere; nothing where it was taken away meanwhile, or is too deep to copy."""
    try:
        return copy.deepcopy(holder[key])
    except (LookupError, RecursionError):
        return None


def torn(content: bytes, chance: Chance, *, most: int = 8) -> bytes:
    """A copy of a text in which bytes were cut, doubled, replaced and put in."""
    found = bytearray(content)
    for _ in range(most):
        if not chance.left:
            break
        at, way = chance.number(max(1, len(found))), chance.number(6)
        length = 1 + chance.number(64)
        if way == 0:
            del found[at : at + length]
        elif way == 1:
            found[at:at] = found[at : at + length] * (1 + chance.number(6))
        elif way == 2:
            found[at : at + 1] = bytes([chance.number(256)])
        elif way == 3:
            text = chance.one_of([one for one in ODD if isinstance(one, str)])
            found[at:at] = text.encode("utf-8", "surrogatepass")
        elif way == 4:
            found[at:at] = chance.one_of(_MARKS)
        else:
            del found[at:]
    return bytes(found)


_MARKS: Final = (
    b'"', b"'", b"\\", b"\n", b"\r\n", b"\r", b"\x00", b",", b";", b"=", b"[", b"]", b"[[", b"]]",
    b"{", b"}", b"#", b'"""', b"'''", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc2\xb2",
)  # fmt: skip
