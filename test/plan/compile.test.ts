import assert from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "../../src/capabilities/effect.ts";
import type { InputSchema } from "../../src/capabilities/input-schema.ts";
import { type Registry, registry } from "../../src/capabilities/registry.ts";
import { policyFlaws } from "../../src/capabilities/remote/policy-flaws.ts";
import {
  anything,
  array,
  boolean,
  effect,
  integer,
  number,
  object,
  optional,
  string,
} from "../../src/capability.ts";
import { lineOf } from "../../src/json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../src/json/value.ts";
import { compile } from "../../src/plan/compile.ts";
import { CompileFault, type CompileReason } from "../../src/plan/errors.ts";
import type { ContractNode, Finding, Plan } from "../../src/plan/plan.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { type Fqdn, fileOf, type Kind, kindOf } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { type Contents, FOLDER, memoryFiles, OWN_SNAPSHOT } from "../snapshot/memory-files.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { APPEND, asSnapshot, type Block, EQUAL, smallWorkflow } from "./small-workflow.ts";

const it = takingTurns(import.meta.url);

const WORKFLOW = "test::WF_X_V0" as Fqdn;
const fileOfName = (name: string) => fileOf(name as Fqdn, kindOf(name as Fqdn) as Kind);

async function planOf(contents: Contents, capabilities: Registry = registry): Promise<Plan> {
  const snapshot = await openSnapshot(FOLDER, memoryFiles(contents));
  const workflow = snapshot.artifact(WORKFLOW);
  assert.ok(workflow);
  return compile(workflow, snapshot, capabilities);
}

async function reasonsOf(
  contents: Contents,
  capabilities: Registry = registry,
): Promise<readonly CompileReason[]> {
  try {
    await planOf(contents, capabilities);
  } catch (error) {
    if (error instanceof CompileFault) return error.reasons;
    throw error;
  }
  return [];
}

test("the bound transforms are prepared, and only when the workflow compiles", async () => {
  const prepared: string[] = [];
  const watching: Registry = {
    ...registry,
    transform(code) {
      const found = registry.transform(code);
      return found && { ...found, prepare: async () => void prepared.push(code) };
    },
  };
  await assert.rejects(planOf(changed([WORKFLOW, ["core", "start_node"], "NOWHERE"]), watching), CompileFault);
  assert.deepEqual(prepared, []);
  await planOf(changed(), watching);
  assert.deepEqual(prepared, [EQUAL]);
});

/** Puts `value` at the path of an artifact's block; undefined removes what is there. */
type Change = readonly [name: string, path: readonly (string | number)[], value: Json | undefined];

function changed(...changes: readonly Change[]): Contents {
  const blocks: { [name: string]: Json | undefined } = smallWorkflow();
  for (const [name, path, value] of changes) {
    if (path.length === 0) {
      blocks[name] = value;
      continue;
    }
    let parent = blocks[name] as Block;
    for (const key of path.slice(0, -1)) parent = parent[key] as Block;
    const key = path.at(-1) as string;
    if (value === undefined) delete parent[key];
    else parent[key] = value;
  }
  return asSnapshot(blocks);
}

test("the small workflow compiles without a finding", async () => {
  const plan = await planOf(changed());
  assert.equal(plan.workflow.code, "WF_X_V0");
  assert.deepEqual([...plan.nodes.keys()], ["ASK", "DO", "END", "OUT"]);
  assert.equal(plan.start, "ASK");
  assert.equal(plan.secrets, null);
  assert.deepEqual(plan.findings, []);
});

// ---- one reason at a time ----

const CC = "test::CC_X_V0";
const RB = "test::RB_X_V0";
const nodes = (...path: readonly (string | number)[]) => ["core", "nodes", ...path];
const step = (index: number, ...path: readonly (string | number)[]) => ["core", "pipeline", index, ...path];
const evaluation = (...path: readonly string[]) => ["core", "evaluation", "judge", ...path];

/** Where the reason shows, when it is not where the change was made. */
type At = readonly [name: string, pointer: string];

