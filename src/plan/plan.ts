/**
 * The compiled workflow: every reference resolved, every path parsed, every capability bound.
 * The engine executes it without a "not found" branch.
 */

import type { Effect, Operation } from "../capabilities/effect.ts";
import type { PackagePin } from "../capabilities/registry.ts";
import type { Reach } from "../capabilities/target.ts";
import type { Transform } from "../capabilities/transform.ts";
import type { Digest } from "../json/canonical.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { ProofFile } from "../snapshot/form.ts";
import type { Fqdn } from "../snapshot/fqdn.ts";
import type { Path } from "../snapshot/hint.ts";
import type { ClosureFile } from "../snapshot/load.ts";
import type { Condition, Expression } from "./expression.ts";
import type { IntentSpec, ValueType } from "./intent.ts";
import type { Retry } from "./retry.ts";

export type NodeKey = string;

export interface Plan {
  readonly workflow: {
    readonly fqdn: Fqdn;
    readonly code: string;
    readonly contentHash: Digest;
    readonly summary: string;
  };
  readonly snapshot: { readonly root: Digest; readonly seal: "sealed" | "verified" };
  /** Digest over the files of this workflow's closure: the root of the same snapshot without a seal. */
  readonly closureRoot: Digest;
  /** Those files, sorted by path. */
  readonly closureFiles: readonly ClosureFile[];
  /** Their texts, by path. */
  readonly closureTexts: () => ReadonlyMap<string, string>;
  /** What proves those files; nothing where there is no seal. */
  readonly proof: () => readonly ProofFile[];
  readonly runtimeBinding: string;
  /** Full names of the workflows that are in force in its place; it is not to be run where there are any. */
  readonly supersededBy: readonly string[];
  /** Full name of the actor under which the workflow is declared to run. */
  readonly actorContext: string | null;
  /** The packages that its capabilities are of, by name; those of this build are in none. */
  readonly capabilities: readonly PackagePin[];
  readonly admission: Admission;
  readonly start: NodeKey;
  readonly nodes: ReadonlyMap<NodeKey, PlanNode>;
  /** Which values must not be traced; null if no contract requires it. */
  readonly secrets: Secrets | null;
  /** The other workflows of the same snapshot, for steps that call them. */
  readonly called: FindWorkflow;
  /** What compiles but looks wrong: an outcome without a route, a contract wider than its node. */
  readonly findings: readonly Finding[];
}

/** The plan, or null when the snapshot has no workflow of that name. @throws PlanFault `WORKFLOW_REFUSED` */
export type FindWorkflow = (name: string) => Promise<Plan | null>;

export type PlanNode = IntentNode | ContractNode | ExitNode;

/** Where an outcome leads; `default` takes any outcome not listed beside it. */
export interface Routes {
  readonly byOutcome: ReadonlyMap<string, NodeKey>;
  readonly otherwise: NodeKey | undefined;
}

export interface IntentNode {
  readonly type: "IN";
  readonly key: NodeKey;
  /** Absent on a node that accepts every payload. */
  readonly intent: {
    readonly fqdn: string;
    readonly spec: IntentSpec;
    /** Whether a member that is not declared is a violation. */
    readonly isClosed: boolean;
  } | null;
  readonly next: Routes;
}

export interface ContractNode {
  readonly type: "CC";
  readonly key: NodeKey;
  readonly contract: Contract;
  /** What each contract input is bound to. */
  readonly inputs: readonly Binding[];
  /** Inputs whose source is declared with another type: a finding about the artifacts, never a run's violation. */
  readonly contradicted: ReadonlySet<string>;
  readonly next: Routes;
}

export interface ExitNode {
  readonly type: "EXIT";
  readonly key: NodeKey;
  readonly reason: string | null;
  /** Event codes announced when a run ends here, in order. */
  readonly emit: readonly string[];
}

export interface Binding {
  readonly name: string;
  readonly source: Expression;
}

