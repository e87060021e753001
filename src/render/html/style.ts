/** The style of a page: the colours of the picture, light or dark as the reader's system is, and light on paper. */

import type { EndingStatus } from "../../trace/run-path.ts";
import { INKS, type Ink, PAPER, QUIET, QUIET_TEXT, TITLE } from "../picture/palette.ts";
import { FONT_FAMILY } from "../picture/text-metrics.ts";

const LETTERS = `"${FONT_FAMILY}",Menlo,Consolas,"Liberation Mono",monospace`;

/** Every text colour has a contrast of at least 4.5:1 on its background, as in `palette.ts`. */
const DARK_INKS: Readonly<Record<EndingStatus, Ink>> = {
  ok: { fill: "#12351f", line: "#3fb950", text: "#b4f1c1" },
  alternate: { fill: "#3d2e00", line: "#d29922", text: "#f8e3a1" },
  refused: { fill: "#4a1519", line: "#f85149", text: "#ffd0cc" },
  unfinished: { fill: "#0c2d4f", line: "#58a6ff", text: "#c8e1ff" },
  waiting: { fill: "#2e1f52", line: "#a78bfa", text: "#e4d9ff" },
  cancelled: { fill: "#471a38", line: "#e879b9", text: "#ffd6ec" },
};

function variables(page: Readonly<Record<string, string>>, inks: Readonly<Record<EndingStatus, Ink>>): string {
  const ofPage = Object.entries(page).map(([name, colour]) => `--${name}:${colour}`);
  const ofInks = Object.entries(inks).flatMap(([status, ink]) =>
    Object.entries(ink).map(([part, colour]) => `--${status}-${part}:${colour}`),
  );
  return [...ofPage, ...ofInks].join(";");
}

const LIGHT = variables(
  { paper: PAPER, title: TITLE, "quiet-text": QUIET_TEXT, "quiet-fill": QUIET.fill, "quiet-line": QUIET.line },
  INKS,
);
const DARK = variables(
  {
    paper: "#0d1117",
    title: "#e6edf3",
    "quiet-text": "#9ea7b3",
    "quiet-fill": "#161b22",
    "quiet-line": "#6e7681",
  },
  DARK_INKS,
);

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}.picture svg{filter:invert(1) hue-rotate(180deg)}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--title);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.5rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
h3{display:inline;font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.4rem 0}
a{color:var(--unfinished-line)}
:focus-visible{outline:3px solid var(--unfinished-line);outline-offset:2px;border-radius:3px}
code,pre,.picture svg{font-family:${LETTERS}}
code{font-size:.88em;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{margin:0;padding:.6rem .75rem;background:var(--quiet-fill);border-radius:6px;font-size:.82rem;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
mark{background:var(--alternate-fill);color:var(--alternate-text);padding:0 .3em;border-radius:3px}
.quiet,dt,figcaption,.label{color:var(--quiet-text)}
dl{display:grid;gap:.15rem 1.5rem;margin:.5rem 0}
dl div{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:.75rem}
dd{margin:0;overflow-wrap:anywhere}
figure{margin:.6rem 0}
figcaption,.label{font-size:.82rem;font-weight:600;margin-bottom:.2rem}
.picture{border:1px solid var(--quiet-line);border-radius:8px;overflow:hidden}
.picture svg{display:block;margin:0 auto;max-width:100%;height:auto}
.picture a:hover path:first-child{stroke-width:3.5}
ol.path,ol.steps{list-style:none;margin:.5rem 0;padding:0}
ol.path>li{border:1px solid;border-left-width:6px;border-radius:8px;margin:0 0 .6rem;overflow:hidden}
summary{cursor:pointer;padding:.55rem .8rem;overflow-wrap:anywhere}
summary:focus-visible{outline-offset:-3px}
.inside{padding:.3rem 1rem 1rem;scroll-margin-top:4rem}
.badge{display:inline-block;min-width:1.6em;padding:0 .4em;border-radius:1em;background:var(--quiet-text);color:var(--paper);font-size:.85rem;text-align:center}
.chip{display:inline-block;padding:0 .5em;border-radius:4px;font-size:.88em;font-weight:600;overflow-wrap:anywhere}
.step{border-left:2px solid var(--quiet-line);padding:.1rem 0 .3rem 1rem;margin:.8rem 0}
.step>.name{font-weight:700}
.note{border-left:4px solid;border-radius:6px;padding:.5rem .9rem;margin:.8rem 0}
.note h2{margin:.2rem 0}
.note .quiet,.note dt,.note figcaption{color:inherit}
.note pre{background:var(--paper)}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:0 1rem}
.nested{border:1px solid;border-radius:8px;margin:.8rem 0}
${(Object.keys(INKS) as EndingStatus[]).map(styleOf).join("\n")}
@media print{main{max-width:none;padding:0}.picture{all:unset;display:block}details::details-content{content-visibility:visible;block-size:auto}summary,figcaption{break-after:avoid}*{print-color-adjust:exact}}
`;

function styleOf(status: EndingStatus): string {
  return [
    `.chip.${status},.note.${status},.${status}>details>summary,.nested.${status}>summary{background:var(--${status}-fill);color:var(--${status}-text)}`,
    `.path>.${status},.note.${status},.nested.${status}{border-color:var(--${status}-line)}`,
    `.${status}>details>summary .badge{background:var(--${status}-line)}`,
    `.${status}>details>summary .quiet{color:var(--${status}-text)}`,
    `.${status}>details>summary .chip,.nested.${status}>summary .chip{background:var(--paper)}`,
  ].join("\n");
}
