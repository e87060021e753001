/** From an authored scenario file to the scenario that the player plays. */

import { fileLine } from "../../errors/base.ts";
import { momentOf } from "../../json/date-time.ts";
import type { Path } from "../../json/diff.ts";
import { exactText } from "../../json/number.ts";
import { readObject } from "../../json/parse.ts";
import { pointer } from "../../json/pointer.ts";
import { repairOf } from "../../json/repair.ts";
import { utf8, valueAt } from "../../json/text.ts";
import type { Json, JsonObject } from "../../json/value.ts";
import { type Files, IoError } from "../../ports.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { ScenarioFault } from "../errors.ts";
import { foundIn, toAfter, toExpectation } from "../expect/expected.ts";
import type { Answer, AuthoredStep as Aside, EarlierSteps, RunStep, Scenario } from "../scenario.ts";
import {
  type AuthoredAnswer,
  type AuthoredAttempt,
  type AuthoredStep,
  authoredIn,
  type Circumstances,
  isUnexpected,
} from "./authored.ts";
import { checkCriteria } from "./criteria.ts";
import { copied, prepared } from "./data.ts";
import { beside } from "./find.ts";
import { malformed, unknownName } from "./malformed.ts";
import { misspelt, type Resolve, referring, resolved } from "./reference.ts";
import { checkForm } from "./schema.ts";
import { sessionsIn } from "./sessions.ts";
import type { Source } from "./source.ts";
import { pathOf, type Stores } from "./stores.ts";
import { realPathWithin, type Surroundings } from "./surroundings.ts";

/** What a scenario file is read with. */
export interface Reading extends Surroundings {
  readonly stores: Stores;
  /** Lets a step go without an expectation: what comes out is to be recorded. */
  readonly isRecorded?: boolean;
}

/** @throws ScenarioFault `SCENARIO_MALFORMED` at the first place that cannot be meant so */
export function toScenario(source: Source, reading: Reading): Scenario {
  checkForm(source);
  checkCriteria(source);
  const { scenario, about = "", given = {}, steps } = authoredIn(source);
  const { data = {} } = given;
  const at = ["given", "data"];
  const before =
    typeof data === "string"
      ? copied(data, pointer(at), reading, source)
      : prepared(data, at, reading.stores, source);
  const names = steps.map(({ name }) => name);
  return {
    file: source.file,
    name: scenario,
    about,
    hasUnorderedEffects: false,
    overlay: new Map(),
    before,
    steps: steps.map((step, i) => {
      checkStep(step, i, names.slice(0, i), source, reading);
      return toStep({ ...pick(given), ...step }, i, source, reading);
    }),
  };
}

function pick({ actor, clock, seed, secrets_key }: Circumstances): Circumstances {
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(clock === undefined ? {} : { clock }),
    ...(seed === undefined ? {} : { seed }),
    ...(secrets_key === undefined ? {} : { secrets_key }),
  };
}

function checkStep(
  step: AuthoredStep,
  index: number,
  earlier: readonly string[],
  source: Source,
  { isRecorded = false }: Reading,
): void {
  const at = ["steps", index];
  if (earlier.includes(step.name)) malformed(source, pointer([...at, "name"]), "the name of exactly one step");
  if (isUnexpected(step.expect) && !isRecorded) {
    const hint = "pgs test --update records the actual values";
    malformed(source, pointer([...at, "expect"]), step.expect === undefined ? "there" : "not empty", hint);
  }
  const value = step as unknown as Json;
  const wrong = misspelt(value, at);
  if (wrong !== undefined) malformed(source, wrong, "{{steps.NAME.path}}");
  for (const { at: place, reference } of referring(value, at)) {
    if (earlier.includes(reference.step)) continue;
    unknownName(source, place, reference.step, earlier, "a reference to an earlier step");
  }
}

const STEP_PARTS = ["payload", "given", "resume", "expect"] as const;

function toStep(step: AuthoredStep, index: number, source: Source, reading: Reading): RunStep {
  const payload = payloadOf(step, index, source, reading);
  const parts = { ...step, payload } as unknown as JsonObject;
  const refers = STEP_PARTS.some((part) => referring(parts[part] ?? null, []).length > 0);
  const make = (resolve: Resolve | null): RunStep => {
    const made = resolve === null ? step : withResolved(step, payload, index, resolve);
    return build(made, resolve === null ? payload : (made.payload ?? {}), index, bind, source, reading);
  };
  const bind = (earlier: EarlierSteps): RunStep =>
    make(refers ? (reference, at) => found(reference, at, earlier, source, reading) : null);
  return make(null);
}

function withResolved(step: AuthoredStep, payload: JsonObject, index: number, resolve: Resolve): AuthoredStep {
  const parts: JsonObject = { ...(step as unknown as JsonObject), payload };
  const present = STEP_PARTS.filter((part) => parts[part] !== undefined);
  const done = present.map((part) => [part, resolved(parts[part] as Json, ["steps", index, part], resolve)]);
  return { ...step, ...Object.fromEntries(done) };
}

