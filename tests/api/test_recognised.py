"""Who was recognised is kept while nobody is let in or shut out, and not a second longer."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from api.recognised import Found, Recognised
from core.accounts import Account
from core.errors import SignInError

ANNA = Account("token:anna", "viewer", ends_ts=5_000)
NOW = 1_000


@dataclass
class Door:
    """A database that is asked, and a clock that stands."""

    version: int = 0
    at: float = 100.0
    holds: dict[str, Found] = field(default_factory=dict)
    looks: int = 0
    look_ups: int = 0

    def __post_init__(self) -> None:
        self.recognised = Recognised(self._look, lambda: self.at)

    def _look(self) -> int:
        self.looks += 1
        return self.version

    def ask(self, key: str, now: int = NOW) -> Found:
        kept = self.recognised.kept(key, now)
        return kept.found if kept else self.recognised.asked(key, now, lambda: self._look_up(key))

    def _look_up(self, key: str) -> Found:
        self.look_ups += 1
        return self.holds.get(key)


@pytest.fixture
def door() -> Door:
    return Door(holds={"anna": ANNA})


def test_many_who_come_every_few_seconds_cost_one_question_a_second(door: Door) -> None:
    names = [f"dashboard {number}" for number in range(50)]
    door.holds = {name: Account(name, "viewer") for name in names}
    for _ in range(20):
        door.at += 1.0
        found = [door.ask(name) for name in names]
        assert found == [door.holds[name] for name in names]
    assert (door.looks, door.look_ups) == (20, 50)


def test_who_was_shut_out_is_so_within_a_second(door: Door) -> None:
    assert door.ask("anna") == ANNA
    door.holds["anna"], door.version = SignInError("revoked"), 1
    door.at += 0.99
    assert door.ask("anna") == ANNA
    door.at += 0.02
    assert door.recognised.kept("anna", NOW) is None
    assert isinstance(door.ask("anna"), SignInError)


def test_who_was_refused_is_let_in_within_a_second(door: Door) -> None:
    assert door.ask("bi") is None
    door.holds["bi"], door.version = Account("token:bi", "viewer"), 1
    door.at += 1.0
    assert door.ask("bi") == door.holds["bi"]


def test_nobody_is_kept_past_the_end_of_what_was_shown(door: Door) -> None:
    assert door.ask("anna", 4_999) == ANNA
    door.holds["anna"] = SignInError("expired")
    assert isinstance(door.ask("anna", 5_000), SignInError)
    assert door.looks == 1


def test_a_row_that_was_written_by_hand_counts_after_a_minute(door: Door) -> None:
    assert door.ask("anna") == ANNA
    door.holds["anna"] = Account("token:anna", "admin")
    for _ in range(59):
        door.at += 1.0
        assert door.ask("anna") == ANNA
    door.at += 1.0
    assert door.ask("anna") == door.holds["anna"]
    assert door.look_ups == 2


def test_what_was_read_before_a_change_is_not_kept_after_it(door: Door) -> None:
    """Who is looked up while somebody else finds out that all are to be looked up anew."""
    door.ask("other")

    def slowly() -> Found:
        found = door.holds["anna"]
        door.holds["anna"], door.version = SignInError("revoked"), 1
        door.at += 1.0
        door.ask("other")
        return found

    assert door.recognised.asked("anna", NOW, slowly) == ANNA
    assert isinstance(door.ask("anna"), SignInError)


def test_who_is_forgotten_is_asked_of_the_database_again(door: Door) -> None:
    door.ask("anna")
    door.recognised.forget()
    assert door.recognised.kept("anna", NOW) is None
    assert door.ask("anna") == ANNA
    assert door.look_ups == 2


def test_nobody_is_known_while_the_database_can_not_be_asked(door: Door) -> None:
    door.ask("anna")
    door.at += 1.0
    door.recognised.version = lambda: 1 / 0  # type: ignore[assignment, return-value]
    with pytest.raises(ZeroDivisionError):
        door.ask("anna")
    assert door.recognised.kept("anna", NOW) is None
