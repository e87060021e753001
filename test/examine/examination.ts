/** What an examination says of a trace, in the order in which `pgs examine` asks. */

import assert from "node:assert/strict";
import { checkAllowed } from "../../src/examine/allowed.ts";
import type { TraceFinding } from "../../src/examine/finding.ts";
import { holdTo } from "../../src/examine/held.ts";
import { type Replayed, replay } from "../../src/examine/replay/replay.ts";
import { Verification, verifyTrace } from "../../src/examine/verify.ts";
import { canonical, type Digest, digestOf, sha256 } from "../../src/json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";

export interface Examined {
  readonly intact: readonly TraceFinding[];
  readonly allowed: readonly TraceFinding[];
  readonly replayed: Replayed;
}

export async function examine(plan: Plan, trace: string | Uint8Array, head?: string): Promise<Examined> {
  const { events, findings } = verifyTrace(Buffer.from(trace), head);
  const [allowed, replayed] = [await checkAllowed(plan, events), await replay(plan, events)];
  const held = await holdTo(plan, events.values());
  assert.deepEqual(held.allowed, allowed, "in one pass, as much is allowed");
  if (allowed.length === 0) assert.deepEqual(held.replayed, replayed, "in one pass, the replay says the same");
  return { intact: findings, allowed, replayed };
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

/** The lines under another name, with the keys of the effects that hang on it. */
export function underName<L extends EditableLine>(lines: readonly L[], name: string): L[] {
  const visits = new Map<string, number>();
  const keys = new Map<unknown, Digest>();
  return lines.map((line) => {
    const { event_type, run, payload } = line;
    const at = String(run);
    if (event_type === "node_start") visits.set(at, (visits.get(at) ?? -1) + 1);
    const key = [name, at, visits.get(at) ?? 0, (payload["step"] ?? null) as Json];
    if (event_type === "side_effect_start") keys.set(payload["effect_key"], digestOf(key));
    return { ...line, execution_id: name, payload: keyed(payload, keys) };
  });
}

/** With the effect keys that stand for those of the payload, of a suspension also those of its waits. */
function keyed(payload: EditableLine["payload"], keys: ReadonlyMap<unknown, Digest>): EditableLine["payload"] {
  const { effect_key, waits } = payload;
  const own = keys.get(effect_key);
  const rekeyed = Array.isArray(waits) ? { waits: waits.map((wait: JsonObject) => keyed(wait, keys)) } : {};
  return { ...payload, ...(own === undefined ? {} : { effect_key: own }), ...rekeyed };
}

/** What a run of what the first line says is named; of a line that is no event, whatever name that gives. */
export function nameOf([start]: readonly EditableLine[]): string {
  const { observed, payload, snapshot, workflow_code } = (start?.payload ?? {}) as { [member: string]: Json };
  const clock = Array.isArray(observed)
    ? observed.filter(isObject).find((one) => "clock" in one)?.["clock"]
    : "";
  const root = isObject(snapshot) ? (snapshot["root"] ?? null) : null;
  const what = digestOf({ payload: payload ?? null, snapshot: root, workflow: workflow_code ?? null });
  return [String(clock).replace(/[-:.]/g, ""), String(workflow_code).split("::").at(-1), what.slice(0, 8)].join(
    "__",
  );
}

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

/** The trace as a version recorded it in which evaluations were no events. */
export function olderTrace(trace: string): string {
  return forge(trace, (lines) => counted(lines.filter(isNoEvaluation).map(withoutClosureRoot)));
}

const isNoEvaluation = ({ event_type }: EditableLine) => event_type !== "evaluation_end";

function withoutClosureRoot(line: EditableLine): EditableLine {
  if (line["event_type"] !== "execution_start") return line;
  const { closure_root: _, ...snapshot } = line.payload["snapshot"] as { [member: string]: unknown };
  return { ...line, payload: { ...line.payload, snapshot } };
}

/** The lines with the counts that they have. */
export function counted(lines: readonly EditableLine[]): EditableLine[] {
  const begun = new Map<unknown, number>();
  return lines.map((line, i) => {
    if (line["event_type"] === "execution_start") begun.set(line["run"], i);
    if (line["event_type"] !== "workflow_complete") return line;
    const isOf = (one: EditableLine) => `${one["run"]}.`.startsWith(`${line["run"]}.`);
    const isWork = ({ event_type }: EditableLine) =>
      !/^run_(suspended|resumed|cancelled)$/.test(`${event_type}`);
    const ofRun = lines.slice(begun.get(line["run"]) ?? 0, i + 1).filter((one) => isOf(one) && isWork(one));
    const effects = ofRun.filter(({ event_type }) => event_type === "side_effect_start").length;
    return { ...line, payload: { ...line.payload, events: ofRun.length, effects } };
  });
}

function withDigest({ event_type, payload }: EditableLine): EditableLine["payload"] {
  if (event_type !== "execution_start" || payload["payload"] === undefined) return payload;
  return { ...payload, payload_digest: digestOf(payload["payload"] as Json) };
}
