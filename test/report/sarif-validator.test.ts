/** The validator of SARIF, with the rules of GitHub's code scanning, accepts every SARIF document that a command writes. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { NO_CONFIG } from "../../src/check/config.ts";
import { evaluate } from "../../src/check/evaluate.ts";
import { RULES } from "../../src/check/rules.ts";
import { toContext } from "../../src/cli/context.ts";
import { checkPart } from "../../src/cli/views/check.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { leftOut, type Verdict } from "../../src/report/result.ts";
import { sarifText } from "../../src/report/sarif.ts";
import { EXAMPLES } from "../check/examples.ts";
import { smallSnapshot, subjectFrom } from "../check/small-snapshot.ts";
import { edit, reauthor, unsealedCopy } from "../sessions/reauthor.ts";
import { at, FIXTURES, PROJECT, SNAPSHOT, type Workspace, workspace } from "../sessions/world.ts";
import { PLAYS_ALL } from "../support/portion.ts";
import { hostile, VERDICT } from "./verdicts.ts";

const TOOL = { name: "pgs-runner", version: "1.2.3" };
const ROOT = "protocol_snapshot/seal.json";

/** What the validator remarks on that stays as it is, and why. Every line of the table must still be needed. */
const ACCEPTED: Readonly<Record<string, string>> = {
  "SARIF2002 note": "a message is a whole sentence made for its finding: there is no template with arguments",
  "SARIF2003 note":
    "nothing is asked of a version control system; the host that takes the file knows the revision",
  "SARIF2005 warning": "informationUri: the tool has no published home page that could be linked to",
  "SARIF2006 note": "the schema's address cannot be reached without a network",
  "SARIF2009 note": "a rule id is a readable word, the one that configuration and baseline use",
  "SARIF2010 note": "snippets would copy the snapshot into the report; the host shows the file itself",
  "SARIF2011 note": "the same of the lines around a snippet",
  "SARIF2012 note": "a rule has its help as text, and no page of its own",
  "SARIF2016 note": "a file outside of the root of the report has no relative name",
};

/** The validator's program for this machine; undefined where the package has none. */
function validator(): string | undefined {
  const name = { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform as string];
  const require = createRequire(import.meta.url);
  try {
    const folder = dirname(require.resolve(`@microsoft/sarif-multitool-${name}/package.json`));
    const program = join(folder, name === "win32" ? "Sarif.Multitool.exe" : "Sarif.Multitool");
    accessSync(program, constants.R_OK);
    makeExecutable(program);
    return program;
  } catch {
    return undefined;
  }
}

/** An installation without scripts leaves the program without its permission. */
function makeExecutable(program: string): void {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    chmodSync(program, 0o755);
  }
}

