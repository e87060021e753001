/** The conformance cases of a snapshot: for one transform, literal inputs and the expected result (SPEC 2). */

import { parsePointer, pointer } from "../json/pointer.ts";
import { lineOf, valueAt } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { SnapshotFault } from "./errors.ts";
import { type Fqdn, isFqdn, kindOf } from "./fqdn.ts";
import type { Snapshot } from "./snapshot.ts";

export type CaseOutcome = "SUCCESS" | "VIOLATION";

/** A property of an output whose value is not known in advance. */
export interface Property {
  readonly type: PropertyType;
  /** Of a `hex_string`: how many bytes it stands for. */
  readonly byteLength?: number;
}

const PROPERTY_TYPES = ["hex_string", "string", "integer", "number", "boolean", "array", "object"] as const;

type PropertyType = (typeof PROPERTY_TYPES)[number];

export interface ConformanceCase {
  /** `<transform>::<case>`. */
  readonly name: string;
  readonly transform: Fqdn;
  /** The transform as the case was made with it; null where it does not say. */
  readonly ir: JsonObject | null;
  readonly file: string;
  readonly inputs: JsonObject;
  /** Null if the case states none: then only the outputs are compared. */
  readonly outcome: CaseOutcome | null;
  /** Outputs that must have this value. */
  readonly outputs: JsonObject;
  /** Outputs that must be of this kind. */
  readonly properties: ReadonlyMap<string, Property>;
}

const FOLDER = "conformance";

/** Every case, sorted by file. @throws SnapshotFault, SealFault */
export function readCases(snapshot: Snapshot): readonly ConformanceCase[] {
  const files = snapshot.paths(FOLDER).filter((path) => path.endsWith(".json"));
  if (files.length === 0) throw new SnapshotFault("NO_CONFORMANCE_CASES", { folder: folderIn(snapshot) });
  return files.map((file) => {
    const read = snapshot.document(file);
    if (read === undefined) throw new SnapshotFault("ARTIFACT_UNREADABLE", { file, errno: "ENOENT" });
    return parseCase(file, read.text, read.value);
  });
}

/** Where the cases of this form of snapshot are. */
function folderIn(snapshot: Snapshot): string {
  const isAssembled = snapshot.paths("artifacts").some((path) => path.startsWith("canonical/"));
  return isAssembled ? `transform_${FOLDER}` : FOLDER;
}

function parseCase(file: string, text: string, declared: JsonObject): ConformanceCase {
  const line = (at: string) => lineOf(text, at) ?? 1;
  const refuse = (at: string, expected: string): never => {
    throw new SnapshotFault("MALFORMED_ARTIFACT", { file, line: line(at), pointer: at, expected });
  };
  const read = <T extends Json | undefined>(at: string, is: Guard<T>, expected: string): T => {
    const value = valueAt(declared, parsePointer(at));
    return is(value) ? value : refuse(at, expected);
  };
  read("/artifact_type", isConformance, CONFORMANCE);
  const transform = read("/ct_fqdn", isTransform, "the full name of a transform");
  const name = read("/fqdn", isText, "a string");
  const inputs = read("/ct_ir/inputs", isObject, "an object of input values");
  const outputs = read("/expected", isObject, "an object of output values");
  const outcome = read("/expected_outcome", isOutcome, "SUCCESS or VIOLATION") ?? null;
  const assertions = read("/assertions", isAbsentOrObject, "an object of outputs") ?? {};
  if (!name.startsWith(`${transform}::`)) return refuse("/fqdn", `${transform}::<case>`);
  const fileName = `${name.replaceAll("::", "__")}.json`;
  if (!file.endsWith(`/${fileName}`)) {
    const facts = { file, line: line("/fqdn"), expected: file, found: name, change: null };
    throw new SnapshotFault("FQDN_MISMATCH", facts);
  }
  const properties = Object.entries(assertions).map(([field, assertion]) => {
    const property = toProperty(assertion) ?? refuse(pointer(["assertions", field]), PROPERTY_FORM);
    return [field, property] as const;
  });
  const ir = own(declared, "ct_ir");
  return {
    ...{ name, transform, file, inputs, outcome, outputs, properties: new Map(properties) },
    ir: isObject(ir) && own(ir, "ct_fqdn") === transform ? ir : null,
  };
}

/** Whether the document is a conformance case: by its name, or by what it declares itself to be. */
export function isCase(file: string, declared: JsonObject): boolean {
  return /^conformance\/[^/]+__[^/]+\.json$/.test(file) || own(declared, "artifact_type") === CONFORMANCE;
}

type Guard<T extends Json | undefined> = (value: Json | undefined) => value is T;

const CONFORMANCE = "CT_CONFORMANCE";

const isConformance: Guard<typeof CONFORMANCE> = (value) => value === CONFORMANCE;
const isTransform: Guard<Fqdn> = (value): value is Fqdn => isFqdn(value) && kindOf(value) === "CT";
const isText: Guard<string> = (value) => typeof value === "string";
const isOutcome: Guard<CaseOutcome | undefined> = (value) =>
  value === undefined || value === "SUCCESS" || value === "VIOLATION";
const isAbsentOrObject: Guard<JsonObject | undefined> = (value) => value === undefined || isObject(value);

const PROPERTY_FORM = `{"mode":"property","type":<${PROPERTY_TYPES.join("|")}>}, a hex_string with its byte_length`;

/** An unknown property is refused: an assertion that is ignored would always pass. */
function toProperty(assertion: Json): Property | undefined {
  if (!isObject(assertion) || own(assertion, "mode") !== "property") return undefined;
  const { mode, type: named, byte_length: byteLength, ...rest } = assertion;
  const type = PROPERTY_TYPES.find((one) => one === named);
  if (type === undefined || Object.keys(rest).length > 0) return undefined;
  if (byteLength === undefined) return { type };
  if (type !== "hex_string" || typeof byteLength !== "number" || !Number.isInteger(byteLength))
    return undefined;
  return { type, byteLength };
}
