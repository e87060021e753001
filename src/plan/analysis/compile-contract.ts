/** A contract compiled by itself, for one that no workflow that compiles runs: as if all it binds were bound. */

import type { Registry } from "../../capabilities/registry.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import type { ContractTable, Reason } from "../../snapshot/parse.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { Closure } from "../closure.ts";
import { compileContract } from "../compile-contract.ts";
import type { CompileReason } from "../errors.ts";
import type { Contract } from "../plan.ts";
import { refusal } from "../refusal.ts";
import type { BoundStorage, Storage } from "../storage.ts";

export interface CompiledContract {
  /** What of it can be compiled; null when there is a reason why it cannot. */
  readonly contract: Contract | null;
  readonly reasons: readonly CompileReason[];
  /** The same, not yet worded. */
  readonly causes: readonly Reason[];
}

export async function compileContractAlone(
  artifact: Artifact,
  table: ContractTable,
  snapshot: Snapshot,
  registry: Registry,
): Promise<CompiledContract> {
  const closure = new Closure(snapshot, artifact);
  const report = closure.reportFor(artifact);
  const storage = { ...everythingBound(table), report };
  const contract = compileContract(artifact, { storage, closure, registry, report });
  if (closure.reasons.length === 0) return { contract, reasons: [], causes: [] };
  const { reasons, causes } = await refusal(artifact.fqdn, closure.reasons, snapshot);
  return { contract: null, reasons, causes };
}

const BOUND: BoundStorage = {
  policy: {},
  path: null,
  pathAt: ["policy", "path"],
  declaredRetry: null,
  declaredVerify: null,
  retry: null,
  verify: false,
};

/** What is bound, and where it is stored, only a workflow says. */
function everythingBound({ steps }: ContractTable): Omit<Storage, "report"> {
  const effects = steps.flatMap(({ sideEffect }) => (sideEffect === null ? [] : [sideEffect]));
  const nothing = () => undefined;
  return {
    structure: null,
    effects: new Map(effects.map((code) => [code, BOUND])),
    stores: new Map(),
    bind: nothing,
    contain: nothing,
  };
}
