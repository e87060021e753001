/** What two snapshots declare differently, and what of it breaks those who rely on it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import type { Json } from "../../src/json.ts";
import { diffSurfaces, type SnapshotDifference } from "../../src/plan/diff-snapshots.ts";
import { surfaceOf } from "../../src/plan/surface.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { FOLDER, memoryFiles } from "../snapshot/memory-files.ts";
import { APPEND, asSnapshot, EQUAL, smallWorkflow } from "./small-workflow.ts";

type Blocks = { [name: string]: Json | undefined };

async function surface(blocks: Blocks) {
  return surfaceOf(await openSnapshot(FOLDER, memoryFiles(asSnapshot(blocks))), registry);
}

/** The small workflow against itself with something set, or taken out, at places `FQDN/member/…`. */
async function diff(
  changes: Readonly<Record<string, Json | undefined>>,
): Promise<readonly SnapshotDifference[]> {
  const changed: Blocks = smallWorkflow();
  for (const [place, value] of Object.entries(changes)) set(changed, place.split("/"), value);
  return diffSurfaces(await surface(smallWorkflow()), await surface(changed));
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

test("a snapshot has no difference from itself", async () => {
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
    ["BREAKING changed node END /frontmatter/core/nodes/END"],
  ],
  [
    "an outcome that is no longer allowed breaks, one more does not",
    { [`${CC}/result_status_contract/allowed`]: ["SUCCESS", "VIOLATION", "DENIED"] },
    [
      "BREAKING removed outcome BACKEND_ERROR /frontmatter/core/result_status_contract/allowed",
      "fine added outcome DENIED /frontmatter/core/result_status_contract/allowed",
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
    ["fine changed field a /frontmatter/core/inputs/a"],
  ],
  [
    "another type breaks",
    { [`${IN}/a/type`]: "integer" },
    ["BREAKING changed field a /frontmatter/core/inputs/a"],
  ],
  ["a rule more breaks", { [`${IN}/a/enum`]: ["x"] }, ["BREAKING changed field a /frontmatter/core/inputs/a"]],
  ["words about a field are no difference", { [`${IN}/a/description`]: "what it is" }, []],
  [
    "a member that is required where it is listed breaks",
    { [`${IN}/a`]: { type: "object", required: true, properties: { z: { type: "string" } } } },
    [
      "BREAKING changed field a /frontmatter/core/inputs/a",
      "fine added field a.z /frontmatter/core/inputs/a/properties/z",
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
    ["fine added store MORE /frontmatter/core/entity_stores/MORE/path"],
  ],
  [
    "another capability of a step is told",
    { [`${CC}/pipeline/0/transform`]: "capability_transforms::CT_PURE_PASSTHROUGH_V0" },
    ["BREAKING changed compilation  ", "fine changed capability compare /frontmatter/core/pipeline/0"],
  ],
  [
    "a new rule of admission breaks",
    { "test::WF_X_V0/core/admission": { forbids: ["EV_X_V0"], bindings: { EV_X_V0: { a: "a" } } } },
    ["BREAKING added admission forbids EV_X_V0 /frontmatter/core/admission/forbids"],
  ],
  [
    "a bound policy that changes does not break unless it says where",
    { [`test::RB_X_V0/core/bindings/${APPEND}`]: { policy: { keep: 3 } } },
    [`fine changed binding ${APPEND} /frontmatter/core/bindings/${APPEND}`],
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
  const added = diffSurfaces(await surface(smallWorkflow()), await surface(more));
  assert.deepEqual(
    added.map(({ artifact, breaking }) => [artifact, breaking]),
    [["test::WF_Y_V0", false]],
  );
  const broken: Blocks = { ...smallWorkflow(), [EQUAL]: undefined };
  const mended = diffSurfaces(await surface(broken), await surface(smallWorkflow()));
  assert.deepEqual(told(mended), ["fine changed compilation  "]);
});
