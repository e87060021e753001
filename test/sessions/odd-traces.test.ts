/** Traces that are odd in structure, each with its chain made anew, through every command that takes a trace. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { type EditableLine, forge } from "../examine/examination.ts";
import { below, oneOf } from "../examine/matrix/choice.ts";
import { portion } from "../support/portion.ts";
import { signersIn } from "./signed.ts";
import { FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const ODD = 3000;
const SEED = "odd traces, 1";

/** Runs whose traces have between them every event: secrets, violations, denials, effects, refusals. */
const RUNS: readonly (readonly [workflow: string, payload: string, ...more: string[]])[] = [
  [RELEASE, "wf-release-change/completed-successor", "--actor", "org::A_SOMEONE_V0"],
  [RELEASE, "wf-release-change/nack-everything-wrong"],
  [RELEASE, "wf-release-change/admission-denied-rolled-back"],
  [RELEASE, "wf-release-change/completed-staging", "--max-hops", "2"],
  ["release_governance::WF_ROLLBACK_RELEASE_V0", "wf-rollback-release/completed"],
  ["release_governance::WF_ROLLBACK_RELEASE_V0", "wf-rollback-release/nack-everything-wrong"],
  ["agent_governance::WF_GRANT_TOOL_V0", "wf-grant-tool/completed"],
];

/** With the odd trace's name in place of `T`, and an untouched one's in place of `U`. */
const COMMANDS: readonly (readonly string[])[] = [
  ["examine", "T"],
  ["examine", "T", "--json", "--steps"],
  ["examine", "T", "--from-step", "3"],
  ["render", "T"],
  ["render", "T", "--md", "odd.md", "--svg", "odd.svg"],
  ["diff", "T", "U", "--nondeterministic"],
  ["diff", "U", "T", "--json"],
  ["export", "T", "--format", "reference-v0", "--out", "odd.ref.jsonl"],
  ["attest", "T", "--key", "keys/someone.pem", "--attestation", "T.json"],
  ["coverage", "T"],
];

test("no odd trace makes any command a defect", async (t) => {
  const place = workspace(t, { data: `${FIXTURES}/data` });
  signersIn(place, "someone");
  const whole = await wholeTraces(place);
  for (const i of portion(t, [...Array(ODD).keys()], 15)) {
    const name = `odd-${i}.jsonl`;
    const untouched = oneOf(whole, SEED, i);
    writeFileSync(place.path(name), odd(readFileSync(untouched, "utf8"), i));
    for (const argv of inTurn(i)) {
      const said = await place.session(
        ...argv.map((word) => ({ T: name, U: untouched })[word] ?? word.replace(/^T\./, name)),
      );
      assert.notEqual(said.code, 70, `${SEED} ${i}: ${argv.join(" ")}\n${said.err}`);
    }
  }
});

/** How many of the commands each trace goes through; all of them take minutes. */
const COMMANDS_A_TRACE = 1;

function inTurn(i: number): typeof COMMANDS {
  return Array.from(
    { length: COMMANDS_A_TRACE },
    (_, k) => COMMANDS[(i + k) % COMMANDS.length] as readonly string[],
  );
}

async function wholeTraces(place: Workspace): Promise<readonly string[]> {
  for (const [workflow, payload, ...more] of RUNS) {
    const said = await place.session(
      "run",
      "--wf",
      workflow,
      "--payload",
      fixture(payload),
      "--no-png",
      "--no-md",
      ...more,
    );
    assert.ok([0, 1, 4].includes(said.code), said.err);
  }
  const traces = place.traces();
  const types = new Set(traces.flatMap((file) => readFileSync(file, "utf8").match(/"event_type":"\w+"/g)));
  assert.equal(types.size, 13);
  return traces;
}

// ---- what is done to a trace ----

type Holder = { [key: string]: unknown };

/** One to three changes of structure, and the chain made anew. */
function odd(trace: string, i: number): string {
  return forge(trace, (lines) => {
    const changes = 1 + below(3, SEED, i, "changes");
    for (let k = 0; k < changes; k++) {
      const line = lines[below(lines.length, SEED, i, k, "line")] as EditableLine;
      const change = oneOf(CHANGES, SEED, i, k, "change");
      change(line, lines, [i, k]);
    }
    return lines;
  });
}

type Change = (line: EditableLine, lines: EditableLine[], salt: readonly number[]) => void;

/** A member of the line at any depth. */
function member(line: EditableLine, salt: readonly number[]): { holder: Holder; key: string } {
  const places: { holder: Holder; key: string }[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      places.push({ holder: value as Holder, key });
      walk(item);
    }
  };
  walk(line.payload);
  places.push(
    ...["run", "node_id", "event_type"]
      .filter((key) => key in line)
      .map((key) => ({ holder: line as Holder, key })),
  );
  return oneOf(places, SEED, ...salt, "member");
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  2 ** 53 + 2,
  "",
  "WEIRD",
  "/",
  "no/pointer",
  "0.1",
  "__proto__",
  [],
  {},
  [null],
  [[]],
  { $suppressed: "sha256:0" },
  { $suppressed: 7 },
];

/** Words that the format has, in places where another one is. */
const WORDS = [
  "SUCCESS",
  "FAILED",
  "ADMITTED",
  "DENIED",
  "IN",
  "CC",
  "EXIT",
  "0",
  "0.1",
  "continue",
  "exit",
  "BACKEND_ERROR",
];

const CHANGES: readonly Change[] = [
  (line, _, salt) => {
    const { holder, key } = member(line, salt);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  (line, _, salt) => {
    const { holder } = member(line, salt);
    holder[oneOf(["extra", "__proto__", "step", "reason", "observed", "change"], SEED, ...salt)] = oneOf(
      VALUES,
      SEED,
      ...salt,
      "v",
    );
  },
  (line, _, salt) => {
    const { holder, key } = member(line, salt);
    holder[key] = oneOf(VALUES, SEED, ...salt, "v");
  },
  (line, _, salt) => {
    const { holder, key } = member(line, salt);
    holder[key] = oneOf(WORDS, SEED, ...salt, "w");
  },
  (line, _, salt) => {
    const { holder, key } = member(line, salt);
    holder[key] = { [key]: holder[key] };
  },
  (line, lines, salt) => {
    line["event_type"] = (oneOf(lines, SEED, ...salt, "type") as EditableLine)["event_type"];
  },
  (line, lines, salt) => {
    line.payload = structuredClone(oneOf(lines, SEED, ...salt, "payload")).payload;
  },
  (line, lines) => {
    lines.splice(lines.indexOf(line), 1);
  },
  (line, lines, salt) => {
    lines.splice(below(lines.length, SEED, ...salt, "to"), 0, structuredClone(line));
  },
  // An optional member of the format is left out, which is no fault of the line's form.
  (line) => {
    const optional = [
      "field",
      "constraint",
      "inputs",
      "capability_code",
      "outputs",
      "reason",
      "change",
      "observed",
      "parent",
    ];
    for (const key of optional) if (Object.hasOwn(line.payload, key)) return void delete line.payload[key];
  },
];
