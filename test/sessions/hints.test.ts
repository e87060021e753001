/** Whatever is wrong with a command line, a payload or stored data, the printed hint, followed to the letter, mends it. */

import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json, MutableJson } from "../../src/json/value.ts";
import { portion, takingTurns } from "../support/portion.ts";
import {
  type Case,
  check,
  conflict,
  examined,
  inChange,
  more,
  payload,
  payloadText,
  setting,
  typed,
} from "./breaking.ts";
import { follow, hintsIn } from "./follow.ts";
import { assertRefused, FIXTURES, fixture, RELEASE, tree, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const GRANT = "agent_governance::WF_GRANT_TOOL_V0";
const ROLLBACK = "release_governance::WF_ROLLBACK_RELEASE_V0";

const usage: readonly Case[] = [
  {
    what: "a mistyped workflow",
    says: "UNKNOWN_WORKFLOW",
    breaks: typed(RELEASE, "release_governance::WF_RELEASE_CHNGE_V0"),
  },
  {
    what: "a workflow without its domain",
    says: "NOT_AN_FQDN",
    breaks: typed(RELEASE, "WF_RELEASE_CHANGE_V0"),
  },
  { what: "a mistyped command", says: "BAD_USAGE", breaks: typed("run", "rnu") },
  { what: "a mistyped option", says: "BAD_USAGE", breaks: typed("--payload", "--paylaod") },
  {
    what: "an option with a value that it does not have",
    says: "BAD_USAGE",
    breaks: typed("process", "none"),
  },
  { what: "an option that wants a number", says: "BAD_USAGE", breaks: more("--max-hops", "many") },
  { what: "a clock that is none", says: "BAD_CLOCK", breaks: more("--clock", "yesterday") },
  { what: "too small a limit for the nodes of the graph", says: "HOP_LIMIT", breaks: more("--max-hops", "3") },
  {
    what: "too small a limit for the payload's bytes",
    says: "PAYLOAD_TOO_LARGE",
    breaks: more("--max-bytes", "10"),
  },
  {
    what: "too small a limit for the payload's depth",
    says: "PAYLOAD_TOO_DEEP",
    breaks: more("--max-depth", "1"),
  },
  { what: "a mistyped payload file", says: "FILE_MISSING", breaks: typed("payload.json", "payloda.json") },
  {
    what: "a snapshot folder that is the one above it",
    says: "SNAPSHOT_MISSING",
    breaks: more("--snapshot", "."),
  },
  {
    what: "a mistyped snapshot folder",
    says: "SNAPSHOT_MISSING",
    breaks: more("--snapshot", "protocl_snapshot"),
  },
];

const payloads: readonly Case[] = [
  {
    what: "no comma between two members",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.replace(",\n", "\n")),
  },
  {
    what: "a comma behind the last member",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.replace(/\n\}\s*$/, ",\n}")),
  },
  {
    what: "no closing bracket",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.trimEnd().slice(0, -1)),
  },
  {
    what: "single quotes",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.replace('"production"', "'production'")),
  },
  {
    what: "a name without quotes",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.replace('"environment"', "environment")),
  },
  {
    what: "another language's null",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => text.replace("null", "None")),
  },
  {
    what: "something behind the last bracket",
    says: "PAYLOAD_NOT_JSON",
    breaks: payloadText((text) => `${text.trimEnd()} and so on`),
  },
  { what: "merge-conflict markers", says: "PAYLOAD_CONFLICT_MARKERS", breaks: payloadText(conflict) },
  {
    what: "a key twice",
    says: "PAYLOAD_DUPLICATE_KEY",
    breaks: payloadText((text) => text.replace(/^(\s*)"environment": .*$/m, '$1"environment": "staging",\n$&')),
  },
  { what: "no required field", says: "EXIT_REJECTED", breaks: inChange("author", undefined) },
  {
    what: "a mistyped field",
    says: "EXIT_REJECTED",
    breaks: payload((whole) => {
      whole["schedueld_at"] = whole["scheduled_at"] as Json;
      delete whole["scheduled_at"];
    }),
  },
  {
    what: "a field of the wrong type",
    says: "EXIT_REJECTED",
    breaks: setting({ rollout_percent: "all" }),
  },
  {
    what: "a number below the minimum",
    says: "EXIT_REJECTED",
    breaks: setting({ rollout_percent: 0 }),
  },
  {
    what: "a mistyped value of several",
    says: "EXIT_REJECTED",
    breaks: setting({ environment: "prodution" }),
  },
  {
    what: "a value of none of several",
    says: "EXIT_REJECTED",
    choice: "normal",
    breaks: inChange("risk", "whatever"),
  },
  { what: "an address that is none", says: "EXIT_REJECTED", breaks: inChange("author", "nobody") },
  {
    what: "a date without a time",
    says: "EXIT_REJECTED",
    breaks: setting({ scheduled_at: "2026-03-02" }),
  },
  { what: "a digest without its prefix", says: "EXIT_REJECTED", breaks: inChange("artifact_digest", "00ff") },
  {
    what: "too short a list",
    says: "EXIT_REJECTED",
    breaks: payload((whole) => {
      whole["environment"] = "staging";
      whole["approvals"] = [];
    }),
  },
  {
    what: "three things wrong at once",
    says: "EXIT_REJECTED",
    choice: "production",
    breaks: payload((whole) =>
      Object.assign(whole, { environment: 1, scheduled_at: null, rollout_percent: 1.5 }),
    ),
  },
  {
    what: "no field that admission compares",
    says: "ADMISSION_DENIED",
    breaks: payload((whole) => {
      delete whole["change_id"];
    }),
  },
  {
    what: "no record that admission asks for",
    says: "ADMISSION_DENIED",
    workflow: ROLLBACK,
    payload: "wf-rollback-release/completed",
    choice: fixture("wf-release-change/completed"),
    breaks: () => undefined,
  },
  {
    what: "a nested field of the wrong type, as an examination tells it",
    says: "EXIT_REJECTED",
    workflow: GRANT,
    payload: "wf-grant-tool/completed",
    prints: examined,
    breaks: payload((whole) => {
      whole["parameters"] = { ...(whole["parameters"] as MutableJson), max_rows: "5" };
    }),
  },
];

