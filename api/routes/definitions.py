"""What each metric means, and in which version."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import NO_PARAMETERS
from api.deps import encoded
from api.documented import answers
from api.schemas_lists import DefinitionRow, Listed
from metrics.registry import METRICS

router = APIRouter(prefix="/definitions", tags=["definitions"])


@router.get(
    "", summary="All metrics", responses=answers(Listed[DefinitionRow]), dependencies=NO_PARAMETERS
)
def read_definitions() -> Response:
    """Slug, title, other names, unit, version, what grades it, and the page that explains it."""
    rows = [
        {
            "slug": metric.slug,
            "title": metric.title,
            "definition": f"{metric.slug}@{metric.version}",
            "also_called": metric.also,
            "unit": metric.unit,
            "coverages": metric.required,
            "page": f"docs/metrics/{metric.slug}.md",
        }
        for metric in METRICS.values()
    ]
    return encoded({"items": rows, "next": None})
