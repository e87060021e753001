/** Looks up an artifact by a typed name, or refuses with the nearest name as a suggestion. */

import type { Artifact } from "./artifact.ts";
import { NameFault } from "./errors.ts";
import { type Fqdn, isFqdn, type Kind, kindOf } from "./fqdn.ts";
import { shortenedName } from "./nearest-name.ts";
import type { Snapshot } from "./snapshot.ts";

/** @throws NameFault */
export function requireArtifact(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) !== undefined ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = meantName(
    name,
    LISTED.flatMap((kind): readonly Fqdn[] => snapshot.names(kind)),
  );
  if (!isFqdn(name)) throw new NameFault("NOT_AN_FQDN", { given: name, wanted: "artifact", suggestion });
  throw new NameFault("UNKNOWN_ARTIFACT", { fqdn: name, snapshot: snapshot.folder, suggestion });
}

const LISTED: readonly Kind[] = ["WF", "IN", "CC", "CT", "CS", "RB", "STRUCTURE", "EV"];

/** @throws NameFault */
export function requireWorkflow(snapshot: Snapshot, name: string): Artifact {
  const artifact = isFqdn(name) && kindOf(name) === "WF" ? snapshot.artifact(name) : undefined;
  if (artifact !== undefined) return artifact;
  const suggestion = meantName(name, snapshot.names("WF"));
  if (!isFqdn(name)) throw new NameFault("NOT_AN_FQDN", { given: name, wanted: "workflow", suggestion });
  const kind = kindOf(name);
  const isOther = kind !== undefined && kind !== "WF" && snapshot.names(kind).includes(name);
  throw new NameFault("UNKNOWN_WORKFLOW", { workflow: name, snapshot: snapshot.folder, suggestion, isOther });
}

/** The name that was meant: also by one written as a path, with one colon, or with another domain. */
export function meantName(given: string, names: readonly string[]): string | null {
  const tidy = given
    .replace(/^.*\//, "")
    .replace(/\.json$/, "")
    .replace(/:+|__/, "::")
    .replace(/^::/, "");
  const code = tidy.slice(tidy.indexOf("::") + 2);
  return shortenedName(tidy, names) ?? only(names.filter((name) => name.endsWith(`::${code}`)));
}

function only(names: readonly string[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null;
}
