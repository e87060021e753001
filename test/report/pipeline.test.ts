/** The action, the hooks and the project's own pipeline: every word of them means something, and the scripts in them run. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { isObject, type JsonObject } from "../../src/json/value.ts";
import { environmentIn, FIXTURES, PROJECT, SNAPSHOT, type Workspace, workspace } from "../sessions/world.ts";
import { takingTurns } from "../support/portion.ts";
import { assertSarif } from "../support/schemas.ts";

const it = takingTurns(import.meta.url);

function read(file: string): unknown {
  return parse(readFileSync(join(PROJECT, file), "utf8"), { strict: true, uniqueKeys: true });
}

/** An object that holds all of the first keys, and beside them none but the others. */
function fields(
  value: unknown,
  required: readonly string[],
  others: readonly string[],
  where: string,
): JsonObject {
  assert.ok(isObject(value), where);
  const keys = Object.keys(value);
  assert.deepEqual(
    required.filter((key) => !keys.includes(key)),
    [],
    where,
  );
  assert.deepEqual(
    keys.filter((key) => ![...required, ...others].includes(key)),
    [],
    where,
  );
  return value;
}

const ACTION = fields(
  read("action.yml"),
  ["name", "description", "inputs", "outputs", "runs"],
  ["branding", "author"],
  "action.yml",
);

const INPUTS = ACTION["inputs"] as JsonObject;

function stepsOf(runs: unknown): readonly JsonObject[] {
  const steps = fields(runs, ["using", "steps"], [], "runs")["steps"] as readonly unknown[];
  return steps.map((one, i) => checkedStep(one, `step ${i}`));
}

/** A step runs a script in a shell that it names, or uses another action. */
function checkedStep(value: unknown, where: string): JsonObject {
  assert.ok(isObject(value), where);
  if ("run" in value)
    return fields(value, ["run", "shell"], ["name", "id", "if", "env", "working-directory"], where);
  return fields(value, ["uses"], ["name", "id", "if", "with"], where);
}

/** Names after `<context>.` in the expressions of a text. */
function named(context: string, text: string): readonly string[] {
  const expressions = [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].map(([, inside]) => inside as string);
  const names = expressions.flatMap((one) => [...one.matchAll(new RegExp(`\\b${context}\\.([\\w-]+)`, "g"))]);
  return [...new Set(names.map(([, name]) => name as string))].sort();
}

test("the action says what each input and output is, and uses each input it declares", () => {
  for (const [name, input] of Object.entries(INPUTS)) {
    const { default: value } = fields(input, ["description", "default"], ["required"], name);
    assert.equal(typeof value, "string", `${name}: a value of an action is a text`);
  }
  const text = readFileSync(join(PROJECT, "action.yml"), "utf8");
  assert.deepEqual(named("inputs", text), Object.keys(INPUTS).sort());
  for (const [name, output] of Object.entries(ACTION["outputs"] as JsonObject)) {
    const { value } = fields(output, ["description", "value"], [], name);
    assert.deepEqual(named("steps", String(value)), ["gate"], name);
  }
});

