/**
 * The invariants that no rule checks, by code: those that the runner holds by how it works, and those that nobody can
 * hold from artifacts alone, each with the reason.
 */

export type Unchecked = readonly [status: "elsewhere" | "not", why: string];

const AUTHORITY = "no artifact of the snapshot declares authority: there is nothing to compare";
const COMPILER = "concerns the compiler's run; the snapshot keeps no executed part of it";
const CHOSEN = "the snapshot does not state which of its structures is active";
const WORDS = "concerns the meaning of a field; rules see only names and types";

export const UNCHECKED: ReadonlyMap<string, Unchecked> = new Map<string, Unchecked>([
  ["INVARIANT_ACTOR_AUTHORITY_SEPARATION_V0", ["not", WORDS]],
  ["INVARIANT_ASSERT_PARITY_V0", ["not", COMPILER]],
  [
    "INVARIANT_ATOM_OUTPUT_PURITY_V0",
    ["elsewhere", "pgs conformance, and the types that every transform of this build has"],
  ],
  ["INVARIANT_AUTHORITY_REQUIRED_FOR_EXECUTION_V0", ["not", AUTHORITY]],
  ["INVARIANT_AUTHORITY_STATE_WELL_FORMED_V0", ["not", AUTHORITY]],
  ["INVARIANT_COMPILER_GOVERNANCE_DECLARED_V0", ["not", COMPILER]],
  [
    "INVARIANT_CONFORMANCE_ASSERTION_MODE_VALID_V0",
    ["elsewhere", "pgs conformance refuses any other assertion"],
  ],
  ["INVARIANT_CRYPTOGRAPHIC_TRUST_DECLARED_V0", ["not", CHOSEN]],
  [
    "INVARIANT_CS_ISOLATED_EXECUTION_V0",
    ["elsewhere", "transforms of this build receive no store and no other capability"],
  ],
  [
    "INVARIANT_CS_TRACEABLE_V0",
    ["elsewhere", "the engine traces every side effect before and after; pgs examine checks it"],
  ],
  [
    "INVARIANT_CT_SURFACE_CLOSED_BLOCKCHAIN_V0",
    ["not", "it lists the transforms of one domain twice, with differences: see list-differs"],
  ],
  ["INVARIANT_EXECUTION_PLACEMENT_DECLARED_V0", ["not", CHOSEN]],
  ["INVARIANT_EXECUTION_SCHEDULING_DECLARED_V0", ["not", CHOSEN]],
  [
    "INVARIANT_FQDN_ONLY_REFERENCES_V0",
    ["not", "workflows name nodes, events and intents by bare codes, as the format requires"],
  ],
  ["INVARIANT_HANDLER_REGISTRY_CLOSED_V0", ["not", COMPILER]],
  ["INVARIANT_IDENTITY_AUTHORITY_SEPARATION_V0", ["not", WORDS]],
  ["INVARIANT_NO_AMBIENT_AUTHORITY_V0", ["not", AUTHORITY]],
  ["INVARIANT_NO_RUNTIME_AUTHORIZATION_V0", ["elsewhere", "the engine evaluates no authority"]],
  [
    "INVARIANT_NO_RUNTIME_TOPOLOGY_SYNTHESIS_V0",
    ["elsewhere", "the engine executes a compiled plan; pgs examine checks a trace against its graph"],
  ],
  [
    "INVARIANT_NO_SHORT_NAME_REFERENCE_V0",
    ["not", "workflows name nodes, events and intents by bare codes, as the format requires"],
  ],
  [
    "INVARIANT_NO_SMART_EXECUTION_V0",
    ["elsewhere", "the engine converts nothing: a wrong type is a violation"],
  ],
  [
    "INVARIANT_NO_UNDECLARED_BEHAVIOR_SURFACE_V0",
    ["elsewhere", "a run refuses what the snapshot does not declare"],
  ],
  ["INVARIANT_NO_WORKFLOW_AUTHORIZATION_LOGIC_V0", ["not", WORDS]],
  ["INVARIANT_RB_NO_LOGIC_V0", ["elsewhere", "nothing evaluates a runtime binding: its values are data"]],
  [
    "INVARIANT_RUNTIME_INVARIANT_WIRED_V0",
    ["not", "no invariant of the family is declared to be enforced while something runs"],
  ],
  ["INVARIANT_SECURITY_DOMAIN_DECLARED_V0", ["not", CHOSEN]],
  ["INVARIANT_TRACE_AUTHORITY_BINDING_REQUIRED_V0", ["not", AUTHORITY]],
]);