const stored: readonly Case[] = [
  {
    what: "a stored line that is no record",
    says: "STORE_CORRUPT",
    breaks: ({ place }) => {
      writeFileSync(
        place.path("data/release_governance/release_audit.jsonl"),
        '{"record":{}}\nnot json\n{"record":{}}\n',
      );
    },
  },
  {
    what: "a folder in the place of a store",
    says: "EXIT_FAILED",
    data: "data-no-audit",
    breaks: () => undefined,
  },
  {
    what: "a store that is a link out of the data root",
    says: "STORE_PATH_ESCAPES",
    breaks: ({ place }) => {
      writeFileSync(place.path("outside.jsonl"), "");
      symlinkSync(place.path("outside.jsonl"), place.path("data/release_governance/releases.jsonl"));
    },
  },
];

const cases = [...usage, ...payloads, ...stored];
for (const one of portion({ name: "hints", diagnostic: console.log }, cases, 4)) check(one, false);

for (const named of [[], ["--snapshot", "protocol_snapshot"]]) {
  it(`from a folder of the workspace, ${named.join(" ") || "no option"}: the hint leads to the workspace's own data`, async (t) => {
    const place = workspace(t, { data: join(FIXTURES, "data"), capabilities: false });
    const payload = ["--payload", fixture("wf-grant-tool/completed")];
    const workflow = "agent_governance::WF_GRANT_TOOL_V0";
    const argv = ["run", "--wf", workflow, ...payload, "--no-png", "--no-md", ...named];
    assert.equal((await place.session(...argv.slice(0, -named.length || undefined))).code, 0);

    mkdirSync(place.path("below/deeper"), { recursive: true });
    const there = (...words: readonly string[]) =>
      place.sessionIn({ cwd: place.path("below/deeper") }, ...words);
    const refused = await there(...argv);
    assertRefused(refused, 3, "SNAPSHOT_MISSING");
    for (const hint of hintsIn(refused.err)) await follow(hint, { place, argv, choice: undefined });
    const again = await there(...argv);
    assert.match(again.out, /ALREADY_EXISTS/, `${argv.join(" ")}: ${again.out}${again.err}`);
    assert.deepEqual(tree(place.path("below")), ["deeper"]);
  });
}
