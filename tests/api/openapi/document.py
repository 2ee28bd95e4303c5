"""The OpenAPI document as it is stored: in the order of names, in few lines that stay readable."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.app import create_app
from core.access_settings import Authentication
from core.settings import Settings
from pipeline.database import over
from store.session import open_engine

Json = Any
STORED = Path(__file__).parents[3] / "docs" / "openapi.json"
_WIDTH = 110


def present() -> dict[str, Any]:
    """The document of this code, for a server that lets in only who may."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/none.db")
        try:
            app = create_app(Settings(auth=Authentication(mode="tokens")), over(engine))
            return app.openapi()
        finally:
            engine.dispose()


def stored() -> dict[str, Any]:
    """The document as it was stored last; one without addresses where there is none."""
    if not STORED.is_file():
        return {"paths": {}, "components": {"schemas": {}}}
    found: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


def written(value: Json, indent: int = 0) -> str:
    """JSON in the order of names; what fits stands in one line, so that a change is few lines."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(line) + indent <= _WIDTH or not value or not isinstance(value, dict | list):
        return line
    pad = " " * (indent + 1)
    if isinstance(value, list):
        parts = [written(one, indent + 1) for one in value]
        begin, end = "[", "]"
    else:
        parts = [
            f"{json.dumps(name)}: {written(value[name], indent + 1)}" for name in sorted(value)
        ]
        begin, end = "{", "}"
    return f"{begin}\n" + ",\n".join(f"{pad}{part}" for part in parts) + f"\n{' ' * indent}{end}"
