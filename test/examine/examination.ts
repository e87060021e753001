/** What an examination says of a trace, in the order in which `pgs examine` asks. */

import { checkAllowed } from "../../src/examine/allowed.ts";
import type { TraceFinding } from "../../src/examine/finding.ts";
import { type Replayed, replay } from "../../src/examine/replay/replay.ts";
import { Verification, verifyTrace } from "../../src/examine/verify.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { canonical, type Digest, digestOf, sha256 } from "../../src/trace/canonical.ts";

export interface Examined {
  readonly intact: readonly TraceFinding[];
  readonly allowed: readonly TraceFinding[];
  readonly replayed: Replayed;
}

export async function examine(plan: Plan, trace: string | Uint8Array, head?: string): Promise<Examined> {
  const { events, findings } = verifyTrace(Buffer.from(trace), head);
  return { intact: findings, allowed: await checkAllowed(plan, events), replayed: await replay(plan, events) };
}

/** `CODE:line` of all that is wrong with the bytes of a trace. */
export function broken(trace: string | Uint8Array, head?: string): readonly string[] {
  const verification = new Verification(head);
  for (const _ of verification.lines([Buffer.from(trace)]));
  return codesOf(verification.verdict.findings);
}

export const codesOf = (findings: readonly TraceFinding[]) =>
  findings.map(({ code, line }) => (line === undefined ? code : `${code}:${line}`));

/** Every finding of the three stages, with its line. */
export async function found(plan: Plan, trace: string | Uint8Array, head?: string): Promise<readonly string[]> {
  const { intact, allowed, replayed } = await examine(plan, trace, head);
  return codesOf([...intact, ...allowed, ...(replayed.finding === null ? [] : [replayed.finding])]);
}

export type EditableLine = { [member: string]: unknown } & { payload: { [member: string]: unknown } };

export const linesOf = (trace: string): readonly string[] => trace.split("\n").slice(0, -1);

/** The trace with some lines edited and the whole chain made anew, as a forger would who knows the format. */
export function forge(trace: string, edit: (lines: EditableLine[]) => readonly EditableLine[]): string {
  const edited = edit(linesOf(trace).map((line) => JSON.parse(line) as EditableLine));
  let prev: Digest = sha256(`pgs.trace/1:${String(edited[0]?.["execution_id"])}`);
  return edited
    .map((line, i) => {
      const { hash: _, ...rest } = line;
      const linked = { ...rest, payload: withDigest(line), sequence: i + 1, prev_hash: prev } as JsonObject;
      prev = digestOf(linked);
      return `${canonical({ ...linked, hash: prev })}\n`;
    })
    .join("");
}

function withDigest({ event_type, payload }: EditableLine): EditableLine["payload"] {
  if (event_type !== "execution_start" || payload["payload"] === undefined) return payload;
  return { ...payload, payload_digest: digestOf(payload["payload"] as Json) };
}
