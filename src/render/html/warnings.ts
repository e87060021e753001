/** Warnings for the reader of a page. */

import { LIST } from "../../json/limits.ts";
import { type Html, html, NOTHING } from "./text.ts";

export interface Warning {
  readonly code: string;
  /** Line of the trace, if the warning is about one. */
  readonly line: number | null;
  readonly what: string;
  readonly hint: string | null;
}

export function renderWarnings(warnings: readonly Warning[], most: number = LIST.rows): Html {
  if (warnings.length === 0) return NOTHING;
  const items = warnings.slice(0, most).map(({ code, line, what, hint }) => {
    const where = line === null ? NOTHING : html` (line ${line})`;
    const advice = hint === null ? NOTHING : html`<br>Hint: ${hint}`;
    return html`<li><strong>${code}</strong>${where}: ${what}${advice}</li>`;
  });
  const left = warnings.length - most;
  const rest = left > 0 ? html`<p>… and ${String(left)} more.</p>` : NOTHING;
  return html`
<section class="note refused" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>
<p>This trace is not valid for this snapshot. The page shows everything that can be read.</p><ul>${items}</ul>${rest}</section>`;
}
