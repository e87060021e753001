/**
 * Mistakes of authors: each is reported at its line and column, with a code, and a hint that leads to a compile when it
 * is followed to the letter.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../../src/capabilities/registry.ts";
import { readAuthored } from "../../../src/check/authored/read-authored.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import type { Problem } from "../../../src/snapshot/build/problem.ts";
import { takingTurns } from "../../support/portion.ts";
import type { Texts } from "./follow-hint.ts";
import { compile, errorsOf, followAsShown, type Mistake, mistaken, placeOf, repaired } from "./mistake.ts";

const it = takingTurns(import.meta.url);

const WF = "workflows/agent_governance__WF_REVOKE_GRANT_V0.md";
const CC = "capability_contracts/agent_governance__CC_RECORD_REVOCATION_V0.md";
const WITHDRAW = "capability_contracts/agent_governance__CC_WITHDRAW_GRANT_V0.md";
const IN = "intents/agent_governance__IN_REVOCATION_REQUESTED_V0.md";
const EV = "events/agent_governance__EV_TOOL_REVOKED_V0.md";
const RB = "runtime_bindings/agent_governance__RB_AGENT_V0.md";
const STORES = "structures/agent_governance__STRUCTURE_AGENT_STORAGE_V0.md";
const EFFECT = "capability_side_effects/capability_side_effects__CS_REGISTRY_V0.md";

/** One workflow of the project, and what it needs. */
const GOOD: Texts = new Map(
  readAuthored(join(import.meta.dirname, "../../../protocol"), nodeFiles)
    .files.filter(
      ({ path }) =>
        [WF, CC, WITHDRAW, IN, EV, RB, STORES].includes(path) || /governance\/concerns|side_eff/.test(path),
    )
    .map(({ path, text }) => [path, text]),
);

