"""`headwater lab STREAM`: what a change of a stream would do, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape

from cli.lab_table import checks_table, levers_table, steps_table, summary_lines
from cli.output import console, print_json
from cli.setting_up import ready
from core.errors import BadRequestError
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.lab_answers import change_answer, lab_answer
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of

Answer = dict[str, Any]


def run_lab(config: Path, stream: str, *, levers: Sequence[str], days: int, as_json: bool) -> None:
    """Without levers the model as the stream is, with its levers; else before and after."""
    moved = levers_of(levers)
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts() // 60 * 60
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        if moved:
            answer = change_answer(snapshot, settings, found, asked, moved)
        else:
            answer = lab_answer(snapshot, settings, found, asked)
    if as_json:
        print_json(answer)
    elif moved:
        _show_change(answer, days)
    else:
        _show_model(answer, days)


def levers_of(told: Sequence[str]) -> dict[str, str]:
    """`Test.people=+2` as lever and value; `BadRequestError` for what is none."""
    found = {}
    for text in told:
        name, parted, value = text.partition("=")
        if not parted or not name.strip() or not value.strip():
            raise BadRequestError(f'--set {text}: write a lever as "Test.people=+2"')
        found[name.strip()] = value.strip()
    return found


def _show_change(answer: Answer, days: int) -> None:
    _title(answer, days)
    console.print(f"\n[bold]{escape(answer['verdict']['words'])}[/bold]", highlight=False)
    for line in summary_lines(answer):
        console.print(f"  {escape(line)}", highlight=False)
    console.print()
    console.print(levers_table([row for row in answer["levers"] if row["moved"]]))
    console.print()
    console.print(steps_table(answer))
    _foot(answer["calibration"])


def _show_model(answer: Answer, days: int) -> None:
    _title(answer, days)
    model = answer["model"]
    if model is None:
        console.print(f"\nThere is no model: {answer['reason']}.", markup=False, highlight=False)
        return
    console.print()
    console.print(checks_table(model["calibration"]))
    console.print()
    console.print(levers_table(model["levers"]))
    _foot(model["calibration"])


def _title(answer: Answer, days: int) -> None:
    console.print(
        f"[bold]{escape(answer['title'])}[/bold], a simulation, made of the last {days} days"
        f" [dim](grade {answer['grade']} as the data it starts from)[/dim]",
        highlight=False,
    )


def _foot(calibration: Answer) -> None:
    console.print()
    console.print(f"[dim]{escape(calibration['words'])}[/dim]", highlight=False)
