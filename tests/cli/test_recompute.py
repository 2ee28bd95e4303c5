"""`headwater recompute`: what it refuses, and what it says where Dask is not installed."""

from __future__ import annotations

import sys

import pytest

from tests.cli.conftest import Run


def test_without_dask_it_says_what_to_install(
    headwater: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pipeline.dask_engine", raising=False)
    for name in [one for one in sys.modules if one.partition(".")[0] in ("dask", "distributed")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dask", None)
    outcome = headwater("recompute", "--engine", "dask")
    assert outcome.status == 2
    assert "pip install 'headwater[dask]'" in outcome.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "spark"), "--engine: one of local, dask"),
        (("--scheduler", "tcp://x:1"), "add --engine dask"),
        (("--events", "somewhere"), "add --engine dask"),
    ],
)
def test_words_that_do_not_fit_are_refused(
    headwater: Run, words: tuple[str, ...], said: str
) -> None:
    outcome = headwater("recompute", *words)
    assert outcome.status == 2
    assert said in outcome.err
