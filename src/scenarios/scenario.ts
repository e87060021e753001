/** The scenario vectors: some steps on one data root, each with what it must come out as and leave behind. */

import type { Cancellation, Delivery } from "../engine/resume.ts";
import { momentOf } from "../json/date-time.ts";
import type { Path } from "../json/diff.ts";
import { pointer } from "../json/pointer.ts";
import { spellings } from "../json/text.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import {
  choice,
  entries,
  flag,
  items,
  type JsonCursor,
  members,
  object,
  optional,
  refuse,
  relativePath,
  text,
  type VectorFile,
} from "./expect/json-cursor.ts";

export interface Scenario {
  readonly file: string;
  readonly name: string;
  readonly about: string;
  /** Runs beside one another may come in any order: what is listed is compared run by run. */
  readonly hasUnorderedEffects: boolean;
  /** Artifacts laid over the snapshot, by path below it. */
  readonly overlay: ReadonlyMap<string, JsonObject>;
  /** The data root before the first step. */
  readonly before: readonly Preparation[];
  readonly steps: readonly Step[];
}

export type Step = RunStep | LeftOutStep;

/** A step about something that a runner need not have. */
export interface LeftOutStep {
  readonly kind: "left out";
  readonly name: string;
  readonly why: string;
}

export interface RunStep {
  readonly kind: "run";
  readonly name: string;
  readonly workflow: string;
  /** As a reader of it is given it, byte for byte. */
  readonly payload: Uint8Array;
  readonly before: readonly Preparation[];
  /** Environment of the effects that reach outside. */
  readonly environment: ReadonlyMap<string, string>;
  readonly maxHops: number | undefined;
  /** Milliseconds since the epoch at which its clock stands still. */
  readonly clock?: number;
  /** The step that began the run with which this one goes on; absent where it begins one. */
  readonly of?: string;
  /** In which the run goes on, one after the other. */
  readonly sessions: readonly Session[];
  /** Two right runners may go different ways: only the end is compared. */
  readonly isOrderDependent: boolean;
  readonly expect: JsonObject;
  /** By path: what the files that the step changes hold after it; null where none is left. */
  readonly after: ReadonlyMap<string, Stored | null>;
  /** What is said of how it runs besides, and of how much is compared; absent in a vector. */
  readonly authored?: AuthoredStep;
}

/** The run of a step goes on: when, by whom, and why. */
export interface Session {
  /** Milliseconds since the epoch, or after the moment of the session before; without it, time stands still. */
  readonly at?: number | { readonly after: number };
  /** Done to the data root before it. */
  readonly before: readonly Preparation[];
  readonly actor?: string;
  readonly delivery?: Delivery;
  readonly cancellation?: Cancellation;
}

/** What the step of a vector does not have. Other files than those in `after` may change. */
export interface AuthoredStep {
  readonly actor?: string;
  readonly seed?: string;
  /** Whether what its trace suppresses is kept until the run ends. */
  readonly hasSecretsKey: boolean;
  /** By `NODE.step` of the main run: what each attempt answers in place of being performed, the last one all later ones too. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** By key: what is delivered whenever the run waits for it. */
  readonly deliveries: ReadonlyMap<string, Json>;
  /** File and line at which the step says what is at a path below it. */
  readonly placeOf: (path: Path) => string;
  /** The step once it is known what the earlier ones left. @throws ScenarioFault `REFERENCE_UNRESOLVED` */
  readonly bind: (earlier: EarlierSteps) => RunStep;
}

export interface Answer {
  readonly outcome: string;
  readonly result: JsonObject;
}

/** By name of the step. */
export type EarlierSteps = ReadonlyMap<string, StepLeftovers>;

/** What is known of a step that was played. */
export interface StepLeftovers {
  readonly payload: Uint8Array;
  readonly observed: Readonly<Record<string, Json | undefined>>;
  /** The text of every data file by its path. */
  readonly data: ReadonlyMap<string, string>;
  /** What was found as it may be shown. */
  readonly redact: (found: Json) => Json;
}

/** Something done to the data root. */
export type Preparation =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "mkdir" | "rm"; readonly path: string }
  /** The data root becomes what the folder `from` is; `path` is what the scenario calls it. */
  | { readonly do: "copy"; readonly path: string; readonly from: string };