const MISTAKES: readonly Mistake[] = [
  {
    about: "a line that begins too far to the left",
    file: WF,
    change: ["      code: IN_REV", "     code: IN_REV"],
    code: "INDENT",
    at: "code: IN_REV",
  },
  {
    about: "a line that begins too far to the right",
    file: WF,
    change: ["      code: CC_WITHDRAW", "       code: CC_WITHDRAW"],
    code: "INDENT",
    at: "code: CC_WITHDRAW",
  },
  {
    about: "a member that is indented as its parent",
    file: WF,
    change: [
      "      inputs:\n        grant_id: $.payload.grant_id\n      next:\n        SUCCESS: RECORD",
      "      inputs:\n        grant_id: $.payload.grant_id\n    next:\n        SUCCESS: RECORD",
    ],
    code: "INDENT",
    at: "next:\n        SUCCESS: RECORD",
  },
  {
    about: "a member that could also be one of its grandparent",
    file: IN,
    change: ["      description: Why", "    description: Why"],
    code: "INDENT",
    at: "description: Why",
  },
  {
    about: "a tab that indents",
    file: WF,
    change: ["      type: CC\n      code: CC_REC", "      type: CC\n\tcode: CC_REC"],
    code: "TAB",
    at: "code: CC_REC",
  },
  {
    about: "a key that occurs twice",
    file: CC,
    change: ["      store: TOOL_AUDIT\n", "      store: TOOL_AUDIT\n      store: TOOL_GRANTS\n"],
    code: "DUPLICATE_KEY",
    at: "store: TOOL_GRANTS",
  },
  {
    about: "a mapping that occurs twice",
    file: WF,
    change: [
      "    EXIT_ERROR:\n",
      "    EXIT_REJECTED:\n      type: EXIT\n      reason: FAILED\n    EXIT_ERROR:\n",
    ],
    code: "DUPLICATE_KEY",
    at: "EXIT_REJECTED:\n      type: EXIT\n      reason: FAILED",
  },
  {
    about: "a misspelt key",
    file: WF,
    change: ["      next:\n        ACK", "      nxet:\n        ACK"],
    code: "UNKNOWN_KEY",
    at: "nxet:",
  },
  {
    about: "a misspelt key at the top",
    file: WF,
    change: ["runtime_binding:", "runtime_bindng:"],
    code: "UNKNOWN_KEY",
    at: "runtime_bindng:",
  },
  {
    about: "a key that nothing knows",
    file: CC,
    change: ["      op: APPEND\n", "      op: APPEND\n      retries: 3\n"],
    code: "UNKNOWN_KEY",
    at: "retries",
  },
  {
    about: "a key that is missing",
    file: CC,
    change: ["    allowed: [SUCCESS, VIOLATION, BACKEND_ERROR]\n", ""],
    code: "MISSING_KEY",
    at: "result_status_contract:",
  },
  {
    about: "a number where a text belongs",
    file: EV,
    change: ["version: v0", "version: 0"],
    code: "WRONG_TYPE",
    at: "version: 0",
    after: "version: ",
  },
  {
    about: "a text where a list belongs",
    file: WITHDRAW,
    change: ["result_surface: [SUCCESS, NOT_FOUND, VIOLATION, BACKEND_ERROR]", "result_surface: SUCCESS"],
    code: "WRONG_TYPE",
    at: "result_surface: S",
    after: "result_surface: ",
  },
  {
    about: "an unknown type of node",
    file: WF,
    change: ["    EXIT_UNKNOWN_GRANT:\n      type: EXIT", "    EXIT_UNKNOWN_GRANT:\n      type: EXTI"],
    code: "WRONG_VALUE",
    at: "type: EXTI",
    after: "type: ",
  },
  {
    about: "an unknown type of field",
    file: IN,
    change: ["type: string", "type: strng"],
    code: "WRONG_VALUE",
    at: "type: strng",
    after: "type: ",
  },
  {
    about: "an outcome in small letters",
    file: CC,
    change: ["allowed: [SUCCESS,", "allowed: [success,"],
    code: "WRONG_VALUE",
    at: "allowed: [success",
    after: "allowed: [",
  },
  {
    about: "a misspelt contract",
    file: WF,
    change: ["code: CC_RECORD_REVOCATION_V0", "code: CC_RECORD_REVOCATOIN_V0"],
    code: "UNKNOWN_REFERENCE",
    at: "code: CC_RECORD_REVOCATOIN",
    after: "code: ",
  },
  {
    about: "a misspelt runtime binding",
    file: WF,
    change: ["agent_governance::RB_AGENT_V0", "agent_governance::RB_AGNET_V0"],
    code: "UNKNOWN_NAME",
    at: "runtime_binding: a",
    after: "runtime_binding: ",
  },
  {
    about: "a misspelt side effect",
    file: CC,
    change: ["::CS_APPENDONLY_JSONL_V0", "::CS_APENDONLY_JSONL_V0"],
    code: "UNKNOWN_NAME",
    at: "side_effect: c",
    after: "side_effect: ",
  },
  {
    about: "a misspelt constitution",
    file: EV,
    change: ["CONSTITUTION_BEHAVIOUR_V0", "CONSTITUTION_BEHAVIOR_V0"],
    code: "UNKNOWN_NAME",
    at: "governed_by:",
    after: "governed_by: ",
  },
  {
    about: "an edge to a node that is not there",
    file: WF,
    change: ["SUCCESS: EXIT_REVOKED", "SUCCESS: EXIT_REVOKD"],
    code: "UNKNOWN_NODE",
    at: "SUCCESS: EXIT_REVOKD",
    after: "SUCCESS: ",
  },
  {
    about: "a start that is not a node",
    file: WF,
    change: ["start_node: IN_REVOCATION_REQUESTED", "start_node: IN_REVOCATION_REQUESTD"],
    code: "NO_START",
    at: "start_node: I",
    after: "start_node: ",
  },
  {
    about: "a path with an unknown root",
    file: WF,
    change: ["$.payload.revoked_by", "$.paylod.revoked_by"],
    code: "UNKNOWN_ROOT",
    at: "revoked_by: $.paylod",
    after: "revoked_by: ",
  },
  {
    about: "a path that cannot be read",
    file: WF,
    change: ["reason: $.payload.reason", "reason: $.payload[reason"],
    code: "EXPRESSION",
    at: "reason: $.payload[",
    after: "reason: ",
  },
  {
    about: "a misspelt operation",
    file: CC,
    change: ["op: APPEND", "op: APEND"],
    code: "UNKNOWN_OPERATION",
    at: "op: APEND",
    after: "op: ",
  },
  {
    about: "a misspelt store",
    file: CC,
    change: ["store: TOOL_AUDIT", "store: TOOL_AUDTI"],
    code: "UNKNOWN_STORE",
    at: "store: TOOL_AUDTI",
    after: "store: ",
  },
  {
    about: "a misspelt outcome of a node",
    file: WF,
    change: ["        NOT_FOUND: EXIT_UNKNOWN", "        NOT_FUOND: EXIT_UNKNOWN"],
    code: "OUTCOME_WITHOUT_ROUTE",
    at: "NOT_FUOND",
  },
  {
    about: "a misspelt outcome of a step",
    file: WITHDRAW,
    change: ["        NOT_FOUND: exit", "        NOT_FUOND: exit"],
    code: "STEP_OUTCOME_UNHANDLED",
    at: "NOT_FUOND",
  },
  {
    about: "a step that leads to no step",
    file: CC,
    change: ["        SUCCESS: exit", "        SUCCESS: exti"],
    code: "UNKNOWN_ACTION",
    at: "SUCCESS: exti",
    after: "SUCCESS: ",
  },
  {
    about: "an outcome that the capability never answers",
    file: EFFECT,
    change: [
      "result_status_values: [SUCCESS, ALREADY_EXISTS,",
      "result_status_values: [SUCCESS, ALREADY_EXIST,",
    ],
    code: "DECLARATION_DIFFERS",
    at: "result_status_values: [SUCCESS, ALREADY_EXIST,",
    after: "result_status_values: [SUCCESS, ",
  },
  {
    about: "a code that is not the file's",
    file: EV,
    change: ["ev_code: EV_TOOL_REVOKED_V0", "ev_code: EV_TOOL_REVOKED_V1"],
    code: "CODE_DIFFERS",
    at: "ev_code:",
    after: "ev_code: ",
  },
  {
    about: "a heading that is not the code",
    file: EV,
    change: ["# EV_TOOL_REVOKED_V0\n", "# Revoked\n"],
    code: "HEADING",
    at: "^",
  },
  {
    about: "no code in the block",
    file: EV,
    change: ["ev_code: EV_TOOL_REVOKED_V0\n", ""],
    code: "MISSING_KEY",
    at: "version: v0",
  },
  {
    about: "a heading of the block in small letters",
    file: EV,
    change: ["## Machine", "## machine"],
    code: "NO_MACHINE_BLOCK",
    at: "## machine",
  },
  {
    about: "a block that does not end",
    file: EV,
    change: ["\n```\n", "\n"],
    code: "NO_MACHINE_BLOCK",
    at: "## Machine",
  },
  {
    about: "a bracket that is not closed",
    file: CC,
    change: [
      "result_surface: [SUCCESS, VIOLATION, BACKEND_ERROR]",
      "result_surface: [SUCCESS, VIOLATION, BACKEND_ERROR",
    ],
    code: "YAML",
    at: "result_surface: [SUCCESS, VIOLATION, BACKEND_ERROR",
  },
  {
    about: "a template without quotes",
    file: CC,
    change: ['timestamp: "{{timestamp}}"', "timestamp: {{timestamp}}"],
    code: "YAML",
    at: "timestamp: {{",
    after: "timestamp: ",
  },
  {
    about: "a colon in a text without quotes",
    file: EV,
    change: ["summary: ", "summary: Revoked: "],
    code: "YAML",
    at: "summary: ",
    after: "summary: ",
  },
  {
    about: "a date without quotes",
    file: EV,
    change: ["summary: A grant holds no longer", "summary: 2026-01-01"],
    code: "YAML",
    at: "summary: 2026",
  },
  {
    about: "a word for a truth value in the place of a text",
    file: CC,
    change: ["step: append_revocation", "step: ON"],
    code: "WRONG_TYPE",
    at: "step: ON",
    after: "step: ",
  },
  {
    about: "a node without a colon",
    file: WF,
    change: ["    RECORD_REVOCATION:\n", "    RECORD_REVOCATION\n"],
    code: "YAML",
    at: "RECORD_REVOCATION\n",
  },
  {
    about: "a member without a colon",
    file: WF,
    change: ["      next:\n        SUCCESS", "      next\n        SUCCESS"],
    code: "YAML",
    at: "next\n",
  },
  {
    about: "a colon without a space",
    file: EV,
    change: ["version: v0", "version:v0"],
    code: "YAML",
    at: "version:v0",
  },
  {
    about: "lines that end with carriage return and line feed",
    file: WF,
    change: ["", "\r\n"],
    code: "CARRIAGE_RETURN",
    at: "# WF_REVOKE_GRANT_V0",
    after: "# WF_REVOKE_GRANT_V0",
  },
  { about: "a byte order mark", file: EV, change: ["# EV", "\ufeff# EV"], code: "BYTE_ORDER_MARK", at: "^" },
  {
    about: "merge-conflict markers",
    file: EV,
    change: ["version: v0\n", "<<<<<<< ours\nversion: v0\n=======\nversion: v1\n>>>>>>> theirs\n"],
    code: "CONFLICT_MARKERS",
    at: "<<<<<<<",
  },
  {
    about: "a node that leads back",
    file: WF,
    change: ["SUCCESS: EXIT_REVOKED", "SUCCESS: WITHDRAW_GRANT"],
    code: "CYCLE",
    at: "SUCCESS: WITHDRAW_GRANT",
    after: "SUCCESS: ",
  },
];

