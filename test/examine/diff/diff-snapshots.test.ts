/** What two snapshots declare differently, and what of it breaks those who rely on it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  diffArtifacts,
  diffSnapshots,
  type SnapshotDifference,
} from "../../../src/examine/diff/diff-snapshots.ts";
import { readExecuted } from "../../../src/examine/diff/executed.ts";
import { touchedWorkflows } from "../../../src/examine/diff/touched-workflows.ts";
import { pointer } from "../../../src/json/pointer.ts";
import type { Json, JsonObject } from "../../../src/json/value.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import { openQueryModel } from "../../../src/query/model.ts";
import { fqdnOfFile } from "../../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../../src/snapshot/load.ts";
import { APPEND, asSnapshot, EQUAL, smallWorkflow } from "../../plan/small-workflow.ts";
import { FOLDER, memoryFiles, OWN_SNAPSHOT } from "../../snapshot/memory-files.ts";
import { ownRegistry } from "../../support/own-registry.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const it = takingTurns(import.meta.url);

type Blocks = { [name: string]: Json | undefined };

async function executed(blocks: Blocks) {
  return readExecuted(await openSnapshot(FOLDER, memoryFiles(asSnapshot(blocks))), ownRegistry);
}

/** The small workflow with the event that it announces. */
const small = (): Blocks => ({
  ...smallWorkflow(),
  "test::EV_X_V0": { ev_code: "EV_X_V0", core: { schema: { a: {}, b: {} } } },
});

/** The small workflow against itself with something set, or taken out, at places `FQDN/member/…`. */
async function diff(
  changes: Readonly<Record<string, Json | undefined>>,
): Promise<readonly SnapshotDifference[]> {
  const changed: Blocks = small();
  for (const [place, value] of Object.entries(changes)) set(changed, place.split("/"), value);
  return diffSnapshots(await executed(small()), await executed(changed));
}

function set(
  target: { [key: string]: Json | undefined },
  path: readonly string[],
  value: Json | undefined,
): void {
  const [first = "", ...rest] = path;
  if (rest.length > 0) set(target[first] as { [key: string]: Json }, rest, value);
  else if (value === undefined) delete target[first];
  else target[first] = value;
}

const told = (differences: readonly SnapshotDifference[]) =>
  differences.map(({ change, kind, name, breaking, at }) =>
    [breaking ? "BREAKING" : "fine", change, kind, name, at].join(" "),
  );

it("a snapshot has no difference from itself", async () => {
  assert.deepEqual(await diff({}), []);
});

const WF = "test::WF_X_V0/core/nodes";
const CC = "test::CC_X_V0/core";
const IN = "test::IN_X_V0/core/inputs";

