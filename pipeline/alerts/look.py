"""Brings alerts up to date after passes and while time passes, and hands over what is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError

from core.errors import HeadwaterError, StoppedError
from core.log import one_run
from core.settings import Settings
from pipeline.alerts.deliver import deliver
from pipeline.alerts.evaluate import evaluate
from pipeline.clock import now_ts
from pipeline.database import Database, lost
from pipeline.snapshots import Snapshots
from pipeline.stopping import Stop
from store.alone import alone

log = structlog.get_logger()

EVERY_S: Final = 15
_ALERTING: Final = 2
_AT_MOST_EVERY_S: Final = 120
"""While a server runs, passes come so often that each need not be looked at."""
_SHARE: Final = 30
_LONGEST_PAUSE_S: Final = 1_800


@one_run()
def bring_alerts_up_to_date(
    settings: Settings,
    database: Database,
    *,
    not_before_s: int = 0,
    snapshots: Snapshots | None = None,
    stop: Stop | None = None,
    clock: Callable[[], int] = now_ts,
) -> bool:
    """Look for causes if something moved, and hand over what is due; one process at a time. Whether
    that worked: a fault is told in the log and waits for the next look, passes go on. It is raised
    only that somebody asked to `stop`.
    """
    with alone(database.engine, _ALERTING, (stop or Stop()).sleep):
        looked = _went_well(
            lambda: evaluate(
                settings, database, now=clock(), not_before_s=not_before_s, snapshots=snapshots
            )
        )
        # What waits is sent also where looking fails.
        return _went_well(lambda: deliver(settings, database, clock, stop=stop)) and looked


def _went_well(step: Callable[[], object]) -> bool:
    try:
        step()
    except StoppedError:
        raise
    except HeadwaterError as error:
        log.error("alerts_wait", error=str(error))
        return False
    except OperationalError as error:
        log.error("alerts_wait", error=str(lost(error)))
        return False
    except Exception as error:
        log.error("alerts_wait", error=type(error).__name__, exc_info=True)
        return False
    return True


@dataclass(slots=True)
class AlertLook:
    """The look of the scheduler, every few seconds; it reads little where nothing moved. Judging
    facts anew takes at most a thirtieth of the time, however many there are.
    """

    settings: Settings
    database: Database
    stop: Stop
    _pause_s: int = _AT_MOST_EVERY_S

    def __call__(self) -> None:
        began = time.monotonic()
        try:
            bring_alerts_up_to_date(
                self.settings, self.database, not_before_s=self._pause_s, stop=self.stop
            )
        except StoppedError:
            return
        took = round(_SHARE * (time.monotonic() - began))
        if took > _SHARE:  # else nothing was looked at
            self._pause_s = min(_LONGEST_PAUSE_S, max(_AT_MOST_EVERY_S, took))
