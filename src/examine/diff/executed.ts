/**
 * What a snapshot holds that a run may execute: the executed fields of every artifact, governance included, and
 * whether each workflow compiles.
 */

import type { Registry } from "../../capabilities/registry.ts";
import { Fault } from "../../errors/base.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import { compile } from "../../plan/compile.ts";
import { CompileFault } from "../../plan/errors.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { EXECUTED } from "../../snapshot/envelope.ts";
import { type Fqdn, fqdnOfFile, kindOf } from "../../snapshot/fqdn.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** The executed fields of one artifact. */
export interface Executed {
  readonly fqdn: string;
  /** Path below the snapshot. */
  readonly file: string;
  /** `frontmatter`, `ct_ir` and `cs_ir`, as far as the artifact has them. */
  readonly fields: JsonObject;
}

export interface ExecutedSnapshot {
  readonly artifacts: ReadonlyMap<string, Executed>;
  /** By workflow: `compiles`, the reasons why it does not, or which workflows are in force in its place. */
  readonly compilations: ReadonlyMap<string, { readonly file: string; readonly value: Json }>;
}

/** @throws SnapshotFault, SealFault when an artifact is refused */
export async function readExecuted(snapshot: Snapshot, registry: Registry): Promise<ExecutedSnapshot> {
  const artifacts = new Map<string, Executed>();
  for (const file of [...snapshot.paths("governance/artifacts"), ...snapshot.paths("artifacts")]) {
    const fqdn = fqdnOfFile(file);
    // The same name in both places: a run reads the second.
    if (fqdn !== undefined) artifacts.set(fqdn, read(fqdn, file, snapshot));
  }
  const compilations = new Map<string, { readonly file: string; readonly value: Json }>();
  for (const fqdn of snapshot.names("WF")) {
    const workflow = snapshot.artifact(fqdn);
    if (workflow === undefined) continue;
    compilations.set(fqdn, { file: workflow.file, value: await compilationOf(workflow, snapshot, registry) });
  }
  return { artifacts, compilations };
}

function read(fqdn: Fqdn, file: string, snapshot: Snapshot): Executed {
  // Opening it as an artifact is what checks it.
  if (kindOf(fqdn) !== undefined) snapshot.artifact(fqdn);
  const envelope = snapshot.document(file)?.value ?? {};
  const fields = EXECUTED.map((name) => [name, own(envelope, name) ?? null] as const);
  return { fqdn, file, fields: Object.fromEntries(fields.filter(([, value]) => value !== null)) };
}

async function compilationOf(workflow: Artifact, snapshot: Snapshot, registry: Registry): Promise<Json> {
  try {
    const { supersededBy } = await compile(workflow, snapshot, registry);
    return supersededBy.length === 0 ? "compiles" : { superseded_by: supersededBy };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const reasons = error instanceof CompileFault ? error.reasons : [{ code: error.code, what: error.message }];
    return { reasons: reasons.map(({ code, what }) => `${code} ${what}`) };
  }
}
