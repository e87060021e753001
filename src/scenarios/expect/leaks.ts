/** Texts that may stand in nothing a run leaves or says. */

import { pointer } from "../../json/pointer.ts";
import { type JsonObject, own } from "../../json/value.ts";
import type { Difference } from "./compare.ts";

/** Something that a run left or said: the trace, a rendering, a report. */
export interface Output {
  readonly name: string;
  readonly text: string;
}

/** A difference for each forbidden text that stands in an output. It names the text by its place alone. */
export function findLeaks(expect: JsonObject, outputs: readonly Output[]): readonly Difference[] {
  return forbiddenIn(expect).flatMap((text, i) =>
    outputs
      .filter((output) => isIn(output.text, text))
      .map(({ name }): Difference => ({ at: pointer(["expect", "must_not_appear", i]), found: `in ${name}` })),
  );
}

/** The texts that a step forbids: only where there are some are all its outputs worth making. */
export function forbiddenIn(expect: JsonObject): readonly string[] {
  return (own(expect, "must_not_appear") ?? []) as readonly string[];
}

/** As it is, as JSON escapes it, or as Markdown and SVG write it with references. */
function isIn(output: string, text: string): boolean {
  const escaped = JSON.stringify(text).slice(1, -1);
  return [output, withoutReferences(output)].some((one) => one.includes(text) || one.includes(escaped));
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function withoutReferences(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|(amp|lt|gt|quot|apos));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (NAMED[name] ?? "") : String.fromCodePoint(Number(code)),
  );
}
