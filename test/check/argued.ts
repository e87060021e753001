/** A page that argues findings in tables, and the findings that it is held to. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckFinding } from "../../src/check/check.ts";

export function readPage(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}

/** The cells of every table row of a part of the page, without what marks them as code. */
export function rows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replaceAll("`", "")),
  );
}

/** Each argued finding as rule, artifact and place: `*` stands for whichever artifact. */
export function arguedIn(markdown: string): readonly string[] {
  return rows(markdown).flatMap(([rule, artifact, places = ""]) =>
    places.split("<br>").map((one) => `${rule} ${artifact} ${one}`),
  );
}

export function placeOf({ rule, artifact, file, pointer }: CheckFinding): string {
  return `${rule} ${artifact ?? file} ${pointer.replace(/^\/frontmatter/, "") || "/"}`;
}