const cases: readonly (readonly [
  about: string,
  changes: Readonly<Record<string, Json | undefined>>,
  expected: readonly string[],
])[] = [
  [
    "an edge that is gone breaks",
    { [`${WF}/ASK/next/NACK`]: undefined },
    ["BREAKING removed edge ASK --NACK--> /frontmatter/core/nodes/ASK/next/NACK"],
  ],
  [
    "an edge that leads elsewhere breaks",
    { [`${WF}/DO/next/VIOLATION`]: "END" },
    ["BREAKING changed edge DO --VIOLATION--> /frontmatter/core/nodes/DO/next/VIOLATION"],
  ],
  [
    "an edge more does not",
    { [`${WF}/DO/next/DENIED`]: "OUT" },
    ["fine added edge DO --DENIED--> /frontmatter/core/nodes/DO/next/DENIED"],
  ],
  [
    "another reason of an end breaks",
    { [`${WF}/END/reason`]: "EXIT_REJECTED" },
    ["BREAKING changed node END /frontmatter/core/nodes/END/reason"],
  ],
  [
    "an outcome that is no longer allowed breaks, one more does not",
    { [`${CC}/result_status_contract/allowed`]: ["SUCCESS", "VIOLATION", "DENIED"] },
    [
      "BREAKING removed outcome BACKEND_ERROR /frontmatter/core/result_status_contract/allowed/2",
      "fine added outcome DENIED /frontmatter/core/result_status_contract/allowed/2",
    ],
  ],
  [
    "a new field breaks when it is required, else not",
    { [`${IN}/b`]: { type: "string", required: true }, [`${IN}/c`]: { type: "string" } },
    ["BREAKING added field b /frontmatter/core/inputs/b", "fine added field c /frontmatter/core/inputs/c"],
  ],
  [
    "a field that need no longer be there does not break",
    { [`${IN}/a/required`]: false },
    ["fine changed field a /frontmatter/core/inputs/a/required"],
  ],
  [
    "another type breaks",
    { [`${IN}/a/type`]: "integer" },
    ["BREAKING changed field a /frontmatter/core/inputs/a/type"],
  ],
  [
    "a rule more breaks",
    { [`${IN}/a/enum`]: ["x"] },
    ["BREAKING added field a /frontmatter/core/inputs/a/enum"],
  ],
  [
    "words about a field are a difference that breaks nothing",
    { [`${IN}/a/description`]: "what it is" },
    ["fine added field a /frontmatter/core/inputs/a/description"],
  ],
  [
    "a member that is required where it is listed breaks",
    { [`${IN}/a`]: { type: "object", required: true, properties: { z: { type: "string" } } } },
    [
      "BREAKING changed field a /frontmatter/core/inputs/a/type",
      "BREAKING added field a /frontmatter/core/inputs/a/properties",
    ],
  ],
  [
    "a store at another path breaks",
    { "test::STRUCTURE_X_V0/core/entity_stores/LOG/path": "{{module_data_root}}/other.jsonl" },
    ["BREAKING changed store LOG /frontmatter/core/entity_stores/LOG/path"],
  ],
  [
    "a store more does not",
    { "test::STRUCTURE_X_V0/core/entity_stores/MORE": { path: "{{module_data_root}}/more.jsonl" } },
    ["fine added store MORE /frontmatter/core/entity_stores/MORE"],
  ],
  [
    "another capability of a step breaks",
    { [`${CC}/pipeline/0/transform`]: "capability_transforms::CT_PURE_PASSTHROUGH_V0" },
    [
      "BREAKING changed compilation  ",
      "BREAKING changed capability compare /frontmatter/core/pipeline/0/transform",
    ],
  ],
  [
    "a new rule of admission breaks",
    { "test::WF_X_V0/core/admission": { forbids: ["EV_X_V0"], bindings: { EV_X_V0: { a: "a" } } } },
    [
      "BREAKING added admission forbids /frontmatter/core/admission/forbids",
      "BREAKING added admission bindings /frontmatter/core/admission/bindings",
    ],
  ],
  [
    "a bound policy that changes does not break unless it says where",
    { [`test::RB_X_V0/core/bindings/${APPEND}`]: { policy: { keep: 3 } } },
    [`fine added binding ${APPEND} /frontmatter/core/bindings/${APPEND}/policy/keep`],
  ],
  [
    "a policy that says another path breaks",
    { [`test::RB_X_V0/core/bindings/${APPEND}`]: { policy: { path: "b.jsonl" } } },
    [`BREAKING added binding ${APPEND} /frontmatter/core/bindings/${APPEND}/policy/path`],
  ],
  [
    "a literal that a gate decides by breaks",
    { [`${CC}/pipeline/0/inputs/right`]: "y" },
    ["BREAKING changed input compare /frontmatter/core/pipeline/0/inputs/right"],
  ],
  [
    "another condition breaks, and which outcome it gives",
    {
      [`${CC}/evaluation/judge`]: { condition: "$.same != true", on_true: "VIOLATION", on_false: "VIOLATION" },
    },
    [
      "BREAKING changed evaluation judge condition /frontmatter/core/evaluation/judge/condition",
      "BREAKING changed evaluation judge on_true /frontmatter/core/evaluation/judge/on_true",
    ],
  ],
  [
    "a route that is another, or new, breaks",
    { [`${CC}/pipeline/0/on_result`]: { SUCCESS: "continue", VIOLATION: "exit", DENIED: "exit" } },
    [
      "BREAKING changed route compare /frontmatter/core/pipeline/0/on_result/SUCCESS",
      "BREAKING added route compare /frontmatter/core/pipeline/0/on_result/DENIED",
    ],
  ],
  [
    "an outcome that is mapped to another breaks",
    { [`${CC}/pipeline/0/on_ct_result`]: { on_success: "VIOLATION" } },
    ["BREAKING added route compare /frontmatter/core/pipeline/0/on_ct_result"],
  ],
  [
    "a step of another name is named where it is",
    { [`${CC}/pipeline/1/step`]: "note" },
    ["BREAKING changed capability note /frontmatter/core/pipeline/1/step"],
  ],
  [
    "another store breaks",
    {
      "test::STRUCTURE_X_V0/core/entity_stores/MORE": { path: "{{module_data_root}}/more.jsonl" },
      [`${CC}/pipeline/1/store`]: "MORE",
    },
    [
      "BREAKING changed capability write /frontmatter/core/pipeline/1/store",
      "fine added store MORE /frontmatter/core/entity_stores/MORE",
    ],
  ],
  [
    "another contract of a node breaks",
    { [`${WF}/DO/code`]: "test::CC_X_V0" },
    ["BREAKING changed node DO /frontmatter/core/nodes/DO/code"],
  ],
  [
    "a node's input from elsewhere breaks",
    { [`${WF}/DO/inputs/list/1`]: 2 },
    [
      "BREAKING removed input DO /frontmatter/core/nodes/DO/inputs/list/1",
      "BREAKING added input DO /frontmatter/core/nodes/DO/inputs/list/1",
    ],
  ],
  [
    "an outcome that a side effect no longer declares breaks",
    { [`${APPEND}/core/operations/APPEND/result_status_values`]: ["SUCCESS", "VIOLATION"] },
    [
      "fine removed member core.operations.APPEND.result_status_values.BACKEND_ERROR /frontmatter/core/operations/APPEND/result_status_values/2",
      "BREAKING removed outcome APPEND BACKEND_ERROR /cs_ir/cs_metadata/operations/operations/APPEND/result_status_values/2",
    ],
  ],
  [
    "an event's field that is no longer there breaks",
    { "test::EV_X_V0/core/schema/a": undefined },
    ["BREAKING removed field a /frontmatter/core/schema/a"],
  ],
  [
    "a default that is another breaks: a gate may decide by it",
    { [`${CC}/inputs/a/default`]: "x" },
    ["BREAKING added field a /frontmatter/core/inputs/a/default"],
  ],
];
for (const [about, changes, expected] of cases) {
  test(about, async () => assert.deepEqual(told(await diff(changes)), expected));
}

