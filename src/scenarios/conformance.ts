/** Do the transforms of this build answer a snapshot's conformance cases as they must? */

import type { Registry } from "../capabilities/registry.ts";
import type { Transform } from "../capabilities/transform.ts";
import { computeTransform, recordingSources } from "../engine/compute-transform.ts";
import { RunFault } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { deepFreeze, type Json, type JsonObject, own, typeOf } from "../json/value.ts";
import { implementationOf } from "../plan/molecule.ts";
import { type ConformanceCase, type Property, readCases } from "../snapshot/conformance.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { ScenarioFault } from "./errors.ts";
import { compare, type Difference } from "./expect/compare.ts";

export interface CaseResult {
  readonly declared: ConformanceCase;
  /** `SUCCESS` or `VIOLATION`; `NO_IMPLEMENTATION` or `CAPABILITY_FAULT` where there is no answer. */
  readonly outcome: string;
  /** Why there are no outputs, in the transform's own words. */
  readonly reason: JsonObject | null;
  /** Empty when the case is passed. */
  readonly differences: readonly Difference[];
}

type Readings = Parameters<typeof recordingSources>[0];

export interface ConformanceRequest {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  /** Only cases with this text in their name. */
  readonly filter?: string | undefined;
  /** The clock and the entropy that transforms read. */
  readonly readings: Readings;
}

/** The result of each chosen case. @throws ScenarioFault `NO_SUCH_CASE`; SnapshotFault `NO_CONFORMANCE_CASES` */
export async function runConformance({
  snapshot,
  registry,
  filter,
  readings,
}: ConformanceRequest): Promise<readonly CaseResult[]> {
  const cases = readCases(snapshot);
  const chosen = cases.filter(({ name }) => filter === undefined || name.includes(filter));
  if (filter !== undefined && chosen.length === 0)
    throw new ScenarioFault("NO_SUCH_CASE", { text: filter, cases: cases.length });
  const results: CaseResult[] = [];
  for (const one of chosen) results.push(await checkCase(one, registry, readings));
  return results;
}

export function isConforming({ differences }: CaseResult): boolean {
  return differences.length === 0;
}

/** The case's inputs given to this build's transform, and its answer held to the case. */
export async function checkCase(
  declared: ConformanceCase,
  registry: Pick<Registry, "transform">,
  readings: Readings,
): Promise<CaseResult> {
  const find = (code: string, module?: string) => registry.transform(code, module);
  const { transform } = implementationOf(declared.transform, declared.ir, find);
  const { outcome, outputs, reason } =
    transform === undefined
      ? { outcome: "NO_IMPLEMENTATION", outputs: null, reason: null }
      : await answerOf(transform, declared.inputs, readings);
  const differences = compare(wantedOutcome(declared, outcome), outcome, ["outcome"]);
  const isAnswered = differences.length === 0 && outputs !== null;
  return {
    declared,
    outcome,
    reason,
    differences: isAnswered ? compareOutputs(declared, outputs) : differences,
  };
}

/** Of a case that says none, any outcome that gives its outputs; one without outputs, too, shows a success. */
export function wantedOutcome({ outcome, outputs }: ConformanceCase, answered: string): string {
  return outcome ?? (Object.keys(outputs).length > 0 ? answered : "SUCCESS");
}

interface Answered {
  readonly outcome: string;
  readonly outputs: JsonObject | null;
  readonly reason: JsonObject | null;
}

/** The one call of the transform. */
async function answerOf(transform: Transform, inputs: JsonObject, readings: Readings): Promise<Answered> {
  await transform.prepare?.();
  try {
    const { sources } = recordingSources(readings);
    const answered = computeTransform({ code: transform.code, transform }, deepFreeze(inputs), sources);
    const { result, reason = null } = answered;
    return { outcome: result === null ? "VIOLATION" : "SUCCESS", outputs: result ?? {}, reason };
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    return { outcome: error.code, outputs: null, reason: error.facts };
  }
}

function compareOutputs(
  { outputs: wanted, properties }: ConformanceCase,
  found: JsonObject,
): readonly Difference[] {
  const rest = Object.entries(found).filter(([name]) => !properties.has(name));
  return [
    ...compare(wanted, Object.fromEntries(rest), ["outputs"]),
    ...[...properties].flatMap(([name, property]) => compareProperty(property, own(found, name), name)),
  ];
}

function compareProperty(property: Property, found: Json | undefined, name: string): readonly Difference[] {
  if (found !== undefined && holds(property, found)) return [];
  const { type, byteLength } = property;
  const expected = byteLength === undefined ? `any ${type}` : `any ${type} of ${counted(byteLength, "byte")}`;
  return compare(expected, found, ["outputs", name]);
}

function holds({ type, byteLength }: Property, value: Json): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type !== "hex_string") return typeOf(value) === type;
  const digits = typeof value === "string" ? /^(?:0x)?((?:[0-9a-f]{2})*)$/i.exec(value)?.[1] : undefined;
  return digits !== undefined && (byteLength === undefined || digits.length === 2 * byteLength);
}
