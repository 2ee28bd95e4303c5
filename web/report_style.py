"""The look of a report: colours and sizes of the dashboard, written out, for what shows mails knows
no custom properties.
"""

from __future__ import annotations

from typing import Final

_FONT: Final = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Noto Sans",'
    ' "Liberation Sans", Arial, sans-serif'
)

_LIGHT: Final = """
body { background: #FFFFFF; color: #16181D; }
a { color: inherit; text-decoration-color: #CFCFC8; }
.sub { color: #484D57; }
.note, .quiet, .foot, th, td::before { color: #676D79; }
tr { border-bottom: 1px solid #E7E7E2; }
thead tr { border-bottom-color: #CFCFC8; }
.waiting { color: #8C5000; }
.blocked { color: #A8230E; }
.grade { border-color: #16181D; color: #16181D; }
.gA { background: #16181D; color: #FFFFFF; }
.foot { border-top: 1px solid #E7E7E2; }
"""

_DARK: Final = """
body { background: #101215; color: #EDEEF0; }
a { text-decoration-color: #3B4047; }
.sub { color: #B1B6BF; }
.note, .quiet, .foot, th, td::before { color: #8B919C; }
tr { border-bottom-color: #25292E; }
thead tr { border-bottom-color: #3B4047; }
.waiting { color: #F2C063; }
.blocked { color: #F58B74; }
.grade { border-color: #EDEEF0; color: #EDEEF0; }
.gA { background: #EDEEF0; color: #101215; }
.foot { border-top-color: #25292E; }
"""

STYLE: Final = f"""
body {{ margin: 0; font: 14px/22px {_FONT}; font-variant-numeric: tabular-nums; }}
.page {{ max-width: 860px; margin: 0 auto; padding: 24px 16px; }}
h1 {{ font-size: 22px; line-height: 28px; font-weight: 600; margin: 0 0 8px; }}
h2 {{ font-size: 14px; line-height: 22px; font-weight: 600; margin: 24px 0 4px; }}
p, ul {{ margin: 0 0 4px; }}
ul {{ padding-left: 16px; font-size: 13px; line-height: 20px; }}
.answer {{ font-size: 17px; line-height: 26px; }}
.note, .foot {{ font-size: 12px; line-height: 16px; }}
table {{ border-collapse: collapse; font-size: 13px; line-height: 20px; }}
th {{ font-size: 11px; line-height: 16px; font-weight: 500; text-align: left; }}
th, td {{ padding: 4px 16px 4px 0; vertical-align: top; }}
td:last-child, th:last-child {{ padding-right: 0; }}
.num {{ text-align: right; white-space: nowrap; }}
td:first-child, li {{ overflow-wrap: anywhere; }}
.strong, .waiting, .blocked {{ font-weight: 600; }}
.grade {{ display: inline-block; width: 14px; border: 1px solid; border-radius: 2px;
  font-size: 11px; line-height: 14px; font-weight: 600; text-align: center; }}
.gC, .gD {{ border-style: dashed; }}
.foot {{ margin-top: 24px; padding-top: 8px; overflow-wrap: anywhere; }}
{_LIGHT}
@media screen and (prefers-color-scheme: dark) {{{_DARK}}}
@media screen and (max-width: 720px) {{
  thead {{ display: none; }}
  table, tbody, tr, td:first-child {{ display: block; }}
  tr {{ padding: 6px 0; }}
  td {{ display: inline-block; padding: 0 16px 0 0; white-space: normal; text-align: left; }}
  td:first-child {{ font-weight: 500; }}
  td:empty {{ display: none; }}
  td::before {{ content: attr(data-label); font-size: 11px; margin-right: 4px; }}
}}
@page {{ size: A4; margin: 8mm 12mm; }}
@media print {{
  body {{ font-size: 8pt; line-height: 10pt; }}
  .page {{ max-width: none; padding: 0; }}
  h1 {{ font-size: 14pt; line-height: 16pt; margin-bottom: 2pt; }}
  h2 {{ font-size: 9pt; line-height: 11pt; margin: 5pt 0 0; break-after: avoid; }}
  p, ul {{ margin-bottom: 1pt; }}
  ul, table {{ font-size: 8pt; line-height: 9.5pt; }}
  .answer {{ font-size: 11pt; line-height: 13pt; }}
  th, .note, .foot, .sub {{ font-size: 7.5pt; line-height: 9pt; }}
  th, td {{ padding-top: 1pt; padding-bottom: 1pt; }}
  .grade {{ font-size: 6.5pt; line-height: 7pt; width: 8pt; }}
  .foot {{ margin-top: 5pt; padding-top: 2pt; }}
  tr {{ break-inside: avoid; }}
}}
"""
