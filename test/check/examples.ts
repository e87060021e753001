/** One thing done to a snapshot that keeps every rule, and the rule that is then broken. */

import type { Effect } from "../../src/capabilities/effect.ts";
import { integer, optional, string } from "../../src/capabilities/input-schema.ts";
import { hostOperation } from "../../src/capabilities/targets/host.ts";
import { httpOperation } from "../../src/capabilities/targets/http.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { APPEND, type Block, EQUAL } from "../plan/small-workflow.ts";
import { below as at, CASE, GATEWAY, type Small, SURFACE } from "./small-snapshot.ts";

export interface RuleExample {
  readonly rule: string;
  readonly about: string;
  /** How file and pointer of the finding end. */
  readonly at: string;
  readonly breach: (small: Small) => void;
}

const WF = "test::WF_X_V0";
const REGISTRY = "capability_side_effects::CS_REGISTRY_V0";
const node = ({ blocks }: Small, key: string) => at(blocks, WF, "core", "nodes", key);
const step = ({ blocks }: Small, contract: string) => at(blocks, `test::${contract}`, "core", "pipeline", 0);

const second = (small: Small, contract: string): Block[] =>
  at(small.blocks, `test::${contract}`, "core", "pipeline") as unknown as Block[];

const HOOK = "test::CS_HOOK_V0";

/** A step that calls an effect of a package, whose binding has this policy. */
function calling(
  small: Small,
  target: "http" | "host",
  policy: JsonObject,
  declared: { readonly semantics?: "repeats" } = {},
): void {
  const common = {
    about: "Of this test.",
    input: {},
    outcomes: ["SUCCESS", "BACKEND_ERROR"],
    semantics: "idempotent",
    run: async () => ({ outcome: "SUCCESS" }) as const,
    probe: null,
    ...declared,
  } as const;
  const CALL =
    target === "http"
      ? httpOperation("CALL", common)
      : hostOperation("CALL", { file: string, rows: optional(integer) }, common);
  const ASK = { ...CALL, outcomes: [...CALL.outcomes, "GONE"] };
  small.effects.push({ code: HOOK, about: "Of this test.", operations: { CALL, ASK } } as Effect);
  small.blocks[HOOK] = {
    cs_code: "CS_HOOK_V0",
    core: { operations: { CALL: { result_status_values: ["SUCCESS", "BACKEND_ERROR"] } } },
    implementation: { module: "m", callable: "c" },
  };
  at(small.blocks, "test::RB_X_V0", "core", "bindings")[HOOK] = { policy };
  second(small, "CC_WRITE_V0").push({
    step: "call",
    side_effect: HOOK,
    op: "CALL",
    inputs: {},
    outputs: {},
    on_result: { SUCCESS: "exit", BACKEND_ERROR: "exit" },
  });
}

