"""A draft as the text of a TOML file, the evidence beside each guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.draft.looking import CHOICE, Given
from pipeline.draft.services import RuleDraft, ServiceDraft
from pipeline.draft.stages import StageDraft
from pipeline.draft.streams import StreamDraft
from pipeline.draft.words import comment, text, texts

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "feature": ("story", "feature", "new feature", "improvement", "epic", "enhancement"),
    "defect": ("bug", "defect", "incident", "problem"),
    "risk": ("security", "risk", "vulnerability"),
    "debt": ("tech debt", "technical debt", "debt", "refactoring", "maintenance", "chore"),
}


_NO_WORK: Final = (
    "no status says that work began, so no item would have a flow time; labels can say it:"
    " `status_labels` of the source"
)
_SEVERAL: Final = (
    "several are production; where each is a service of its own, write a table for each, with the"
    " `paths` of the repository that it is made of"
)
_FEW: Final = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is proposed. accounts: by source as whom it was read. rules: of Jenkins' jobs, by
    source. unplaced: configuration items that fit no service. held: projects that hold ideas only.
    """

    sources: Sequence[Given]
    accounts: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[ServiceDraft] = ()
    streams: Sequence[StreamDraft] = ()
    rules: Mapping[str, Sequence[RuleDraft]] = field(default_factory=dict)
    unplaced: Sequence[tuple[str, int]] = ()


def whole_file(draft: Draft, *, day: str, timezone: str) -> str:
    """A configuration of its own."""
    head = [
        comment(
            f"Drafted by `headwater init` on {day}, from what the tools show. It is yours to edit."
        ),
        comment(
            "Lines with CHECK are guesses that the evidence does not settle: look at these first."
        ),
        comment("Every key: docs/configuration.md. After an edit: headwater check"),
    ]
    base = [
        "\n".join(["[database]", 'url = "sqlite:///headwater.db"']),
        "\n".join(
            ["[server]", f"timezone = {text(timezone)}   # in which days, weeks and months are cut"]
        ),
    ]
    return "\n\n".join(["\n".join(head), *base, *_tables(draft), *_types(draft.streams)]) + "\n"


def addition(draft: Draft, *, day: str) -> str:
    """What is appended to a configuration; "" where there is nothing to append."""
    tables = _tables(draft)
    if not tables:
        return ""
    head = comment(f"Added by `headwater init --add` on {day}.")
    return "\n" + "\n\n".join([f"{head}\n{tables[0]}", *tables[1:]]) + "\n"


def _tables(draft: Draft) -> list[str]:
    return [
        *["\n".join(_source(one, draft)) for one in draft.sources],
        *["\n".join(_service(one)) for one in draft.services],
        *(["\n".join(_unplaced(draft.unplaced))] if draft.unplaced else []),
        *["\n".join(_stream(one)) for one in draft.streams],
    ]


def _source(given: Given, draft: Draft) -> Iterator[str]:
    yield "[[sources]]"
    yield f"name = {text(given.name)}"
    yield f"kind = {text(given.kind)}"
    yield f"url = {text(given.url)}"
    if given.auth:
        pairs = ", ".join(f"{name} = {text(value)}" for name, value in given.auth.items())
        account = draft.accounts.get(given.name, "")
        yield f"auth = {{ {pairs} }}" + (f"   {comment(f'reads as {account}')}" if account else "")
    if given.chosen:
        yield f"{CHOICE[given.kind]} = {texts(given.chosen)}"
    if given.labels:
        yield comment("labels that stand for the status of an open issue", check=True)
        yield f"status_labels = {texts(given.labels)}"
    if rules := draft.rules.get(given.name):
        yield "deployments = ["
        for rule in rules:
            yield from (f"  {line}" for line in rule_lines(rule))
        yield "]"
    yield '# history = "2025-01-01"   # how far back the first pass reads; without it all there is'


def rule_lines(rule: RuleDraft) -> Iterator[str]:
    """The evidence as a comment, and the rule itself; a comment too where it says too little."""
    ran, told = rule.ran, "never ran, or its builds are gone"
    if ran.runs:
        last = f", last {ran.last_at:%Y-%m-%d}" if ran.last_at else ""
        told = f"ran {ran.runs} times of late, {ran.succeeded} went well{last}"
    if rule.places:
        told += f"; a parameter says where to, and a rule names one: {', '.join(rule.places[:6])}"
    elif not rule.environment:
        told += "; its name does not tell where it deploys to"
    if not rule.service:
        told += "; no service fits it"
    yield comment(f"{rule.job}: {told}", check=not rule.sure)
    parts = [
        f"job = {text(rule.job)}",
        f"environment = {text(rule.environment or 'production')}",
        *([f"service = {text(rule.service)}"] if rule.service else []),
    ]
    line = f"{{ {', '.join(parts)} }},"
    # Without an environment that is known it would count what is perhaps no deployment.
    yield line if rule.environment and not rule.places else f"# {line}"