/** Codes in order: the reason, and what it leaves undeclared for others. */
const refused: readonly (readonly [about: string, codes: string, change: Change, at?: At])[] = [
  [
    "a workflow without a runtime binding",
    "BAD_REFERENCE, NOT_BOUND",
    [WORKFLOW, ["runtime_binding"], "test::IN_X_V0"],
  ],
  [
    "a binding that is not in the snapshot",
    "UNKNOWN_REFERENCE, NOT_BOUND",
    [RB, [], undefined],
    [WORKFLOW, "/runtime_binding"],
  ],
  [
    "a structure that is not in the snapshot",
    "UNKNOWN_REFERENCE, UNKNOWN_STORE",
    ["test::STRUCTURE_X_V0", [], undefined],
    [RB, "/core/storage_structure"],
  ],
  ["an intent that takes other members perhaps", "MALFORMED", ["test::IN_X_V0", ["core", "additional"], "no"]],
  [
    "an intent that is not in the snapshot",
    "UNKNOWN_REFERENCE",
    ["test::IN_X_V0", [], undefined],
    [WORKFLOW, "/core/nodes/ASK/code"],
  ],
  [
    "a contract that is not in the snapshot",
    "UNKNOWN_REFERENCE",
    [CC, [], undefined],
    [WORKFLOW, "/core/nodes/DO/code"],
  ],
  [
    "a transform that is not in the snapshot",
    "UNKNOWN_REFERENCE",
    [EQUAL, [], undefined],
    [CC, "/core/pipeline/0/transform"],
  ],
  [
    "a side effect that is not in the snapshot",
    "UNKNOWN_REFERENCE",
    [APPEND, [], undefined],
    [CC, "/core/pipeline/1/side_effect"],
  ],
  ["a node whose code is of another kind", "BAD_REFERENCE", [WORKFLOW, nodes("DO", "code"), "IN_X_V0"]],
  ["a node whose code is no name", "BAD_REFERENCE", [WORKFLOW, nodes("DO", "code"), "../CC_X_V0"]],
  ["a start node that is not declared", "NO_START, TWO_STARTS", [WORKFLOW, ["core", "start_node"], "NOWHERE"]],
  ["a second intent", "TWO_STARTS", [WORKFLOW, nodes("ASK2"), { type: "IN", next: { ACK: "END" } }]],
  ["a node of an unknown type", "NODE_TYPE", [WORKFLOW, nodes("OUT", "type"), "END"]],
  ["an edge that leads nowhere", "UNKNOWN_NODE", [WORKFLOW, nodes("DO", "next", "SUCCESS"), "NOWHERE"]],
  ["a default edge that leads nowhere", "UNKNOWN_NODE", [WORKFLOW, nodes("DO", "next", "default"), "NOWHERE"]],
  [
    "a node input from a node that is not there",
    "UNKNOWN_NODE",
    [WORKFLOW, nodes("DO", "inputs", "a"), "$.results.NOWHERE.x"],
  ],
  [
    "a node input from the outcome of a node that is not there",
    "UNKNOWN_NODE",
    [WORKFLOW, nodes("DO", "inputs", "a"), "$.results.NOWHERE.result_status"],
  ],
  ["a node input from an unknown root", "UNKNOWN_ROOT", [WORKFLOW, nodes("DO", "inputs", "a"), "$.inputs.a"]],
  ["a node input with a filter", "EXPRESSION", [WORKFLOW, nodes("DO", "inputs", "a"), "$.payload[?(@.x)]"]],
  ["a step input with an unknown template", "EXPRESSION", [CC, step(0, "inputs", "left"), "{{uuid}}"]],
  [
    "a step input from an unknown root",
    "UNKNOWN_ROOT",
    [CC, step(0, "inputs", "left"), "$.capability_result.x"],
  ],
  [
    "a step input from a step that is not there",
    "UNKNOWN_STEP",
    [CC, step(0, "inputs", "left"), "$.results.nowhere.x"],
  ],
  [
    "a step output with a script",
    "EXPRESSION",
    [CC, step(0, "outputs", "same"), "$.capability_result[(@.length)]"],
  ],
  [
    "a step output from a step that is not there",
    "UNKNOWN_STEP",
    [CC, step(0, "outputs", "same"), "$.results.nowhere.x"],
  ],
  ["a condition that is none", "EXPRESSION", [CC, evaluation("condition"), "$.same = true"]],
  ["an evaluation without a condition", "MALFORMED, EXPRESSION", [CC, evaluation("condition"), 1]],
  ["an action that is nothing", "UNKNOWN_ACTION", [CC, step(0, "on_result", "SUCCESS"), "nowhere"]],
  ["an action that names an earlier step", "BACKWARD_ACTION", [CC, step(1, "on_result", "SUCCESS"), "compare"]],
  ["an action that names its own step", "BACKWARD_ACTION", [CC, step(0, "on_result", "SUCCESS"), "compare"]],
  ["two steps of one name", "STEP_TWICE", [CC, step(1, "step"), "compare"]],
  ["a contract without steps", "NO_STEPS", [CC, ["core", "pipeline"], []]],
  ["a contract whose pipeline is an object", "MALFORMED, NO_STEPS", [CC, ["core", "pipeline"], {}]],
  [
    "a step with a transform and a side effect",
    "STEP_KIND",
    [CC, step(0, "side_effect"), APPEND],
    [CC, "/core/pipeline/0"],
  ],
  ["a step with neither", "STEP_KIND", [CC, step(0, "transform"), undefined], [CC, "/core/pipeline/0"]],
  ["a contract input of an unknown type", "VALUE_TYPE", [CC, ["core", "inputs", "a", "type"], "text"]],
  [
    "an intent field of an unknown type",
    "VALUE_TYPE",
    ["test::IN_X_V0", ["core", "inputs", "a", "type"], "text"],
  ],
  ["an intent rule that is none", "INTENT_RULE", ["test::IN_X_V0", ["core", "inputs", "a", "minimum"], "1"]],
  [
    "a side effect that the binding does not bind",
    "NOT_BOUND",
    [RB, ["core", "bindings", APPEND], undefined],
    [CC, "/core/pipeline/1/side_effect"],
  ],
  ["an operation that the side effect does not declare", "UNKNOWN_OPERATION", [CC, step(1, "op"), "ERASE"]],
  ["no operation at all", "UNKNOWN_OPERATION", [CC, step(1, "op"), undefined]],
  [
    "an operation called like something every object has",
    "UNKNOWN_OPERATION",
    [CC, step(1, "op"), "constructor"],
  ],
  ["a store that the structure does not declare", "UNKNOWN_STORE", [CC, step(1, "store"), "ATTIC"]],
  ["a store called like something every object has", "UNKNOWN_STORE", [CC, step(1, "store"), "toString"]],
  ["inputs that are a list", "MALFORMED", [CC, step(0, "inputs"), []]],
  ["a next that is a text", "MALFORMED", [WORKFLOW, nodes("DO", "next"), "END"]],
  ["an outcome that leads to a number", "MALFORMED", [WORKFLOW, nodes("DO", "next", "SUCCESS"), 1]],
  ["a node that is a text", "MALFORMED", [WORKFLOW, nodes("MORE"), "EXIT"]],
];

