"""The look of the HTML report: both themes, narrow screens and paper.

Colours were checked for WCAG 2.2 AA: 4.5:1 for text on every surface it stands on, in both themes.
"""

CSS = """
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#ffffff, #1c2027);
  --line: light-dark(#d8dde4, #363d48);
  --ink: light-dark(#1a1f27, #e6e9ee);
  --soft: light-dark(#525c69, #a5afbd);
  --link: light-dark(#0b57b0, #8ab8ff);
  --code: light-dark(#eef1f5, #262b34);
  --critical: light-dark(#a5112b, #ff8095);
  --high: light-dark(#b0380a, #ff9a6b);
  --medium: light-dark(#7d5700, #f0c04d);
  --low: light-dark(#0a5c8a, #7cc4f0);
  --info: light-dark(#525c69, #a5afbd);
  --allow: light-dark(#14692f, #6fd38c);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
pre {
  margin: 0; padding: .5rem .75rem; background: var(--code); border-radius: .375rem;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
pre + pre { margin-top: .375rem; }
.brand { color: var(--soft); font-size: .875rem; margin: 0 0 .75rem; }
.verdict {
  background: var(--card); border: 1px solid var(--line); border-left: .5rem solid var(--tone);
  border-radius: .625rem; padding: 1.25rem 1.5rem;
}
.verdict h1 {
  font-size: 1.75rem; color: var(--tone); display: flex; gap: .5rem; align-items: center; flex-wrap: wrap;
}
.verdict .why { font-size: 1.125rem; margin: .375rem 0 0; }
.verdict .target { color: var(--soft); margin: .25rem 0 0; overflow-wrap: anywhere; }
.deny { --tone: var(--critical); } .undetermined { --tone: var(--medium); }
.warn { --tone: var(--medium); } .allow { --tone: var(--allow); }
.critical { --tone: var(--critical); } .high { --tone: var(--high); } .medium { --tone: var(--medium); }
.low { --tone: var(--low); } .info { --tone: var(--info); }
.sign { width: 1em; height: 1em; flex: none; fill: var(--tone); vertical-align: -.125em; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1rem 0 0; padding: 0; }
.counts li {
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem .875rem; min-width: 6rem;
}
.counts b {
  white-space: nowrap; display: block; font-size: 1.375rem; line-height: 1.2;
  font-variant-numeric: tabular-nums;
}
.counts span { color: var(--soft); font-size: .875rem; }
.counts .sign { margin-right: .25rem; }
.file { background: var(--card); border: 1px solid var(--line); border-radius: .625rem; margin: 0 0 1rem; }
.file > h3 {
  padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
  display: flex; justify-content: space-between; gap: 1rem; align-items: baseline;
}
.file > h3 .number { color: var(--soft); font-weight: normal; font-size: .875rem; white-space: nowrap; }
.finding { padding: 1rem 1.25rem; }
.finding + .finding { border-top: 1px solid var(--line); }
.finding h4 { margin: 0; font-size: 1rem; line-height: 1.4; overflow-wrap: anywhere; }
.label { color: var(--tone); font-weight: 700; white-space: nowrap; }
.meta { color: var(--soft); font-size: .875rem; margin: .125rem 0 .5rem; }
dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .375rem .75rem; margin: .5rem 0 0; }
dt { color: var(--soft); font-size: .875rem; padding-top: .0625rem; }
dd > p:first-child { margin-top: 0; } dd > p:last-child { margin-bottom: 0; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.more { color: var(--soft); padding: .75rem 1.25rem; margin: 0; border-top: 1px solid var(--line); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .625rem; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); padding: .625rem 1rem; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem; border-top: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: .875rem; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 6rem; }
td.word { white-space: nowrap; overflow-wrap: normal; }
td ul { margin: 0; padding: 0; list-style: none; }
details { margin: .75rem 0; }
summary { cursor: pointer; padding: .25rem 0; font-weight: 600; }
footer {
  color: var(--soft); font-size: .875rem; margin-top: 3rem; padding-top: 1rem;
  border-top: 1px solid var(--line);
}
@media (max-width: 40rem) {
  .verdict { padding: 1rem; } .finding, .file > h3, .more { padding-left: 1rem; padding-right: 1rem; }
  .file > h3 { flex-direction: column; gap: .125rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .5rem; }
  .counts li { min-width: 0; flex: 1 1 5.5rem; }
  th, td { padding: .5rem .75rem; }
}
@media print {
  :root { color-scheme: light; --page: #fff; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  .finding, .verdict, tr { break-inside: avoid; } h2, .file > h3 { break-after: avoid; }
  details:not([open]) > summary { color: var(--soft); }
  details::details-content { content-visibility: visible; height: auto; display: block; }
  a { color: inherit; text-decoration: none; }
}
"""

# Shapes, so that a severity is told by word, colour and form. Drawn on a field of 16 by 16.
SIGNS = {
    "deny": "M5 0h6l5 5v6l-5 5H5l-5-5V5zM4 7v2h8V7z",
    "critical": "M5 0h6l5 5v6l-5 5H5l-5-5V5zM4 7v2h8V7z",
    "high": "M8 1l8 14H0zM7 6v4h2V6zM7 11.5v2h2v-2z",
    "warn": "M8 1l8 14H0zM7 6v4h2V6zM7 11.5v2h2v-2z",
    "medium": "M8 0l8 8-8 8-8-8z",
    "low": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z",
    "info": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3z",
    "allow": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM7 11.6L3.4 8l1.4-1.4L7 8.8l4.2-4.2L12.6 6z",
    "undetermined": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM7 11.5h2v2H7zM5 3h6v4.6L9 9v1.5H7V8l2-1.4V5H7v1.5H5z",
}
