/** Every workflow and contract of a snapshot, compiled. What does not compile is kept with the reasons. */

import { LOCK_CODES, LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import type { Registry } from "../../capabilities/registry.ts";
import { Fault } from "../../errors/base.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import type { ContractTable, Reason, Report, WorkflowTable } from "../../snapshot/parse.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { compile } from "../compile.ts";
import { CompileFault, type CompileReason } from "../errors.ts";
import type { Contract, ContractNode, Plan } from "../plan.ts";
import { compileContractAlone } from "./compile-contract.ts";
import { type ContractFlow, contractFlow } from "./contract-flow.ts";
import { type ContractExits, exitsOf } from "./exits.ts";

export interface CompiledWorkflow {
  readonly artifact: Artifact;
  readonly table: WorkflowTable;
  /** Null when it does not compile. */
  readonly plan: Plan | null;
  /** Why it does not compile; empty when it does. */
  readonly reasons: readonly CompileReason[];
  /** The same, not yet worded. */
  readonly causes: readonly Reason[];
}

/** A contract where a workflow runs it. */
export interface Use {
  readonly workflow: CompiledWorkflow;
  readonly plan: Plan;
  readonly node: ContractNode;
}

export interface AnalysedContract {
  readonly artifact: Artifact;
  readonly table: ContractTable;
  /** Null when it does not compile. */
  readonly contract: Contract | null;
  /** Why it does not; those of a contract that some plan has are none. */
  readonly reasons: readonly CompileReason[];
  /** The same, not yet worded. */
  readonly causes: readonly Reason[];
  readonly flow: ContractFlow | null;
  readonly course: ContractExits | null;
  readonly uses: readonly Use[];
}

export interface CompiledSnapshot {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  readonly workflows: readonly CompiledWorkflow[];
  readonly contracts: readonly AnalysedContract[];
  /** The contract of that full name, where the snapshot has it. */
  contract(name: string): AnalysedContract | undefined;
}

/** @throws SnapshotFault, SealFault for an artifact that cannot be read */
export async function compileSnapshot(snapshot: Snapshot, build: Registry): Promise<CompiledSnapshot> {
  const registry = unprepared(build);
  const workflows: CompiledWorkflow[] = [];
  for (const artifact of artifactsOf(snapshot, "WF")) {
    workflows.push(await compiledWorkflow(artifact, snapshot, registry));
  }
  const uses = usesIn(workflows);
  const contracts: AnalysedContract[] = [];
  for (const artifact of artifactsOf(snapshot, "CC")) {
    contracts.push(await analysedContract(artifact, uses.get(artifact.fqdn) ?? [], snapshot, registry));
  }
  const byName = new Map(contracts.map((one) => [one.artifact.fqdn as string, one]));
  return { snapshot, registry, workflows, contracts, contract: (name) => byName.get(name) };
}

/** What has the wrong shape is a reason of compiling it. */
export const silent: Report = () => undefined;

/** The same build, whose transforms load no library: nothing is going to run. */
function unprepared(build: Registry): Registry {
  return {
    ...build,
    transform(...named) {
      const { prepare: _, ...rest } = build.transform(...named) ?? {};
      return "code" in rest ? (rest as ReturnType<Registry["transform"]>) : undefined;
    },
  };
}

function artifactsOf(snapshot: Snapshot, kind: "WF" | "CC"): readonly Artifact[] {
  return snapshot
    .names(kind)
    .map((name) => snapshot.artifact(name))
    .filter((artifact) => artifact !== undefined);
}

async function compiledWorkflow(
  artifact: Artifact,
  snapshot: Snapshot,
  registry: Registry,
): Promise<CompiledWorkflow> {
  const table = snapshot.tables.workflow(artifact, silent);
  try {
    return { artifact, table, plan: await compile(artifact, snapshot, registry), reasons: [], causes: [] };
  } catch (error) {
    if (error instanceof CompileFault)
      return { artifact, table, plan: null, reasons: error.reasons, causes: error.causes };
    if (!(error instanceof Fault)) throw error;
    const { code, message: what, hint } = error;
    // What is wrong with the lock is the same for every workflow.
    const file = LOCK_CODES.some((one) => one === code) ? LOCK_FILE : artifact.file;
    const reason = { code, what, file, pointer: "", ...(hint === null ? {} : { hint }) };
    return { artifact, table, plan: null, reasons: [reason], causes: [] };
  }
}

async function analysedContract(
  artifact: Artifact,
  uses: readonly Use[],
  snapshot: Snapshot,
  registry: Registry,
): Promise<AnalysedContract> {
  const table = snapshot.tables.contract(artifact, silent);
  const planned = uses[0]?.node.contract;
  const { contract, reasons, causes } =
    planned === undefined
      ? await compileContractAlone(artifact, table, snapshot, registry)
      : { contract: planned, reasons: [], causes: [] };
  return {
    artifact,
    table,
    contract,
    reasons,
    causes,
    flow: contract && contractFlow(contract, snapshot),
    course: contract && exitsOf(contract),
    uses,
  };
}

function usesIn(workflows: readonly CompiledWorkflow[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const workflow of workflows) {
    const { plan } = workflow;
    for (const node of plan?.nodes.values() ?? []) {
      if (plan === null || node.type !== "CC") continue;
      const { fqdn } = node.contract;
      const known = uses.get(fqdn);
      if (known === undefined) uses.set(fqdn, [{ workflow, plan, node }]);
      else known.push({ workflow, plan, node });
    }
  }
  return uses;
}