test("an artifact that is gone is one difference, and a workflow that no longer compiles another, with its reasons", async () => {
  const found = await diff({ "test::CC_X_V0": undefined });
  assert.deepEqual(told(found), ["BREAKING changed compilation  ", "BREAKING removed artifact  "]);
  assert.deepEqual(
    [found[0]?.a, found[0]?.b],
    ["compiles", { reasons: ["UNKNOWN_REFERENCE test::CC_X_V0 is not in the snapshot"] }],
  );
  assert.equal(found[1]?.file, "artifacts/capability_contracts/test__CC_X_V0.json");
});

test("a workflow more is one difference that breaks nothing, and one that compiles at last neither", async () => {
  const more: Blocks = {
    ...smallWorkflow(),
    "test::WF_Y_V0": { ...smallWorkflow()["test::WF_X_V0"], wf_code: "WF_Y_V0" },
  };
  const added = diffSnapshots(await executed(smallWorkflow()), await executed(more));
  assert.deepEqual(
    added.map(({ artifact, breaking }) => [artifact, breaking]),
    [["test::WF_Y_V0", false]],
  );
  const broken: Blocks = { ...smallWorkflow(), [EQUAL]: undefined };
  const mended = diffSnapshots(await executed(broken), await executed(smallWorkflow()));
  assert.deepEqual(told(mended), ["fine changed compilation  ", "fine added artifact  "]);
});

test("a step that is gone, and one that is new, break; those behind it are not told again", async () => {
  const changed: Blocks = smallWorkflow();
  const pipeline = smallWorkflow()["test::CC_X_V0"].core.pipeline as readonly Json[];
  set(changed, CC.split("/").concat("pipeline"), pipeline.slice(1));
  const [small, less] = [await executed(smallWorkflow()), await executed(changed)];
  const gone = "BREAKING removed capability compare /frontmatter/core/pipeline/0";
  assert.ok(told(diffSnapshots(small, less)).includes(gone));
  const added = told(diffSnapshots(less, small)).filter((one) => !one.includes("compilation"));
  assert.deepEqual(added, ["BREAKING added capability compare /frontmatter/core/pipeline/0"]);
});

