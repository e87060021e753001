/** The artifacts that one workflow needs, looked up by reference. */

import { lockedProvider } from "../capabilities/packages/locked-provider.ts";
import { Fault } from "../errors/base.ts";
import { pointer } from "../json/pointer.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { type Fqdn, fileOf, isFqdn, type Kind, kindOf, namespaceOf } from "../snapshot/fqdn.ts";
import { type Path, quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { type Hint, type Reason, type Report, reportFor, type SnapshotTables } from "../snapshot/parse.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/** The artifacts of one workflow, looked up by reference, with the reasons collected on the way. */
export class Closure {
  readonly reasons: Reason[] = [];
  readonly artifacts = new Map<string, Artifact>();
  readonly namespace: string;
  readonly tables: SnapshotTables;
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot, workflow: Artifact) {
    this.#snapshot = snapshot;
    this.tables = snapshot.tables;
    this.namespace = namespaceOf(workflow.fqdn);
    this.artifacts.set(workflow.fqdn, workflow);
  }

  reportFor(artifact: Artifact): Report {
    return reportFor(artifact, this.reasons);
  }

  /** The artifact a reference names, or undefined with the reason reported. */
  resolve(name: string, kind: Kind, report: Report, path: Path): Artifact | undefined {
    if (!isFqdn(name) || kindOf(name) !== kind) {
      if (name === "" && this.#isReported(path)) return undefined;
      const what = `${JSON.stringify(name)} is not the full name of a ${kind}`;
      const hint = this.#existing(name, kind) ?? { do: "change", to: `the full name of a ${kind}` };
      report("BAD_REFERENCE", path, what, hint);
      return undefined;
    }
    const artifact = this.#snapshot.artifact(name);
    if (artifact === undefined) {
      const hint = this.#existing(name, kind) ?? this.#adding(name, kind);
      report("UNKNOWN_REFERENCE", path, `${name} is not in the snapshot`, hint);
    } else this.artifacts.set(name, artifact);
    return artifact;
  }

  /** Files of an assembled snapshot are in the folder of a domain, which the name does not say. */
  #adding(name: Fqdn, kind: Kind): string {
    const isAssembled = [...this.artifacts.values()].some(({ file }) => file.startsWith("canonical/"));
    return isAssembled
      ? `have the snapshot assembled again with ${name}`
      : `add ${fileOf(name, kind)} to the snapshot`;
  }

  /** A missing reference was reported at its first lookup. */
  #isReported(path: Path): boolean {
    return this.reasons.some((reason) => pointer(reason.path) === pointer(path));
  }

  /** The nearest reference of this kind, if there is one. */
  #existing(name: string, kind: Kind): Hint | undefined {
    const nearest = nearestName(name, this.#snapshot.names(kind));
    return nearest === null ? undefined : { do: "change", to: quote(nearest) };
  }

  /** The contracts of the workflow's domain that can be read; used for hints only. */
  contracts(): readonly Artifact[] {
    const domain = this.#snapshot.names("CC").filter((name) => namespaceOf(name) === this.namespace);
    return domain.flatMap((name) => {
      try {
        return this.#snapshot.artifact(name) ?? [];
      } catch (error) {
        if (error instanceof Fault) return [];
        throw error;
      }
    });
  }

  /** The package that provided the capability when the snapshot was locked. */
  lockedProvider(code: string): ReturnType<typeof lockedProvider> {
    return lockedProvider(code, this.#snapshot);
  }

  /** Whether there is such an artifact; reports nothing and does not add it to the closure. */
  peek(name: string | null): Artifact | undefined {
    return name !== null && isFqdn(name) ? this.#snapshot.artifact(name) : undefined;
  }
}
