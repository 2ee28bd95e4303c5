"""One company, seed by seed: changes, a pass with troubles, passes without, and what must hold.

Four seeds read the same changes, each from a copy of the same store, and are compared with one
store that read them undisturbed. Every seed can be repeated alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from unittest.mock import patch

from sqlalchemy import inspect, make_url

from connectors.limits import HOSTS
from core.config_file import load_settings
from core.settings import Settings
from pipeline import reading
from pipeline.database import opened
from pipeline.sync import bring_up_to_date
from simulator.live import Live
from simulator.model import World
from store.session import open_engine
from tests.chaos import invariants
from tests.chaos.passes import Passes, passes
from tests.chaos.servers import OwnPostgres
from tests.chaos.troubles import Place, Trouble, drawn
from tests.e2e.dumps import FACTS, HOW_OFTEN, Rows, differences
from tests.e2e.killing import Databases, SqliteFiles
from tests.e2e.little import little_company
from tests.e2e.small import Small, rows_of, synced

KINDS = ("sqlite", "postgres")
SHARE = 4
"""So many seeds in a row read the same changes."""
_LATER_S = 25 * 3_600
"""After this it is time to see what is gone, and to ask again for what was said not to be there."""
_ENDS = ("the end", "told", "broke", "status")
_NOTICED = re.compile(r"\('gone_ts', \d+\)")


@dataclass(frozen=True)
class Lived:
    """What became of one seed. bad: what did not hold, empty where all is well."""

    seed: int
    kind: str
    troubles: Sequence[str]
    endings: Sequence[str]
    bad: Sequence[str]
    seconds: float

    def __str__(self) -> str:
        told = "well" if not self.bad else "BAD: " + "; ".join(self.bad)
        parts = f"{'; '.join(self.troubles)} -> {'; '.join(self.endings)}"
        return f"seed {self.seed} {self.kind} {self.seconds:.1f} s: {parts}: {told}"


@dataclass
class Round:
    """Changes that several seeds read, and a store that nothing disturbed. rows: its rows, after
    so many seconds of ours and of the tools, with a pass then.
    """

    number: int
    live: Live
    url: str
    rows: dict[tuple[int, int], dict[str, Rows]]


@dataclass
class Chaos:
    """points: statements of an undisturbed pass over some changes. base: by kind of database, what
    each seed begins with a copy of.
    """

    folder: Path
    company: Small
    pristine: World
    passes: Passes
    databases: dict[str, Databases]
    postgres: OwnPostgres
    base: dict[str, str] = field(default_factory=dict)
    points: int = 0
    tables: Sequence[str] = ()
    _round: Round | None = None

    def lived(self, seed: int, *, wholly: bool = True) -> Lived:
        """Live through one seed. wholly: compute all of it again at the end; else one in four."""
        began = time.monotonic()
        rng = Random(f"{seed}/chaos")
        kind = KINDS[seed % len(KINDS)]
        now = self._changes(seed // SHARE)
        url = self.databases[kind].copy(self.base[kind])
        log = self.folder / f"seed-{seed}.log"
        told: list[str] = []
        endings: list[str] = []
        bad: list[str] = []
        off = False
        for _ in range(rng.choice((1, 1, 2))):
            troubles = drawn(rng, self._place(kind, url))
            told.append(" and ".join(one.words for one in troubles))
            endings.append(self._troubled(self._address(kind, url), troubles, now, log))
            self._mended(kind, url)
            off = off or any(one.name == "clock" for one in troubles)
            bad += [*invariants.of_ending(endings[-1]), *self._state(url)]
        rows, found = self._calm(url, now, timeless=off)
        bad += [*found, *invariants.of_log(log)]
        if wholly or seed % SHARE == SHARE - 1:
            bad += self._wholly(url, now, rows)
        self.databases[kind].drop(url)
        return Lived(seed, kind, told, endings, bad, time.monotonic() - began)

    def begin(self) -> None:
        """Collect the company once for each kind of database."""
        Live(self.company.world, self.company.server, 0)
        for kind in KINDS:
            self.base[kind] = self.databases[kind].empty()
            self.company.home(self.folder, url=self.base[kind])
            told = self.passes.made(self.base[kind], self._now(self.company.world))
            assert told["before"] == "the end", told
            self.points = told["points"]
        self.postgres.shared(self.base["postgres"])
        engine = open_engine(self.base["sqlite"])
        self.tables = sorted(inspect(engine).get_table_names())
        engine.dispose()

    def _changes(self, number: int) -> int:
        """Have the company change as in this round; the time of the tools then."""
        if self._round is None or self._round.number != number:
            rng = Random(f"{number}/changes")
            live = Live(deepcopy(self.pristine), self.company.server, number)
            live.round(operations=rng.randint(4, 16), hours=rng.choice((1.0, 25.0)))
            url = self.databases["sqlite"].copy(self.base["sqlite"])
            told = self.passes.made(url, self._now(live.world))
            assert told["before"] == "the end", told
            self.points = told["points"]
            if self._round is not None:
                self.databases["sqlite"].drop(self._round.url)
            self._round = Round(number, live, url, {(0, 0): rows_of(self._settings(url))})
        return self._now(self._round.live.world)

    def _place(self, kind: str, url: str) -> Place:
        if kind == "postgres":
            restarts, user = self.postgres.restarts, self.postgres.user
            said = self.postgres.says(url)
            return Place(self.points, self.tables, None, restarts, user, said)
        return Place(self.points, self.tables, _file(url))

    def _address(self, kind: str, url: str) -> str:
        """Troubles are lived through with the rights of a worker."""
        return self.postgres.as_worker(url) if kind == "postgres" else url

    def _mended(self, kind: str, url: str) -> None:
        """Give back the rights that were taken."""
        if kind == "postgres":
            self.postgres.granted(url)
        else:
            for path in _file(url).parent.glob(f"{_file(url).name}*"):
                path.chmod(0o600)

    def _troubled(self, url: str, troubles: Sequence[Trouble], now: int, log: Path) -> str:
        faults = self.company.server.faults
        faults.add(*(fault for one in troubles for fault in one.faults))
        order = {name: value for one in troubles for name, value in one.order.items()}
        ending: str = self.passes.made(url, now, log=str(log), **order)["before"]
        faults.clear()
        return ending if ending.startswith(_ENDS) else f"killed before {ending[:40]}"

    def _state(self, url: str) -> Iterator[str]:
        """What must hold at any time, however the pass before it ended."""
        settings = self._settings(url)
        with opened(settings.database) as database:
            yield from invariants.of_file(database.engine)
            yield from invariants.of_sources(settings, database)

    def _calm(self, url: str, now: int, *, timeless: bool) -> tuple[dict[str, Rows], Sequence[str]]:
        """Without troubles the store comes to what it would be without them ever: with the second
        pass, or with one a day later. Its rows, and what does not hold.

        timeless: once it is time to see what is gone, and but for when and with what else that was
        noticed, which hangs on our clock.
        """
        assert self._round is not None
        settings = self._settings(url)
        but = (*HOW_OFTEN, "fact_change") if timeless else HOW_OFTEN
        gone_s, bad = _LATER_S if timeless else 0, list[str]()
        for tools_s in (0, 0, _LATER_S):
            moment = (gone_s + tools_s, tools_s)
            problems = self._read(settings, now, moment)
            rows, there = rows_of(settings), self._undisturbed(self._round, now, moment)
            here = _timeless(rows) if timeless else rows
            found = differences(here, _timeless(there) if timeless else there, but=but)
            bad = [f"still: {problem}" for problem in problems]
            bad += [f"{table} differs: {how}" for table, how in found.items()]
            if not bad:
                break
        return rows, bad

    def _read(self, settings: Settings, now: int, moment: tuple[int, int]) -> list[str]:
        """A pass without troubles; its problems."""
        ours_s, tools_s = moment
        faults = self.company.server.faults
        HOSTS.forget()
        before = faults.now
        faults.now = before and before + timedelta(seconds=tools_s)
        with patch.object(reading, "now_ts", return_value=now + ours_s):
            report = synced(settings)
        faults.now = before
        return [problem for one in report.sources for problem in one.problems]

    def _undisturbed(self, told: Round, now: int, moment: tuple[int, int]) -> dict[str, Rows]:
        if moment not in told.rows:
            url = self.databases["sqlite"].copy(told.url)
            assert not self._read(self._settings(url), now, moment)
            told.rows[moment] = rows_of(self._settings(url))
            self.databases["sqlite"].drop(url)
        return told.rows[moment]

    def _wholly(self, url: str, now: int, before: dict[str, Rows]) -> Iterator[str]:
        """A recompute of everything finds nothing to mend, and parts add up. before: its rows."""
        settings = self._settings(url)
        with opened(settings.database) as database:
            yield from invariants.of_parts(settings, database)
            with patch.object(reading, "now_ts", return_value=now):
                bring_up_to_date(settings, database, everything=True)
            after = rows_of(settings)
        for table in ("link", *FACTS):
            if before[table] != after[table]:
                yield f"{table} is not what a whole computation makes of it"

    def _settings(self, url: str) -> Settings:
        return load_settings(self.folder / "headwater.toml", {"HEADWATER_DATABASE_URL": url})

    def _now(self, world: World) -> int:
        return int(world.now.timestamp())


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _timeless(rows: dict[str, Rows]) -> dict[str, Rows]:
    return {table: sorted(_NOTICED.sub("", row) for row in told) for table, told in rows.items()}


@contextmanager
def chaos(folder: Path) -> Iterator[Chaos]:
    """The company, its tools running, collected once on each kind of database."""
    with ExitStack() as held:
        company = held.enter_context(little_company())
        made = held.enter_context(passes(folder / "headwater.toml"))
        postgres = held.enter_context(OwnPostgres.running())
        databases: dict[str, Databases] = {
            "sqlite": SqliteFiles(folder),
            "postgres": postgres.databases,
        }
        told = Chaos(folder, company, deepcopy(company.world), made, databases, postgres)
        told.begin()
        yield told
