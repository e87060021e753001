/** Looks up an artifact by a typed name, or refuses with the nearest name as a suggestion. */

import { NameFault } from "./errors.ts";
import { type Fqdn, isFqdn, type Kind, kindOf } from "./fqdn.ts";
import type { Artifact, Snapshot } from "./load.ts";
import { shortenedName } from "./nearest-name.ts";

/** @throws UsageFault */
export function requireArtifact(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) !== undefined ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = shortenedName(
    name,
    LISTED.flatMap((kind): readonly Fqdn[] => snapshot.names(kind)),
  );
  if (!isFqdn(name)) throw new NameFault("NOT_AN_FQDN", { given: name, suggestion });
  throw new NameFault("UNKNOWN_ARTIFACT", { fqdn: name, snapshot: snapshot.folder, suggestion });
}

const LISTED: readonly Kind[] = ["WF", "IN", "CC", "CT", "CS", "RB", "STRUCTURE", "EV"];

/** @throws UsageFault */
export function requireWorkflow(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) === "WF" ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = shortenedName(name, snapshot.names("WF"));
  if (!isFqdn(name)) throw new NameFault("NOT_AN_FQDN", { given: name, suggestion });
  throw new NameFault("UNKNOWN_WORKFLOW", { workflow: name, snapshot: snapshot.folder, suggestion });
}