for (const [about, codes, change, at] of refused) {
  test(`${about} is refused as ${codes}, with file, field and line`, async () => {
    const contents = changed(change);
    const reasons = await reasonsOf(contents);
    assert.equal(reasons.map(({ code }) => code).join(", "), codes, JSON.stringify(reasons));
    const [reason] = reasons as readonly [CompileReason];
    const [name, pointer] = at ?? [change[0], `/${change[1].join("/")}`];
    assert.equal(reason.file, fileOfName(name));
    assert.equal(reason.pointer, `/frontmatter${pointer}`);
    assert.ok(reason.what.length > 0);
    assert.equal(reason.line, lineOf(String(contents.get(reason.file)), reason.pointer));
    assert.ok((reason.content_line ?? 0) > 1, "no line of the Markdown");
    assert.match(reason.hint ?? "no hint", /^(?:in artifacts\/|add artifacts\/|run it with )/);
  });
}

test("a start node that is no intent is refused", async () => {
  assert.deepEqual(
    (await reasonsOf(changed([WORKFLOW, nodes("ASK"), { type: "EXIT" }]))).map(({ code }) => code),
    ["START_NOT_IN"],
  );
});

for (const [kind, other] of [
  [EQUAL, "capability_transforms::CT_PURE_NOBODY_V0"],
  [APPEND, "capability_side_effects::CS_NOBODY_V0"],
] as const) {
  test(`${other}, which nobody has written, is refused as NO_IMPLEMENTATION`, async () => {
    const index = kind === EQUAL ? 0 : 1;
    const blocks = smallWorkflow();
    const contents = changed(
      [other, [], blocks[kind]],
      [CC, step(index, index === 0 ? "transform" : "side_effect"), other],
      [RB, ["core", "bindings", other], {}],
    );
    const reasons = await reasonsOf(contents);
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ["NO_IMPLEMENTATION"],
    );
    assert.ok(reasons[0]?.hint);
  });
}