const withMistake = (mistake: Pick<Mistake, "file" | "change">) => mistaken(GOOD, mistake);
const followShown = (problem: Problem, texts: Texts) => followAsShown(problem, texts, GOOD);
const repair = (texts: Texts, first: readonly Problem[]) => repaired(texts, first, GOOD);

/** The runtime binding with a policy of the audit log. */
const policy = (text: string) =>
  ["CS_APPENDONLY_JSONL_V0:\n      policy: {}", `CS_APPENDONLY_JSONL_V0:\n      policy: ${text}`] as const;

const RETRIES: readonly (Omit<Mistake, "file" | "change" | "at"> & { readonly policy: string })[] = [
  { about: "a member of retry that is misspelt", policy: "{ retry: { max_attempt: 3 } }", code: "UNKNOWN_KEY" },
  { about: "one attempt", policy: "{ retry: { max_attempts: 1 } }", code: "WRONG_VALUE" },
  { about: "too many attempts", policy: "{ retry: { max_attempts: 1000 } }", code: "RETRY_MALFORMED" },
  { about: "no number of attempts", policy: "{ retry: { backoff: PT1S } }", code: "MISSING_KEY" },
  {
    about: "a pause that is no duration",
    policy: "{ retry: { max_attempts: 3, backoff: 5s } }",
    code: "RETRY_MALFORMED",
  },
  {
    about: "a pause of years",
    policy: "{ retry: { max_attempts: 3, backoff: P900D } }",
    code: "RETRY_MALFORMED",
  },
  {
    about: "a longest pause that is shorter than the first",
    policy: "{ retry: { max_attempts: 3, backoff: PT9S, max_backoff: PT1S } }",
    code: "RETRY_MALFORMED",
  },
  { about: "a factor below 1", policy: "{ retry: { max_attempts: 3, factor: 0.5 } }", code: "WRONG_VALUE" },
  {
    about: "a factor that is too large",
    policy: "{ retry: { max_attempts: 3, factor: 1000 } }",
    code: "RETRY_MALFORMED",
  },
  {
    about: "an outcome that stands alone",
    policy: "{ retry: { max_attempts: 3, on: BACKEND_ERROR } }",
    code: "WRONG_TYPE",
  },
  { about: "no outcome at all", policy: "{ retry: { max_attempts: 3, on: [] } }", code: "WRONG_VALUE" },
  {
    about: "an outcome that nothing declares",
    policy: "{ retry: { max_attempts: 3, on: [TIMED_OUT] } }",
    code: "RETRY_OUTCOME",
  },
  {
    about: "a success that is tried again",
    policy: "{ retry: { max_attempts: 3, on: [SUCCESS] } }",
    code: "RETRY_NEVER",
  },
  { about: "a verify that is a text", policy: "{ verify: sure }", code: "WRONG_TYPE" },
];

