"""The people and bots of the simulated company."""

from __future__ import annotations

from simulator.model import Person

_TEAMS = {
    "checkout": ("Anna Berger", "Jonas Weiss", "Mira Okafor", "Pavel Novak", "Sofia Lindholm"),
    "fulfilment": ("Ben Adeyemi", "Carla Russo", "Emil Hansen", "Leila Haddad", "Tomas Silva"),
    "search": ("Dana Kovacs", "Hugo Martin", "Ines Pereira", "Noah Fischer"),
}
_BOTS = ("renovate[bot]", "project-setup[bot]")


def teams() -> dict[str, list[Person]]:
    """The people of each stream, by the stream's name."""
    found: dict[str, list[Person]] = {}
    number = 100
    for stream, names in _TEAMS.items():
        found[stream] = []
        for name in names:
            found[stream].append(person(name, number))
            number += 1
    return found


def person(name: str, number: int) -> Person:
    user = name.lower().replace(" ", ".")
    return Person(name, user, f"{user}@acme.example", f"5f0000{number}")


def bots() -> tuple[Person, Person]:
    """The bot that updates dependencies, and the one that sets up a repository."""
    updates, setup = (
        Person(
            name, name, f"{name.removesuffix('[bot]')}@bots.acme.example", f"bot:{name}", bot=True
        )
        for name in _BOTS
    )
    return updates, setup
