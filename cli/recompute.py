"""`headwater recompute`: links and facts of everything again, here or on a Dask cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from cli.output import telling
from cli.setting_up import ready
from cli.sync import tell_outcome
from core.errors import ConfigError
from pipeline.fact_engine import FactEngine
from pipeline.sync import bring_up_to_date

_ENGINES = ("local", "dask")
_MISSING = (
    "the packages `dask` and `distributed` are not installed; they are an extra:"
    " pip install 'headwater[dask]', or in a copy of the sources pip install -e '.[dask]'"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the command."""

    engine: str = "local"
    scheduler: str = ""
    workers: int = 2
    events: Path | None = None
    partition: int = 20_000


def run_recompute(config: Path, asked: Asked) -> None:
    """Links and facts of everything again. `ConfigError` for what there is not."""
    if asked.engine not in _ENGINES:
        raise ConfigError(f"--engine: one of {', '.join(_ENGINES)}")
    if asked.engine == "local" and (asked.scheduler or asked.events):
        raise ConfigError("--scheduler and --events are of workers: add --engine dask")
    with ready(config) as (settings, database), _engine(asked) as engine, telling() as progress:
        report = bring_up_to_date(
            settings, database, progress=progress, everything=True, engine=engine
        )
    tell_outcome(report)


def _engine(asked: Asked) -> AbstractContextManager[FactEngine | None]:
    if asked.engine == "local":
        return nullcontext()
    try:
        from pipeline.dask_engine import dask_engine
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("dask", "distributed"):
            raise ConfigError(_MISSING) from error
        raise
    return dask_engine(
        scheduler=asked.scheduler,
        workers=asked.workers,
        items=asked.partition,
        events=asked.events,
    )