test("the files that the mistakes are made in have none", async () => {
  assert.deepEqual(await compile(GOOD), []);
});

for (const mistake of MISTAKES) {
  it(`${mistake.about}: one error at its place, and a hint that leads to a compile`, async () => {
    const texts = withMistake(mistake);
    const problems = await compile(texts);
    const errors = errorsOf(problems).map(({ file, code, line, column }) => ({ file, code, line, column }));
    const { line, column } = placeOf(String(texts.get(mistake.file)), mistake);
    const { file, code } = mistake;
    const column_ = code === "INDENT" || code === "TAB" || code === "YAML" ? errors[0]?.column : column;
    assert.deepEqual(errors, [{ file, code, line, column: column_ }], JSON.stringify(problems, null, 1));
    await repair(texts, problems);
  });
}

for (const { about, policy: text, code } of RETRIES) {
  it(`${about}: one error, and a hint that leads to a compile`, async () => {
    const texts = withMistake({ file: RB, change: policy(text) });
    const problems = await compile(texts);
    assert.deepEqual(
      errorsOf(problems).map((one) => [one.file, one.code]),
      [[RB, code]],
      JSON.stringify(problems, null, 1),
    );
    await repair(texts, problems);
  });
}

test("where two columns would do, a line goes back to that of the line above it", async () => {
  const ways = ["    description: Why", "     description: Why", "        description: Why"];
  for (const wrong of ways) {
    const texts = withMistake({ file: IN, change: ["      description: Why", wrong] });
    await repair(texts, await compile(texts));
    assert.equal(texts.get(IN), GOOD.get(IN), wrong);
  }
});