test("the order of a contract's steps is told, that of its outcomes breaks nothing", async () => {
  const changed: Blocks = smallWorkflow();
  const allowed = ["VIOLATION", "SUCCESS", "BACKEND_ERROR"];
  set(changed, [...CC.split("/"), "result_status_contract", "allowed"], allowed);
  set(changed, [...CC.split("/"), "pipeline"], [...smallWorkflow()["test::CC_X_V0"].core.pipeline].reverse());
  const found = told(diffSnapshots(await executed(smallWorkflow()), await executed(changed)));
  assert.ok(
    found.includes("fine changed outcome allowed /frontmatter/core/result_status_contract/allowed"),
    String(found),
  );
  assert.ok(found.includes("BREAKING changed capability pipeline /frontmatter/core/pipeline"), String(found));
});

// ---- every leaf of every executed field ----

/** The places at which a value holds no others. */
function* leaves(
  value: Json,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  const isHolder = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isHolder) yield path;
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* leaves(item, [...path, i]);
  else for (const [key, member] of Object.entries(value)) yield* leaves(member as Json, [...path, key]);
}

function replaced(value: Json, [first, ...rest]: readonly (string | number)[]): Json {
  if (first === undefined) return another(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? replaced(item, rest) : item));
  const object = value as JsonObject;
  return { ...object, [first]: replaced(object[first] as Json, rest) };
}

function another(leaf: Json): Json {
  if (typeof leaf === "boolean") return !leaf;
  return typeof leaf === "number" ? leaf + 1 : `${JSON.stringify(leaf)}~`;
}

for (const [whose, folder, skip] of [
  ["the project's own snapshot", OWN_SNAPSHOT, false],
  [
    "the published snapshot",
    sharedPath("published/protocol_snapshot"),
    skipWithout("published/protocol_snapshot"),
  ],
] as const) {
  it(`every leaf of ${whose} that changes is named with artifact, file and pointer`, { skip }, async (t) => {
    const { artifacts } = await readExecuted(await openSnapshot(folder, nodeFiles), ownRegistry);
    const files = nodeFiles.list(folder).map(({ path }) => path);
    assert.equal(artifacts.size, files.filter((path) => fqdnOfFile(path) !== undefined).length);
    for (const one of portion(t, [...artifacts.values()], 15)) {
      const { fqdn, file, fields } = one;
      assert.deepEqual(diffArtifacts(one, structuredClone(one)), []);
      for (const path of leaves(fields)) {
        const changed = diffArtifacts(one, { ...one, fields: replaced(fields, path) as JsonObject });
        const places = new Set(changed.map(({ artifact, file, at }) => `${artifact} ${file} ${at}`));
        assert.deepEqual([...places], [`${fqdn} ${file} ${pointer(path)}`]);
        assert.ok(changed.every(({ a, b }) => a !== undefined || b !== undefined));
      }
    }
  });
}

test("of each workflow that is touched, it is said what became of it", async () => {
  const name = Object.keys(small()).find((one) => one.includes("::WF_")) ?? "";
  const { [name]: workflow, ...without } = small();
  const model = async (blocks: Blocks) =>
    openQueryModel(await openSnapshot(FOLDER, memoryFiles(asSnapshot(blocks))), ownRegistry);
  const superseded = { ...small(), [name]: { ...(workflow as JsonObject), superseded_by: "test::WF_NEW_V0" } };
  const difference = {
    kind: "artifact",
    artifact: name,
    name: "",
    file: "",
    at: "",
    change: "changed",
  } as const;
  const states = [];
  for (const [a, b] of [
    [small(), small()],
    [small(), without],
    [without, small()],
    [small(), superseded],
  ] as const) {
    const touched = touchedWorkflows([{ ...difference, breaking: true }], await model(a), await model(b));
    states.push(touched.find((one) => one.workflow === name)?.state);
  }
  assert.deepEqual(states, ["kept", "removed", "added", "superseded"]);
});