/** By name of the document: `RULE level place` of what the validator says. One start for all: each takes seconds. */
function validate(program: string, place: Workspace, files: readonly string[]): Map<string, readonly string[]> {
  const report = place.path("validator-report.sarif");
  const which = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--kind", "Fail"];
  const limits = ["--max-file-size-in-kb", "1000000"];
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" };
  const argv = ["validate", ...files, ...which, ...limits, "--quiet", "true", "--output", report];
  const ended = spawnSync(program, argv, { env, encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.equal(ended.error, undefined);
  const run = at(JSON.parse(readFileSync(report, "utf8")), "runs", 0);
  const said = new Map<string, string[]>(files.map((file) => [basename(file), []]));
  for (const result of at(run, "results") as readonly JsonObject[]) {
    const file = at(result, "locations", 0, "physicalLocation", "artifactLocation", "uri") as string;
    const [where] = at(result, "message", "arguments") as readonly string[];
    said.get(basename(file))?.push(`${result["ruleId"]} ${result["level"] ?? "warning"} ${where}`);
  }
  return said;
}

/** A result for every rule of the check, made by the examples of the rules. */
async function everyRule(): Promise<Verdict> {
  const context = toContext({ workspace: "/work" }, { ...realPlatform("/"), cwd: "/work", env: {} });
  const terms = { config: NO_CONFIG, baseline: [], failOn: "error" } as const;
  const results = [];
  for (const { breach } of EXAMPLES) {
    const small = smallSnapshot();
    breach(small);
    results.push(evaluate(await subjectFrom(small), RULES, terms));
  }
  const [first] = results;
  assert.ok(first !== undefined);
  const findings = results.flatMap((one) => one.findings);
  assert.equal(new Set(findings.map(({ rule }) => rule)).size, RULES.length);
  return { command: "pgs check", parts: [checkPart({ ...first, findings }, context)] };
}

const LICENCE = "artifacts/capability_contracts/agent_governance__CC_READ_LICENCE_V0.json";
const GRANT = "agent_governance::WF_GRANT_TOOL_V0";

/** A snapshot, scenarios, vectors and a trace with something to find in each. */
async function spoilt(t: TestContext): Promise<Workspace> {
  const place = workspace(t, { snapshot: null });
  const snapshot = place.path("protocol_snapshot");
  unsealedCopy(snapshot);
  cpSync(join(SNAPSHOT, "conformance"), join(snapshot, "conformance"), { recursive: true });
  mkdirSync(place.path("scenarios"));
  cpSync(join(FIXTURES, "data"), place.path("scenarios/data"), { recursive: true });
  cpSync(join(FIXTURES, "wf-grant-tool/completed.json"), place.path("scenarios/grant.json"));
  const text = `scenario: A grant
given: { data: data }
steps:
  - name: grant
    workflow: ${GRANT}
    payload_file: grant.json
    expect: { exit_reason: EXIT_DENIED }
`;
  writeFileSync(place.path("scenarios/grant.scenario.yaml"), text);
  const vectors = join(PROJECT, "test/vectors/good/tool-grants.json");
  cpSync(vectors, place.path("vectors/tool-grants.json"));
  edit(place.path("vectors/tool-grants.json"), (vector) => vector.replace(/"COMPLETED"/, '"EXIT_DENIED"'));
  const other = ["--no-png", "--no-md"];
  await place.session("run", "--wf", "agent_governance::WF_REVOKE_GRANT_V0", ...other);
  const changed = "capability_transforms__CT_PURE_LOOKUP_V0__a_quorum_by_environment.json";
  edit(join(snapshot, "conformance", changed), (declared) =>
    JSON.stringify({ ...JSON.parse(declared), expected: { result: "other" } }, null, 2),
  );
  reauthor(snapshot, GRANT, (markdown) => markdown.replace("        NOT_ON_SURFACE: DENY_TOOL\n", ""));
  return place;
}

/** Each command that leaves SARIF, on a snapshot with nothing to find and on one with something. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  check: ["check"],
  conformance: ["conformance"],
  certify: ["certify", "vectors"],
  test: ["test", "scenarios"],
  coverage: ["coverage", "traces", "--min", "100"],
  gate: ["gate", "--require", "test"],
};

/** The document of every command, of one that is run below the snapshot's folder, and of one that is refused. */
async function written(t: TestContext): Promise<readonly string[]> {
  const [good, bad] = [workspace(t), await spoilt(t)];
  mkdirSync(bad.path("elsewhere"));
  const files: string[] = [];
  const write = async (place: Workspace, name: string, cwd: string, ...argv: readonly string[]) => {
    const file = place.path(`${name}.sarif`);
    const said = await place.sessionIn({ cwd }, ...argv, "--quiet", "--sarif", file);
    files.push(file);
    return said.code;
  };
  assert.equal(await write(good, "good-verify", good.folder, "verify"), 0);
  assert.equal(await write(good, "good-check", good.folder, "check"), 0);
  assert.equal(await write(good, "good-gate", good.folder, "gate"), 0);
  for (const [name, argv] of Object.entries(COMMANDS))
    assert.equal(await write(bad, name, bad.folder, ...argv), 7, name);
  // The files are outside of the working folder, so their names are absolute.
  const above = ["--workspace", ".."];
  assert.equal(await write(bad, "far-gate", bad.path("elsewhere"), "gate", ...above), 7);
  edit(bad.path("scenarios/grant.scenario.yaml"), (text) => text.replace("exit_reason", "exit_raeson"));
  edit(bad.path(`protocol_snapshot/${LICENCE}`), (text) => text.replace("is_active", "is_passive"));
  assert.equal(await write(bad, "verify", bad.folder, "verify"), 7);
  assert.equal(await write(bad, "refused-gate", bad.folder, "gate"), 7);
  return files;
}

const program = validator();

test("the validator has nothing against any document but what is accepted with a reason", {
  skip:
    program === undefined
      ? `@microsoft/sarif-multitool has no program for ${process.platform}`
      : PLAYS_ALL
        ? false
        : "it takes ten seconds; PGS_TEST_ALL=1 runs it",
}, async (t) => {
  const place = workspace(t, { snapshot: null });
  const made: Readonly<Record<string, Verdict>> = {
    "every-rule": await everyRule(),
    verdict: VERDICT,
    hostile: hostile(),
    "left-out": { command: "pgs gate", parts: [leftOut("test", "no scenarios", true)] },
    empty: { command: "pgs gate", parts: [] },
  };
  const files = Object.entries(made).map(([name, verdict]) => {
    const file = place.path(`${name}.sarif`);
    writeFileSync(file, sarifText(verdict, TOOL, ROOT));
    return file;
  });
  const capped = place.path("capped.sarif");
  writeFileSync(capped, sarifText(await everyRule(), TOOL, ROOT, { results: 3, compressed: 10_000_000 }));
  assert.match(readFileSync(capped, "utf8"), /more results are left out/);
  const nowhere = place.path("without-location.sarif");
  const text = sarifText(VERDICT, TOOL, ROOT);
  writeFileSync(nowhere, text.replace('"locations"', '"relatedLocations"'));
  const said = validate(program as string, place, [...files, capped, nowhere, ...(await written(t))]);

  const refused = said.get(basename(nowhere)) ?? [];
  assert.ok(refused.includes("GH1015 error runs[0].results[0]"), refused.join("\n"));
  said.delete(basename(nowhere));
  const needed = new Set<string>();
  for (const [name, remarks] of said) {
    // Of every document that was read the validator has something to say.
    assert.ok(remarks.length > 0, `${name} was not read`);
    const kinds = remarks.map((one) => one.split(" ").slice(0, 2).join(" "));
    const others = remarks.filter((_, i) => !Object.hasOwn(ACCEPTED, kinds[i] as string));
    assert.deepEqual(others.slice(0, 20), [], name);
    for (const kind of kinds) needed.add(kind);
  }
  // Whether the schema's address can be reached is up to the network.
  assert.deepEqual(
    Object.keys(ACCEPTED).filter((kind) => !needed.has(kind) && !kind.startsWith("SARIF2006 ")),
    [],
  );
});