export interface OutputBinding extends Binding {
  /**
   * The output was declared with name and path swapped: without the named field, the field `name` is published under
   * this name.
   */
  readonly crossed?: string;
}

export interface InputSpec {
  readonly name: string;
  readonly types: readonly ValueType[];
  readonly required: boolean;
  readonly default?: Json;
}

export interface Contract {
  readonly fqdn: string;
  /** The artifact's file below the snapshot. */
  readonly file: string;
  readonly inputs: readonly InputSpec[];
  /** Declared types of the outputs; empty where none is declared. */
  readonly outputs: ReadonlyMap<string, readonly ValueType[]>;
  readonly allowed: ReadonlySet<string>;
  readonly onInputFailure: string;
  readonly steps: readonly Step[];
  /** `suppress_trace_fields`. */
  readonly suppressed: ReadonlySet<string>;
}

export type Step = TransformStep | EffectStep;

interface StepBase {
  readonly name: string;
  readonly index: number;
  readonly inputs: readonly Binding[];
  readonly outputs: readonly OutputBinding[];
  readonly onResult: ReadonlyMap<string, Action>;
}

export interface TransformStep extends StepBase {
  readonly kind: "transform";
  readonly code: Fqdn;
  /** The transforms that it is composed of: itself alone, where the artifact declares no composition. */
  readonly atoms: readonly string[];
  /** Input names the CT artifact requires. */
  readonly required: readonly string[];
  readonly transform: Transform;
  readonly onSuccess: string;
  readonly onFailure: string;
}

export interface EffectStep extends StepBase {
  readonly kind: "effect";
  readonly code: Fqdn;
  readonly op: string;
  readonly effect: Effect;
  readonly operation: Operation;
  /** The outcomes the CS artifact declares for this operation. */
  readonly declared: ReadonlySet<string>;
  /** The declared store's name, null when the step names none. */
  readonly store: string | null;
  /** Path below the data root; null when neither STRUCTURE nor policy gives one. */
  readonly path: string | null;
  readonly reach: Reach;
  /** The policy of the runtime binding for this side effect, without what it says of attempts. */
  readonly policy: JsonObject;
  /** How it is tried again; null where it is not. */
  readonly retry: Retry | null;
  /** Whether a success counts only where it can then be seen that it took place. */
  readonly verify: boolean;
}

/** What follows a step's outcome. */
export type Action =
  | { readonly do: "continue" }
  | { readonly do: "exit" }
  | { readonly do: "step"; readonly name: string; readonly index: number }
  | { readonly do: "evaluate"; readonly name: string; readonly evaluation: Evaluation };

export interface Evaluation {
  readonly condition: Condition;
  readonly onTrue: string;
  readonly onFalse: string;
}

export interface Admission {
  readonly requires: readonly AdmissionRule[];
  readonly forbids: readonly AdmissionRule[];
}

export interface AdmissionRule {
  readonly event: string;
  /** Event field -> payload field. */
  readonly bindings: readonly { readonly eventField: string; readonly payloadField: string }[];
}

/** A finding of `plan`, `verify` or `examine`: code, facts, place. */
export interface Finding {
  readonly code: string;
  readonly what: string;
  readonly file: string;
  readonly pointer: string;
  readonly facts: JsonObject;
  /** The change in that artifact, and its path below `frontmatter`. */
  readonly hint?: { readonly path: Path; readonly text: string };
}

/** `payload`, `admission`, or one of a node's four kinds of data, the step's name included where it is a step's. */
export type Space = string;

/** Which values must not be traced; `secrets.ts` finds them. */
export interface Secrets {
  /** Secret paths by space. */
  readonly paths: ReadonlyMap<Space, readonly (readonly string[])[]>;
  /** By node: names that are secret at any depth of that node's data. */
  readonly names: ReadonlyMap<NodeKey, ReadonlySet<string>>;
  /** Spaces of the steps whose transform generates a secret. */
  readonly drawn: ReadonlySet<Space>;
}
