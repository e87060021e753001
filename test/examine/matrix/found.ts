/** Which check finds an edit, and whether it is the one that has to. */

import assert from "node:assert/strict";
import { holdTo } from "../../../src/examine/held.ts";
import { verifyTrace } from "../../../src/examine/verify.ts";
import type { Json } from "../../../src/json/value.ts";
import type { Anchor } from "./anchors.ts";
import type { Edit } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

/** In the order in which an examination asks; `head` where none of the others says anything. */
export type Check = "intact" | "allowed" | "replayed" | "head";

export interface Found {
  readonly by: Check;
  /** Absent for the head, which does not say where. */
  readonly line?: number | undefined;
}

/** What an examination says first; the head says something of every chain that was made anew. */
export async function firstFound({ plan, head }: Specimen, trace: string): Promise<Found> {
  const { events, findings } = verifyTrace(Buffer.from(trace), head);
  assert.equal(findings.at(-1)?.code, "HEAD_MISMATCH");
  const [broken, ...others] = findings;
  if (broken !== undefined && others.length > 0) return { by: "intact", line: broken.line };
  const { allowed, replayed } = await holdTo(plan, events.values());
  const [forbidden] = allowed;
  if (forbidden !== undefined) return { by: "allowed", line: forbidden.line };
  assert.ok(replayed !== null, "what is allowed is replayed");
  const { finding } = replayed;
  return finding === null ? { by: "head" } : { by: "replayed", line: finding.line };
}

export function isForeseen({ by, line = 0 }: Found, { at }: Anchor, { place, was, is }: Edit): boolean {
  const edited = place + 1;
  if (at === "form") return by === "intact" && line === edited;
  // Another type, or a text where the format has an instant, may be one that the format does not have there.
  if (by === "intact" && line === edited && !isOfType(was, is)) return true;
  if (by === "head") return at === "head" || at === "any";
  return at !== "head" && (line === edited || (at !== "line" && line > edited));
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const isOfType = (was: Json | undefined, is: Json | undefined) =>
  typeof was === typeof is &&
  was !== null &&
  is !== null &&
  INSTANT.test(String(was)) === INSTANT.test(String(is));
