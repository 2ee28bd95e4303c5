"""Remembers what several parts of one answer need alike, for as long as the facts stay the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
_KEPT = 64


@dataclass(slots=True)
class Memo:
    """A few results by their question; the least recently asked for leaves first. What is made
    once, for all questions, stays.
    """

    most: int = _KEPT
    _once: dict[Hashable, Any] = field(default_factory=dict)
    _kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """The same of what depends on no question."""
        if key not in self._once:
            made = make()
            with self._lock:
                self._once.setdefault(key, made)
        found: T = self._once[key]
        return found

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """The remembered result for the key, or the one that `make` gives. Never change a
        result.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made
