"""Makes what people said about links count within seconds, without reading any source."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError

from core.errors import HeadwaterError, StoppedError
from core.log import one_run
from core.settings import Settings
from pipeline.database import Database, lost
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from store import verdicts

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class VerdictLook:
    """Looks whether a verdict came since links were made last."""

    settings: Settings
    database: Database
    turn: threading.Lock
    stop: Stop

    @one_run()
    def __call__(self) -> bool:
        """Whether one had come and counts now. A fault waits for the next look."""
        try:
            with self.database.read() as session:
                if not verdicts.unseen(session):
                    return False
            with self.turn:
                self.stop.check()
                outcome = bring_up_to_date(self.settings, self.database, stop=self.stop)
        except StoppedError:
            return False
        except HeadwaterError as error:
            log.error("verdicts_wait", error=str(error))
            return False
        except OperationalError as error:
            log.error("verdicts_wait", error=str(lost(error)))
            return False
        log.info("verdicts_count", links=outcome.links.changed, facts=outcome.facts.changed)
        return True