type Found = Parameters<Resolve>[0];

/** @throws ScenarioFault `REFERENCE_UNRESOLVED` */
function found(reference: Found, at: string, earlier: EarlierSteps, source: Source, { stores }: Reading): Json {
  const left = earlier.get(reference.step);
  const [root, name = ""] = reference.path;
  const names = root === "stored" ? new Map([[name, pathOf(name, at, stores, source)]]) : new Map();
  const value =
    left === undefined
      ? undefined
      : valueAt({ ...foundIn(left, names), payload: JSON.parse(utf8(left.payload)) }, reference.path);
  if (value !== undefined) return value;
  const facts = { file: source.file, line: source.lineOf(at), pointer: at, reference: reference.text };
  throw new ScenarioFault("REFERENCE_UNRESOLVED", facts);
}

function build(
  step: AuthoredStep,
  payload: JsonObject,
  index: number,
  bind: Aside["bind"],
  source: Source,
  { stores }: Reading,
): RunStep {
  const { name, workflow, given = {}, expect = {} } = step;
  const at: Path = ["steps", index];
  const place = (store: string) => pathOf(store, pointer([...at, "expect", "stored", store]), stores, source);
  return {
    kind: "run",
    name,
    workflow,
    payload: Buffer.from(exactText(payload)),
    before: prepared(given.data ?? {}, [...at, "given", "data"], stores, source),
    environment: new Map(),
    maxHops: undefined,
    ...clockOf(step, index, source),
    sessions: sessionsIn(step.resume ?? [], [...at, "resume"], stores, source),
    isOrderDependent: false,
    expect: toExpectation(expect),
    after: toAfter(expect.stored ?? {}, place),
    authored: {
      ...(step.actor === undefined ? {} : { actor: step.actor }),
      ...(step.seed === undefined ? {} : { seed: step.seed }),
      hasSecretsKey: step.secrets_key ?? true,
      answers: new Map(Object.entries(given.answers ?? {}).map(([key, answer]) => [key, toAnswers(answer)])),
      deliveries: new Map(Object.entries(given.answers_events ?? {})),
      placeOf: (path) => fileLine(source.file, source.lineOf(pointer([...at, ...path]))),
      bind,
    },
  };
}

function clockOf({ clock }: AuthoredStep, index: number, source: Source): { readonly clock?: number } {
  if (clock === undefined) return {};
  const moment = momentOf(clock);
  if (moment !== undefined) return { clock: moment };
  const own = pointer(["steps", index, "clock"]);
  const isOwn = authoredIn(source).steps[index]?.clock !== undefined;
  return malformed(source, isOwn ? own : "/given/clock", "a date and time such as 2026-01-31T09:00:00Z");
}

function toAnswers(answer: AuthoredAnswer): readonly Answer[] {
  const attempts = [answer].flat() as readonly AuthoredAttempt[];
  return attempts.map((one) =>
    typeof one === "string" ? { outcome: one, result: {} } : { result: {}, ...one },
  );
}

/** The payload written in the step, or that of the file it names; nothing at all is the empty object. */
function payloadOf(step: AuthoredStep, index: number, source: Source, reading: Reading): JsonObject {
  const { payload, payload_file: file } = step;
  if (file === undefined) return payload ?? {};
  const at = pointer(["steps", index, "payload_file"]);
  if (payload !== undefined) return malformed(source, at, "absent where there is a payload");
  const path = realPathWithin(file, at, reading, source);
  const bytes = path === null ? null : readFile(path, reading.files);
  if (bytes === null) {
    const nearest = nearestFile(file, reading);
    const place = fileLine(source.file, source.lineOf(at));
    const hint =
      nearest === null
        ? `write the file, or another name, in ${place}`
        : `in ${place}, change ${file} to ${nearest}`;
    return malformed(source, at, `a file that is there, relative to this one; ${file} is not`, hint);
  }
  const read = readObject(bytes);
  if ("value" in read) return read.value;
  const repair = repairOf(utf8(bytes), read.defect);
  const hint = repair === undefined ? null : `in ${file}, ${repair}`;
  return malformed(source, at, `a file with one JSON object, relative to this one; ${file} is not one`, hint);
}

/** The name of the file in the same folder whose name is nearest. */
function nearestFile(named: string, { files, folder }: Reading): string | null {
  const [, below = "", name = ""] = /^(.*\/)?([^/]*)$/.exec(named) ?? [];
  const nearest = nearestName(name, files.names(beside(folder, below)));
  return nearest === null ? null : `${below}${nearest}`;
}

function readFile(path: string, files: Files): Uint8Array | null {
  try {
    return files.read(path);
  } catch (error) {
    if (error instanceof IoError) return null;
    throw error;
  }
}