test("the action's scripts take inputs from their environment alone, and use all of it", () => {
  for (const step of stepsOf(ACTION["runs"])) {
    if (!("run" in step)) continue;
    const script = String(step["run"]);
    assert.doesNotMatch(script, /\$\{\{/, "an expression in a script is a way in");
    for (const name of Object.keys(step["env"] as JsonObject))
      assert.match(script, new RegExp(`\\$${name}\\b`));
    assert.equal(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr, "");
  }
});

interface Acted {
  readonly code: number | null;
  readonly out: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the step that holds the snapshot to the gate, as a job would. */
function act(place: Workspace, inputs: Readonly<Record<string, string>>): Acted {
  const step = stepsOf(ACTION["runs"]).find(({ id }) => id === "gate");
  const given = (name: string) => inputs[name] ?? ((INPUTS[name] as JsonObject)["default"] as string);
  const values = Object.entries(step?.["env"] as JsonObject).map(([name, expression]) => {
    const [input] = named("inputs", String(expression));
    return [name, input === undefined ? PROJECT : given(input)];
  });
  const output = place.path("github-output");
  writeFileSync(output, "");
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = {
    ...environmentIn(place.folder),
    PATH: path,
    GITHUB_OUTPUT: output,
    ...Object.fromEntries(values),
  };
  const shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", String(step?.["run"])];
  const { status, stdout, stderr } = spawnSync("bash", shell, { cwd: place.folder, env, encoding: "utf8" });
  const lines = readFileSync(output, "utf8").split("\n").slice(0, -1);
  const outputs = Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
  return { code: status, out: `${stdout}${stderr}`, outputs };
}

function jobs(t: TestContext): Workspace {
  const place = workspace(t);
  mkdirSync(place.path("a few"));
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  const text = `scenario: A grant
given: { data: ../fixtures/data }
steps:
  - name: grant
    workflow: agent_governance::WF_GRANT_TOOL_V0
    payload_file: ../fixtures/wf-grant-tool/completed.json
    expect: { exit_reason: COMPLETED }
`;
  writeFileSync(place.path("a few/grant.scenario.yaml"), text);
  return place;
}

it("the action passes what passes, and tells the job where the SARIF is", (t) => {
  const place = jobs(t);
  const acted = act(place, {
    scenarios: "a few",
    "min-coverage": "0",
    sarif: "found here.sarif",
    args: "--require test --require coverage",
  });
  assert.deepEqual([acted.code, acted.outputs], [0, { passed: "true", sarif: "found here.sarif" }], acted.out);
  assertSarif(readFileSync(place.path("found here.sarif"), "utf8"));
});

it("the action fails what fails, and leaves the SARIF all the same", (t) => {
  const place = jobs(t);
  const acted = act(place, { scenarios: "a few" });
  assert.deepEqual([acted.code, acted.outputs], [7, { passed: "false", sarif: "pgs-gate.sarif" }], acted.out);
  assert.match(acted.out, /^::error file=\S+,line=\d+,title=pgs edge-never-taken::/m);
});

it("of a gate that was refused the action has no SARIF to tell of, also where an old one lies about", (t) => {
  const place = jobs(t);
  writeFileSync(place.path("pgs-gate.sarif"), "{}");
  const acted = act(place, { snapshot: "nowhere; touch hit" });
  assert.deepEqual([acted.code, acted.outputs], [3, { passed: "false" }], acted.out);
  assert.equal(existsSync(place.path("hit")), false);
});

const HOOKS = read(".pre-commit-hooks.yaml") as readonly unknown[];

it("every hook is a command that passes here, and wakes for the files it looks at", async (t) => {
  const place = workspace(t);
  const required = [
    "id",
    "name",
    "description",
    "entry",
    "language",
    "files",
    "pass_filenames",
    "minimum_pre_commit_version",
  ];
  const ids: unknown[] = [];
  for (const hook of HOOKS) {
    const { id, entry, language, files, pass_filenames: passes } = fields(hook, required, [], "hook");
    ids.push(id);
    assert.deepEqual([language, passes], ["node", false], String(id));
    const [program, ...argv] = String(entry).split(" ");
    assert.equal(program, "pgs");
    const said = await place.session(...argv);
    assert.equal(said.code, 0, `${id}: ${said.err}`);
    const wakes = new RegExp(String(files));
    for (const file of readdirSync(join(SNAPSHOT, "artifacts"))) {
      assert.ok(wakes.test(`protocol_snapshot/artifacts/${file}`), `${id}: ${file}`);
    }
    assert.ok(wakes.test("below/protocol_snapshot/seal.json"), String(id));
    assert.equal(wakes.test("src/main.ts"), false, String(id));
  }
  assert.deepEqual(ids, ["pgs-verify", "pgs-check", "pgs-gate"]);
});

test("the project's own pipeline holds its snapshot to the gate, with the action and with the hooks", () => {
  const workflow = fields(
    read(".github/workflows/ci.yml"),
    ["name", "on", "permissions", "jobs"],
    [],
    "ci.yml",
  );
  const steps = Object.values(workflow["jobs"] as JsonObject).flatMap((job) => {
    return (job as JsonObject)["steps"] as readonly JsonObject[];
  });
  const [action, ...more] = steps.filter(({ uses }) => uses === "./");
  assert.ok(action !== undefined && more.length === 0);
  for (const name of Object.keys(action["with"] as JsonObject)) assert.ok(name in INPUTS, name);
  assert.ok(steps.some(({ run }) => /pre-commit try-repo \. /.test(String(run))));
  assert.match(
    readFileSync(join(PROJECT, ".ci/run"), "utf8"),
    /^node bin\/pgs\.js gate .*\n(?:#.*\n)*PGS_TEST_ALL=1 npm test\n$/m,
  );
});
