/** A small protocol in memory: artifacts made of their executed fields alone, sealed, compiled and run. */

import assert from "node:assert/strict";
import type { Effect } from "../../src/capabilities/effect.ts";
import { type Registry, registry } from "../../src/capabilities/registry.ts";
import type { Performed } from "../../src/capabilities/target.ts";
import type { StoreOperation } from "../../src/capabilities/targets/store.ts";
import type { Answer, Transform } from "../../src/capabilities/transform.ts";
import type { TraceEnding } from "../../src/engine/advance.ts";
import type { EffectResult } from "../../src/engine/executor.ts";
import { type ResumeRequest, resume } from "../../src/engine/resume.ts";
import { type RunRequest, run } from "../../src/engine/run.ts";
import { StoreFault } from "../../src/errors/ports.ts";
import type { Digest } from "../../src/json/canonical.ts";
import { TRACE_LIMITS, type TraceLimits } from "../../src/json/limits.ts";
import { isObject, type Json, type JsonObject, own } from "../../src/json/value.ts";
import { compile } from "../../src/plan/compile.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { fixedClock, seededEntropy } from "../../src/platform/node-ports.ts";
import { openMail } from "../../src/platform/smtp.ts";
import type {
  Clock,
  DataRoot,
  Entropy,
  Files,
  Mail,
  Remote,
  SecretsFile,
  Sleep,
  Sources,
  StoreFile,
  TraceFile,
} from "../../src/ports.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { parseSeal, SEAL_FILE, sealText } from "../../src/snapshot/seal.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { fileStores } from "../../src/storage/files/stores.ts";
import type { EventType, TraceEvent } from "../../src/trace/event.ts";
import { artifact as artifactOf } from "../snapshot/memory-files.ts";

export const NOW = "2026-01-31T09:00:00.120Z";
export const WORKFLOW = "trial::WF_TRIAL_V0";
export const SNAPSHOT = "/trial/protocol_snapshot";

export const CONSULTED = "trial::RB_CONSULTED_V0";

export const PASSTHROUGH = "capability_transforms::CT_PURE_PASSTHROUGH_V0";
export const JOURNAL = "capability_side_effects::CS_APPENDONLY_JSONL_V0";
export const REGISTRY = "capability_side_effects::CS_REGISTRY_V0";

/** What differs from one trial to the next; everything an artifact needs besides is filled in. */
export interface Protocol {
  /** `core` of the workflow. */
  readonly workflow: JsonObject;
  /** What the workflow declares beside its `core`, by full name where it is another one. */
  readonly beside?: Readonly<Record<string, JsonObject>>;
  /** Store -> path below the data root, of the runtime binding CONSULTED. */
  readonly consulted?: Readonly<Record<string, string>>;
  /** By FQDN: `core` of the workflows that steps may call. */
  readonly others?: Readonly<Record<string, JsonObject>>;
  /** By code: the declared inputs of an intent. */
  readonly intents?: Readonly<Record<string, JsonObject>>;
  /** Codes of the intents that admit no other members. */
  readonly closedIntents?: readonly string[];
  /** By code: `core` of a contract. */
  readonly contracts?: Readonly<Record<string, JsonObject>>;
  /** Store -> path below the data root. */
  readonly stores?: Readonly<Record<string, string>>;
  /** By transform: the inputs its artifact requires. */
  readonly required?: Readonly<Record<string, readonly string[]>>;
  /** By transform: the composition that its artifact declares. */
  readonly compositions?: Readonly<Record<string, JsonObject>>;
  /** Capabilities that only this protocol has. */
  readonly transforms?: readonly Transform[];
  readonly effects?: readonly Effect[];
  /** By side effect: what the runtime binding says of it. */
  readonly policies?: Readonly<Record<string, JsonObject>>;
  /** Files that are no artifact: text by path. */
  readonly documents?: Readonly<Record<string, string>>;
}

/** Contract core around a pipeline: allows what its steps may answer unless told otherwise. */
export function contract(pipeline: readonly JsonObject[], core: JsonObject = {}): JsonObject {
  const allowed = ["SUCCESS", "VIOLATION", "BACKEND_ERROR"];
  return { result_status_contract: { allowed }, pipeline: [...pipeline], ...core };
}