/** What a file holds: one JSON value, one in each line, or text. */
export type Stored = { readonly form: "json" | "jsonl" | "text"; readonly content: Json };

/** What a step that runs must say of the run. */
export const EXPECTED = [
  ...["status", "outcome", "exit_reason_code", "exit_code", "path", "effects", "events", "results"],
  ...["violations", "refusal"],
] as const;

/** What it may say besides. */
const EXPECTED_TOO = [
  ...["refusal_at", "violation_detail", "nested_refusals", "compile_reasons", "suppressed_payload"],
  ...["must_not_appear", "waits"],
] as const;

/** All that the expectation of a step has to say that is refused, and changes nothing. */
const EXPECTED_OF_REFUSAL: ReadonlySet<string> = new Set(["exit_code", "refusal"]);

/** Whether a JSON value means to be a scenario vector. */
export function isScenario(value: Json): boolean {
  return isObject(value) && Object.hasOwn(value, "scenario");
}

/** @throws ScenarioFault `VECTOR_MALFORMED` at the first place that has another form */
export function parseScenario(vector: VectorFile, value: Json): Scenario {
  const at = members({ vector, path: [], value }, [
    ...["scenario", "about", "unordered_effects", "snapshot_overlay", "data_before", "steps"],
  ]);
  const spelled = spellings(vector.text, (path) => path.length === 3 && path[2] === "payload");
  const overlay = optional(at("snapshot_overlay"), entries) ?? [];
  return {
    file: vector.file,
    name: text(at("scenario")),
    about: text(at("about")),
    hasUnorderedEffects: flag(at("unordered_effects")),
    overlay: new Map(overlay.map(([path, spot]) => [relativePath(spot, path), object(spot)])),
    before: entries(at("data_before")).map(([path, spot]) => ({
      do: "write",
      path: relativePath(spot, path),
      text: text(spot),
    })),
    steps: parseSteps(items(at("steps")), spelled),
  };
}

function parseSteps(spots: readonly JsonCursor[], spelled: ReadonlyMap<string, string>): readonly Step[] {
  const begun = new Map<string, string>();
  return spots.map((spot) => {
    const step = parseStep(spot, spelled, begun);
    if (step.kind === "run" && step.of === undefined) begun.set(step.name, step.workflow);
    return step;
  });
}

/** `begun` has the workflow of each earlier step that begins a run. */
function parseStep(
  spot: JsonCursor,
  spelled: ReadonlyMap<string, string>,
  begun: ReadonlyMap<string, string>,
): Step {
  const at = members(spot, [
    ...["name", "not_applicable", "wf", "payload", "payload_text", "payload_b64", "fs_before", "args"],
    ...["clock", "resume", "cancel", "expect", "data_after", "order_dependent"],
  ]);
  const name = text(at("name"));
  const why = optional(at("not_applicable"), text);
  if (why !== undefined) return { kind: "left out", name, why };
  const args = optional(at("args"), (given) => members(given, ["env", "max_hops"]));
  const clock = optional(at("clock"), moment);
  const continued = parseContinued(spot, at, begun);
  return {
    kind: "run",
    name,
    ...(continued ?? { workflow: text(at("wf")), sessions: [] }),
    payload: payloadOf(spot, at, spelled),
    ...(clock === undefined ? {} : { clock }),
    before: (optional(at("fs_before"), items) ?? []).map(parsePreparation),
    environment: new Map(
      (args && optional(args("env"), entries))?.map(([variable, value]) => [variable, text(value)]),
    ),
    maxHops: args && optional(args("max_hops"), wholeNumber),
    isOrderDependent: flag(at("order_dependent")),
    expect: parseExpectation(at("expect")),
    after: new Map(
      entries(at("data_after")).map(([path, content]) => [relativePath(content, path), parseStored(content)]),
    ),
  };
}

