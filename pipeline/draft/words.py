"""Text of a drafted TOML file: whatever a source calls something, the file stays what it is."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

CHECK = "CHECK: "
_LONGEST = 300


def text(value: str) -> str:
    """A string of TOML; JSON's escapes are a part of TOML's, and DEL has to be one too."""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def texts(values: Iterable[str]) -> str:
    """A list of strings."""
    return f"[{', '.join(text(value) for value in values)}]"


def comment(words: str, *, check: bool = False) -> str:
    """One line of a comment. Control characters would end it, and hidden ones make it lie."""
    plain = "".join(" " if _is_odd(letter) else letter for letter in words)
    plain = " ".join(plain.split())
    cut = plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 2]} .."
    return f"# {CHECK if check else ''}{cut}"


def _is_odd(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")


def block(head: str, lines: Sequence[str]) -> str:
    """A table with its lines."""
    return "\n".join([head, *lines])