/** IN -> WORK, which runs `core`, -> END for every outcome. `node` replaces members of WORK. */
export function oneContract(core: JsonObject, node: JsonObject = {}, rest: Partial<Protocol> = {}): Protocol {
  const work = { type: "CC", code: "CC_WORK_V0", next: { default: "END" }, ...node };
  return {
    ...rest,
    workflow: {
      start_node: "START",
      nodes: { START: { type: "IN", next: { ACK: "WORK" } }, WORK: work, END: { type: "EXIT" } },
    },
    contracts: { CC_WORK_V0: core },
  };
}

/** A step that hands its inputs on; every outcome exits unless `on_result` says otherwise. */
export function passing(step: string, inputs: JsonObject, more: JsonObject = {}): JsonObject {
  const on_result = { SUCCESS: "continue", VIOLATION: "exit" };
  return { step, transform: PASSTHROUGH, inputs, on_result, ...more };
}

export function appending(step: string, record: Json, more: JsonObject = {}): JsonObject {
  const on_result = { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" };
  return { step, side_effect: JOURNAL, op: "APPEND", store: "LOG", inputs: { record }, on_result, ...more };
}

export function testTransform(
  code: string,
  answer: (input: JsonObject, sources: Sources) => Answer,
): Transform {
  return {
    code,
    about: "of this test",
    input: {},
    result: [],
    violations: [],
    secrets: [],
    examples: [],
    answer,
  };
}

/** An effect of one operation, DO, that claims to read. */
export function testEffect(
  code: string,
  perform: (...asked: Parameters<StoreOperation["perform"]>) => Performed,
  outcomes: readonly string[] = ["SUCCESS"],
): Effect {
  const DO = {
    about: "of this test",
    input: {},
    outcomes,
    target: "store",
    semantics: "reads",
    perform: async (...asked: Parameters<StoreOperation["perform"]>) => perform(...asked),
  } as const;
  return { code, about: "of this test", examples: [], operations: { DO } };
}

// ---- compiling ----

export async function compileTrial(protocol: Protocol): Promise<Plan> {
  const snapshot = await openTrial(protocol);
  const workflow = snapshot.artifact(WORKFLOW as Fqdn);
  if (workflow === undefined) throw new Error("the trial has no workflow");
  return compile(workflow, snapshot, registryOf(protocol));
}

/** The snapshot under the root of its own seal, which saves checking its contents. */
async function openTrial(protocol: Protocol): Promise<Snapshot> {
  const files = filesOf(protocol);
  const parsed = parseSeal(files.get(`${SNAPSHOT}/${SEAL_FILE}`) as Uint8Array);
  if ("fault" in parsed) throw parsed.fault;
  return openSnapshot(SNAPSHOT, memoryFiles(files), { expectSeal: parsed.seal.root });
}

function registryOf({ transforms = [], effects = [] }: Protocol): Registry {
  return {
    ...registry,
    transform: (code, module) =>
      transforms.find((one) => one.code === code) ?? registry.transform(code, module),
    effect: (code, module) => effects.find((one) => one.code === code) ?? registry.effect(code, module),
  };
}

/** The sealed snapshot's files by absolute path. */
export function filesOf(protocol: Protocol): ReadonlyMap<string, Uint8Array> {
  const { others = {}, intents = {}, contracts = {}, stores = {}, beside = {}, consulted } = protocol;
  const steps = Object.values(contracts).flatMap(stepsOf);
  const capabilities = registryOf(protocol);
  const named = (member: string) => [...new Set(steps.map((step) => step[member]))].filter(isText);
  const sideEffects = named("side_effect");
  const bindingOf = (code: string): JsonObject => {
    const policy = protocol.policies?.[code];
    return policy === undefined ? {} : { policy };
  };
  const closed = (code: string): JsonObject =>
    protocol.closedIntents?.includes(code) === true ? { additional: false } : {};
  const artifacts = [
    ...Object.entries({ [WORKFLOW]: protocol.workflow, ...others }).map(([name, core]) =>
      artifact(name, { runtime_binding: "trial::RB_TRIAL_V0", core, ...beside[name] }),
    ),
    ...(consulted === undefined ? [] : consultedArtifacts(consulted)),
    artifact("trial::RB_TRIAL_V0", {
      core: {
        storage_structure: "trial::STRUCTURE_TRIAL_V0",
        bindings: Object.fromEntries(sideEffects.map((code) => [code, bindingOf(code)])),
      },
    }),
    structure("trial::STRUCTURE_TRIAL_V0", { LOG: "log.jsonl", NAMES: "names.jsonl", ...stores }),
    ...Object.entries(intents).map(([code, inputs]) =>
      artifact(`trial::${code}`, { core: { inputs, ...closed(code) } }),
    ),
    ...Object.entries(contracts).map(([code, core]) => artifact(`trial::${code}`, { core })),
    ...named("transform").map((code) =>
      composedOf(
        artifact(code, { core: { inputs: requiring(protocol.required?.[code]) } }),
        protocol.compositions?.[code],
      ),
    ),
    ...sideEffects.map((code) =>
      artifact(code, { core: { operations: operationsOf(capabilities.effect(code)) } }),
    ),
  ];
  const files = [...artifacts, ...Object.entries(protocol.documents ?? {})].map(([path, text]) => {
    return { path, bytes: Buffer.from(text) };
  });
  const seal = sealText(files, { name: "trial", version: "0" });
  const all = [...files, { path: "seal.json", bytes: Buffer.from(seal.text) }];
  return new Map(all.map(({ path, bytes }) => [`${SNAPSHOT}/${path}`, bytes]));
}

function structure(name: string, stores: Readonly<Record<string, string>>) {
  const entries = Object.entries(stores).map(([store, path]) => [store, { path }] as const);
  return artifact(name, { core: { entity_stores: Object.fromEntries(entries) } });
}

function consultedArtifacts(stores: Readonly<Record<string, string>>) {
  const structureName = "trial::STRUCTURE_CONSULTED_V0";
  return [
    artifact(CONSULTED, { core: { storage_structure: structureName, bindings: {} } }),
    structure(structureName, stores),
  ];
}

const isText = (value: Json | undefined): value is string => typeof value === "string";

function stepsOf(core: JsonObject): readonly JsonObject[] {
  const pipeline = own(core, "pipeline");
  return Array.isArray(pipeline) ? pipeline.filter(isObject) : [];
}

function composedOf([path, text]: readonly [string, string], ir: JsonObject | undefined) {
  if (ir === undefined) return [path, text] as const;
  return [path, JSON.stringify({ ...(JSON.parse(text) as JsonObject), ct_ir: ir })] as const;
}

const requiring = (names: readonly string[] = []): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { required: true }]));

