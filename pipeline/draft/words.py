"""Text of a drafted TOML file: whatever a source calls something, the file stays what it is."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

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
    line = " ".join(plain(words).split())
    cut = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 2]} .."
    return f"# {CHECK if check else ''}{cut}"


def plain(words: str) -> str:
    """Without what moves the cursor of a terminal, ends a line or hides letters."""
    return "".join(" " if _is_odd(letter) else letter for letter in words)


def _is_odd(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")
