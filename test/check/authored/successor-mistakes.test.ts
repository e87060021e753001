/** Mistakes of authors in the successor's blocks, each at its place, with hints that lead to a compile. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { shapeErrors } from "../../../src/snapshot/build/shape.ts";
import { LENDING } from "../../support/lending-domain.ts";
import { takingTurns } from "../../support/portion.ts";
import { compile, errorsOf, type Mistake, mistaken, placeOf, repaired } from "./mistake.ts";

const it = takingTurns(import.meta.url);

const HERE = "lending/registry";
const DOMAIN = `${HERE}/STRUCTURE_BUILD_LENDING_CONFIG_V0.md`;
const WF = `${HERE}/desk/WF_LEND_ITEM_V1.md`;
const FORMER = `${HERE}/desk/WF_LEND_ITEM_V0.md`;
const IN = `${HERE}/desk/IN_LEND_ITEM_V1.md`;
const EV = `${HERE}/desk/EV_ITEM_LENT_V0.md`;
const CC = `${HERE}/desk/CC_RECORD_LOAN_V0.md`;

const GOOD = new Map(LENDING);
const EMITTED = "- lending::EV_SHELF_EMPTY_V0";
const SUCCESSOR = "superseded_by: [lending::WF_LEND_ITEM_V1]";

type Row = readonly [
  about: string,
  file: string,
  from: string,
  to: string,
  code: string,
  at: string,
  after?: string,
];

const ROWS: readonly Row[] = [
  ["a misspelt member", WF, "consults:", "consult:", "UNKNOWN_KEY", "consult:"],
  ["a misspelt member of the core", WF, "actor_context:", "actr_context:", "UNKNOWN_KEY", "actr_context:"],
  [
    "another kind",
    WF,
    "artifact_kind: WORKFLOW",
    "artifact_kind: WORKFLO",
    "WRONG_VALUE",
    "artifact_kind",
    "artifact_kind: ",
  ],
  ["no kind", EV, "artifact_kind: EVENT\n", "", "MISSING_KEY", "fqdn:"],
  ["no name", EV, "fqdn: lending::EV_ITEM_LENT_V0\n", "", "MISSING_KEY", "artifact_kind:"],
  ["a name of another namespace", EV, "fqdn: lending", "fqdn: lendin", "CODE_DIFFERS", "fqdn:", "fqdn: "],
  ["a heading that is not the code", EV, "# EV_ITEM_LENT_V0", "# EV_ITEM", "HEADING", "^"],
  ["a key that occurs twice", EV, "core:", "version: v0\ncore:", "DUPLICATE_KEY", "version: v0\ncore"],
  [
    "an event that does not exist",
    WF,
    EMITTED,
    "- lending::EV_SHELF_EMTY_V0",
    "UNKNOWN_NAME",
    "lending::EV_SHELF_EMTY",
  ],
  ["an event without its namespace", WF, EMITTED, "- EV_SHELF_EMPTY_V0", "WRONG_VALUE", "EV_SHELF"],
  ["an actor in the place of an event", WF, EMITTED, "- lending::AC_CLERK_V0", "WRONG_VALUE", "lending::AC"],
  ["a number in the place of an event", WF, EMITTED, "- 3", "WRONG_VALUE", "3"],
  ["a mapping in the place of an event", WF, EMITTED, "- { event: done }", "WRONG_VALUE", "{ event"],
  [
    "a truth value in the place of events",
    FORMER,
    "emit:\n      - lending::EV_ITEM_LENT_V0\n      - lending::EV_SHELF_EMPTY_V0",
    "emit: true",
    "WRONG_VALUE",
    "emit:",
    "emit: ",
  ],
  [
    "a successor that does not exist",
    FORMER,
    SUCCESSOR,
    "superseded_by: [lending::WF_LEND_ITEM_V2]",
    "UNKNOWN_NAME",
    "superseded_by",
    "superseded_by: [",
  ],
  [
    "a successor of another kind",
    FORMER,
    SUCCESSOR,
    "superseded_by: [lending::IN_LEND_ITEM_V1]",
    "WRONG_VALUE",
    "superseded_by",
    "superseded_by: [",
  ],
  [
    "a workflow that succeeds itself",
    FORMER,
    SUCCESSOR,
    "superseded_by: [lending::WF_LEND_ITEM_V0]",
    "WRONG_VALUE",
    "superseded_by",
    "superseded_by: [",
  ],
  [
    "a predecessor that does not exist",
    WF,
    "supersedes: lending::WF_LEND_ITEM_V0",
    "supersedes: lending::WF_LEND_ITM_V0",
    "UNKNOWN_NAME",
    "supersedes",
    "supersedes: ",
  ],
  [
    "one consulted binding that is no list",
    WF,
    "consults: [lending::RB_MEMBERSHIP_V0]",
    "consults: lending::RB_MEMBERSHIP_V0",
    "WRONG_TYPE",
    "consults",
    "consults: ",
  ],
  [
    "a consulted binding that does not exist",
    WF,
    "[lending::RB_MEMBERSHIP_V0]",
    "[lending::RB_MEMBERSHP_V0]",
    "UNKNOWN_NAME",
    "consults",
    "consults: [",
  ],
  [
    "a structure in the place of a consulted binding",
    WF,
    "[lending::RB_MEMBERSHIP_V0]",
    "[lending::STRUCTURE_MEMBERSHIP_STORAGE_V0]",
    "WRONG_VALUE",
    "consults",
    "consults: [",
  ],
  [
    "an actor in the place of the runtime binding",
    WF,
    "runtime_binding: lending::RB_DESK_V0",
    "runtime_binding: lending::AC_CLERK_V0",
    "WRONG_VALUE",
    "runtime_binding",
    "runtime_binding: ",
  ],
  [
    "an actor that does not exist",
    WF,
    "lending::AC_CLERK_V0",
    "lending::AC_CLERC_V0",
    "UNKNOWN_NAME",
    "actor_context",
    "actor_context: ",
  ],
  [
    "a runtime binding in the place of the actor",
    WF,
    "lending::AC_CLERK_V0",
    "lending::RB_DESK_V0",
    "WRONG_VALUE",
    "actor_context",
    "actor_context: ",
  ],
  [
    "an intent that says nothing of a rejection",
    IN,
    "    NACK: { description: It is not asked for rightly }\n",
    "",
    "MISSING_KEY",
    "outcomes:",
  ],
  ["a misspelt answer of an intent", IN, "    NACK: {", "    NAK: {", "UNKNOWN_KEY", "NAK:"],
  [
    "the workflow of an intent that does not exist",
    IN,
    "workflow: WF_LEND_ITEM_V1",
    "workflow: WF_LEND_ITM_V1",
    "UNKNOWN_NAME",
    "workflow:",
    "workflow: ",
  ],
  [
    "a misspelt capability",
    CC,
    "CT_PURE_ASSEMBLE_RECORD_V0",
    "CT_PURE_ASEMBLE_RECORD_V0",
    "UNKNOWN_NAME",
    "transform:",
    "transform: ",
  ],
  [
    "a domain with a capital letter",
    DOMAIN,
    "structure_scope: lending",
    "structure_scope: Lending",
    "WRONG_VALUE",
    "structure_scope",
    "structure_scope: ",
  ],
  ["a domain without a name", DOMAIN, "structure_scope: lending\n", "", "MISSING_KEY", "fqdn:"],
  [
    "a domain without rules",
    DOMAIN,
    "identity_rules:\n- match: lending.registry\n  namespace: lending\n",
    "",
    "MISSING_KEY",
    "fqdn:",
  ],
  [
    "a layer without a module",
    DOMAIN,
    "LENDING:\n    registry_module: lending.registry\n",
    "LENDING: {}\n",
    "MISSING_KEY",
    "LENDING:",
  ],
  [
    "a domain without a layer",
    DOMAIN,
    "  LENDING:\n    registry_module: lending.registry\n",
    "  {}\n",
    "WRONG_VALUE",
    "{}",
  ],
  [
    "a misspelt module",
    DOMAIN,
    "registry_module: lending.registry",
    "registry_module: lending.registy",
    "NO_NAMESPACE",
    "registry_module",
    "registry_module: ",
  ],
  [
    "a rule for another module",
    DOMAIN,
    "match: lending.registry",
    "match: lending.registy",
    "NO_NAMESPACE",
    "match",
    "match: ",
  ],
  ["a line that is indented wrongly", DOMAIN, "  namespace:", "   namespace:", "INDENT", "namespace:"],
];

const MISTAKES: readonly Mistake[] = ROWS.map(([about, file, from, to, code, at, after]) => ({
  about,
  file,
  change: [from, to],
  code,
  at,
  ...(after === undefined ? {} : { after }),
}));

test("the domain that the mistakes are made in has none", async () => {
  assert.deepEqual(await compile(GOOD), []);
});

for (const mistake of MISTAKES) {
  it(`${mistake.about}: one error at its place, and a hint that leads to a compile`, async () => {
    const texts = mistaken(GOOD, mistake);
    const problems = await compile(texts);
    const errors = errorsOf(problems).map(({ file, code, line, column }) => ({ file, code, line, column }));
    const { line, column } = placeOf(String(texts.get(mistake.file)), mistake);
    const { file, code } = mistake;
    const found = code === "INDENT" ? errors[0]?.column : column;
    assert.deepEqual(errors, [{ file, code, line, column: found }], JSON.stringify(problems, null, 1));
    await repaired(texts, problems, GOOD);
  });
}

test("two domains do not share a module", async () => {
  const second = DOMAIN.replace("LENDING", "BORROWING");
  const declared = String(GOOD.get(DOMAIN)).replaceAll("LENDING", "BORROWING");
  const texts = new Map([...GOOD, [second, declared.replace("scope: lending", "scope: borrowing")]]);
  const [problem, ...others] = errorsOf(await compile(texts));
  assert.deepEqual([problem?.code, problem?.file, others], ["SECOND_DEFINITION", DOMAIN, []]);
});

/** Files that are in the wrong place. */
const MOVED: readonly (readonly [about: string, from: string, to: string, code: string])[] = [
  ["a file of no domain", EV, "elsewhere/EV_ITEM_LENT_V0.md", "NO_NAMESPACE"],
  ["a file with a namespace in its name", EV, `${HERE}/desk/lending__EV_ITEM_LENT_V0.md`, "BAD_FILE_NAME"],
];