for (const path of [
  "../x",
  "/etc/x",
  "a/../../x",
  "{{module_data_root}}/../x",
  "{{module_data_root}}//x",
  "a\\x",
  "C:x",
  "a/./x",
  "",
  "{{other}}/x",
  "x\0",
]) {
  test(`a store at ${JSON.stringify(path)} is refused where it is declared`, async () => {
    const reasons = await reasonsOf(
      changed(["test::STRUCTURE_X_V0", ["core", "entity_stores", "LOG", "path"], path]),
    );
    assert.deepEqual(
      reasons.map(({ code, file, pointer }) => [code, file, pointer]),
      [["STORE_PATH_ESCAPES", fileOfName("test::STRUCTURE_X_V0"), "/frontmatter/core/entity_stores/LOG/path"]],
    );
  });

  test(`a policy path ${JSON.stringify(path)} is refused where it is used`, async () => {
    const reasons = await reasonsOf(
      changed([CC, step(1, "store"), undefined], [RB, ["core", "bindings", APPEND], { policy: { path } }]),
    );
    assert.deepEqual(
      reasons.map(({ code, pointer }) => [code, pointer]),
      [["STORE_PATH_ESCAPES", "/frontmatter/core/pipeline/1/side_effect"]],
    );
  });
}

/** Misspelled names: what the hint says, put where it points, makes the workflow compile. */
const misspelled: readonly (readonly [about: string, change: Change])[] = [
  ["a start node", [WORKFLOW, ["core", "start_node"], "AKS"]],
  ["an edge's target", [WORKFLOW, nodes("DO", "next", "SUCCESS"), "ENDD"]],
  ["the node of a path", [WORKFLOW, nodes("DO", "inputs", "a"), "$.results.ASKK.a"]],
  ["an intent", [WORKFLOW, nodes("ASK", "code"), "test::IN_X_V1"]],
  ["a contract", [WORKFLOW, nodes("DO", "code"), "test::CC_X_V1"]],
  ["a runtime binding", [WORKFLOW, ["runtime_binding"], "test::RB_X_V1"]],
  ["a structure", [RB, ["core", "storage_structure"], "test::STRUCTURE_X_V1"]],
  ["a transform", [CC, step(0, "transform"), "capability_transforms::CT_PURE_COMPARE_EQAL_V0"]],
  ["the step of a path", [CC, step(1, "inputs", "record"), "$.results.comapre"]],
  ["an action", [CC, step(0, "on_result", "SUCCESS"), "jugde"]],
  ["an operation", [CC, step(1, "op"), "APEND"]],
  ["a store", [CC, step(1, "store"), "LOGG"]],
];

for (const [about, change] of misspelled) {
  test(`${about} that is misspelled is met with the one that was meant`, async () => {
    const [name, path] = change;
    const [first] = await reasonsOf(changed(change));
    const [file, at] = [fileOfName(name), `/frontmatter/${path.join("/")}`];
    const hint = new RegExp(`^in ${file}, line \\d+ of its Markdown, change ${at} to (.*)$`);
    const meant = hint.exec(first?.hint ?? "")?.[1];
    assert.ok(meant, JSON.stringify(first));
    assert.deepEqual(await reasonsOf(changed([name, path, JSON.parse(meant) as Json])), []);
  });
}

const declared = { about: "Of this test.", semantics: "idempotent", probe: null, input: {} } as const;
const operations = {
  APPEND: {
    ...declared,
    outcomes: ["BACKEND_ERROR"],
    run: async () => ({ outcome: "BACKEND_ERROR" }) as const,
  },
} as const;
const hostWith = <C extends InputSchema>(config: C) =>
  effect({ code: APPEND, about: "Of this test.", reaches: "host", config, operations });

