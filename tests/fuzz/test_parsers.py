"""Whatever comes in, a parser gives a result or its documented refusal, within bounded time.

`make fuzz-parsers` tries far more, guided by which code an input reaches.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.entries import VENDORS, entries
from tests.fuzz.parsers import HOOK_KINDS
from tests.fuzz.texts import TEXTS

EXAMPLES = 60
CPU_S = 20.0
"""Of this process for one input; the usual one takes some milliseconds."""
NAMES = sorted(
    [
        *(f"payload-{vendor}" for vendor in VENDORS),
        *(f"hook-{kind}" for kind in HOOK_KINDS),
        "cdevent",
        "headers",
        "import-row",
        "settings",
        *TEXTS,
    ]
)


@contextmanager
def bounded() -> Iterator[None]:
    """Fails, instead of hanging, what needs far more computing than its input is worth."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"one input took more than {CPU_S:.0f} s of computing")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_every_parser_is_tried(fixtures_dir: Path) -> None:
    assert sorted(entries(fixtures_dir)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_odd_input_is_read_or_refused(fixtures_dir: Path, name: str) -> None:
    run = entries(fixtures_dir)[name]

    @seed(8)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.binary(max_size=60))
    def odd(data: bytes) -> None:
        with bounded():
            run(data)

    odd()