function operationsOf(effect: Effect | undefined): JsonObject {
  const operations = Object.entries(effect?.operations ?? {}).map(
    ([op, { outcomes }]) => [op, { result_status_values: [...outcomes] }] as const,
  );
  return Object.fromEntries(operations);
}

const artifact = (name: string, block: JsonObject) => artifactOf(name, JSON.stringify(block, null, 2));

export function memoryFiles(files: ReadonlyMap<string, Uint8Array>): Files {
  const below = (folder: string) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  const isFolder = (path: string) => below(path).length > 0;
  return {
    read: (path) => files.get(path) ?? null,
    realPath: (path) => (files.has(path) || isFolder(path) ? path : null),
    isFolder,
    names: () => [],
    list: (folder) =>
      below(folder).map((path) => ({ path: path.slice(folder.length + 1), isFile: true, isLink: false })),
  };
}

// ---- running ----

export interface Trial {
  readonly ending: TraceEnding;
  readonly events: readonly TraceEvent[];
  /** The trace's lines as they were appended. */
  readonly text: string;
  readonly head: Digest;
  readonly data: MemoryData;
}

export interface TrialOptions {
  readonly data?: MemoryData;
  readonly root?: DataRoot;
  readonly maxHops?: number;
  readonly limits?: TraceLimits;
  readonly clock?: Clock;
  readonly seed?: string;
  readonly entropy?: Entropy;
  readonly sleep?: Sleep;
  readonly trace?: MemoryTrace;
  /** What the trace is called instead of what the run would call it. */
  readonly name?: (wanted: string) => string;
  readonly actor?: string;
  readonly strict?: boolean;
  readonly stage?: RunRequest["wrapExecutor"];
  readonly mail?: Mail;
  readonly remote?: Remote;
  readonly signal?: AbortSignal;
  /** What the trace suppresses is kept in the file, encrypted with the key. */
  readonly kept?: { readonly key: Uint8Array; readonly file: SecretsFile };
  /** Called with every event. */
  readonly listen?: (event: TraceEvent) => void;
}