test("the name on of a retry needs no quotes", async () => {
  const retry =
    "{ retry: { max_attempts: 3, backoff: PT0.2S, factor: 2, max_backoff: PT30S, on: [BACKEND_ERROR] } }";
  assert.deepEqual(await compile(withMistake({ file: RB, change: policy(retry) })), []);
});

/** The same mistake at several places: one error at each of them, none about what follows from it. */
const SEVERAL: readonly (Pick<Mistake, "about" | "file" | "code"> & {
  readonly change: readonly [from: string, to: string];
  /** The texts of the lines with an error. */
  readonly lines: RegExp;
})[] = [
  {
    about: "types of nodes in small letters",
    file: WF,
    change: ["type: CC", "type: Cc"],
    code: "WRONG_VALUE",
    lines: /type: Cc/,
  },
  {
    about: "types of nodes that are misspelt",
    file: WF,
    change: ["type: EXIT", "type: EXTI"],
    code: "WRONG_VALUE",
    lines: /type: EXTI/,
  },
  {
    about: "members that are misspelt",
    file: WF,
    change: ["      next:", "      nxet:"],
    code: "UNKNOWN_KEY",
    lines: /nxet:/,
  },
  {
    about: "a node whose name YAML reads as a truth value",
    file: WF,
    change: ["EXIT_ERROR", "NO"],
    code: "WRONG_TYPE",
    lines: /\bNO\b/,
  },
  ...([1, -1, -2] as const).map((by) => ({
    about: `members that begin ${by} columns too far to the right`,
    file: WF,
    change: ["      next:", `${" ".repeat(6 + by)}next:`] as const,
    code: "INDENT",
    lines: /next:/,
  })),
];

