/**
 * What the rules look at: every file of a snapshot read once, its artifacts as tables, its workflows compiled.
 * Nothing here stops at the first thing that is wrong: what cannot be read or compiled is kept as what was found.
 */

import { LOCK_CODES, LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import type { Registry } from "../../capabilities/registry.ts";
import { Fault } from "../../errors/base.ts";
import type { JsonObject } from "../../json/value.ts";
import { compile } from "../../plan/compile.ts";
import { CompileFault, type CompileReason } from "../../plan/errors.ts";
import type { Contract, ContractNode, Plan } from "../../plan/plan.ts";
import type { Files } from "../../ports.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import type { ContractTable, Reason, Report, WorkflowTable } from "../../snapshot/parse.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { AuthoredState } from "../authored/authored-state.ts";
import { compileContractAlone } from "./compile-contract.ts";
import { type ContractFlow, contractFlow } from "./contract-flow.ts";
import { type Entry, type Read, readEntries, snapshotOver } from "./entries.ts";
import { type ContractExits, exitsOf } from "./exits.ts";
import { type Projection, readProjections } from "./projection.ts";

export interface CheckedWorkflow {
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
  readonly workflow: CheckedWorkflow;
  readonly plan: Plan;
  readonly node: ContractNode;
}

export interface CheckedContract {
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

export interface SnapshotModel {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  /** What is wrong with single files: their bytes, their seal, their own text. */
  readonly faults: readonly Fault[];
  /** Every artifact, those of governance too, by full name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The JSON files that are no artifact, by path, and the text of each. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly texts: ReadonlyMap<string, string>;
  /** Where the snapshot is not what its authored Markdown makes; null where no Markdown is known. */
  readonly authored: AuthoredState | null;
  /** The tokenized projection, by scope, where there is one beside the snapshot. */
  readonly projections: readonly Projection[];
  readonly workflows: readonly CheckedWorkflow[];
  readonly contracts: readonly CheckedContract[];
  /** The contract of that full name, where the snapshot has it. */
  contract(name: string): CheckedContract | undefined;
  /** The artifacts whose code begins with the word (`EV`, `SURFACE`), by name. */
  ofWord(word: string): readonly Entry[];
}

export async function readSnapshotModel(
  folder: string,
  files: Files,
  build: Registry,
  authored: AuthoredState | null = null,
): Promise<SnapshotModel> {
  return snapshotModelOf(readEntries(folder, files), readProjections(folder, files), folder, build, authored);
}

/** The subject that these files make. */
export async function snapshotModelOf(
  read: Read,
  projections: readonly Projection[],
  folder: string,
  build: Registry,
  authored: AuthoredState | null = null,
): Promise<SnapshotModel> {
  const registry = unprepared(build);
  const snapshot = snapshotOver(folder, read);
  const workflows: CheckedWorkflow[] = [];
  for (const artifact of artifactsOf(snapshot, "WF")) {
    workflows.push(await checkedWorkflow(artifact, snapshot, registry));
  }
  const uses = usesIn(workflows);
  const contracts: CheckedContract[] = [];
  for (const artifact of artifactsOf(snapshot, "CC")) {
    contracts.push(await checkedContract(artifact, uses.get(artifact.fqdn) ?? [], snapshot, registry));
  }
  const sorted = [...read.entries.values()].sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
  const ofWord = (word: string) => sorted.filter((entry) => entry.word === word);
  const byName = new Map(contracts.map((one) => [one.artifact.fqdn as string, one]));
  const contract = (name: string) => byName.get(name);
  return { ...read, authored, snapshot, registry, projections, workflows, contracts, contract, ofWord };
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

async function checkedWorkflow(
  artifact: Artifact,
  snapshot: Snapshot,
  registry: Registry,
): Promise<CheckedWorkflow> {
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

async function checkedContract(
  artifact: Artifact,
  uses: readonly Use[],
  snapshot: Snapshot,
  registry: Registry,
): Promise<CheckedContract> {
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

function usesIn(workflows: readonly CheckedWorkflow[]): ReadonlyMap<string, readonly Use[]> {
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