for (const [about, from, to, code] of MOVED) {
  test(`${about}: an error there`, async () => {
    const texts = new Map(GOOD);
    texts.set(to, String(texts.get(from)));
    texts.delete(from);
    const errors = errorsOf(await compile(texts)).filter(({ file }) => file === to);
    assert.deepEqual(
      errors.map((one) => one.code),
      [code],
    );
  });
}

const TOGETHER = new Set([
  "a misspelt member of the core",
  "no kind",
  "an event that does not exist",
  "a predecessor that does not exist",
  "a misspelt answer of an intent",
  "a misspelt capability",
]);

test("all errors of a domain are listed at once, except where it is not declared rightly", async () => {
  const chosen = MISTAKES.filter(({ about }) => TOGETHER.has(about));
  let texts = new Map(GOOD);
  for (const mistake of chosen) texts = new Map(mistaken(texts, mistake));
  const found = errorsOf(await compile(texts)).map(({ file, code }) => `${code} ${file}`);
  assert.deepEqual(found.sort(), chosen.map(({ file, code }) => `${code} ${file}`).sort());
  const broken = mistaken(texts, { file: DOMAIN, change: ["structure_scope: lending\n", ""] });
  assert.deepEqual(
    errorsOf(await compile(broken)).map(({ file }) => file),
    [DOMAIN],
  );
});

test("a transform of several atoms is refused, because its Markdown does not say what they are", () => {
  const block = (kind: string) => ({
    fqdn: "lending::CT_PURE_X_V0",
    artifact_kind: "CAPABILITY_TRANSFORM",
    machine: { ct_kind: kind },
    core: { inputs: {}, outputs: {} },
  });
  const expected = { kind: "CT", code: "CT_PURE_X_V0", fqdn: null, form: "assembled" } as const;
  assert.deepEqual(shapeErrors(expected, block("atom")), []);
  const [error] = shapeErrors(expected, block("molecule"));
  assert.deepEqual([error?.code, error?.path], ["WRONG_VALUE", ["machine", "ct_kind"]]);
});
