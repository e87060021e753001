/** The artifacts that one workflow needs, looked up by reference. */

import type { CompileReason } from "../faults.ts";
import { isFqdn, type Kind, kindOf, namespaceOf } from "../snapshot/fqdn.ts";
import type { Artifact, Snapshot } from "../snapshot/load.ts";
import { didYouMean } from "../snapshot/nearest.ts";
import { type Path, type Report, reportFor } from "../snapshot/parse.ts";

/** The artifacts of one workflow, looked up by reference, with the reasons collected on the way. */
export class Closure {
  readonly reasons: CompileReason[] = [];
  readonly artifacts = new Map<string, Artifact>();
  readonly namespace: string;
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot, workflow: Artifact) {
    this.#snapshot = snapshot;
    this.namespace = namespaceOf(workflow.fqdn);
    this.artifacts.set(workflow.fqdn, workflow);
  }

  reportFor(artifact: Artifact): Report {
    return reportFor(artifact, this.reasons);
  }

  /** The artifact a reference names, or undefined with the reason reported. */
  resolve(name: string, kind: Kind, report: Report, path: Path): Artifact | undefined {
    if (!isFqdn(name) || kindOf(name) !== kind) {
      report("BAD_REFERENCE", path, `${JSON.stringify(name)} is not the full name of a ${kind}`);
      return undefined;
    }
    const artifact = this.#snapshot.artifact(name);
    if (artifact === undefined) {
      const hint = didYouMean(name, this.#snapshot.names(kind));
      report("UNKNOWN_REFERENCE", path, `${name} is not in the snapshot`, hint);
    } else this.artifacts.set(name, artifact);
    return artifact;
  }

  /** Without a report: for looking ahead. */
  peek(name: string | null): Artifact | undefined {
    return name !== null && isFqdn(name) ? this.#snapshot.artifact(name) : undefined;
  }
}