def _service(one: ServiceDraft) -> Iterator[str]:
    yield "[[services]]"
    yield f"name = {text(one.name)}"
    yield f"repositories = {texts([one.repository])}"
    for ran in one.production:
        tier = f" (tier {ran.tier})" if ran.tier else ""
        yield comment(f"{ran.name}{tier}: {_of(ran.runs, one.deployments)}", check=not ran.runs)
    if len(one.production) > 1:
        yield comment(_SEVERAL, check=True)
    yield f"environments = {{ production = {texts(one.environments)} }}"
    if one.others:
        names = ", ".join(f"{ran.name} ({ran.runs})" for ran in one.others[:12])
        yield comment(f"not production, by name and tier: {names}")
    if one.items:
        told = ", ".join(
            f"{item}: named by {count} of the newest rows" for item, count, _ in one.items
        )
        yield comment(told, check=not all(sure for _, _, sure in one.items))
        yield f"configuration_items = {texts(item for item, _, _ in one.items)}"


def _of(runs: int, deployments: int) -> str:
    if not runs:
        return "never deployed to, as far as can be seen"
    return f"{runs} of the {deployments} newest deployments"


def _unplaced(items: Sequence[tuple[str, int]]) -> Iterator[str]:
    names = ", ".join(f"{text(item)} ({count})" for item, count in items[:20])
    yield comment(f"configuration items that fit no service by name: {names}", check=True)
    yield comment("add each to the service that it is: configuration_items = [..]")


def _stream(one: StreamDraft) -> Iterator[str]:
    yield "[[streams]]"
    yield f"name = {text(one.name)}"
    yield f"title = {text(one.title)}"
    yield from _items(one)
    if one.ideas:
        key, count = one.ideas
        yield comment(f"{count} of {one.stages.items} items say that they implement one of {key}")
        yield (
            f"ideas = {{ source = {text(one.source)}, projects = {texts([key])}, "
            f"link = {text(one.ideas_link)} }}"
        )
    if one.parents:
        yield f"parents = {texts(one.parents)}"
    yield from _code(one)
    yield from _stages(one)
    yield from _blocked(one)


def _items(one: StreamDraft) -> Iterator[str]:
    if one.types:
        told = ", ".join(f"{count} {kind}" for kind, count in one.types)
        few = one.stages.items < _FEW
        only = "only " if few else ""
        yield comment(f"looked at {only}{one.stages.items} items: {told}", check=few)
    if one.parts:
        yield comment(
            f"parts of items are left out, a stream counts one level: {', '.join(one.parts)}"
        )
    if not one.alone:
        yield comment(
            "the project has more than one workflow; each is a stream of its own", check=True
        )
    kinds = f", types = {texts(kind for kind, _ in one.types)}" if one.types else ""
    yield f"items = {{ source = {text(one.source)}, projects = {texts([one.project])}{kinds} }}"


def _code(one: StreamDraft) -> Iterator[str]:
    if not one.repositories:
        yield comment("no repository was seen whose requests name its items", check=True)
        yield comment("repositories = [..]")
        return
    yield "repositories = ["
    for path, told in one.repositories:
        yield f"  {text(path)},   {comment(told)}"
    yield "]"
    if one.services:
        yield f"services = {texts(one.services)}"


def _stages(one: StreamDraft) -> Iterator[str]:
    found = one.stages
    if not found.stages:
        yield comment(
            "no status is known; without stages the tracker's categories count", check=True
        )
        return
    if found.order.pairs:
        share = found.order.agreeing / found.order.pairs
        yield comment(
            "In the order that items pass them: of two statuses the one comes first to which"
        )
        yield comment(
            f"more items came first. {share:.0%} of {found.order.pairs:,} observed pairs agree."
        )
    elif one.board:
        yield comment(
            f"No history was seen; the order is that of the board {one.board}.", check=True
        )
    if not any(stage.state in ("active", "waiting") for stage in found.stages):
        yield comment(_NO_WORK, check=True)
    yield "stages = ["
    for stage in found.stages:
        yield from (f"  {line}" for line in _stage(stage))
    yield "]"
    if found.unused:
        names = ", ".join(map(text, found.unused))
        yield comment(f"on the board, but none of these items passed there: {names}")


def _stage(stage: StageDraft) -> Iterator[str]:
    guess, *evidence = stage.notes
    *others, last = evidence
    yield from (comment(line) for line in others)
    yield comment(f"{last}; guessed {guess}", check=not stage.sure)
    parts = [
        f"name = {text(stage.name)}",
        f"state = {text(stage.state)}",
        f"statuses = {texts(stage.statuses)}",
    ]
    yield f"{{ {', '.join(parts)} }},"


def _blocked(one: StreamDraft) -> Iterator[str]:
    pairs = [
        ("statuses", one.blocked_statuses),
        ("labels", one.blocked_labels),
        ("links", one.blocked_links),
    ]
    told = "".join(f", {name} = {texts(values)}" for name, values in pairs if values)
    if told:
        yield comment("what stops an item, beside the flag of its board")
        yield f'blocked = {{ field = "Flagged"{told} }}'


def _types(streams: Sequence[StreamDraft]) -> list[str]:
    """Kinds of work, where the types are not those that are known anyway."""
    used = dict.fromkeys(
        kind for one in streams for kind in (*(name for name, _ in one.types), *one.parents)
    )
    by_kind = {
        kind: [name for name in used if name.casefold() in known] for kind, known in _KINDS.items()
    }
    rest = [name for name in used if not any(name in found for found in by_kind.values())]
    if not used:
        return []
    told = (f"{kind} = {texts(found)}" for kind, found in by_kind.items() if found)
    lines = ["[types]", *told]
    if rest:
        names = ", ".join(map(text, rest))
        lines.insert(1, comment(f"of no kind yet, put each where it belongs: {names}", check=True))
    return ["\n".join(lines)]
