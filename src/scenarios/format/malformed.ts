/** Refusals of what a scenario file says, with the place at which it says it. */

import { didYouMean } from "../../snapshot/nearest-name.ts";
import { ScenarioFault } from "../errors.ts";
import type { Source } from "./source.ts";

/** @throws ScenarioFault `SCENARIO_MALFORMED`, always */
export function malformed(source: Source, at: string, expected: string, hint: string | null = null): never {
  const line = source.lineOf(at);
  throw new ScenarioFault("SCENARIO_MALFORMED", { file: source.file, line, pointer: at, expected, hint });
}

/** The same for a name that is none of the known ones. */
export function unknownName(
  source: Source,
  at: string,
  given: string,
  known: readonly string[],
  what: string,
): never {
  const list = known.length === 0 ? "there is none" : `known: ${known.join(", ")}`;
  return malformed(source, at, `${what}, not ${given}; ${list}`, didYouMean(given, known) ?? null);
}
