"""A company that waits nowhere longer than elsewhere: all there is to find is what is planted.

Both of its streams lead through a dozen kinds of work, each with a short queue before it; nothing
has an idea or an epic, code is merged when all work is over, and released all day. Every commit
names its ticket.
"""

from __future__ import annotations

from simulator.calendar import Rhythm
from simulator.model import Person, Service, Status, StreamPlan
from simulator.people import person
from simulator.plans import ITEM_TYPES, Cadence, Habits, Step

STREAMS = ("orders", "billing")
DONE, CANCELLED = "Delivered", "Withdrawn"
_QUEUE_H, _WORK_H = 26, 7
_WORK = (
    # the work, its role, the share that goes back to build, and its team
    ("Shaping", "", 0.0, "product"),
    ("Analysing", "", 0.0, "product"),
    ("Designing", "", 0.0, "design"),
    ("Estimating", "", 0.0, "planning"),
    ("Planning", "", 0.0, "planning"),
    ("Building", "build", 0.0, "development"),
    ("Reviewing", "review", 0.04, "development"),
    ("Securing", "test", 0.0, "security"),
    ("Testing", "test", 0.04, "testing"),
    ("Documenting", "test", 0.0, "writing"),
    ("Translating", "test", 0.0, "writing"),
    ("Accepting", "test", 0.0, "product"),
    ("Preparing", "test", 0.0, "operations"),
)
_PEOPLE = ("Amal Haddad", "Bjorn Dahl", "Cleo Martins", "Dario Conti", "Edda Vogel", "Femi Bello")


def even_streams() -> list[Habits]:
    """Every stream; new lists at each call."""
    return [_stream(name) for name in STREAMS]


def even_teams() -> dict[str, list[Person]]:
    """The same few people have every stream."""
    staff = [person(name, 300 + number) for number, name in enumerate(_PEOPLE)]
    return dict.fromkeys(STREAMS, staff)


def _stream(name: str) -> Habits:
    service = Service(name, f"even/{name}", "gitlab", "gitlab", name.title(), change_approval=False)
    often = Rhythm((0, 1, 2, 3, 4), (7, 9, 11, 13, 15), 1.0)
    plan = StreamPlan(
        name, name.title(), name[:3].upper(), None, _statuses(), [service], [*ITEM_TYPES]
    )
    return Habits(
        plan,
        1 / len(STREAMS),
        _steps(),
        DONE,
        CANCELLED,
        {name: Cadence(often, 0.02)},
        epics=False,
        unmerged=("review", "test"),
    )


def _statuses() -> list[Status]:
    found = [Status("10801", "Asked", "new", "Asked", "new")]
    for number, (work, _, _, team) in enumerate(_WORK):
        queue, own = str(10810 + 2 * number), str(10811 + 2 * number)
        waits = Status(queue, f"To {work}", "indeterminate", f"{work} queue", "waiting", team=team)
        found += [waits, Status(own, work, "indeterminate", work, "active", team=team)]
    return [
        *found,
        Status(
            "10802", "To Release", "indeterminate", "Release queue", "waiting", team="operations"
        ),
        Status("10803", DONE, "done", "Delivered", "done"),
        Status("10804", CANCELLED, "done", "Withdrawn", "cancelled"),
    ]


def _steps() -> tuple[Step, ...]:
    steps = [Step("Asked", _QUEUE_H, sigma=0.5)]
    for work, role, back, _ in _WORK:
        before = "" if role == "build" else role
        steps.append(Step(f"To {work}", _QUEUE_H, role=before, sigma=0.5))
        steps.append(Step(work, _WORK_H, role=role, sigma=0.5, back=back))
    return (*steps, Step("To Release", 4, role="release"))