for (const { about, file, change, code, lines } of SEVERAL) {
  it(`${about}: an error at each, and hints that lead to a compile`, async () => {
    const text = String(GOOD.get(file)).replaceAll(...change);
    const texts = new Map([...GOOD, [file, text]]);
    const problems = await compile(texts);
    const wanted = text.split("\n").flatMap((one, i) => (lines.test(one) ? [{ file, code, line: i + 1 }] : []));
    assert.ok(wanted.length > 1);
    const found = errorsOf(problems).map((one) => ({ file: one.file, code: one.code, line: one.line }));
    assert.deepEqual(found, wanted, JSON.stringify(problems, null, 1));
    await repair(texts, problems);
  });
}

const NACK = "        NACK: EXIT_REJECTED\n";

/** Mistakes that a compile warns of; the hints lead to files without a warning. */
const WARNINGS: readonly (Pick<Mistake, "about" | "code"> & {
  readonly change: (text: string) => string;
  readonly hint: string;
})[] = [
  {
    about: "a rejection without a route",
    change: (text) => text.replace(NACK, ""),
    code: "OUTCOME_WITHOUT_ROUTE",
    hint: 'add /core/nodes/IN_REVOCATION_REQUESTED/next/NACK: "EXIT_REJECTED"',
  },
  {
    about: "a rejection without a route where every EXIT reports success",
    change: (text) =>
      text
        .replace(NACK, "")
        .replace("    EXIT_REJECTED:\n      type: EXIT\n      reason: EXITED\n", "")
        .replace("    EXIT_UNKNOWN_GRANT:\n      type: EXIT\n", "$&      reason: COMPLETED\n")
        .replace("reason: FAILED", "reason: COMPLETED"),
    code: "OUTCOME_WITHOUT_ROUTE",
    hint: "add /core/nodes/EXIT_REJECTED: {type: EXIT, reason: EXITED}",
  },
  {
    about: "a misspelt field of the payload",
    change: (text) => text.replace("$.payload.revoked_by", "$.payload.revokd_by"),
    code: "PATH_UNRESOLVED",
    hint: 'change /core/nodes/RECORD_REVOCATION/inputs/revoked_by to "$.payload.revoked_by"',
  },
];

for (const { about, change, code, hint } of WARNINGS) {
  test(`${about}: a warning whose hint leads to a compile without one`, async () => {
    const text = change(String(GOOD.get(WF)));
    const texts = new Map([...GOOD, [WF, text]]);
    let problems = await compile(texts);
    const [first] = problems;
    assert.deepEqual([first?.code, first?.hint], [code, hint], JSON.stringify(problems, null, 1));
    for (let round = 0; problems.length > 0; round++) {
      assert.ok(round < 3, `still wrong: ${JSON.stringify(problems)}`);
      followShown(problems[0] as Problem, texts);
      problems = await compile(texts);
    }
  });
}

test("a misspelt capability is found among all that there are, mentioned or not", async () => {
  const name = "capability_side_effects::CS_SEND_EMAIL_V0";
  assert.ok(registry.capability(name) !== undefined);
  assert.ok(![...GOOD.values()].some((text) => text.includes(name)), "it is mentioned");
  const text = String(GOOD.get(CC)).replace("capability_side_effects::CS_APPENDONLY_JSONL_V0", () =>
    name.replace("EMAIL", "EMIAL"),
  );
  const problems = await compile(new Map([...GOOD, [CC, text]]));
  assert.ok(
    problems.some(({ hint }) => hint.endsWith(`to "${name}"`)),
    JSON.stringify(problems, null, 1),
  );
});

const TWIN = "governance/structures/agent_governance__STRUCTURE_AGENT_STORAGE_V0.md";