export async function runPlan(plan: Plan, payload: JsonObject, options: TrialOptions = {}): Promise<Trial> {
  const {
    data = memoryData(),
    trace = memoryTrace(),
    name = (wanted: string) => wanted,
    actor,
    stage,
  } = options;
  const events: TraceEvent[] = [];
  const { ending, head } = await run({
    plan,
    mail: options.mail ?? openMail({}),
    payload,
    clock: options.clock ?? fixedClock(Date.parse(NOW)),
    entropy: options.entropy ?? seededEntropy(options.seed ?? "trial"),
    sleep: options.sleep ?? (async () => undefined),
    stores: fileStores(options.root ?? data.root),
    openTrace: (id) => ({ id: name(id), folder: `/traces/${id}`, file: trace.file, ...keeping(options) }),
    secretsKey: options.kept?.key,
    durability: "device",
    maxHops: options.maxHops ?? 100,
    limits: options.limits ?? TRACE_LIMITS,
    runtime: { name: "trial", version: "0" },
    ...(actor === undefined ? {} : { actor }),
    ...(options.strict === undefined ? {} : { isPayloadStrict: options.strict }),
    ...(options.remote === undefined ? {} : { remote: options.remote }),
    ...(stage === undefined ? {} : { wrapExecutor: stage }),
    signal: options.signal,
    listen(event) {
      events.push(event);
      options.listen?.(event);
    },
  });
  return { ending, events, text: trace.text(), head, data };
}

const keeping = ({ kept }: TrialOptions) => (kept === undefined ? {} : { secrets: kept.file });

/** A file in memory for what a trace suppresses. */
export function memorySecrets(): { readonly file: SecretsFile; text(): string | null } {
  let text: string | null = null;
  const file: SecretsFile = {
    read: () => text,
    append(line) {
      text = (text ?? "") + line;
    },
    remove() {
      text = null;
    },
  };
  return { file, text: () => text };
}

export interface ResumeOptions extends TrialOptions, Pick<ResumeRequest, "delivery" | "cancellation"> {
  readonly settled?: EffectResult;
}