/** A step that calls the workflow that it belongs to. */
function callingItself(small: Small, policy: JsonObject): void {
  small.blocks[GATEWAY] = {
    cs_code: "CS_WORKFLOW_GATEWAY_V0",
    core: { operations: { EXECUTE: { result_status_values: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"] } } },
    implementation: { module: "m", callable: "c" },
  };
  at(small.blocks, "test::RB_X_V0", "core", "bindings")[GATEWAY] = { policy };
  second(small, "CC_WRITE_V0").push({
    step: "again",
    side_effect: GATEWAY,
    op: "EXECUTE",
    inputs: { workflow_code: WF, payload: {} },
    outputs: {},
    on_result: { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
  });
}

const policyOf = ({ blocks }: Small) => at(blocks, "test::RB_X_V0", "core", "bindings", APPEND, "policy");

/** The append is tried again in this way. */
function retrying(small: Small, retry: Json): void {
  policyOf(small)["retry"] = structuredClone(retry) as Json;
}

const CLOCK = "capability_side_effects::CS_CLOCK_V0";
const MAIL = "capability_side_effects::CS_SEND_EMAIL_V0";

/** A step that sends mail, whose binding has this policy. */
export function mailing(small: Small, policy: JsonObject): void {
  const outcomes = ["SUCCESS", "VIOLATION", "BACKEND_ERROR"];
  small.blocks[MAIL] = {
    cs_code: "CS_SEND_EMAIL_V0",
    core: { operations: { SEND: { result_status_values: outcomes } } },
    implementation: { module: "m", callable: "c" },
  };
  at(small.blocks, "test::RB_X_V0", "core", "bindings")[MAIL] = { policy };
  second(small, "CC_WRITE_V0").push({
    step: "send",
    side_effect: MAIL,
    op: "SEND",
    inputs: { to: "ann@example.com" },
    outputs: {},
    on_result: Object.fromEntries(outcomes.map((outcome) => [outcome, "exit"])),
  });
}

/** How a side effect is to be tried again: what is wrong with it, and the place below the policy. */
const retries: readonly (readonly [rule: string, about: string, at: string, retry: Json])[] = [
  ["retry-malformed", "retry is a number", "", 3],
  ["retry-malformed", "a member is misspelt", "/max_attempt", { max_attempt: 3 }],
  ["retry-malformed", "a member is there twice", "/max_attempt", { max_attempts: 3, max_attempt: 3 }],
  ["retry-malformed", "a member is none", "/jitter", { max_attempts: 3, jitter: true }],
  ["retry-malformed", "how often is not said", "/max_attempts", { backoff: "PT1S" }],
  ["retry-malformed", "one attempt is no retry", "/max_attempts", { max_attempts: 1 }],
  ["retry-malformed", "there are too many attempts", "/max_attempts", { max_attempts: 1000 }],
  ["retry-malformed", "there are half attempts", "/max_attempts", { max_attempts: 2.5 }],
  ["retry-malformed", "the attempts are a text", "/max_attempts", { max_attempts: "3" }],
  ["retry-malformed", "a pause is a number", "/backoff", { max_attempts: 3, backoff: 5 }],
  ["retry-malformed", "a pause is no duration", "/backoff", { max_attempts: 3, backoff: "5s" }],
  ["retry-malformed", "a pause has no length", "/backoff", { max_attempts: 3, backoff: "PT0S" }],
  ["retry-malformed", "a pause takes years", "/backoff", { max_attempts: 3, backoff: "P900D" }],
  [
    "retry-malformed",
    "the longest pause takes years",
    "/max_backoff",
    { max_attempts: 3, max_backoff: "P900D" },
  ],
  [
    "retry-malformed",
    "the longest pause is shorter than the first",
    "/max_backoff",
    { max_attempts: 3, backoff: "PT5S", max_backoff: "PT1S" },
  ],
  ["retry-malformed", "pauses become shorter", "/factor", { max_attempts: 3, backoff: "PT5S", factor: 0.5 }],
  ["retry-malformed", "pauses grow too fast", "/factor", { max_attempts: 3, backoff: "PT5S", factor: 1000 }],
  ["retry-malformed", "the factor is a text", "/factor", { max_attempts: 3, factor: "2" }],
  [
    "retry-malformed",
    "an outcome stands alone, under the name that YAML reads as a truth value",
    "/true",
    { max_attempts: 3, true: "BACKEND_ERROR" },
  ],
  ["retry-malformed", "there is no outcome", "/on", { max_attempts: 3, on: [] }],
  ["retry-never-taken", "a success is tried again", "/on/0", { max_attempts: 3, on: ["SUCCESS"] }],
  [
    "retry-never-taken",
    "a success is tried again, too",
    "/on/2",
    { max_attempts: 3, on: ["BACKEND_ERROR", "VIOLATION", "SUCCESS"] },
  ],
  ["retry-outcome-undeclared", "nothing has the outcome", "/on/0", { max_attempts: 3, on: ["TIMED_OUT"] }],
];

/** What is wrong with trying a side effect again, or with verifying it, by the rule that finds it. */
export const RETRY_EXAMPLES: readonly RuleExample[] = [
  ...retries.map(([rule, about, place, retry]) => ({
    rule,
    about,
    at: `RB_X_V0.json /frontmatter/core/bindings/${APPEND}/policy/retry${place}`,
    breach: (small: Small) => retrying(small, retry),
  })),
  {
    rule: "retry-malformed",
    about: "verify is a text",
    at: "/policy/verify",
    breach: (small) => Object.assign(policyOf(small), { verify: "yes" }),
  },
  {
    rule: "retry-never-taken",
    about: "code of the host is tried again that counts every time",
    at: `/core/bindings/${HOOK}/policy/retry`,
    breach: (small) =>
      calling(small, "host", { config: { file: "f" }, retry: { max_attempts: 3 } }, { semantics: "repeats" }),
  },
  {
    rule: "retry-never-taken",
    about: "a message is sent again after something else than a refusal of its server",
    at: `/core/bindings/${MAIL}/policy/retry/on/0`,
    breach: (small) => mailing(small, { retry: { max_attempts: 3, on: ["VIOLATION"] } }),
  },
  {
    rule: "retry-outcome-undeclared",
    about: "no operation that is used has the outcome, though another one of the side effect has",
    at: `/core/bindings/${HOOK}/policy/retry/on/1`,
    breach: (small) =>
      calling(small, "host", {
        config: { file: "f" },
        retry: { max_attempts: 3, on: ["BACKEND_ERROR", "GONE"] },
      }),
  },
  {
    rule: "verify-not-visible",
    about: "a message leaves nothing",
    at: `/core/bindings/${MAIL}/policy/verify`,
    breach: (small) => mailing(small, { verify: true }),
  },
  {
    rule: "verify-not-visible",
    about: "nothing shows whether the effect took place",
    at: `/core/bindings/${HOOK}/policy/verify`,
    breach: (small) => calling(small, "host", { config: { file: "f" }, verify: true }),
  },
  {
    rule: "verify-not-visible",
    about: "called workflows leave nothing themselves",
    at: `/core/bindings/${GATEWAY}/policy/verify`,
    breach: (small) => callingItself(small, { verify: true }),
  },
];

export const AWAIT = "capability_side_effects::CS_AWAIT_V0";

/** After the append, the contract waits. */
export function waiting(small: Small, inputs: JsonObject, op: "EVENT" | "TIME" = "EVENT"): void {
  const declared = ["SUCCESS", ...(op === "EVENT" ? ["TIMED_OUT"] : []), "VIOLATION", "BACKEND_ERROR"];
  small.blocks[AWAIT] = {
    cs_code: "CS_AWAIT_V0",
    core: {
      operations: {
        EVENT: { result_status_values: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] },
        TIME: { result_status_values: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"] },
      },
    },
    implementation: { module: "m", callable: "c" },
  };
  at(small.blocks, "test::RB_X_V0", "core", "bindings")[AWAIT] = { policy: {} };
  step(small, "CC_WRITE_V0")["on_result"] = { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" };
  second(small, "CC_WRITE_V0").push({
    step: "wait",
    side_effect: AWAIT,
    op,
    inputs: structuredClone(inputs) as JsonObject,
    outputs: {},
    on_result: Object.fromEntries(declared.map((outcome) => [outcome, "exit"])),
  });
  const allowed = ["SUCCESS", ...(op === "EVENT" ? ["TIMED_OUT"] : []), "VIOLATION", "BACKEND_ERROR"];
  at(small.blocks, "test::CC_WRITE_V0", "core", "result_status_contract")["allowed"] = allowed;
  if (op === "EVENT") at(node(small, "WRITE"), "next")["TIMED_OUT"] = "FAILED";
}

/** What is wrong with a wait, by the rule that finds it. */
export const WAIT_EXAMPLES: readonly RuleExample[] = (
  [
    ["wait-key-missing", "an event has no key", "key", { timeout: "PT1H" }],
    ["wait-key-missing", "a key is empty", "key", { key: "" }],
    ["wait-key-missing", "a key is a number", "key", { key: 4 }],
    ["wait-key-missing", "a key is no text by its declaration", "key", { key: "$.inputs.same" }],
    ["wait-moment-malformed", "a deadline is a word", "timeout", { key: "k", timeout: "tomorrow" }],
    ["wait-moment-malformed", "a deadline counts months", "timeout", { key: "k", timeout: "P1M" }],
    ["wait-moment-malformed", "a deadline is a number", "timeout", { key: "k", timeout: 60 }],
    ["wait-moment-malformed", "a pause is a moment", "after", { after: "2026-01-31T09:00:00Z" }, "TIME"],
    ["wait-moment-malformed", "a moment is a duration", "until", { until: "PT1H" }, "TIME"],
    ["wait-moment-malformed", "a pause has no length", "after", {}, "TIME"],
    [
      "wait-moment-malformed",
      "a pause is a duration and ends at a moment",
      "after",
      { until: "2026-01-31T09:00:00Z", after: "PT1H" },
      "TIME",
    ],
    [
      "wait-prompt-missing",
      "choices are offered without a prompt",
      "prompt",
      { key: "k", choices: ["a", "b"] },
    ],
    [
      "wait-prompt-missing",
      "choices are offered with an empty prompt",
      "prompt",
      { key: "k", prompt: "", choices: ["a"] },
    ],
    [
      "wait-answer-malformed",
      "a choice stands twice",
      "choices",
      { key: "k", prompt: "Which?", choices: ["a", "a"] },
    ],
    ["wait-answer-malformed", "there is no choice", "choices", { key: "k", prompt: "Which?", choices: [] }],
    ["wait-answer-malformed", "the fields are a list", "fields", { key: "k", fields: ["name"] }],
    [
      "wait-answer-malformed",
      "a field has a format that is none",
      "fields/name/format",
      { key: "k", fields: { name: { type: "string", format: "emial" } } },
    ],
    ["wait-answer-malformed", "a field is no mapping", "fields/name", { key: "k", fields: { name: "string" } }],
  ] as const
).map(([rule, about, input, inputs, op = "EVENT"]) => ({
  rule,
  about,
  at: `CC_WRITE_V0.json /frontmatter/core/pipeline/1/inputs/${input}`,
  breach: (small) => waiting(small, inputs as JsonObject, op as "EVENT" | "TIME"),
}));

export const EXAMPLES: readonly RuleExample[] = [
  ...WAIT_EXAMPLES,
  {
    rule: "authored-differs",
    about: "the snapshot has a file that nothing authored makes",
    at: "artifacts/events/test__EV_OLD_V0.json ",
    breach: (small) => {
      const path = "artifacts/events/test__EV_OLD_V0.json";
      small.authored = { errors: 0, differences: [{ path, what: "stale", source: null }] };
    },
  },
  {
    rule: "authored-differs",
    about: "the authored Markdown has errors",
    at: "artifact_index/index.json ",
    breach: (small) => {
      small.authored = { errors: 2, differences: [] };
    },
  },
  {
    rule: "admission-field-undeclared",
    about: "admission compares a field that the intent leaves optional",
    at: "/core/admission/bindings/EV_X_V0/name",
    breach: (small) => {
      at(small.blocks, "test::IN_X_V0", "core", "inputs", "name")["required"] = false;
    },
  },
  {
    rule: "admission-never-matches",
    about: "admission compares a field that the record keeps further down",
    at: "/core/admission/forbids/0",
    breach: (small) => {
      step(small, "CC_WRITE_V0")["inputs"] = {
        record: { event_code: "EV_X_V0", data: { name: "$.inputs.name" } },
      };
    },
  },
  {
    rule: "artifact-unused",
    about: "a contract that no workflow runs",
    at: "CC_LEFT_V0.json /frontmatter",
    breach: ({ blocks }) => {
      blocks["test::CC_LEFT_V0"] = { ...blocks["test::CC_JUDGE_V0"], cc_code: "CC_LEFT_V0" };
    },
  },
  {
    rule: "call-recurses",
    about: "a contract calls the workflow that runs it",
    at: "/core/pipeline/1/inputs/workflow_code",
    breach: (small) => callingItself(small, {}),
  },
  {
    rule: "capability-unbound",
    about: "a step asks for an operation that its side effect does not have",
    at: "/core/pipeline/0/op",
    breach: (small) => {
      step(small, "CC_WRITE_V0")["op"] = "DRAIN";
    },
  },
  {
    rule: "code-mismatch",
    about: "a Machine block calls itself otherwise than its file",
    at: "/frontmatter/wf_code",
    breach: ({ blocks }) => {
      at(blocks, WF)["wf_code"] = "WF_Y_V0";
    },
  },
  {
    rule: "code-mismatch",
    about: "a Machine block states another full name than its file has",
    at: "/frontmatter/fqdn",
    breach: ({ blocks }) => {
      at(blocks, WF)["fqdn"] = "other::WF_X_V0";
    },
  },
  {
    rule: "condition-constant",
    about: "a condition compares two texts, of which one was meant to be a path",
    at: "/core/evaluation/judge/condition",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "evaluation", "judge")["condition"] = '"same" == "true"';
    },
  },
  {
    rule: "condition-constant",
    about: "a condition compares a value with itself",
    at: "/core/evaluation/judge/condition",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "evaluation", "judge")["condition"] = "$.same == $.same";
    },
  },
  {
    rule: "condition-constant",
    about: "a condition compares true or false with a text",
    at: "/core/evaluation/judge/condition",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "evaluation", "judge")["condition"] = '$.same == "true"';
    },
  },
  {
    rule: "condition-constant",
    about: "a transform compares two names that are texts",
    at: "/core/pipeline/0/inputs",
    breach: (small) => {
      step(small, "CC_JUDGE_V0")["inputs"] = { left: "answer", right: "yes" };
    },
  },
  {
    rule: "conformance-differs",
    about: "a case expects an output that the transform does not declare",
    at: `${CASE} /expected/is_same`,
    breach: ({ files }) => {
      files[CASE] = {
        artifact_type: "CT_CONFORMANCE",
        ct_fqdn: EQUAL,
        ct_ir: { inputs: { left: "a", right: "a" } },
        expected: { is_same: true },
        expected_outcome: "SUCCESS",
      };
    },
  },
  {
    rule: "event-not-recorded",
    about: "a failed write leads to the EXIT that announces the event",
    at: "/core/nodes/DONE/emit",
    breach: (small) => {
      at(node(small, "WRITE"), "next")["VIOLATION"] = "DONE";
    },
  },
  {
    rule: "event-record-differs",
    about: "a record lacks a field that its event requires",
    at: "/core/pipeline/0/inputs/record",
    breach: (small) => {
      delete at(step(small, "CC_WRITE_V0"), "inputs", "record")["same"];
    },
  },
  {
    rule: "event-undeclared",
    about: "an EXIT announces an event that no artifact declares",
    at: "/core/nodes/REFUSED/emit",
    breach: (small) => {
      node(small, "REFUSED")["emit"] = "EV_REFUSED_V0";
    },
  },
  {
    rule: "failure-completes",
    about: "a violation leads to an EXIT that reports success",
    at: "/core/nodes/WRITE/next/VIOLATION",
    breach: (small) => {
      at(node(small, "WRITE"), "next")["VIOLATION"] = "DONE";
    },
  },
  {
    rule: "field-unknown",
    about: "a field is misspelt",
    at: "/core/nodes/DONE/raeson",
    breach: (small) => {
      node(small, "DONE")["raeson"] = "COMPLETED";
    },
  },
  {
    rule: "field-unknown",
    about: "a transport egress has a field that none has",
    at: "/frontmatter/output_contract/0/form",
    breach: ({ blocks }) => {
      blocks["test::TE_X_V0"] = {
        fqdn: "test::TE_X_V0",
        operation: "x",
        output_contract: [{ field: "position", form: "surface.position" }],
      };
    },
  },
  {
    rule: "corrupt-file",
    about: "a file holds merge-conflict markers",
    at: "artifacts/events/test__EV_X_V0.json ",
    breach: ({ files }) => {
      files["artifacts/events/test__EV_X_V0.json"] = "{\n<<<<<<< ours\n}\n";
    },
  },
  {
    rule: "graph-broken",
    about: "a route leads to a node that is not declared",
    at: "/core/nodes/ASK/next/NACK",
    breach: (small) => {
      at(node(small, "ASK"), "next")["NACK"] = "NOWHERE";
    },
  },
  {
    rule: "graph-differs",
    about: "an edge of the kept graph is no route of the workflow",
    at: "WF_X_V0.graph.json /edges",
    breach: (small) => {
      at(node(small, "JUDGE"), "next")["VIOLATION"] = "FAILED";
    },
  },
  {
    rule: "graph-unbounded",
    about: "a route leads back",
    at: "/core/nodes/WRITE/next/VIOLATION",
    breach: (small) => {
      at(node(small, "WRITE"), "next")["VIOLATION"] = "JUDGE";
    },
  },
  {
    rule: "implementation-undeclared",
    about: "a transform names no code",
    at: "/machine/implementation/callable",
    breach: ({ blocks }) => {
      delete at(blocks, EQUAL, "machine", "implementation")["callable"];
    },
  },
  {
    rule: "index-differs",
    about: "an artifact is not listed",
    at: "artifact_index/index.json /artifacts",
    breach: ({ blocks }) => {
      blocks["test::AC_X_V0"] = { ac_code: "AC_X_V0" };
    },
  },
  {
    rule: "input-never-read",
    about: "a step binds an input that its transform does not declare",
    at: "/core/pipeline/0/inputs/fuzzy",
    breach: (small) => {
      at(step(small, "CC_JUDGE_V0"), "inputs")["fuzzy"] = true;
    },
  },
  {
    rule: "input-undeclared",
    about: "a step reads an input that the contract does not declare",
    at: "/core/pipeline/0/inputs/right",
    breach: (small) => {
      at(step(small, "CC_JUDGE_V0"), "inputs")["right"] = "$.inputs.wanted";
    },
  },
  {
    rule: "input-unused",
    about: "a contract declares an input that no step reads",
    at: "/core/inputs/remark",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "inputs")["remark"] = { type: "string" };
    },
  },
  {
    rule: "intent-differs",
    about: "an intent names another workflow than the one that starts with it",
    at: "test__WF_X_V0.json /frontmatter/core/nodes/ASK/code",
    breach: ({ blocks }) => {
      blocks["test::WF_Y_V0"] = { ...blocks[WF], wf_code: "WF_Y_V0" };
      at(blocks, "test::IN_X_V0", "core")["workflow"] = "WF_Y_V0";
    },
  },
  {
    rule: "intent-differs",
    about: "the handler of a transport invokes a workflow that is not there",
    at: "/frontmatter/handler/workflow",
    breach: ({ blocks }) => {
      blocks["test::TI_X_V0"] = {
        ti_code: "TI_X_V0",
        core: { summary: "asks" },
        handler: { kind: "WF_INVOCATION", workflow: "test::WF_GONE_V0" },
      };
    },
  },
  {
    rule: "list-differs",
    about: "an invariant lists more for its checker than for its readers",
    at: "/core/listed",
    breach: ({ blocks }) => {
      at(blocks, "test::INVARIANT_X_V0", "assert_projection")["listed"] = ["a", "b", "c"];
    },
  },
  {
    rule: "malformed",
    about: "a contract input has a type that is none",
    at: "/core/inputs/answer/type",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "inputs", "answer")["type"] = "text";
    },
  },
  {
    rule: "malformed",
    about: "an event says of a field neither that it is required nor that it is not",
    at: "/core/schema/name/required",
    breach: ({ blocks }) => {
      at(blocks, "test::EV_X_V0", "core", "schema", "name")["required"] = "yes";
    },
  },
  {
    rule: "shadowed-input-name",
    about: "an input is bound to another field although the payload has one of its name",
    at: "/core/nodes/WRITE/inputs/name",
    breach: (small) => {
      at(node(small, "WRITE"), "inputs")["name"] = "$.payload.answer";
    },
  },
  {
    rule: "node-unreachable",
    about: "no route leads to a node",
    at: "/core/nodes/LOST",
    breach: (small) => {
      at(small.blocks, WF, "core", "nodes")["LOST"] = { type: "EXIT" };
    },
  },
  {
    rule: "outcome-never-answered",
    about: "a step handles an outcome that its operation does not have",
    at: "/core/pipeline/0/on_result/NOT_FOUND",
    breach: (small) => {
      at(step(small, "CC_WRITE_V0"), "on_result")["NOT_FOUND"] = "exit";
    },
  },
  {
    rule: "outcome-never-returned",
    about: "a contract allows an outcome that nothing ends in",
    at: "/core/result_status_contract/allowed/2",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "result_status_contract")["allowed"] = [
        "SUCCESS",
        "VIOLATION",
        "UNSURE",
      ];
    },
  },
  {
    rule: "outcome-not-allowed",
    about: "an evaluation ends in an outcome that the contract does not allow",
    at: "/core/evaluation/judge",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "evaluation", "judge")["on_false"] = "UNSURE";
    },
  },
  {
    rule: "outcome-not-handled",
    about: "a step does not handle an outcome of its operation",
    at: "/core/pipeline/0/on_result",
    breach: (small) => {
      delete at(step(small, "CC_WRITE_V0"), "on_result")["BACKEND_ERROR"];
    },
  },
  {
    rule: "outcome-not-routed",
    about: "a node does not route an outcome of its contract",
    at: "/core/nodes/WRITE/next",
    breach: (small) => {
      delete at(node(small, "WRITE"), "next")["BACKEND_ERROR"];
    },
  },
  {
    rule: "swapped-output",
    about: "an output is written the other way round",
    at: "/core/pipeline/0/outputs/is_equal",
    breach: (small) => {
      step(small, "CC_JUDGE_V0")["outputs"] = { is_equal: "$.same" };
    },
  },
  {
    rule: "output-never-set",
    about: "a contract declares an output that no step publishes",
    at: "/core/outputs/reason",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "outputs")["reason"] = { type: "string" };
    },
  },
  {
    rule: "output-undeclared",
    about: "a node reads an output that the contract publishes and does not declare",
    at: "/core/nodes/WRITE/inputs/same",
    breach: ({ blocks }) => {
      delete at(blocks, "test::CC_JUDGE_V0", "core", "outputs")["same"];
    },
  },
  {
    rule: "output-unused",
    about: "a step publishes what nothing declares or reads",
    at: "/core/pipeline/0/outputs/id",
    breach: (small) => {
      at(step(small, "CC_WRITE_V0"), "outputs")["id"] = "$.capability_result.record_id";
    },
  },
  {
    rule: "path-unresolved",
    about: "a path names a payload field that the intent does not declare",
    at: "/core/nodes/JUDGE/inputs/answer",
    breach: (small) => {
      at(node(small, "JUDGE"), "inputs")["answer"] = "$.payload.anwser";
    },
  },
  {
    rule: "path-unresolved",
    about: "a list-valued path starts at a payload field that the intent does not declare",
    at: "/core/nodes/JUDGE/inputs/answer",
    breach: (small) => {
      at(node(small, "JUDGE"), "inputs")["answer"] = "$.payload.anwser[*].text";
    },
  },
  {
    rule: "path-without-exit",
    about: "a node has no routes at all",
    at: "/core/nodes/WRITE",
    breach: (small) => {
      node(small, "WRITE")["next"] = {};
    },
  },
  {
    rule: "policy-incomplete",
    about: "one runtime binding leaves out the path that the others give",
    at: "RB_X_V0.json /frontmatter/core/bindings/capability_side_effects::CS_APPENDONLY_JSONL_V0",
    breach: ({ blocks }) => {
      for (const code of ["RB_Y_V0", "RB_Z_V0"]) {
        const bindings = { [APPEND]: { policy: { path: "{{module_data_root}}/y.jsonl" } } };
        blocks[`test::${code}`] = { rb_code: code, core: { bindings } };
      }
    },
  },
  {
    rule: "policy-invalid",
    about: "the clock has a precision that is none",
    at: `/core/bindings/${CLOCK}/policy/precision`,
    breach: (small) => {
      const outcomes = ["SUCCESS", "BACKEND_ERROR"];
      small.blocks[CLOCK] = {
        cs_code: "CS_CLOCK_V0",
        core: { operations: { NOW: { result_status_values: outcomes } } },
        implementation: { module: "m", callable: "c" },
      };
      at(small.blocks, "test::RB_X_V0", "core", "bindings")[CLOCK] = { policy: { precision: "minutes" } };
      second(small, "CC_WRITE_V0").push({
        step: "stamp",
        side_effect: CLOCK,
        op: "NOW",
        inputs: {},
        outputs: {},
        on_result: Object.fromEntries(outcomes.map((outcome) => [outcome, "exit"])),
      });
    },
  },
  {
    rule: "policy-invalid",
    about: "an http effect has no allowed origins",
    at: `RB_X_V0.json /frontmatter/core/bindings/${HOOK}/policy/allowed_origins`,
    breach: (small) => calling(small, "http", {}),
  },
  {
    rule: "policy-invalid",
    about: "an origin has a path",
    at: `/core/bindings/${HOOK}/policy/allowed_origins/1`,
    breach: (small) =>
      calling(small, "http", { allowed_origins: ["https://a.example", "https://b.example/hooks"] }),
  },
  {
    rule: "policy-invalid",
    about: "a time limit is a number",
    at: `/core/bindings/${HOOK}/policy/time_limit`,
    breach: (small) => calling(small, "host", { config: { file: "f" }, time_limit: 10 }),
  },
  {
    rule: "policy-invalid",
    about: "a host effect lacks its configuration",
    at: `/core/bindings/${HOOK}/policy/config/file`,
    breach: (small) => calling(small, "host", {}),
  },
  {
    rule: "policy-invalid",
    about: "a member of the configuration has another type",
    at: `/core/bindings/${HOOK}/policy/config/rows`,
    breach: (small) => calling(small, "host", { config: { file: "f", rows: "many" } }),
  },
  {
    rule: "policy-invalid",
    about: "a member of the configuration is misspelt",
    at: `/core/bindings/${HOOK}/policy/config/fiel`,
    breach: (small) => calling(small, "host", { config: { file: "f", fiel: "g" } }),
  },
  {
    rule: "reference-unresolved",
    about: "a workflow names a runtime binding that is not there",
    at: "/frontmatter/runtime_binding",
    breach: ({ blocks }) => {
      at(blocks, WF)["runtime_binding"] = "test::RB_GONE_V0";
    },
  },
  {
    rule: "required-input-unbound",
    about: "a step does not bind an input that its transform requires",
    at: "/core/pipeline/0/inputs",
    breach: (small) => {
      delete at(step(small, "CC_JUDGE_V0"), "inputs")["right"];
    },
  },
  {
    rule: "unavailable-result",
    about: "a node reads a result that the way to it has not published",
    at: "/core/nodes/WRITE/inputs/same",
    breach: (small) => {
      at(node(small, "ASK"), "next")["NACK"] = "WRITE";
    },
  },
  {
    rule: "unavailable-result",
    about: "a step goes on after a failure, and the next one needs the result",
    at: "/core/pipeline/1/inputs/left",
    breach: (small) => {
      const [first] = second(small, "CC_JUDGE_V0");
      at(first, "on_result")["VIOLATION"] = "continue";
      at(first, "on_result")["SUCCESS"] = "continue";
      second(small, "CC_JUDGE_V0").push({
        ...structuredClone(first),
        step: "again",
        inputs: { left: "$.results.compare.same", right: "yes" },
        on_result: { SUCCESS: "judge", VIOLATION: "exit" },
      });
    },
  },
  {
    rule: "consulted-store-written",
    about: "a step writes to a store of a binding that the workflow consults",
    at: "/core/pipeline/0/store",
    breach: (small) => {
      const { blocks } = small;
      blocks["test::RB_Y_V0"] = {
        rb_code: "RB_Y_V0",
        core: { storage_structure: "test::STRUCTURE_Y_V0", bindings: {} },
      };
      blocks["test::STRUCTURE_Y_V0"] = {
        structure_code: "STRUCTURE_Y_V0",
        core: { entity_stores: { THEIRS: { path: "{{module_data_root}}/theirs.jsonl" } } },
      };
      at(blocks, WF)["consults"] = ["test::RB_Y_V0"];
      step(small, "CC_WRITE_V0")["store"] = "THEIRS";
    },
  },
  {
    rule: "retired-used",
    about: "a workflow starts with an intent that another one supersedes",
    at: "/core/nodes/ASK/code",
    breach: ({ blocks }) => {
      at(blocks, "test::IN_X_V0")["superseded_by"] = ["test::IN_X_V1"];
    },
  },
  {
    rule: "retired-used",
    about: "a workflow starts with an intent that is retired",
    at: "/core/nodes/ASK/code",
    breach: ({ blocks }) => {
      at(blocks, "test::IN_X_V0")["status"] = "RETIRED";
    },
  },
  ...RETRY_EXAMPLES,
  {
    rule: "route-never-taken",
    about: "a node routes an outcome that its contract does not allow",
    at: "/core/nodes/JUDGE/next/UNSURE",
    breach: (small) => {
      at(node(small, "JUDGE"), "next")["UNSURE"] = "REFUSED";
    },
  },
  {
    rule: "secret-leaks",
    about: "a suppressed value goes on under another name",
    at: "/core/pipeline/0/inputs/stream_id",
    breach: (small) => {
      at(step(small, "CC_WRITE_V0"), "inputs")["stream_id"] = "$.inputs.secret";
    },
  },
  {
    rule: "source-optional",
    about: "a contract requires what the intent leaves optional",
    at: "/core/nodes/JUDGE/inputs/answer",
    breach: ({ blocks }) => {
      at(blocks, "test::IN_X_V0", "core", "inputs", "answer")["required"] = false;
    },
  },
  {
    rule: "step-target-unknown",
    about: "an action names neither a step nor an evaluation",
    at: "/core/pipeline/0/on_result/SUCCESS",
    breach: (small) => {
      at(step(small, "CC_JUDGE_V0"), "on_result")["SUCCESS"] = "jugde";
    },
  },
  {
    rule: "step-unreachable",
    about: "no action leads to a step",
    at: "/core/pipeline/1",
    breach: (small) => {
      const [first] = second(small, "CC_WRITE_V0");
      second(small, "CC_WRITE_V0").push({ ...first, step: "twice", outputs: {} });
    },
  },
  {
    rule: "store-shared",
    about: "two stores have one path, written in two ways",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = { path: "log.jsonl" };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is the lock of another store",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = { path: "log.jsonl.lock" };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is a claim on the lock of another store",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = { path: "log.jsonl.lock.claim" };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is a draft of another store",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = {
        path: "log.jsonl.0123456789abcdef.tmp",
      };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is below the runner's own folder",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = {
        path: ".pgs/index/log.jsonl.keys",
      };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is the runner's own folder",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = { path: ".pgs" };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is the runner's link for locks",
    at: "/core/entity_stores/MORE/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = {
        path: "below/.pgs-lock-0123456789abcdef",
      };
    },
  },
  {
    rule: "store-shared",
    about: "the path of a store is in another store, as if that were a folder",
    at: "/core/entity_stores/LOG/path",
    breach: ({ blocks }) => {
      at(blocks, "test::STRUCTURE_X_V0", "core", "entity_stores")["MORE"] = { path: "log.jsonl/more.jsonl" };
    },
  },
  {
    rule: "store-shared",
    about: "a store is kept by two kinds of side effect",
    at: "CC_WRITE_V0.json /frontmatter/core/pipeline/1",
    breach: (small) => {
      const { blocks } = small;
      blocks[REGISTRY] = {
        cs_code: "CS_REGISTRY_V0",
        core: { operations: { RESOLVE: { result_status_values: ["SUCCESS", "NOT_FOUND"] } } },
        implementation: { module: "m", callable: "c" },
      };
      at(blocks, "test::RB_X_V0", "core", "bindings")[REGISTRY] = { policy: {} };
      second(small, "CC_WRITE_V0").push({
        step: "resolve",
        side_effect: REGISTRY,
        op: "RESOLVE",
        store: "LOG",
        inputs: { key_or_address: "$.inputs.name" },
        outputs: {},
        on_result: { SUCCESS: "exit", NOT_FOUND: "exit" },
      });
    },
  },
  {
    rule: "store-undeclared",
    about: "a step names a store that the structure does not declare",
    at: "/core/pipeline/0/store",
    breach: (small) => {
      step(small, "CC_WRITE_V0")["store"] = "LOGS";
    },
  },
  {
    rule: "surface-differs",
    about: "a step states another surface than it handles",
    at: "/core/pipeline/0/result_surface",
    breach: (small) => {
      step(small, "CC_WRITE_V0")["result_surface"] = ["SUCCESS"];
    },
  },
  {
    rule: "surface-differs",
    about: "a surface governs an operation that does not exist",
    at: `${SURFACE.split("::")[1]}.json /frontmatter/op`,
    breach: ({ blocks }) => {
      at(blocks, SURFACE)["op"] = "DRAIN";
    },
  },
  {
    rule: "tokenized-differs",
    about: "the projection routes an outcome to another node",
    at: "dispatch.json /routing/0/1/7/addr",
    breach: ({ projection }) => {
      at(projection.dispatch, "routing", 0, 1)["7"] = { addr: 3, key: "WRITE" };
    },
  },
  {
    rule: "tokenized-differs",
    about: "the projection of a step writes into another store",
    at: "dispatch.json /pipeline/3/0/inputs/__store__",
    breach: ({ projection }) => {
      at(projection.dispatch, "pipeline", 3, 0, "inputs")["__store__"] = "ELSEWHERE";
    },
  },
  {
    rule: "tokenized-differs",
    about: "the projection leaves a workflow out",
    at: "dispatch.json /entry",
    breach: ({ projection }) => {
      projection.dispatch["entry"] = {};
    },
  },
  {
    rule: "transform-untested",
    about: "a transform has no conformance case",
    at: "CT_PURE_LOOKUP_V0.json /frontmatter",
    breach: ({ blocks }) => {
      blocks["capability_transforms::CT_PURE_LOOKUP_V0"] = {
        ct_code: "CT_PURE_LOOKUP_V0",
        core: { inputs: {}, outputs: {} },
        machine: { implementation: { module: "m", callable: "c" } },
      };
    },
  },
  {
    rule: "type-differs",
    about: "a number is bound where a text is declared",
    at: "/core/pipeline/0/inputs/right",
    breach: (small) => {
      at(step(small, "CC_JUDGE_V0"), "inputs")["right"] = 1;
    },
  },
  {
    rule: "unused-boolean-result",
    about: "a condition ends in the same outcome either way",
    at: "/core/pipeline/0/outputs/same",
    breach: ({ blocks }) => {
      at(blocks, "test::CC_JUDGE_V0", "core", "evaluation", "judge")["on_false"] = "SUCCESS";
    },
  },
  {
    rule: "unused-boolean-result",
    about: "a step goes on whatever its transform finds out",
    at: "/core/pipeline/0/outputs/same",
    breach: (small) => {
      at(step(small, "CC_JUDGE_V0"), "on_result")["SUCCESS"] = "exit";
    },
  },
];
