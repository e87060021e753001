/** What a program passes to the library, checked before anything is done with it: one table of calls, options and their values. */

import { parseSecretsKey, type SecretsKey } from "../engine/run-secrets.ts";
import { TRACE_LIMITS, type TraceLimits } from "../json/limits.ts";
import { isObject } from "../json/value.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { WorkspaceFault } from "./errors.ts";

/** What the value of an option has to be, in words and as a check. */
interface OptionKind {
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** The members that the value may have. */
  readonly members?: OptionKinds;
}

type OptionKinds = ReadonlyMap<string, OptionKind>;

const kindsOf = (kinds: Readonly<Record<string, OptionKind>>): OptionKinds => new Map(Object.entries(kinds));

const isText = (value: unknown) => typeof value === "string";
const TEXT: OptionKind = { expected: "a text", accepts: isText };
const TEXTS: OptionKind = {
  expected: "a list of texts",
  accepts: (value) => Array.isArray(value) && value.every(isText),
};
const COUNT: OptionKind = {
  expected: "a whole number above 0",
  accepts: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};
const COUNT_OR_NONE: OptionKind = {
  expected: "a whole number",
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};
const BOOLEAN: OptionKind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
const FUNCTION: OptionKind = { expected: "a function", accepts: (value) => typeof value === "function" };
const JSON_VALUE: OptionKind = { expected: "a JSON value", accepts: () => true };
const SIGNAL: OptionKind = {
  expected: "an AbortSignal",
  accepts: (value) => hasMethods(value, ["addEventListener"]) && "aborted" in value,
};
const LIMITS: OptionKind = {
  expected: "an object",
  accepts: isObject,
  members: kindsOf(Object.fromEntries(Object.keys(TRACE_LIMITS).map((name) => [name, COUNT]))),
};
const DRY_RUN: OptionKind = {
  expected: "true, false or { answers: { KEY: answer } }",
  accepts: (value) =>
    typeof value === "boolean" ||
    (isObject(value) && isObject(value["answers"]) && Object.keys(value).length === 1),
};

const oneOf = (...values: readonly string[]): OptionKind => ({
  expected: values.map((value) => JSON.stringify(value)).join(" or "),
  accepts: (value) => isText(value) && values.includes(value),
});

/** An object of the library, or one of the program's own that has at least these methods. */
const withMethods = (made: string, ...methods: readonly string[]): OptionKind => ({
  expected: `an object as ${made} makes it`,
  accepts: (value) => hasMethods(value, methods),
});

function hasMethods(value: unknown, methods: readonly string[]): value is object {
  if (typeof value !== "object" || value === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  return methods.every((name) => typeof members[name] === "function");
}

const SESSION = { actor: TEXT, signal: SIGNAL, stop: SIGNAL, onEvent: FUNCTION };
/** Of a run that goes on. */
const GOING_ON = {
  stores: withMethods("openStores", "at"),
  clock: withMethods("fixedClock", "now", "micros"),
  entropy: withMethods("seededEntropy", "hex"),
  sleep: FUNCTION,
  mail: withMethods("openMail", "send"),
  remote: {
    ...withMethods("openRemote"),
    accepts: (value: unknown) => isObject(value) && hasMethods(value["http"], ["send"]),
  },
  secretsKey: TEXT,
  durability: oneOf("device", "process"),
  limits: LIMITS,
};
const PORTS = { ...GOING_ON, traces: withMethods("segmentTraces", "open"), maxHops: COUNT };
const { clock, secretsKey, durability, limits } = GOING_ON;

const OPTIONS = {
  openWorkspace: kindsOf({
    ...{ folder: TEXT, snapshot: TEXT, dataRoot: TEXT, capabilities: TEXTS },
    ...{ expectSeal: TEXT, trustedKeys: TEXTS, requireSignatures: COUNT_OR_NONE },
    ...PORTS,
  }),
  run: kindsOf({ dryRun: DRY_RUN, strictPayload: BOOLEAN, ...SESSION, ...PORTS }),
  resume: kindsOf({
    ...{ event: JSON_VALUE, answer: JSON_VALUE, eventId: TEXT, assume: oneOf("done", "absent") },
    ...{ ...SESSION, ...GOING_ON },
  }),
  cancel: kindsOf({ reason: TEXT, actor: TEXT, clock, secretsKey, durability, limits }),
  examine: kindsOf({ head: TEXT }),
} as const;

const TRACES_ARGUMENTS = kindsOf({ folder: TEXT, access: oneOf("owner", "group", "all") });

/** `call` says whose option it is. @throws WorkspaceFault for a text that is no key */
export function secretsKeyOf(call: keyof typeof OPTIONS, given: string | undefined): SecretsKey | undefined {
  if (given === undefined) return undefined;
  const key = parseSecretsKey(given);
  if (key !== undefined) return key;
  throw new WorkspaceFault("BAD_ARGUMENT", { call, expected: "its secretsKey as 32 bytes in base64" });
}

/** An option that is undefined counts as absent. @throws WorkspaceFault */
export function checkOptions(call: keyof typeof OPTIONS, given: unknown): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new WorkspaceFault("BAD_ARGUMENT", { call, expected: "its options as an object" });
  checkMembers(call, "", given, OPTIONS[call]);
}

/** Of a function that makes traces. @throws WorkspaceFault */
export function checkTracesArguments(call: string, folder: unknown, access: unknown): void {
  checkMembers(call, "", { folder, access }, TRACES_ARGUMENTS);
}

function checkMembers(call: string, path: string, given: object, kinds: OptionKinds): void {
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds.get(name);
    if (kind === undefined) throw unknownOption(call, path, name, [...kinds.keys()]);
    if (value === undefined) continue;
    if (!kind.accepts(value))
      throw new WorkspaceFault("BAD_ARGUMENT", {
        call,
        expected: `its ${path}${name} as ${kind.expected}`,
      });
    if (kind.members !== undefined) checkMembers(call, `${path}${name}.`, value as object, kind.members);
  }
}

/** The limits, and those of `given` in their place. */
export function limitsWith(limits: TraceLimits, given: Partial<TraceLimits> | undefined): TraceLimits {
  if (given === undefined) return limits;
  const { runs, events, bytes, eventBytes } = limits;
  return {
    runs: given.runs ?? runs,
    events: given.events ?? events,
    bytes: given.bytes ?? bytes,
    eventBytes: given.eventBytes ?? eventBytes,
  };
}

function unknownOption(call: string, path: string, name: string, known: readonly string[]): WorkspaceFault {
  const suggestion = nearestName(name, known);
  return new WorkspaceFault("BAD_OPTION", {
    call,
    option: `${path}${name}`,
    known: known.map((one) => `${path}${one}`).join(", "),
    suggestion: suggestion && `${path}${suggestion}`,
  });
}
