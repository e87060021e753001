/** Whatever is wrong with a snapshot, the printed hint, followed to the letter, mends it. */

import { readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { sealText } from "../../src/snapshot/seal.ts";
import { portion } from "../support/portion.ts";
import { type Case, check, conflict, declared, examined, more, planned, spoilt, verified } from "./breaking.ts";
import { artifactFile, edit } from "./reauthor.ts";
import { RELEASE } from "./world.ts";

const REGISTER = "release_governance::CC_REGISTER_RELEASE_V0";
const FREEZE = "release_governance::CC_CHECK_FREEZE_WINDOW_V0";
const QUORUM = "release_governance::CC_EVALUATE_QUORUM_V0";
const REQUESTED = "release_governance::IN_RELEASE_REQUESTED_V0";
const STORAGE = "release_governance::STRUCTURE_RELEASE_STORAGE_V0";
const BINDING = "release_governance::RB_RELEASE_V0";
const REGISTRY = "capability_side_effects::CS_REGISTRY_V0";

const uncompiled: readonly Case[] = (
  [
    {
      what: "a mistyped contract",
      breaks: declared(RELEASE, "code: CC_REGISTER_RELEASE_V0", "code: CC_REGISTER_RELAESE_V0"),
    },
    {
      what: "a mistyped transform",
      breaks: declared(REGISTER, "CT_PURE_GENERATE_ID_V0", "CT_PURE_GENERATE_IDS_V0"),
    },
    { what: "a mistyped runtime binding", breaks: declared(RELEASE, "RB_RELEASE_V0", "RB_RELEAS_V0") },
    { what: "a mistyped operation", breaks: declared(REGISTER, "op: REGISTER", "op: REGISTR") },
    { what: "a mistyped store", breaks: declared(REGISTER, "store: RELEASES", "store: RELASES") },
    {
      what: "a store's name that is nearest to one of another kind",
      breaks: declared(REGISTER, "store: RELEASES", "store: RELEASE_AUDITS"),
    },
    {
      what: "an operation of another kind",
      choice: "REGISTER",
      breaks: declared(REGISTER, "op: REGISTER", "op: WRITE"),
    },
    {
      what: "an operation that its side effect lost",
      breaks: declared(REGISTRY, /^ {4}REGISTER:\n(?: {6}.*\n)+/m, ""),
    },
    {
      what: "a condition of two bare words",
      breaks: declared(FREEZE, "$.frozen == true", "frozen = true"),
    },
    {
      what: "a condition that compares no declared name",
      choice: "$.frozen == true",
      breaks: declared(FREEZE, "$.frozen == true", "frosty == yes"),
    },
    {
      what: "a mistyped start node",
      breaks: declared(RELEASE, "start_node: IN_RELEASE_REQUESTED", "start_node: IN_RELEASE_REQUEST"),
    },
    { what: "a node of a type that is none", breaks: declared(RELEASE, "type: CC", "type: CONTRACT") },
    {
      what: "an edge that leads nowhere",
      breaks: declared(RELEASE, "SUCCESS: EXIT_RELEASED", "SUCCESS: EXIT_RELAESED"),
    },
    {
      what: "an unknown step in on_result",
      choice: "compare_with_windows",
      breaks: declared(FREEZE, "SUCCESS: compare_with_windows", "SUCCESS: compare_windows"),
    },
    {
      what: "a way back in on_result",
      breaks: declared(REGISTER, "SUCCESS: exit", "SUCCESS: name_release"),
      choice: "exit",
    },
    {
      what: "a path from a mistyped root",
      breaks: declared(
        RELEASE,
        "change_id: $.payload.change_id\n        environment",
        "change_id: $.paylaod.change_id\n        environment",
      ),
    },
    {
      what: "a path from a mistyped node",
      breaks: declared(RELEASE, "$.results.EVALUATE_QUORUM.approvers", "$.results.EVALUATE_QUORM.approvers"),
    },
    {
      what: "a path from a mistyped step, deep in a value",
      breaks: declared(
        REGISTER,
        "risk: $.inputs.risk\n      outputs",
        "risk: $.results.name_relese.release_id\n      outputs",
      ),
    },
    {
      what: "a path that ends with a dot",
      breaks: declared(
        REGISTER,
        "target_ref: $.inputs.artifact_digest",
        "target_ref: $.inputs.artifact_digest.",
      ),
    },
    {
      what: "a mistyped template",
      breaks: declared("release_governance::CC_RECORD_RELEASE_V0", "{{timestamp}}", "{{timestmp}}"),
    },
    {
      what: "a condition with one sign for equal",
      breaks: declared(FREEZE, "$.frozen == true", "$.frozen = true"),
    },
    { what: "a mistyped type of an input", breaks: declared(REGISTER, "type: string", "type: strnig") },
    {
      what: "a mistyped format of a field",
      breaks: declared(REQUESTED, "format: date-time", "format: datetime"),
    },
    {
      what: "a store path out of the data root",
      breaks: declared(
        STORAGE,
        "path: release_governance/releases.jsonl",
        "path: ../release_governance/releases.jsonl",
      ),
    },
    {
      what: "a side effect that is not bound",
      breaks: declared(
        BINDING,
        `    ${REGISTRY}:\n      policy:\n        path: "{{module_data_root}}/release_governance/releases.jsonl"\n`,
        "",
      ),
    },
    {
      what: "a side effect bound under a mistyped name",
      breaks: declared(BINDING, REGISTRY, "capability_side_effects::CS_REGISTY_V0"),
    },
    {
      what: "a required field under a mistyped name",
      breaks: declared(RELEASE, "runtime_binding:", "runtime_bindng:"),
    },
    { what: "a list under a mistyped name", breaks: declared(REGISTER, "pipeline:", "pipelin:") },
    { what: "a capability under a mistyped name", breaks: declared(REGISTER, "transform:", "transfrom:") },
    {
      what: "two flaws at once",
      breaks: (whole) => {
        declared(REGISTER, "op: REGISTER", "op: REGISTR")(whole);
        declared(FREEZE, "store: FREEZE_WINDOWS", "store: FREEZE_WINDOW")(whole);
      },
    },
    {
      what: "a mistyped operation in a sealed snapshot",
      breaks: declared(REGISTER, "op: REGISTER", "op: REGISTR"),
      sealed: "broken",
    },
    {
      what: "a mistyped operation, as the plan tells it",
      breaks: declared(REGISTER, "op: REGISTER", "op: REGISTR"),
      prints: planned,
    },
  ] satisfies readonly Omit<Case, "says">[]
).map((one) => ({ says: "WORKFLOW_DOES_NOT_COMPILE", ...one }));

const brokenOff: readonly Case[] = [
  {
    what: "a node without an edge for an outcome",
    says: "NO_TRANSITION",
    breaks: declared(RELEASE, "        SUCCESS: CHECK_FREEZE_WINDOW\n", ""),
  },
  {
    what: "an edge for a mistyped outcome",
    says: "NO_TRANSITION",
    breaks: declared(RELEASE, "SUCCESS: CHECK_FREEZE_WINDOW", "SUCESS: CHECK_FREEZE_WINDOW"),
  },
  {
    what: "an edge of which several could be meant",
    says: "NO_TRANSITION",
    choice: "CHECK_FREEZE_WINDOW",
    breaks: declared(RELEASE, "SUCCESS: CHECK_FREEZE_WINDOW", "DONE: CHECK_FREEZE_WINDOW"),
  },
  {
    what: "a step without a way on",
    says: "OUTCOME_NOT_ROUTED",
    choice: "continue",
    breaks: declared(REGISTER, "        SUCCESS: continue\n", ""),
  },
  {
    what: "a step with a way on for a mistyped outcome",
    says: "OUTCOME_NOT_ROUTED",
    breaks: declared(REGISTER, "SUCCESS: continue", "SUCESS: continue"),
  },
  {
    what: "an outcome that its contract does not allow",
    says: "OUTCOME_NOT_DECLARED",
    breaks: declared(REGISTER, "allowed: [SUCCESS, ALREADY", "allowed: [ALREADY"),
  },
  {
    what: "an outcome that its side effect does not declare",
    says: "OUTCOME_NOT_DECLARED",
    breaks: declared(REGISTRY, "[SUCCESS, ALREADY_EXISTS,", "[ALREADY_EXISTS,"),
  },
  {
    what: "an edge that leads back, where one is missing that leads on",
    says: "HOP_LIMIT",
    breaks: (whole) => {
      declared(RELEASE, "SUCCESS: CHECK_FREEZE_WINDOW", "SUCCESS: EVALUATE_QUORUM")(whole);
      more("--max-hops", "20")(whole);
    },
  },
  {
    what: "an edge that leads back",
    says: "HOP_LIMIT",
    choice: "REGISTER_RELEASE",
    breaks: (whole) => {
      declared(RELEASE, "SUCCESS: REGISTER_RELEASE", "SUCCESS: EVALUATE_QUORUM")(whole);
      more("--max-hops", "20")(whole);
    },
  },
  {
    what: "a condition on a mistyped output",
    says: "PATH_UNRESOLVED",
    breaks: declared(FREEZE, "$.frozen == true", "$.frozn == true"),
  },
  {
    what: "a list with a mistyped field of the payload",
    says: "PATH_UNRESOLVED",
    breaks: declared(
      RELEASE,
      "approvers: $.results.EVALUATE_QUORUM.approvers",
      "approvers: [$.payload.chnage.author]",
    ),
  },
  {
    what: "a node that binds a mistyped field of the payload",
    says: "EXIT_VIOLATION",
    breaks: declared(
      RELEASE,
      "artifact_digest: $.payload.change.artifact_digest",
      "artifact_digest: $.payload.change.artefact_digest",
    ),
  },
  {
    what: "a node that binds a field at the wrong level",
    says: "EXIT_VIOLATION",
    breaks: declared(RELEASE, "risk: $.payload.change.risk", "risk: $.payload.risk"),
  },
  {
    what: "a node that binds a mistyped result",
    says: "EXIT_FAILED",
    breaks: declared(
      RELEASE,
      "$.results.REGISTER_RELEASE.release_id\n        change_id: $.payload.change_id\n        environment: $.payload.environment\n        author",
      "$.results.REGISTER_RELEASE.relase_id\n        change_id: $.payload.change_id\n        environment: $.payload.environment\n        author",
    ),
  },
  {
    what: "a step that takes a mistyped input of its contract",
    says: "EXIT_DENIED",
    breaks: declared(QUORUM, "approvals: $.inputs.approvals", "approvals: $.inputs.aprovals"),
  },
  {
    what: "a step that gives its transform a mistyped input",
    says: "EXIT_DENIED",
    breaks: declared(QUORUM, "approvals: $.inputs.approvals", "aprovals: $.inputs.approvals"),
  },
  {
    what: "a step that gives its transform no input",
    says: "EXIT_DENIED",
    breaks: declared(QUORUM, "        approvals: $.inputs.approvals\n", ""),
  },
  {
    what: "a step that publishes a mistyped field of its result",
    says: "EXIT_VIOLATION",
    breaks: declared(REGISTER, "$.capability_result.id", "$.capability_result.idd"),
  },
  {
    what: "a node that does not bind an input",
    says: "EXIT_DENIED",
    breaks: (whole) => {
      declared(RELEASE, "        approvals: $.payload.approvals\n", "")(whole);
    },
  },
  {
    what: "a node that binds a mistyped input",
    says: "EXIT_DENIED",
    breaks: declared(
      RELEASE,
      "        approvals: $.payload.approvals\n",
      "        aprovals: $.payload.approvals\n",
    ),
  },
  {
    what: "a node without an edge, as an examination tells it",
    says: "NO_TRANSITION",
    prints: examined,
    breaks: declared(RELEASE, "        SUCCESS: CHECK_FREEZE_WINDOW\n", ""),
  },
  {
    what: "a node without an edge, in a sealed snapshot",
    says: "NO_TRANSITION",
    sealed: "broken",
    breaks: declared(RELEASE, "        SUCCESS: CHECK_FREEZE_WINDOW\n", ""),
  },
  {
    what: "a step with a mistyped outcome, as the plan tells it",
    says: "OUTCOME_NOT_ROUTED",
    prints: planned,
    breaks: declared(REGISTER, "SUCCESS: continue", "SUCESS: continue"),
  },
];

const CHANGED = ["arrives at the same name", "arrives at that name"] as const;

const sealedAndRead: readonly Case[] = [
  {
    what: "merge-conflict markers in an artifact",
    says: "CONFLICT_MARKERS",
    breaks: spoilt(REGISTER, conflict),
  },
  {
    what: "a key twice in an artifact",
    says: "DUPLICATE_KEY",
    breaks: spoilt(REGISTER, (text) => text.replace(/\n\}\n$/, ',\n  "version": "0"\n}\n')),
  },
  {
    what: "no comma between two members of an artifact",
    says: "NOT_JSON",
    breaks: spoilt(REGISTER, (text) => text.replace(/",\n {2}"artifact_type"/, '"\n  "artifact_type"')),
  },
  {
    what: "an artifact with another name than its file",
    says: "FQDN_MISMATCH",
    breaks: spoilt(REGISTER, (text) =>
      text.replace(`"fqdn_id": "${REGISTER}"`, '"fqdn_id": "release_governance::CC_RENAMED_V0"'),
    ),
  },
  {
    what: "an artifact of another code than its file",
    says: "FQDN_MISMATCH",
    breaks: spoilt(REGISTER, (text) => text.replace('"artifact_code": "CC_REG', '"artifact_code": "CC_LEG')),
  },
  {
    what: "an artifact that is a link out of the snapshot",
    says: "LINK_ESCAPES",
    breaks: ({ place, snapshot }) => {
      renameSync(artifactFile(snapshot, REGISTER), place.path("outside.json"));
      symlinkSync(place.path("outside.json"), artifactFile(snapshot, REGISTER));
    },
  },
  {
    what: "an executed field that its text does not say",
    says: "EXECUTED_FIELD_DIFFERS",
    breaks: spoilt(REGISTER, (text) => text.replace('"op": "REGISTER"', '"op": "DEREGISTER"')),
  },
  {
    what: "an executed field too many",
    says: "EXECUTED_FIELD_DIFFERS",
    breaks: spoilt(REGISTER, (text) =>
      text.replace('"op": "REGISTER"', '"op": "REGISTER",\n        "on_fire": true'),
    ),
  },
  {
    what: "an executed field too few, as a verification tells it",
    says: "EXECUTED_FIELD_DIFFERS",
    prints: verified,
    breaks: spoilt(REGISTER, (text) => text.replace(/\s*"op": "REGISTER",/, "")),
  },
  {
    what: "a Markdown that its hash does not fit",
    says: "CONTENT_HASH_MISMATCH",
    breaks: spoilt(REGISTER, (text) => text.replace(...CHANGED)),
  },
  {
    what: "a changed artifact in a sealed snapshot",
    says: "SEALED_FILE_CHANGED",
    sealed: "whole",
    breaks: declared(REGISTER, ...CHANGED),
  },
  {
    what: "no seal where one is expected",
    says: "SEAL_ABSENT",
    sealed: "whole",
    breaks: (whole) => {
      const file = join(whole.snapshot, "seal.json");
      more("--expect-seal", /"root":"(\w+)"/.exec(readFileSync(file, "utf8"))?.[1] as string)(whole);
      rmSync(file);
    },
  },
  {
    what: "a seal that was written by hand",
    says: "SEAL_MALFORMED",
    sealed: "whole",
    breaks: ({ snapshot }) =>
      edit(join(snapshot, "seal.json"), (text) => text.replace('{"schema"', '{ "schema"')),
  },
  {
    what: "a seal of which a line was changed",
    says: "SEAL_ROOT_MISMATCH",
    sealed: "whole",
    breaks: ({ snapshot }) =>
      edit(join(snapshot, "seal.json"), (text) => text.replace(/"size":\d/, '"size":9')),
  },
  {
    what: "another seal than the expected one",
    says: "SEAL_UNEXPECTED_ROOT",
    sealed: "whole",
    breaks: more("--expect-seal", "0".repeat(64)),
  },
  {
    what: "an artifact that came after the seal",
    says: "FILE_NOT_SEALED",
    sealed: "whole",
    breaks: ({ snapshot }) => edit(join(snapshot, "seal.json"), () => sealWithout(snapshot, REGISTER)),
  },
];

/** The seal of a snapshot that an artifact does not belong to. */
function sealWithout(snapshot: string, fqdn: string): string {
  const files = nodeFiles
    .list(snapshot)
    .filter(({ path }) => join(snapshot, path) !== artifactFile(snapshot, fqdn) && path !== "seal.json")
    .map(({ path }) => ({ path, bytes: readFileSync(join(snapshot, path)) }));
  return sealText(files, { name: "pgs-runner", version: "0.0.0-test" }).text;
}

const cases = [...uncompiled, ...brokenOff, ...sealedAndRead];
for (const one of portion({ name: "hints of a snapshot", diagnostic: console.log }, cases, 3)) check(one, true);