/** Goes on with a run that was recorded so far; the trial is that of the whole run. */
export async function resumePlan(
  plan: Plan,
  recorded: Pick<Trial, "events" | "text">,
  options: ResumeOptions = {},
): Promise<Trial> {
  const { data = memoryData(), actor, stage, delivery, cancellation, settled = null } = options;
  const [first] = recorded.events;
  const last = recorded.events.at(-1);
  assert.ok(first?.event_type === "execution_start" && last !== undefined);
  const events = [...recorded.events];
  let text = recorded.text;
  const { file } = memoryTrace();
  const { ending, head } = await resume({
    plan,
    mail: options.mail ?? openMail({}),
    clock: options.clock ?? fixedClock(Date.parse(NOW)),
    entropy(_, drawn) {
      const entropy = options.entropy ?? seededEntropy(options.seed ?? "resumed");
      entropy.hex(drawn);
      return entropy;
    },
    sleep: options.sleep ?? (async () => undefined),
    stores: fileStores(options.root ?? data.root),
    trace: {
      id: first.execution_id,
      folder: "",
      file: {
        ...file,
        append(line) {
          text += line;
        },
      },
      ...keeping(options),
    },
    secretsKey: options.kept?.key,
    record: {
      start: first.payload,
      events: recorded.events,
      end: {
        sequence: last.sequence,
        head: last.hash,
        elapsedUs: last.elapsed_us,
        bytes: Buffer.byteLength(recorded.text),
      },
      tornBytes: 0,
    },
    settled,
    durability: "device",
    limits: options.limits ?? TRACE_LIMITS,
    runtime: { name: "trial", version: "0" },
    ...(actor === undefined ? {} : { actor }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(cancellation === undefined ? {} : { cancellation }),
    ...(stage === undefined ? {} : { wrapExecutor: stage }),
    listen(event) {
      events.push(event);
    },
  });
  return { ending, events, text, head, data };
}

export async function runTrial(
  protocol: Protocol,
  payload: JsonObject = {},
  options: TrialOptions = {},
): Promise<Trial> {
  return runPlan(await compileTrial(protocol), payload, options);
}

export interface MemoryTrace {
  readonly file: TraceFile;
  text(): string;
}

export function memoryTrace(): MemoryTrace {
  let text = "";
  return {
    text: () => text,
    file: {
      append(lines) {
        text += lines;
      },
      appendTogether(lines) {
        if (lines !== "") this.append(lines);
        return null;
      },
      sync: async () => undefined,
      close: () => undefined,
    },
  };
}

/** A data root in memory. `broken` paths fail like a disk that cannot be read. */
export interface MemoryData {
  readonly root: DataRoot;
  readonly files: Map<string, Buffer>;
  readonly broken: Set<string>;
  text(path: string): string | null;
}

export function memoryData(before: Readonly<Record<string, string>> = {}): MemoryData {
  const files = new Map<string, Buffer>(
    Object.entries(before).map(([path, text]) => [path, Buffer.from(text)]),
  );
  const broken = new Set<string>();
  const stores = new Map<string, StoreFile>();
  let writes = 0;
  const contentOf = (path: string): Buffer | undefined => {
    if (broken.has(path)) throw new StoreFault("UNREADABLE", { file: path, errno: "EIO" });
    return files.get(path);
  };
  const put = (path: string, bytes: Buffer) => {
    contentOf(path);
    writes++;
    files.set(path, bytes);
  };
  const openStore = (path: string): StoreFile => ({
    name: path,
    read: () => contentOf(path) ?? null,
    readFrom: (offset, take) => take(contentOf(path)?.subarray(offset) ?? Buffer.alloc(0)),
    readAt: (offset, length) => contentOf(path)?.subarray(offset, offset + length) ?? Buffer.alloc(0),
    stamp: () => {
      const size = contentOf(path)?.length;
      return size === undefined ? null : { identity: path, size, modified: String(writes) };
    },
    holder: () => null,
    append: (text) => put(path, Buffer.concat([contentOf(path) ?? Buffer.alloc(0), Buffer.from(text)])),
    truncate: (size) => put(path, (contentOf(path) ?? Buffer.alloc(0)).subarray(0, size)),
    replace: (text) => put(path, Buffer.from(text)),
    sync: async () => undefined,
    syncNow: () => undefined,
    locked: async (work) => work(),
    index: () => null,
  });
  return {
    files,
    broken,
    text: (path) => files.get(path)?.toString("utf8") ?? null,
    root: {
      store(path) {
        const store = stores.get(path) ?? openStore(path);
        stores.set(path, store);
        return store;
      },
      journals: () => [...files.keys()].filter((path) => path.endsWith(".jsonl")).sort(),
    },
  };
}

// ---- reading what happened ----

export function eventsOf<T extends EventType>(
  { events }: Pick<Trial, "events">,
  type: T,
): readonly Extract<TraceEvent, { event_type: T }>[] {
  return events.filter((event): event is Extract<TraceEvent, { event_type: T }> => event.event_type === type);
}

/** The published outputs of a node that ended. */
export function outputsOf(trial: Pick<Trial, "events">, node = "WORK"): JsonObject | undefined {
  return eventsOf(trial, "node_end").find((event) => event.node_id === node)?.payload.outputs;
}

/** Node and outcome in order: `START ACK`. */
export function pathOf(trial: Pick<Trial, "events">): readonly string[] {
  return eventsOf(trial, "node_end").map(({ node_id, payload }) => `${node_id} ${payload.status}`);
}

export function inputsOf(trial: Pick<Trial, "events">, node = "WORK"): JsonObject | undefined {
  return eventsOf(trial, "node_start").find((event) => event.node_id === node)?.payload.inputs;
}
