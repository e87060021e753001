/** The file of an artifact, in each form of a snapshot. */

import { sha256 } from "../../json/canonical.ts";
import { canonicalPython, prettyPython } from "../../json/python-canonical.ts";
import type { Json, JsonObject } from "../../json/value.ts";
import { codeOf, namespaceOf } from "../fqdn.ts";
import type { AuthoredArtifact, BuiltArtifact } from "./authored.ts";
import type { TreeForm } from "./identity.ts";
import { contractProjection } from "./module-projection.ts";
import { print } from "./print.ts";
import { mentionsIn, moduleReferences } from "./references.ts";

/** The same artifact always has the same text; one of another snapshot keeps its own. */
export function artifactText(artifact: BuiltArtifact, all: readonly BuiltArtifact[], form: TreeForm): string {
  if (artifact.carried !== null) return artifact.carried;
  if (form === "own") return print({ ...envelope(artifact), references: ownReferences(artifact) });
  const projection = artifact.kind === "CC" ? { cc_projection: projectionOf(artifact, all) } : {};
  const references = moduleReferences(artifact.derived.frontmatter, artifact.fqdn);
  if (form === "modules") return prettyPython({ ...envelope(artifact), references, ...projection });
  return prettyPython({ ...assembledEnvelope(artifact), references, ...projection });
}

function envelope({ fqdn, kind, content, derived, identity }: BuiltArtifact): JsonObject {
  return {
    artifact_code: codeOf(fqdn),
    artifact_type: kind,
    content,
    content_hash: sha256(content),
    fqdn_id: fqdn,
    ...derived,
    layer_code: identity.layer,
    module_path: identity.modulePath,
    namespace: namespaceOf(fqdn),
    version: /_V(\d+)$/.exec(fqdn)?.[1] ?? "0",
  };
}

/** Its digest covers what is executed, and not the prose; it has no module path. */
export function assembledEnvelope(artifact: BuiltArtifact): JsonObject {
  const { module_path: _, ...shared } = envelope(artifact);
  return { ...shared, content_hash: sha256(canonicalPython(artifact.block)) };
}

function projectionOf(contract: BuiltArtifact, all: readonly BuiltArtifact[]): JsonObject {
  return contractProjection(contract, new Map<Json, AuthoredArtifact>(all.map((one) => [one.fqdn, one])));
}

function ownReferences({ fqdn, derived }: BuiltArtifact): readonly string[] {
  const mentioned = new Set([...mentionsIn(derived.frontmatter)].map(({ name }) => name));
  mentioned.delete(fqdn);
  return [...mentioned].sort();
}
