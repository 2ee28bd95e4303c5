"""A map that people drew in a workshop: what they believe of their stream, read from a file."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from core.errors import ConfigError
from core.map_settings import Estimate, Value
from core.source_settings import Model

Text = Annotated[str, Field(max_length=200)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_MOST_BYTES = 256 * 1024


class BelievedStep(Model):
    """A step as drawn. `stage`: the step or stage that it is in the measured map, where it has
    another name there.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    stage: Text = ""
    owner: Text = ""
    tools: tuple[Text, ...] = ()
    active: Estimate | None = None
    wait: Estimate | None = None
    complete_accurate: Share | None = None
    value: Value = ""


class BelievedLoop(Model):
    """Known rework: which share of the work comes back."""

    from_: Text = Field(alias="from")
    to: Text
    share: Share | None = None


class WorkshopMap(Model):
    """Steps in order; handoffs: how many there are, as people see it."""

    title: Text = ""
    steps: tuple[BelievedStep, ...] = Field(min_length=1, max_length=100)
    rework: tuple[BelievedLoop, ...] = Field(default=(), max_length=100)
    handoffs: int | None = Field(default=None, ge=0, le=1000)


def read_workshop_map(path: Path) -> WorkshopMap:
    """A map from TOML, JSON or CSV, by the ending of the name; `ConfigError` says what is wrong."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path}: larger than a map can be (256 KB)")
        text = path.read_text(encoding="utf-8-sig")
        return WorkshopMap.model_validate(_parsed(path, text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:200]
        raise ConfigError(f"{path}: {where}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, csv.Error) as error:
        raise ConfigError(f"{path} can't be read as a map: {str(error)[:200]}") from error


def _parsed(path: Path, text: str) -> Any:
    match path.suffix.lower():
        case ".toml":
            return tomllib.loads(text)
        case ".json":
            return json.loads(text)
        case ".csv":
            return _from_csv(text)
    raise ConfigError(f"{path}: a map is a .toml, .json or .csv file")


def _from_csv(text: str) -> dict[str, Any]:
    """A row per step: name, stage, owner, tools (by ;), active, wait, complete_accurate, value,
    rework_to, rework_share.
    """
    steps, loops = [], []
    for row in csv.DictReader(text.splitlines()):
        told = {name: (one or "").strip() for name, one in row.items() if isinstance(one, str)}
        loop, part = told.pop("rework_to", ""), told.pop("rework_share", "")
        step: dict[str, Any] = {name: one for name, one in told.items() if one}
        if "tools" in step:
            step["tools"] = [one.strip() for one in step["tools"].split(";")]
        steps.append(step)
        if loop:
            share = {"share": float(part)} if part else {}
            loops.append({"from": told.get("name", ""), "to": loop, **share})
    return {"steps": steps, "rework": loops}