/** An effect that nothing binds, and whether its step names no store. */
const unbound: readonly (readonly [about: string, declared: Effect | undefined, withoutStore?: true])[] = [
  ["of a store", registry.effect(APPEND)],
  ["without a store", registry.effect(APPEND), true],
  ["that nobody implements", undefined],
  ["over http", effect({ code: APPEND, about: "Of this test.", reaches: "http", operations })],
  ["of the host", hostWith({})],
  ["of the host, of every type", hostWith({ any: anything, text: string, whole: integer, real: number })],
  [
    "of the host, with more types",
    hostWith({ yes: boolean, table: object, list: array, none: optional(string) }),
  ],
];

for (const [about, declared, withoutStore] of unbound) {
  test(`the binding that is suggested for an effect ${about} is one with which it can be performed`, async () => {
    const capabilities: Registry = { ...registry, effect: () => declared };
    const store: readonly Change[] = withoutStore ? [[CC, step(1, "store"), undefined]] : [];
    const contents = changed([RB, ["core", "bindings", APPEND], undefined], ...store);
    const found = (await reasonsOf(contents, capabilities)).find(({ code }) => code === "NOT_BOUND");
    const written = /, add \/frontmatter\/core\/bindings\/\S+: (.*)$/.exec(found?.hint ?? "")?.[1];
    const { policy = {} } = JSON.parse(written ?? "null") as { readonly policy?: JsonObject };
    const operation = declared?.operations["APPEND"];
    if (operation !== undefined) assert.deepEqual(policyFlaws(operation, policy), []);
    assert.equal("path" in policy, withoutStore === true);
    const isBound = changed([RB, ["core", "bindings", APPEND], { policy }], ...store);
    assert.deepEqual(
      (await reasonsOf(isBound, capabilities)).map(({ code }) => code),
      declared === undefined ? ["NO_IMPLEMENTATION"] : [],
    );
  });
}

/** Names near none: what is offered comes before the place, so that it can have a value there. */
const unknown: readonly (readonly [about: string, change: Change, offered: string])[] = [
  [
    "a first step",
    [CC, step(0, "inputs", "left"), "$.results.x.y"],
    "a path that begins with $.inputs or $.payload",
  ],
  [
    "its output",
    [CC, step(0, "outputs", "same"), "$.results.x.y"],
    "a path that begins with $.inputs or $.payload",
  ],
  ["a later step", [CC, step(1, "inputs", "record"), "$.results.x.y"], "a path to the results of compare"],
  [
    "a step near its own name",
    [CC, step(1, "inputs", "record"), "$.results.writ.y"],
    "a path to the results of compare",
  ],
  ["a node", [WORKFLOW, nodes("DO", "inputs", "a"), "$.results.x.y"], "a path to the results of ASK"],
  [
    "a node near its own name",
    [WORKFLOW, nodes("DO", "inputs", "a"), "$.results.DOO.y"],
    "a path to the results of ASK",
  ],
  ["an edge back to itself", [WORKFLOW, nodes("DO", "next", "SUCCESS"), "DOO"], 'one of "END", "OUT"'],
];

for (const [about, change, offered] of unknown) {
  test(`what an unknown name in ${about} is changed to is there by then`, async () => {
    const [first] = await reasonsOf(changed(change));
    assert.ok(first?.hint?.endsWith(` to ${offered}`), first?.hint);
  });
}

test("all reasons are reported at once, whichever artifacts they are in", async () => {
  const changes: readonly Change[] = [
    [WORKFLOW, ["core", "start_node"], "NOWHERE"],
    [WORKFLOW, nodes("DO", "next", "SUCCESS"), "NOWHERE"],
    [WORKFLOW, nodes("DO", "inputs", "a"), "$.payload[?(@.x)]"],
    ["test::IN_X_V0", ["core", "inputs", "a", "type"], "text"],
    [CC, step(0, "transform"), "capability_transforms::CT_PURE_ABSENT_V0"],
    [CC, step(0, "on_result", "SUCCESS"), "nowhere"],
    [CC, step(1, "store"), "ATTIC"],
    [CC, step(1, "op"), "ERASE"],
    [CC, evaluation("condition"), "never"],
  ];
  const codes = (await reasonsOf(changed(...changes))).map(({ code }) => code).sort();
  const alone = await Promise.all(
    changes.map(async (change) => (await reasonsOf(changed(change))).map(({ code }) => code)),
  );
  assert.deepEqual(codes, [...alone.flat()].sort());
  assert.ok(codes.length >= changes.length);
});

