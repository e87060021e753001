/** Runs one scenario vector on a temporary data root and says where it differs from what was expected. */

import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { registry } from "../../src/capabilities/registry.ts";
import { toContext, type World } from "../../src/cli/context.ts";
import { exitCodeOfEnding, exitCodeOfFault, exitCodeOfRefusal } from "../../src/cli/exit-codes.ts";
import { DEFAULT_LIMITS, readPayload } from "../../src/cli/payload.ts";
import { run } from "../../src/engine/run.ts";
import { emptySummary, gather, type Summary } from "../../src/engine/summary.ts";
import { checkAllowed } from "../../src/examine/allowed.ts";
import { replay } from "../../src/examine/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import { CompileFault, Fault } from "../../src/faults.ts";
import { isObject, type Json, type JsonObject, jsonEqual, pointer } from "../../src/json.ts";
import { openMail } from "../../src/node-mail.ts";
import { nodeClock, nodeEntropy, nodeFiles, openTrace } from "../../src/node-ports.ts";
import { openDataRoot } from "../../src/node-store.ts";
import { compile } from "../../src/plan/compile.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Files } from "../../src/ports.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { requireWorkflow } from "../../src/snapshot/require.ts";
import { TOOL } from "../../src/tool.ts";

export interface Scenario {
  readonly scenario: string;
  readonly unordered_effects?: boolean;
  readonly snapshot_overlay?: Readonly<Record<string, JsonObject>>;
  readonly data_before: Readonly<Record<string, string>>;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  readonly name: string;
  readonly not_applicable?: unknown;
  readonly wf: string;
  readonly payload?: JsonObject;
  readonly payload_text?: string;
  readonly payload_b64?: string;
  readonly fs_before?: readonly {
    readonly op: "write" | "mkdir" | "rm";
    readonly path: string;
    readonly text?: string;
  }[];
  readonly args?: { readonly max_hops?: number; readonly env?: Readonly<Record<string, string>> };
  readonly order_dependent?: boolean;
  readonly expect: JsonObject;
  readonly data_after: Readonly<Record<string, JsonObject | null>>;
}

export type StepResult =
  | { readonly kind: "passed" }
  /** The build lacks a capability, or the scenario's own word. */
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "differs"; readonly differences: readonly string[] };

/** The published snapshot with the scenario's own artifacts laid over it. */
export function overlaid(folder: string, overlay: Readonly<Record<string, JsonObject>>): Files {
  const text = (path: string) => {
    const below = relative(path.startsWith(folder) ? folder : realpathSync(folder), path);
    return Object.hasOwn(overlay, below) ? JSON.stringify(overlay[below], null, 2) : undefined;
  };
  return {
    ...nodeFiles,
    read: (path) => (text(path) === undefined ? nodeFiles.read(path) : Buffer.from(text(path) as string)),
    realPath: (path) => (text(path) === undefined ? nodeFiles.realPath(path) : path),
  };
}

