/** Pages that argue findings, held to what the rules find. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../src/capabilities/registry.ts";
import { readSnapshotModel, type SnapshotModel } from "../../src/check/analysis/snapshot-model.ts";
import { type CheckFinding, check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";

/** The text of a page in this folder. */
export function pageText(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}

/** The cells of every table row of a page, or of a part of it, without what marks them as code. */
export function rowsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replaceAll("`", "")),
  );
}

/** The place of each finding that a page argues. */
export function arguedOn(markdown: string): readonly string[] {
  return rowsOf(markdown).flatMap(([rule, artifact, places = ""]) =>
    places.split("<br>").map((one) => `${rule} ${artifact} ${one}`),
  );
}

/** The place of a finding, as the pages write it. */
export function placeOf({ rule, artifact, file, pointer }: CheckFinding): string {
  return `${rule} ${artifact ?? file} ${pointer.replace(/^\/frontmatter/, "") || "/"}`;
}

/** The snapshot in a folder, and what every rule finds in it. */
export async function checked(folder: string): Promise<{
  readonly subject: SnapshotModel;
  readonly findings: readonly CheckFinding[];
}> {
  const subject = await readSnapshotModel(folder, nodeFiles, registry);
  return { subject, findings: check(subject, RULES) };
}