test("a fault tells the first reason and how many more there are", async () => {
  const contents = changed(
    [WORKFLOW, ["core", "start_node"], "NOWHERE"],
    [CC, step(1, "store"), "ATTIC"],
    [CC, step(1, "op"), "NO"],
  );
  await assert.rejects(planOf(contents), (error) => {
    assert.ok(error instanceof CompileFault);
    assert.equal(error.code, "WORKFLOW_DOES_NOT_COMPILE");
    assert.match(error.message, new RegExp(`${error.reasons.length - 1} more`));
    return true;
  });
});

// ---- what compiles ----

async function contractOf(...changes: readonly Change[]): Promise<ContractNode> {
  const node = (await planOf(changed(...changes))).nodes.get("DO");
  assert.ok(node?.type === "CC");
  return node;
}

test("a node without inputs takes each declared input from the payload field of that name", async () => {
  const { inputs } = await contractOf([WORKFLOW, nodes("DO", "inputs"), undefined]);
  assert.deepEqual(
    inputs.map(({ name, source }) => [name, (source as { text: string }).text]),
    [
      ["a", "$.payload.a"],
      ["list", "$.payload.list"],
    ],
  );
  assert.deepEqual((await contractOf([WORKFLOW, nodes("DO", "inputs"), {}])).inputs, []);
});

test("a step's store lies below the data root, and so does the policy's path", async () => {
  const pathOf = async (...changes: readonly Change[]) => {
    const [, write] = (await contractOf(...changes)).contract.steps;
    assert.ok(write?.kind === "effect");
    return [write.store, write.path];
  };
  const noStore: Change = [CC, step(1, "store"), undefined];
  const bound = (binding: Block): Change => [RB, ["core", "bindings", APPEND], binding];
  assert.deepEqual(await pathOf(), ["LOG", "log.jsonl"]);
  assert.deepEqual(await pathOf(noStore), [null, null]);
  assert.deepEqual(await pathOf(noStore, bound({ policy: { path: "a/b.jsonl" } })), [null, "a/b.jsonl"]);
  assert.deepEqual(await pathOf(noStore, bound({ config: { path: "c.jsonl" } })), [null, "c.jsonl"]);
  assert.deepEqual(await pathOf(noStore, bound({ policy: { path: "a.jsonl" }, config: { path: "c.jsonl" } })), [
    null,
    "a.jsonl",
  ]);
});

test("actions, evaluations, renamed outcomes and defaults are what the contract declares", async () => {
  const { contract } = await contractOf(
    [CC, step(0, "on_result"), { SUCCESS: "write", VIOLATION: "judge", OTHER: "continue" }],
    [CC, step(0, "on_ct_result"), { on_success: "SUCCESS", on_failure: "OTHER" }],
    [CC, ["core", "inputs", "list", "default"], []],
  );
  const [compare] = contract.steps;
  assert.ok(compare?.kind === "transform");
  assert.deepEqual(compare.onResult.get("SUCCESS"), { do: "step", name: "write", index: 1 });
  assert.equal(compare.onResult.get("VIOLATION")?.do, "evaluate");
  assert.deepEqual([compare.onSuccess, compare.onFailure], ["SUCCESS", "OTHER"]);
  assert.deepEqual(compare.required, ["left", "right"]);
  assert.deepEqual(contract.inputs[1], { name: "list", types: ["array"], required: false, default: [] });
});

test("an output declared the other way round remembers both names", async () => {
  const { contract } = await contractOf([
    CC,
    step(0, "outputs"),
    { is_equal: "$.count", b: "$.count.more", c: "$.result_status" },
  ]);
  const [compare] = contract.steps;
  assert.deepEqual(
    compare?.outputs.map(({ name, crossed, source }) => [name, crossed, (source as { root: string }).root]),
    [
      ["is_equal", "count", "capability_result"],
      ["b", undefined, "capability_result"],
      ["c", undefined, "capability_status"],
    ],
  );
});

// ---- findings ----

