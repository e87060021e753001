/** The look of a page: the colours of the picture, the reader's own fonts, paper when it is printed. */

import type { EndingStatus } from "../../trace/run-path.ts";
import { INKS, PAPER, QUIET, QUIET_TEXT, TITLE } from "../picture/palette.ts";
import { FONT_FAMILY } from "../picture/text-metrics.ts";

const LETTERS = `"${FONT_FAMILY}",Menlo,Consolas,"Liberation Mono",monospace`;

export const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:${PAPER};color:${TITLE};font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.5rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
h3{display:inline;font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.4rem 0}
a{color:${INKS.unfinished.line}}
:focus-visible{outline:3px solid ${INKS.unfinished.line};outline-offset:2px;border-radius:3px}
code,pre,.picture svg{font-family:${LETTERS}}
code{font-size:.88em;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{margin:0;padding:.6rem .75rem;background:${QUIET.fill};border-radius:6px;font-size:.82rem;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
mark{background:${INKS.otherwise.fill};color:${INKS.otherwise.text};padding:0 .3em;border-radius:3px}
.quiet,dt,figcaption,.label{color:${QUIET_TEXT}}
dl{display:grid;gap:.15rem 1.5rem;margin:.5rem 0}
dl div{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:.75rem}
dd{margin:0;overflow-wrap:anywhere}
figure{margin:.6rem 0}
figcaption,.label{font-size:.82rem;font-weight:600;margin-bottom:.2rem}
.picture{position:relative;left:50%;transform:translateX(-50%);width:max-content;min-width:100%;max-width:calc(100vw - 4rem);overflow-x:auto;border:1px solid ${QUIET.line};border-radius:8px}
.picture svg{display:block;margin:0 auto}
.picture a:hover path:first-child{stroke-width:3.5}
ol.path,ol.steps{list-style:none;margin:.5rem 0;padding:0}
ol.path>li{border:1px solid;border-left-width:6px;border-radius:8px;margin:0 0 .6rem;overflow:hidden}
summary{cursor:pointer;padding:.55rem .8rem;overflow-wrap:anywhere}
summary:focus-visible{outline-offset:-3px}
.inside{padding:.3rem 1rem 1rem;scroll-margin-top:4rem}
.badge{display:inline-block;min-width:1.6em;padding:0 .4em;border-radius:1em;background:${QUIET_TEXT};color:${PAPER};font-size:.85rem;text-align:center}
.chip{display:inline-block;padding:0 .5em;border-radius:4px;font-size:.88em;font-weight:600;overflow-wrap:anywhere}
.step{border-left:2px solid ${QUIET.line};padding:.1rem 0 .3rem 1rem;margin:.8rem 0}
.step>.name{font-weight:700}
.note{border-left:4px solid;border-radius:6px;padding:.5rem .9rem;margin:.8rem 0}
.note h2{margin:.2rem 0}
.note .quiet,.note dt,.note figcaption{color:inherit}
.note pre{background:${PAPER}}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:0 1rem}
.nested{border:1px solid;border-radius:8px;margin:.8rem 0}
${(Object.keys(INKS) as EndingStatus[]).map(styleOf).join("\n")}
@media print{main{max-width:none;padding:0}.picture{all:unset;display:block}.picture svg{max-width:100%;height:auto}details::details-content{content-visibility:visible;block-size:auto}summary,figcaption{break-after:avoid}*{print-color-adjust:exact}}
`;

function styleOf(manner: EndingStatus): string {
  const { fill, line, text } = INKS[manner];
  return [
    `.chip.${manner},.note.${manner},.${manner}>details>summary,.nested.${manner}>summary{background:${fill};color:${text}}`,
    `.path>.${manner},.note.${manner},.nested.${manner}{border-color:${line}}`,
    `.${manner}>details>summary .badge{background:${line}}`,
    `.${manner}>details>summary .quiet{color:${text}}`,
    `.${manner}>details>summary .chip,.nested.${manner}>summary .chip{background:${PAPER}}`,
  ].join("\n");
}
