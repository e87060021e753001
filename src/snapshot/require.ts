/** Looking an artifact up by the name somebody typed: found, or a refusal that suggests the nearest name. */

import { distance } from "fastest-levenshtein";
import { UsageFault } from "../faults.ts";
import { type Fqdn, isFqdn, type Kind, kindOf } from "./fqdn.ts";
import type { Artifact, Snapshot } from "./load.ts";

/** @throws UsageFault */
export function requireArtifact(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) !== undefined ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = nearestName(
    name,
    LISTED.flatMap((kind): readonly Fqdn[] => snapshot.names(kind)),
  );
  if (!isFqdn(name)) throw new UsageFault("NOT_AN_FQDN", { given: name, suggestion });
  throw new UsageFault("UNKNOWN_ARTIFACT", { fqdn: name, snapshot: snapshot.folder, suggestion });
}

const LISTED: readonly Kind[] = ["WF", "IN", "CC", "CT", "CS", "RB", "STRUCTURE", "EV"];

/** @throws UsageFault */
export function requireWorkflow(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) === "WF" ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = nearestName(name, snapshot.names("WF"));
  if (!isFqdn(name)) throw new UsageFault("NOT_AN_FQDN", { given: name, suggestion });
  throw new UsageFault("UNKNOWN_WORKFLOW", { workflow: name, snapshot: snapshot.folder, suggestion });
}

/** The nearest candidate, or null when none is near; a bare code finds its full name, and so do some of its words. */
export function nearestName(given: string, candidates: readonly string[]): string | null {
  const bare = candidates.find((name) => name.endsWith(`::${given}`));
  if (bare !== undefined) return bare;
  const fuller = candidates.filter((name) => hasWords(name, given));
  if (fuller.length === 1) return fuller[0] as string;
  let best: string | null = null;
  let bestDistance = Math.max(3, Math.ceil(given.length / 3));
  for (const name of candidates) {
    const far = distance(given, given.includes("::") ? name : name.slice(name.indexOf("::") + 2));
    if (far < bestDistance) [best, bestDistance] = [name, far];
  }
  return best;
}

/** Whether the name has every word of the given one: `WF_REGISTER_V0` is a short way of saying `WF_REGISTER_ACTOR_V0`. */
function hasWords(name: string, given: string): boolean {
  const words = new Set(name.split(/::|_/));
  return given.split(/::|_/).every((word) => words.has(word));
}