/** Each step's payload as its vector spells it, every digit kept. */
export function payloadTexts(text: string): readonly string[] {
  const spelled = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"«${token}»"`,
  );
  const { steps } = JSON.parse(spelled) as Scenario;
  return steps.map(({ payload }) => JSON.stringify(payload ?? {}).replace(/"«([^"]*)»"/g, "$1"));
}

export class Player {
  readonly #root = mkdtempSync(join(tmpdir(), "pgs-vectors-"));
  readonly #scenario: Scenario;
  readonly #payloads: readonly string[];
  readonly #snapshot: string;
  readonly #plans = new Map<string, Plan>();

  constructor(scenario: Scenario, payloads: readonly string[], snapshot: string) {
    this.#scenario = scenario;
    this.#payloads = payloads;
    this.#snapshot = snapshot;
    for (const [path, content] of Object.entries(scenario.data_before)) this.#write(path, content);
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#root, "data");
  }

  #write(path: string, content: string): void {
    mkdirSync(dirname(join(this.#data, path)), { recursive: true });
    writeFileSync(join(this.#data, path), content);
  }

  async play(step: ScenarioStep): Promise<StepResult> {
    if (step.not_applicable !== undefined) return { kind: "skipped", why: "not applicable" };
    for (const { op, path, text } of step.fs_before ?? []) {
      if (op === "write") this.#write(path, text ?? "");
      if (op === "mkdir") mkdirSync(join(this.#data, path), { recursive: true });
      if (op === "rm") rmSync(join(this.#data, path), { recursive: true, force: true });
    }
    const before = this.#listing();
    try {
      const outcome = await this.#run(step);
      const differences = [...compareRun(outcome, step, this.#scenario), ...this.#compareData(step, before)];
      return differences.length === 0 ? { kind: "passed" } : { kind: "differs", differences };
    } catch (error) {
      if (error instanceof CompileFault && error.reasons.every(({ code }) => code === "NO_IMPLEMENTATION")) {
        return { kind: "skipped", why: error.reasons.map(({ what }) => what).join("; ") };
      }
      if (!(error instanceof Fault)) throw error;
      const differences = [...compareFault(error, step.expect), ...this.#compareData(step, before)];
      return differences.length === 0 ? { kind: "passed" } : { kind: "differs", differences };
    }
  }

  async #run(step: ScenarioStep): Promise<Outcome> {
    const files = overlaid(this.#snapshot, this.#scenario.snapshot_overlay ?? {});
    let plan = this.#plans.get(step.wf);
    if (plan === undefined) {
      const snapshot = await openSnapshot(this.#snapshot, files);
      plan = await compile(requireWorkflow(snapshot, step.wf), snapshot, registry);
      this.#plans.set(step.wf, plan);
    }
    const bytes =
      step.payload_b64 !== undefined
        ? Buffer.from(step.payload_b64, "base64")
        : Buffer.from(step.payload_text ?? (this.#payloads[this.#scenario.steps.indexOf(step)] as string));
    const world = { cwd: "/", env: {}, stdin: () => bytes } as unknown as World;
    const payload = readPayload("-", DEFAULT_LIMITS, toContext({}, world));
    const summary = emptySummary();
    const result = await run({
      mail: openMail(step.args?.env ?? {}),
      plan,
      payload,
      clock: nodeClock,
      entropy: nodeEntropy,
      data: openDataRoot(this.#data),
      openTrace: (id) => openTrace(join(this.#root, "traces"), id),
      durability: "process",
      maxHops: step.args?.max_hops ?? 10_000,
      runtime: TOOL,
      listen: (event) => gather(summary, event),
    });
    const trace = readFileSync(join(result.folder, `${result.traceId}.jsonl`));
    const { fault } = result.ending;
    const { status, exitReason } = result.ending;
    const exitCode = fault === undefined ? exitCodeOfEnding(status, exitReason) : exitCodeOfRefusal(fault.code);
    return { plan, summary, trace, exitCode, examined: await examine(plan, trace, result.head), result };
  }

  #listing(): Map<string, string> {
    const found = new Map<string, string>();
    const root = this.#data;
    for (const name of readdirSync(this.#root).includes("data") ? readdirSync(root, { recursive: true }) : []) {
      const path = join(root, name as string);
      if (lstatSync(path).isFile()) found.set(name as string, readFileSync(path, "utf8"));
    }
    return found;
  }

  #compareData(step: ScenarioStep, before: ReadonlyMap<string, string>): string[] {
    if (step.order_dependent) return [];
    const after = this.#listing();
    const isAbsent = (text: string | undefined) => text === undefined || text === "" || text.trim() === "{}";
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) =>
        before.get(path) !== after.get(path) && !(isAbsent(before.get(path)) && isAbsent(after.get(path))),
    );
    const unexpected = changed.filter((path) => !Object.hasOwn(step.data_after, path));
    const expected = Object.entries(step.data_after).flatMap(([path, content]) => {
      const text = after.get(path);
      if (content === null) return isAbsent(text) ? [] : [`${path} should be gone`];
      if (text === undefined) return [`${path} is missing`];
      const difference = mismatch(content, parseStored(content, text), path);
      return difference === undefined ? [] : [difference];
    });
    return [...unexpected.map((path) => `${path} changed unexpectedly: ${after.get(path)}`), ...expected];
  }
}

function parseStored(like: JsonObject, text: string): Json {
  if ("json" in like) return { json: JSON.parse(text) as Json };
  if ("text" in like) return { text };
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return { jsonl: lines.map((line) => parseLine(line)) };
}

function parseLine(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return { "«line»": line };
  }
}

interface Outcome {
  readonly plan: Plan;
  readonly summary: Summary;
  readonly trace: Buffer;
  readonly exitCode: number;
  readonly examined: readonly string[];
  readonly result: Awaited<ReturnType<typeof run>>;
}

/** Every trace a scenario leaves is intact, allowed and replays. */
async function examine(plan: Plan, trace: Buffer, head: string): Promise<readonly string[]> {
  const { findings, events } = verifyTrace(trace, head);
  const replayed = await replay(plan, events);
  return [
    ...findings,
    ...(await checkAllowed(plan, events)),
    ...(replayed.finding === null ? [] : [replayed.finding]),
  ].map((one) => `examine: ${JSON.stringify(one)}`);
}

function compareRun(
  { plan, summary, trace, exitCode, examined, result }: Outcome,
  step: ScenarioStep,
  scenario: Scenario,
): string[] {
  const { expect } = step;
  const { ending } = result;
  const errors = summary.errors.filter(({ run }) => run === "0");
  const stripped = summary.effects.map(({ store, ...rest }) => ({ ...rest, store: store ?? null }));
  const wanted = (expect["effects"] as unknown as JsonObject[]).map((one) => ({
    ...one,
    store: one["store"] ?? null,
  }));
  const exit: [string, Json, Json | undefined][] = [
    ["status", ending.status, expect["status"]],
    ["outcome", ending.outcome, expect["outcome"]],
    ["exit_reason_code", ending.exitReason, expect["exit_reason_code"]],
    ["exit_code", exitCode, expect["exit_code"]],
  ];
  const rest: [string, Json, Json | undefined][] = [
    ["path", byRun(summary.path, scenario), byRun(expect["path"] as unknown as JsonObject[], scenario)],
    ["effects", byRun(stripped, scenario), byRun(wanted, scenario)],
    ["events", summary.events, expect["events"]],
    ["results", withoutEmpty(summary.results), withoutEmpty(expect["results"] as JsonObject)],
    ["refusal", errors[0]?.error_code ?? null, expect["refusal"]],
    ["violations", pointersOf(summary), expect["violations"]],
    ["violation_detail", detailsOf(summary), expect["violation_detail"]],
    ["refusal_at", refusalPlace(summary, expect["refusal_at"]), expect["refusal_at"]],
    ["suppressed_payload", suppressedPointers(plan), expect["suppressed_payload"]],
  ];
  const compared = step.order_dependent ? exit : [...exit, ...rest];
  const differences = compared.flatMap(([what, found, wantedValue]) => {
    const difference = wantedValue === undefined ? undefined : mismatch(wantedValue, found, what);
    return difference === undefined ? [] : [difference];
  });
  const leaked = ((expect["must_not_appear"] ?? []) as readonly string[]).filter((text) =>
    trace.includes(text),
  );
  return [...differences, ...leaked.map((text) => `${text} appears in the trace`), ...examined];
}

function byRun(entries: readonly unknown[], scenario: Scenario): Json {
  const list = entries as readonly JsonObject[];
  if (!scenario.unordered_effects) return list;
  const runs = [...new Set(list.map(({ run }) => run as string))].sort();
  return Object.fromEntries(runs.map((run) => [run, list.filter((one) => one["run"] === run)]));
}

function withoutEmpty(results: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(results).filter(([, value]) => !jsonEqual(value, {})));
}

function pointersOf({ violations }: Summary): string[] {
  const pointers = violations
    .filter(({ run, field }) => run === "0" && field !== undefined)
    .map(({ field }) => field as string);
  return [...new Set(pointers)].sort();
}

const STAGES: Readonly<Record<string, string>> = { INTENT_VIOLATION: "intent", INPUT_VIOLATION: "contract" };

function detailsOf({ violations }: Summary): Json {
  return violations.map(({ run, node, violation_code, field, constraint, event }) => ({
    run,
    ...(node === null ? {} : { node }),
    stage: STAGES[violation_code] ?? "admission",
    ...(field === undefined ? {} : { pointer: field }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(event === undefined ? {} : { event }),
  }));
}

function refusalPlace({ errors }: Summary, like: Json | undefined): Json {
  const first = errors.find(({ run }) => run === "0");
  if (first === undefined || !isObject(like)) return null;
  const place: JsonObject = { stage: first.stage, node: first.node ?? null, step: first.step ?? null };
  return Object.fromEntries(Object.keys(like).map((key) => [key, place[key] ?? null]));
}

function suppressedPointers({ secrets }: Plan): Json {
  return (secrets?.paths.get("payload") ?? []).map((path) => pointer(path)).sort();
}

function compareFault(fault: Fault, expect: JsonObject): string[] {
  const exitCode = exitCodeOfFault(fault);
  const differences: string[] = [];
  const differ = (what: string, found: Json, wanted: Json | undefined) => {
    const difference = wanted === undefined ? undefined : mismatch(wanted, found, what);
    if (difference !== undefined) differences.push(`${difference} (${fault.message})`);
  };
  differ("exit_code", exitCode, expect["exit_code"]);
  differ("status", null, expect["status"]);
  const stage = (expect["refusal_at"] as JsonObject | undefined)?.["stage"];
  differ("stage", fault.stage, stage);
  const pointer = fault.facts["pointer"];
  const wantsPointer = (expect["violations"] as readonly Json[]).length > 0;
  if (wantsPointer) differ("violations", typeof pointer === "string" ? [pointer] : [], expect["violations"]);
  if (fault instanceof CompileFault) differ("compile_reasons", fault.reasons.length, expect["compile_reasons"]);
  return differences;
}

/** The first place where `found` is not what the marked expectation allows. */
function mismatch(wanted: Json, found: Json | undefined, at: string): string | undefined {
  const no = () => `${at}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`;
  if (wanted === "«any»") return undefined;
  if (found === undefined) return no();
  if (isObject(wanted) && Array.isArray(wanted["«oneof»"])) {
    return (wanted["«oneof»"] as readonly Json[]).some((one) => mismatch(one, found, at) === undefined)
      ? undefined
      : no();
  }
  if (isObject(wanted) && isObject(wanted["«subset»"])) {
    if (!isObject(found)) return no();
    return first(Object.entries(wanted["«subset»"]), ([key, item]) =>
      mismatch(item, found[key], `${at}/${key}`),
    );
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return no();
    return first(wanted.entries(), ([i, item]) => mismatch(item as Json, found[i] as Json, `${at}/${i}`));
  }
  if (isObject(wanted)) {
    if (!isObject(found) || Object.keys(found).length !== Object.keys(wanted).length) return no();
    return first(Object.entries(wanted), ([key, item]) => mismatch(item, found[key], `${at}/${key}`));
  }
  return wanted === found ? undefined : no();
}

function first<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
