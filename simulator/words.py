"""Titles, as people write them. Some hold words that look like ticket keys and are none."""

from __future__ import annotations

from random import Random

_VERBS = (
    "Fix", "Add", "Speed up", "Simplify", "Validate", "Log", "Retry", "Cache", "Remove", "Show",
)  # fmt: skip
_THINGS = {
    "checkout": (
        "cart totals", "voucher check", "address form", "card payment", "guest checkout",
        "order mail", "tax rounding", "refund flow", "basket merge", "invoice export",
    ),
    "fulfilment": (
        "pick list", "label printing", "stock count", "carrier booking", "return intake",
        "pallet scan", "shift plan", "delivery slots", "customs papers", "bin locations",
    ),
    "search": (
        "synonym list", "ranking weights", "facet counts", "typo tolerance", "index rebuild",
        "query parser", "suggestions", "stop words", "shard balance", "price filter",
    ),
    "storefront": (
        "mini cart", "product page", "price tag", "account menu", "order list",
        "wish list", "size chart", "gift wrap", "stock badge", "login form",
    ),
    "discovery": (
        "result page", "spelling hints", "recent searches", "filter chips", "sort order",
        "empty results", "search box", "boost rules", "image search", "landing pages",
    ),
}  # fmt: skip
_OTHER_THINGS = (
    "order form", "invoice run", "return label", "credit note", "due dates", "price list",
    "packing slip", "reminder mail", "exchange rules", "stock check",
)  # fmt: skip
_ENDINGS = (
    "", "", "", " for business customers", " in the mobile view", " on slow networks",
    " after a timeout", " in the night run", " for large orders", " when empty",
)  # fmt: skip
_FALSE_KEYS = ("read files as UTF-8", "hash with SHA-256", "see CVE-2024-1234", "per ISO-8601")
_PARTS = ("api", "ui", "core", "job", "model")


def title(stream: str, rng: Random) -> str:
    things = _THINGS.get(stream, _OTHER_THINGS)
    return f"{rng.choice(_VERBS)} {rng.choice(things)}{rng.choice(_ENDINGS)}"


def slug(text: str) -> str:
    return "-".join(text.lower().split()[:4])


def subject(item_title: str, rng: Random) -> str:
    """What one commit did, in lower case; one in thirty holds a false key."""
    words = item_title[0].lower() + item_title[1:]
    if rng.random() < 0.4:
        words = f"{rng.choice(('test', 'tidy', 'wire', 'move', 'rename'))} {words.split(' ', 1)[1]}"
    if rng.random() < 0.033:
        words += f", {rng.choice(_FALSE_KEYS)}"
    return words


def with_keys(text: str, keys: list[str], rng: Random) -> str:
    """`text` naming its ticket in one of the usual ways; several keys stand in front."""
    if len(keys) > 1:
        return f"{' '.join(keys)}: {text}"
    key = keys[0]
    part = rng.choice(_PARTS)
    forms = (
        f"{key}: {text}", f"{key} {text}", f"[{key}] {text}", f"{text} ({key})",
        f"feat({part}): {text}\n\nRefs: {key}",
        f"fix({part}): {text}\n\nThe {part} was wrong. {key}",
    )  # fmt: skip
    return rng.choices(forms, weights=(40, 15, 12, 13, 12, 8))[0]


def update(rng: Random) -> tuple[str, str]:
    """A dependency update: its title and its branch."""
    name = rng.choice(("lodash", "jackson-core", "netty", "requests", "pydantic", "vite", "guava"))
    version = f"{rng.randint(1, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}"
    return f"chore(deps): update dependency {name} to v{version}", f"renovate/{name}-{version}"
