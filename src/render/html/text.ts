/**
 * Markup that cannot be injected into: in an `html` template every text is escaped, and only what another template
 * made is markup. Names, payloads and facts are untrusted.
 */

import { visible } from "../markdown-text.ts";
import { xml } from "../picture/text-metrics.ts";

/** A class, so that no parsed value can be mistaken for markup. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Part = Html | readonly Html[] | string | number;

export const NOTHING = new Html("");

export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: markup }, ...parts.map(markupOf)));
}

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(markupOf).join("");
  return xml(visible(`${part}`));
}

/** A name or a hash, as such. */
export function code(text: string): Html {
  return text === "" ? html`<code>""</code>` : html`<code>${text}</code>`;
}

/** A list of terms and values. */
export function facts(rows: readonly (readonly [string, Part])[]): Html {
  return html`<dl>${rows.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
}