/** The run of an earlier step goes on, or is cancelled; undefined of a step that begins a run. */
function parseContinued(
  spot: JsonCursor,
  at: (key: string) => JsonCursor,
  begun: ReadonlyMap<string, string>,
): Pick<RunStep, "workflow" | "of" | "sessions"> | undefined {
  const given = ["resume", "cancel"].filter((key) => at(key).value !== undefined);
  const [how] = given;
  if (how === undefined) return undefined;
  const other = ["wf", "payload", "payload_text", "payload_b64", "clock"].find(
    (key) => at(key).value !== undefined,
  );
  if (other !== undefined) return refuse(at(other), `absent where there is ${how}`);
  if (given.length > 1) return refuse(spot, "a step with resume or cancel, not both");
  const known = how === "resume" ? ["event", "answer", "event_id"] : ["reason"];
  const session = members(at(how), ["of", "clock", "actor", ...known]);
  const of = text(session("of"));
  const workflow = begun.get(of) ?? refuse(session("of"), "the name of an earlier step that has wf");
  return { workflow, of, sessions: [parseSession(how, session)] };
}

function parseSession(how: string, at: (key: string) => JsonCursor): Session {
  const clock = optional(at("clock"), moment);
  const actor = optional(at("actor"), text);
  const common = {
    before: [],
    ...(clock === undefined ? {} : { at: clock }),
    ...(actor === undefined ? {} : { actor }),
  };
  if (how === "cancel") {
    const reason = optional(at("reason"), text);
    return { ...common, cancellation: reason === undefined ? {} : { reason } };
  }
  const key = optional(at("event"), text);
  const [answer, id] = [at("answer").value, optional(at("event_id"), text)];
  if (key !== undefined) {
    const delivered = { ...(answer === undefined ? {} : { answer }), ...(id === undefined ? {} : { id }) };
    return { ...common, delivery: { key, ...delivered } };
  }
  const alone = ["answer", "event_id"].find((name) => at(name).value !== undefined);
  return alone === undefined ? common : refuse(at(alone), "absent where there is no event");
}

/** A `payload` is passed on as the vector spells it, every digit kept; no payload at all is the empty object. */
function payloadOf(
  spot: JsonCursor,
  at: (key: string) => JsonCursor,
  spelled: ReadonlyMap<string, string>,
): Uint8Array {
  const given = ["payload", "payload_text", "payload_b64"].filter((key) => at(key).value !== undefined);
  if (given.length > 1) return refuse(spot, "a step with one payload");
  const encoded = optional(at("payload_b64"), text);
  if (encoded !== undefined) return Buffer.from(encoded, "base64");
  const source = optional(at("payload_text"), text) ?? spelled.get(pointer(at("payload").path)) ?? "{}";
  return Buffer.from(source);
}

function parsePreparation(spot: JsonCursor): Preparation {
  const at = members(spot, ["op", "path", "text"]);
  const op = choice(at("op"), ["write", "mkdir", "rm"]);
  const path = relativePath(at("path"), text(at("path")));
  return op === "write" ? { do: op, path, text: text(at("text")) } : { do: op, path };
}

function parseExpectation(spot: JsonCursor): JsonObject {
  const at = members(spot, [...EXPECTED, ...EXPECTED_TOO]);
  const isOfRefusal = Object.keys(object(spot)).every((key) => EXPECTED_OF_REFUSAL.has(key));
  const required = isOfRefusal ? (["exit_code"] as const) : EXPECTED;
  const absent = required.find((key) => at(key).value === undefined);
  if (absent !== undefined) return refuse(at(absent), 'present; "«any»" matches any value');
  for (const one of optional(at("must_not_appear"), items) ?? []) text(one);
  return object(spot);
}

function parseStored(spot: JsonCursor): Stored | null {
  if (spot.value === null) return null;
  const [[name, content] = ["", null], ...others] = Object.entries(object(spot));
  const form = (["json", "jsonl", "text"] as const).find((one) => one === name);
  if (form === undefined || others.length > 0) return refuse(spot, "null, or one of json, jsonl and text");
  return { form, content };
}

function moment(spot: JsonCursor): number {
  return momentOf(text(spot)) ?? refuse(spot, "a date and time such as 2026-01-31T09:00:00Z");
}

function wholeNumber(spot: JsonCursor): number {
  const { value } = spot;
  const isWhole = typeof value === "number" && Number.isInteger(value) && value > 0;
  return isWhole ? value : refuse(spot, "a whole number above 0");
}
