/** No output option destroys what somebody needs: inputs, the snapshot, traces, scenarios, files of another kind. */

import assert from "node:assert/strict";
import { copyFileSync, cpSync, linkSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { portion, takingTurns } from "../support/portion.ts";
import { type FiledSigner, signersIn } from "./signed.ts";
import {
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  PROJECT,
  RELEASE,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

/** A copy of everything that an output could hit, and the trace of a run. */
async function ground(t: TestContext): Promise<{ readonly place: Workspace; readonly trace: string }> {
  const place = workspace(t, { snapshot: null, data: join(FIXTURES, "data") });
  cpSync(SNAPSHOT, place.path("protocol_snapshot"), { recursive: true });
  cpSync(join(PROJECT, "scenarios/tool.scenario.yaml"), place.path("scenarios/tool.scenario.yaml"));
  cpSync(join(PROJECT, "fixtures"), place.path("fixtures"), { recursive: true });
  const payload = fixture("wf-release-change/completed");
  const said = await place.session("run", RELEASE, "--payload", payload, "--no-png", "--json");
  const trace = at(document(said), "trace", "jsonl") as string;
  copyFileSync(trace, place.path("trace.jsonl"));
  return { place, trace: "trace.jsonl" };
}

/** Every command with output options, and those; FILE is what they are tried on. */
const REPORTS = ["--junit", "--sarif", "--summary"];
const COVERAGE = ["--svg", "--png", "--lcov", "--cobertura"];
const WRITERS: readonly (readonly [argv: readonly string[], options: readonly string[]])[] = [
  [
    ["render", "trace.jsonl"],
    ["--html", "--md", "--png", "--svg"],
  ],
  [["export", "trace.jsonl", "--format", "reference-v0"], ["--out"]],
  [["verify"], REPORTS],
  [["check"], REPORTS],
  [["check", "--update-baseline"], ["--baseline"]],
  [["conformance"], REPORTS],
  [["certify", "fixtures"], REPORTS],
  [["test"], [...REPORTS, ...COVERAGE]],
  [
    ["coverage", "trace.jsonl"],
    [...REPORTS, ...COVERAGE],
  ],
  [["gate"], REPORTS],
];

const VICTIMS: readonly (readonly [file: string, says: RegExp])[] = [
  ["trace.jsonl", /is the file of (?:the|a) trace|would overwrite a trace/],
  ["link-to-trace", /is the file of (?:the|a) trace|would overwrite a trace/],
  ["hard-link-to-trace", /would overwrite a trace/],
  ["protocol_snapshot/seal.json", /would overwrite a file of the snapshot/],
  ["protocol_snapshot/report", /would overwrite a file of the snapshot/],
  ["link-to-seal", /would overwrite a file of the snapshot/],
  ["scenarios/tool.scenario.yaml", /would overwrite a scenario|is the file of a scenario/],
  ["payload.json", /would overwrite a file that is no /],
];

it("no output option of any command overwrites what it did not write", async (t) => {
  const { place } = await ground(t);
  symlinkSync("trace.jsonl", place.path("link-to-trace"));
  linkSync(place.path("trace.jsonl"), place.path("hard-link-to-trace"));
  symlinkSync("protocol_snapshot/seal.json", place.path("link-to-seal"));
  writeFileSync(place.path("payload.json"), '{"a": 1}\n');
  writeFileSync(place.path("protocol_snapshot/report"), "");
  for (const [argv, options] of WRITERS) {
    for (const option of options) {
      for (const [victim, says] of VICTIMS) {
        const before = readFileSync(place.path(victim));
        const said = await place.session(...argv, option, victim);
        const line = `${argv.join(" ")} ${option} ${victim}`;
        assertRefused(said, 2, "BAD_USAGE");
        assert.match(said.err, says, line);
        assert.match(said.err, new RegExp(`^hint: name another file with ${option} FILE$`, "m"), line);
        assert.ok(before.equals(readFileSync(place.path(victim))), line);
      }
    }
  }
});

test("every option of the help that writes a file is tried, and none is left out", async (t) => {
  const place = workspace(t);
  const tried = new Set(WRITERS.flatMap(([[name], options]) => options.map((option) => `${name} ${option}`)));
  const names = [...new Set(WRITERS.map(([[name]]) => name as string))];
  for (const name of names) {
    const { out } = await place.session(name, "--help");
    const writing = /^ +(--(?:html|md|png|svg|out|junit|sarif|summary|lcov|cobertura)) </gm;
    for (const [, option] of out.matchAll(writing))
      assert.ok(tried.has(`${name} ${option}`), `${name} ${option}`);
  }
});

it("what an option wrote before, it writes again; an empty file it fills", async (t) => {
  const { place } = await ground(t);
  for (const [argv, options] of portion(t, WRITERS, 1)) {
    if (argv[0] === "certify" || argv[0] === "gate") continue;
    for (const option of options) {
      const file = `${argv[0]}${option}`;
      writeFileSync(place.path(file), "");
      const line = `${argv.join(" ")} ${option}`;
      for (let i = 0; i < 2; i++) {
        const said = await place.session(...argv, option, file);
        assert.ok(said.code === 0 || said.code === 7, `${line}: ${said.err}`);
        assert.notEqual(readFileSync(place.path(file), "utf8"), "", line);
      }
    }
  }
});

test("an attestation over its own trace is refused, and no hint asks to remove the trace", async (t) => {
  const { place } = await ground(t);
  const [ada] = signersIn(place, "ada") as [FiledSigner];
  const before = readFileSync(place.path("trace.jsonl"));
  const said = await place.session(
    "attest",
    "trace.jsonl",
    "--attestation",
    "trace.jsonl",
    "--key",
    ada.privateFile,
  );
  assertRefused(said, 2, "BAD_USAGE");
  assert.match(said.err, /--attestation trace\.jsonl is the file of the trace/);
  assert.doesNotMatch(said.err, /remove/);
  assert.ok(before.equals(readFileSync(place.path("trace.jsonl"))));
});