const found: readonly (readonly [
  about: string,
  findings: readonly (readonly [code: string, pointer: string])[],
  ...changes: readonly Change[],
])[] = [
  [
    "an outcome without a route",
    [["OUTCOME_WITHOUT_ROUTE", "/frontmatter/core/nodes/DO/next"]],
    [WORKFLOW, nodes("DO", "next", "VIOLATION"), undefined],
  ],
  [
    "no outcome without a route, where a default takes it",
    [],
    [WORKFLOW, nodes("DO", "next"), { SUCCESS: "END", default: "OUT" }],
  ],
  [
    "a refusal without a route",
    [["OUTCOME_WITHOUT_ROUTE", "/frontmatter/core/nodes/ASK/next"]],
    [WORKFLOW, nodes("ASK", "next", "NACK"), undefined],
  ],
  [
    "a route that is never taken",
    [["ROUTE_NEVER_TAKEN", "/frontmatter/core/nodes/DO/next/MAYBE"]],
    [WORKFLOW, nodes("DO", "next", "MAYBE"), "OUT"],
  ],
  [
    "a required input that is not bound",
    [["REQUIRED_INPUT_UNBOUND", "/frontmatter/core/nodes/DO/inputs"]],
    [WORKFLOW, nodes("DO", "inputs", "a"), undefined],
  ],
  [
    "no unbound input, where it has a default",
    [],
    [WORKFLOW, nodes("DO", "inputs", "a"), undefined],
    [CC, ["core", "inputs", "a", "default"], "x"],
  ],
  [
    "an input failure that is not allowed",
    [["INPUT_FAILURE_NOT_ALLOWED", "/frontmatter/core/result_status_contract"]],
    [CC, ["core", "result_status_contract", "on_input_failure"], "BAD"],
  ],
  [
    "a step's outcome that nobody handles",
    [["STEP_OUTCOME_UNHANDLED", "/frontmatter/core/pipeline/1/on_result"]],
    [CC, step(1, "on_result", "BACKEND_ERROR"), undefined],
  ],
  [
    "a node that no route leads to",
    [["NODE_UNREACHABLE", "/frontmatter/core/nodes/ISLAND"]],
    [WORKFLOW, nodes("ISLAND"), { type: "EXIT" }],
  ],
  ...["$.payload.nope", "$.payload.nope[*]", "$.payload.nope[*].id"].map(
    (path) =>
      [
        `a path that starts at a field that is not declared: ${path}`,
        [["PATH_UNRESOLVED", "/frontmatter/core/nodes/DO/inputs/list"]],
        [WORKFLOW, nodes("DO", "inputs", "list"), path],
      ] as const,
  ),
  [
    "a path to an output that the other node does not publish",
    [["PATH_UNRESOLVED", "/frontmatter/core/nodes/DO/inputs/list/0"]],
    [WORKFLOW, nodes("DO", "inputs", "list"), ["$.results.DO.other"]],
  ],
];

for (const [about, expected, ...changes] of found) {
  test(`the plan finds ${about}`, async () => {
    const { findings } = await planOf(changed(...changes));
    assert.deepEqual(
      findings.map(({ code, pointer }) => [code, pointer]),
      expected,
    );
    assert.ok(findings.every(({ what, file }: Finding) => what.length > 0 && file.startsWith("artifacts/")));
    assert.ok(findings.every(({ hint }) => /^(?:add|change|rename|remove) /.test(hint?.text ?? "no hint")));
  });
}

// ---- whole snapshots ----

test("every own workflow compiles without a finding", async () => {
  const snapshot = await openSnapshot(OWN_SNAPSHOT, nodeFiles);
  const names = snapshot.names("WF");
  assert.ok(names.length >= 3);
  for (const name of names) {
    const plan = await compile(snapshot.artifact(name) ?? assert.fail(name), snapshot, ownRegistry);
    assert.deepEqual(plan.findings, [], name);
  }
});

const PUBLISHED = "published/protocol_snapshot";

it("every published workflow compiles", { skip: skipWithout(PUBLISHED) }, async () => {
  const snapshot = await openSnapshot(sharedPath(PUBLISHED), nodeFiles);
  const names = snapshot.names("WF");
  assert.equal(names.length, 29);
  for (const name of names) {
    const plan = await compile(snapshot.artifact(name) ?? assert.fail(name), snapshot, registry);
    const declared = own(snapshot.artifact(name)?.frontmatter ?? {}, "core");
    const keys = isObject(declared) ? Object.keys(own(declared, "nodes") as object) : [];
    assert.deepEqual([...plan.nodes.keys()], keys, name);
  }
});