/** Mistakes that are not in a file but in which files there are. */
const FILES: readonly (readonly [about: string, code: string, file: string, change: (texts: Texts) => void])[] =
  [
    ["a stray file", "STRAY_FILE", "events/notes.txt", (texts) => texts.set("events/notes.txt", "to do")],
    [
      "a file without a namespace",
      "BAD_FILE_NAME",
      "events/EV_TOOL_REVOKED_V0.md",
      move(EV, "events/EV_TOOL_REVOKED_V0.md"),
    ],
    [
      "a misspelt kind",
      "BAD_FILE_NAME",
      STORES.replace("STRUCTURE", "STRUCTRE"),
      move(STORES, STORES.replace("STRUCTURE", "STRUCTRE")),
    ],
    [
      "a file in the folder of another kind",
      "WRONG_FOLDER",
      EV.replace("events", "intents"),
      move(EV, EV.replace("events", "intents")),
    ],
    [
      "two files of one code",
      "SECOND_DEFINITION",
      STORES,
      (texts) => texts.set(TWIN, String(texts.get(STORES))),
    ],
    ["a missing file", "UNKNOWN_REFERENCE", WF, (texts) => texts.delete(IN)],
  ];

function move(from: string, to: string): (texts: Texts) => void {
  return (texts) => {
    texts.set(to, String(texts.get(from)));
    texts.delete(from);
  };
}

for (const [about, code, file, change] of FILES) {
  test(`${about}: one error, and a hint that leads to a compile`, async () => {
    const texts = new Map(GOOD);
    change(texts);
    const problems = await compile(texts);
    const errors = errorsOf(problems).map((one) => ({ code: one.code, file: one.file }));
    assert.deepEqual(errors, [{ code, file }], JSON.stringify(problems, null, 1));
    await repair(texts, problems);
  });
}

it("all errors of a file are listed at once, also behind one that keeps its YAML from being read", async () => {
  const inWorkflow = MISTAKES.filter(
    ({ file, about }) =>
      file === WF &&
      /^(?:a tab|a misspelt key$|an unknown type of node|a path with|a mapping that occurs|an edge to)/.test(
        about,
      ),
  );
  let texts = new Map(GOOD);
  for (const mistake of inWorkflow) {
    const changed = String(texts.get(WF)).replace(mistake.change[0], () => mistake.change[1]);
    texts = new Map([...texts, [WF, changed]]);
  }
  texts.set(EV, String(texts.get(EV)).replace("version: v0", "version: 0"));
  const problems = await compile(texts);
  const lines = inWorkflow.map((mistake) => ({
    file: WF,
    code: mistake.code,
    line: placeOf(String(texts.get(WF)), mistake).line,
  }));
  const wanted = [{ file: EV, code: "WRONG_TYPE", line: 9 }, ...lines.sort((a, b) => a.line - b.line)];
  const found = errorsOf(problems).map(({ file, code, line }) => ({ file, code, line }));
  assert.deepEqual(found, wanted, JSON.stringify(problems, null, 1));
});

function compileWith(...edits: readonly (readonly [file: string, edit: (text: string) => string])[]) {
  const texts = new Map(GOOD);
  for (const [file, edit] of edits) texts.set(file, edit(GOOD.get(file) ?? ""));
  return compile(texts);
}

test("half of a surrogate pair is reported at its place, beside the other errors", async () => {
  const summary = /^( *)summary: .*$/m;
  const problems = await compileWith(
    [WF, (text) => text.replace(summary, '$1summary: "\\ud800"')],
    [EV, (text) => `#${text}`],
  );
  assert.deepEqual(problems.map(({ code }) => code).sort(), ["HEADING", "LONE_SURROGATE"]);
  const [found] = problems.filter(({ code }) => code === "LONE_SURROGATE");
  const lines = (GOOD.get(WF) ?? "").split("\n");
  assert.equal(found?.line, lines.findIndex((line) => /^ *summary: /.test(line)) + 1);
});

it("a file of wrong lines is read in bounded work, and its list of problems has an end", async () => {
  const bad = Array.from({ length: 2000 }, (_, i) => `\tbad${i}: 1\n`).join("");
  const problems = await compileWith([WF, (text) => text.replace(/^( *)summary: .*\n/m, `$&${bad}`)]);
  const inFile = problems.filter(({ file }) => file === WF);
  assert.equal(inFile.length, 101);
  assert.deepEqual([inFile[50]?.code, inFile.at(-1)?.code], ["TAB", "MORE_PROBLEMS"]);
});
