"""Colours and classes of the drawn map: the tokens of the dashboard, light, dark or as the reader
has it.
"""

from __future__ import annotations

from typing import Final, Literal

Theme = Literal["auto", "light", "dark", "page"]
"""page: the colours are those of the page that it is set in."""

FONT: Final = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Noto Sans",'
    ' "Liberation Sans", Arial, sans-serif'
)
LIGHT: Final = {
    "bg": "#FFFFFF",
    "line": "#E7E7E2",
    "line-strong": "#CFCFC8",
    "ink": "#16181D",
    "ink-2": "#484D57",
    "ink-3": "#676D79",
    "active": "#2576BF",
    "active-text": "#1D66AB",
    "on-active": "#FFFFFF",
    "waiting": "#D67C05",
    "waiting-text": "#8C5000",
    "waiting-soft": "#FDF1E0",
    "on-waiting": "#16181D",
    "new": "#8A909B",
    "on-new": "#16181D",
}
DARK: Final = {
    "bg": "#101215",
    "line": "#25292E",
    "line-strong": "#3B4047",
    "ink": "#EDEEF0",
    "ink-2": "#B1B6BF",
    "ink-3": "#8B919C",
    "active": "#6DB3F2",
    "active-text": "#8CC3F5",
    "on-active": "#101215",
    "waiting": "#EFB041",
    "waiting-text": "#F2C063",
    "waiting-soft": "#2F2410",
    "on-waiting": "#101215",
    "new": "#5F666F",
    "on-new": "#EDEEF0",
}

_CLASSES: Final = """
text{font-size:11px;fill:var(--ink-2)}
.t12{font-size:12px}.t14{font-size:14px}
.m{font-weight:500}.b{font-weight:600}
.ink{fill:var(--ink)}.ink3{fill:var(--ink-3)}
.wt{fill:var(--waiting-text)}.at{fill:var(--active-text)}
.ow{fill:var(--on-waiting)}.oa{fill:var(--on-active)}
.f-bg{fill:var(--bg)}.f-ls{fill:var(--line-strong)}.f-ink{fill:var(--ink)}.f-ink2{fill:var(--ink-2)}
.f-w{fill:var(--waiting)}.f-a{fill:var(--active)}
.f-n{fill:var(--new)}.f-ws{fill:var(--waiting-soft)}
.box{fill:var(--bg);stroke:var(--line-strong)}
.est{fill:url(#hatch-box);stroke:var(--ink-3);stroke-dasharray:3 3}
.top{stroke:var(--ink);stroke-width:1.5}
.so{stroke:var(--ink-3)}.ew{fill:url(#hatch-wait)}.ea{fill:url(#hatch-work)}
.l{fill:none;stroke:var(--line-strong)}.l3{fill:none;stroke:var(--ink-3)}
.l2{fill:none;stroke:var(--ink-2)}.li{fill:none;stroke:var(--ink)}
.dash{stroke-dasharray:3 3}
.faint :is(path,rect,circle){opacity:.35}.faint text{fill:var(--ink-3);font-weight:400}
.halo{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
a{cursor:pointer}a:focus-visible .box{stroke:var(--ink);stroke-width:2}
""".replace("\n", "")


def style_of(theme: Theme) -> str:
    """The whole style sheet; without a fixed theme dark follows what the reader prefers."""
    if theme == "page":
        return _CLASSES
    first = _tokens(DARK if theme == "dark" else LIGHT)
    dark = f"@media(prefers-color-scheme:dark){{svg{{{_tokens(DARK)}}}}}" if theme == "auto" else ""
    print_ = f"@media print{{svg{{{_tokens(LIGHT)}}}}}"
    numbers = "font-variant-numeric:tabular-nums"
    return f"svg{{{first}font-family:{FONT};{numbers}}}{dark}{print_}{_CLASSES}"


def _tokens(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())
