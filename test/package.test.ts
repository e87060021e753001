/** The packed tarball, as somebody has it who installed it into an empty folder. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { isTraceName } from "../src/trace/trace-name.ts";
import { PLAYS_ALL, takingTurns } from "./support/portion.ts";

const it = takingTurns(import.meta.url);

const PROJECT = join(import.meta.dirname, "..");
const { version, dependencies } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));

const root = mkdtempSync(join(tmpdir(), "pgs-package-"));
after(() => rmSync(root, { recursive: true, force: true }));

function run(
  command: string,
  args: readonly string[],
  cwd = root,
): { code: number | null; out: string; err: string } {
  const env = { ...process.env, XDG_CACHE_HOME: join(root, "cache"), npm_config_update_notifier: "false" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function ok(command: string, args: readonly string[], cwd = root): string {
  const { code, out, err } = run(command, args, cwd);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${out}${err}`);
  return out;
}

const bin = (name: string) => join(PROJECT, "node_modules/.bin", name);
const tarball = join(root, `pgs-runner-${version}.tgz`);
ok("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", root], PROJECT);
const folder = join(root, "node_modules/pgs-runner");
mkdirSync(folder, { recursive: true });
ok("tar", ["xzf", tarball, "--strip-components", "1", "-C", folder]);
// What npm would install beside it, without asking the registry.
for (const name of Object.keys(dependencies)) {
  const place = join(root, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules", name), place);
}
const pgs = (...args: string[]) => ok(process.execPath, [join(folder, "bin/pgs.js"), ...args]);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));

/** Resolves with all that was printed once it has what is waited for. */
function heardFrom(child: ReturnType<typeof spawn>): (expected: RegExp) => Promise<string> {
  let heard = "";
  const more = new EventEmitter();
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text) => {
      heard += text;
      more.emit("text");
    });
  child.once("exit", () => more.emit("text"));
  return async (expected) => {
    while (!expected.test(heard) && child.exitCode === null) await once(more, "text");
    assert.match(heard, expected);
    return heard;
  };
}

it("help and a run with its picture work in an empty folder", () => {
  assert.match(pgs("--help"), /^Usage: pgs/m);
  const payload = join(folder, "fixtures/wf-release-change/completed.json");
  const own = ["--traces", "traces", "--data-root", "data"];
  pgs("run", "release_governance::WF_RELEASE_CHANGE_V0", "--payload", payload, "--workspace", folder, ...own);
  const [id] = readdirSync(join(root, "traces")).filter(isTraceName);
  assert.ok(existsSync(join(root, "traces", String(id), `${id}.png`)));
});

it("npx pgs init makes a workspace that builds, passes its gate, and shows which scenario a change breaks", async () => {
  const fresh = join(root, "fresh");
  mkdirSync(fresh);
  symlinkSync(join(root, "node_modules"), join(fresh, "node_modules"));
  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync(join(folder, "bin/pgs.js"), join(root, "node_modules/.bin/pgs"));
  const [, next = ""] = ok("npx", ["--no", "pgs", "init"], fresh).split("\nnext\n");
  const commands = next.trimEnd().split("\n");
  assert.deepEqual(
    commands.map((line) => line.trim().split(" ").slice(0, 3).join(" ")),
    ["npx pgs build", "npx pgs gate", "npx pgs run"],
  );
  // What npx does for the first it does for the others.
  const installed = join(root, "node_modules/.bin/pgs");
  for (const line of commands) ok(process.execPath, [installed, ...line.trim().split(" ").slice(2)], fresh);
  const made = readdirSync(fresh);
  for (const name of [".gitignore", ".github", "README.md", "package.json", "protocol_snapshot", "traces"])
    assert.ok(made.includes(name), name);
  assert.match(
    readFileSync(join(fresh, ".github/workflows/gate.yml"), "utf8"),
    /npm ci[\s\S]*pgs build --check[\s\S]*pgs gate/,
  );
  const watching = spawn(process.execPath, [join(folder, "bin/pgs.js"), "compile", "--watch"], { cwd: fresh });
  const said = heardFrom(watching);
  await said(/0 different[\s\S]*watching/);
  const rule = join(fresh, "protocol/capability_contracts/expenses__CC_CONVERT_EXPENSE_V0.md");
  const text = readFileSync(rule, "utf8");
  writeFileSync(rule, text.replace("<= 1000", "<= 10"));
  await said(/approved[\s\S]*[1-9] different/);
  watching.kill("SIGINT");
  await once(watching, "exit");
});

it("the library is one copy for import and require, with types for every kind of module resolution and for capabilities", () => {
  const library = join(root, "library");
  mkdirSync(library);
  writeFileSync(
    join(library, "both.mjs"),
    `import { createRequire } from "node:module";
     import { openWorkspace, TOOL } from "pgs-runner";
     const required = createRequire(import.meta.url)("pgs-runner");
     if (required.openWorkspace !== openWorkspace) throw new Error("two copies");
     console.log(TOOL.version);`,
  );
  assert.equal(ok(process.execPath, ["library/both.mjs"]), `${version}\n`);
  const use = `import { openWorkspace, PgsError, TOOL, type RunResult, type Workflow } from "pgs-runner";
const version: string = TOOL.version;
export const first = async (workflow: Workflow): Promise<RunResult> => workflow.run({ a: [1] }, { signal: AbortSignal.abort() });
export const codeOf = (error: unknown): string | null => (error instanceof PgsError ? error.code : null);
console.log(version, openWorkspace({ folder: "." }));
`;
  writeFileSync(join(library, "module.mts"), use);
  writeFileSync(join(library, "common.cts"), use);
  const types = ["--types", "node", "--typeRoots", join(PROJECT, "node_modules/@types")];
  const common = ["--noEmit", "--strict", "--target", "es2022", ...types];
  ok(bin("tsc"), [...common, "--module", "esnext", "--moduleResolution", "bundler", "library/module.mts"]);
  const own = join(root, "own");
  mkdirSync(own);
  writeFileSync(join(own, "package.json"), '{ "type": "module" }');
  const transform = (violation: string) => `import { number, transform } from "pgs-runner/capability";
export default transform({
  code: "expenses::CT_CONVERT_CURRENCY_V0",
  about: "The amount in another currency, at the rate that is given.",
  input: { amount: number, rate: number },
  result: ["converted"],
  violations: ["RATE_NOT_POSITIVE"],
  run: ({ amount, rate }) => rate > 0 ? { result: { converted: amount * rate } } : { violation: "${violation}" },
  examples: [],
});
`;
  const effect = (outcome: string) => `import { number, storeEffect, string } from "pgs-runner/capability";
export default storeEffect({
  code: "expenses::CS_BUDGET_V0",
  about: "What is left of a budget.",
  store: "document",
  operations: {
    SPEND: {
      about: "Takes the amount from the budget.",
      input: { key: string, amount: number },
      outcomes: ["SUCCESS", "NOT_FOUND"],
      semantics: "idempotent",
      async run({ key, amount }, document) {
        const left = await document.get(key);
        if (typeof left !== "number") return { outcome: "${outcome}" };
        return { outcome: "SUCCESS", change: await document.put(key, left - amount) };
      },
      probe: async ({ key }) => ({ state: "unclear", because: "OTHER_VALUE", evidence: { key } }),
    },
  },
  examples: [],
});
`;
  writeFileSync(join(own, "good-transform.js"), transform("RATE_NOT_POSITIVE"));
  writeFileSync(join(own, "good-effect.js"), effect("NOT_FOUND"));
  writeFileSync(join(own, "bad-transform.js"), transform("RATE_NEGATIVE"));
  writeFileSync(join(own, "bad-effect.js"), effect("GONE"));
  const names = ["good-transform.js", "good-effect.js", "bad-transform.js", "bad-effect.js"];
  const sources = ["library/module.mts", "library/common.cts", ...names.map((name) => `own/${name}`)];
  const { out } = run(bin("tsc"), [...common, "--allowJs", "--checkJs", "--module", "nodenext", ...sources]);
  const wrong = new Set(out.match(/^[^\s(]+(?=\(\d)/gm));
  assert.deepEqual([...wrong].sort(), ["own/bad-effect.js", "own/bad-transform.js"], out);
});

const readme = readFileSync(join(folder, "README.md"), "utf8");

/** What the README says to copy. */
function copyParts(): void {
  const [, copy = ""] = /^(\(cd node_modules\/pgs-runner && .*\))$/m.exec(readme) ?? [];
  ok("sh", ["-c", copy]);
}

const page = readFileSync(join(folder, "docs/library.md"), "utf8");
const [first = "", resuming = "", service = ""] = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(
  ([, code = ""]) => code,
);

it("the README says how to begin with the tarball, and the library's page shows a program that runs there", () => {
  assert.ok(readme.includes(`npm install ./pgs-runner-${version}.tgz\n`));
  copyParts();
  rmSync(join(root, "data"), { recursive: true, force: true });
  cpSync(join(root, "fixtures/data"), join(root, "data"), { recursive: true });
  assert.match(readme, /^\$ cp -r fixtures\/data data$/m);
  for (const program of [first, resuming]) {
    const [, printed] = /console\.log\(.*\/\/ (.*)\n/.exec(program) ?? [];
    writeFileSync(join(root, "example.mjs"), program);
    assert.equal(ok(process.execPath, ["example.mjs"]), `${printed}\n`);
  }
});

it("the service that the library's page shows answers requests", async (t) => {
  copyParts();
  writeFileSync(join(root, "service.mjs"), service);
  const child = spawn(process.execPath, ["service.mjs"], { cwd: root });
  t.after(() => child.kill());
  const [address] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const post = async (body: string) => {
    const response = await fetch(address.trim(), { method: "POST", body });
    return [response.status, (await response.json()) as Record<string, string>] as const;
  };
  const payload = (name: string) => readFileSync(join(root, `fixtures/wf-release-change/${name}.json`), "utf8");
  const [code, { exitReason, head }] = await post(payload("quorum-not-met"));
  assert.deepEqual([code, exitReason, head?.length], [422, "EXIT_DENIED", 64]);
  assert.deepEqual(await post("{"), [400, { code: "NOT_JSON" }]);
  const [refused, { code: why }] = await post("[]");
  assert.deepEqual([refused, why], [400, "PAYLOAD_NOT_AN_OBJECT"]);
});

it("an error of the library has the name of its class, on all of its paths", () => {
  writeFileSync(
    join(root, "refused.mjs"),
    `import { openWorkspace, PgsError } from "pgs-runner";
     const names = [];
     const attempt = async (options, name) => {
       try { await (await openWorkspace(options)).workflow(name); }
       catch (error) { if (error instanceof PgsError) names.push(error.name, error.stack.split(":")[0]); }
     };
     const [, , snapshot] = process.argv;
     await attempt({ snapshot: "absent" }, "nope");
     await attempt({ snapshot }, "nope");
     await attempt({ snapshot, expectSeal: "0".repeat(64) }, "nope");
     console.log(names.join(" "));`,
  );
  const printed = ok(process.execPath, ["refused.mjs", join(folder, "protocol_snapshot")]);
  const names = ["SnapshotFault", "NameFault", "SealFault"];
  assert.equal(printed, `${names.flatMap((name) => [name, name]).join(" ")}\n`);
});

test("every file of the program can be loaded", () => {
  const script = `
    const { readdirSync, readFileSync } = require("node:fs");
    const { load } = require("./bin/load.js");
    const files = readdirSync("dist").filter((name) => name.endsWith(".cjs")).map((name) => process.cwd() + "/dist/" + name);
    const own = files.filter((file) => readFileSync(file, "latin1").startsWith("(function (exports, require"));
    for (const file of own) load(file);
    console.log(own.length);`;
  assert.ok(Number(ok(process.execPath, ["-e", script], folder)) > 50);
});

test("what a program loads with the library is one file: calls between files are slower", () => {
  const script = `
    require("./dist/index.cjs");
    const names = Object.keys(require.cache).map((file) => require("node:path").basename(file));
    console.log(names.map((name) => name.replace(/-[\\w-]{8}\\.cjs$/, ".cjs")).sort().join(" "));`;
  assert.equal(ok(process.execPath, ["-e", script], folder), "index.cjs library.cjs rolldown-runtime.cjs\n");
});

test("every relative link of a page leads to something in the package", () => {
  const links = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((page) =>
      [...readFileSync(join(folder, page), "utf8").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, link]) => String(link))
        .filter((link) => !/^\w+:/.test(link))
        .map((link) => ({ page, link })),
    );
  assert.ok(links.length > 50);
  assert.deepEqual(
    links.filter(({ page, link }) => !existsSync(join(folder, dirname(page), link))),
    [],
  );
});

it("what npm does to a package that is installed from its folder works without the sources", () => {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const hooks = ["preinstall", "install", "postinstall", "prepare"].filter((name) => name in scripts);
  assert.deepEqual(hooks, ["prepare"]);
  assert.equal(ok("npm", ["run", "--silent", "prepare"], folder), "");
});

test("publint and are-the-types-wrong find nothing", {
  skip: PLAYS_ALL ? false : "they take seconds; CI runs them",
}, () => {
  ok(bin("publint"), ["run", tarball, "--strict"]);
  ok(bin("attw"), [tarball]);
});

test("it holds what runs, schemas, types, documents and licences, and names who wrote what is bundled", () => {
  const allowed =
    /^(LICENSE|README\.md|action\.yml|\.pre-commit-hooks\.yaml|(?:CHANGELOG|CONTRIBUTING|SECURITY)\.md|(?:package|pgs)\.json|(bin|capabilities|dist|docs|fixtures|man|protocol|protocol_snapshot|scenarios|schemas|traces)(\/.*)?)$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
  assert.deepEqual(
    files.filter((file) => /\.cache$|\.test\.|node_modules/.test(file)),
    [],
  );
  const notices = readFileSync(join(folder, "dist/THIRD-PARTY-NOTICES"), "utf8");
  for (const name of ["commander", "ajv", "yaml", "chalk", "@dagrejs/dagre"]) {
    assert.match(notices, new RegExp(`^Name: ${name}$`, "m"));
  }
});

test("nothing that is bundled is installed again", () => {
  const bundled = [
    ...readFileSync(join(folder, "dist/THIRD-PARTY-NOTICES"), "utf8").matchAll(/^Name: (.*)$/gm),
  ];
  assert.deepEqual(
    bundled.map(([, name]) => name).filter((name) => name !== undefined && name in dependencies),
    [],
  );
});

test("no file names a folder of the machine that made it", () => {
  const texts = files.filter((file) => /\.(c?js|mjs|map|json|md|ts)$/.test(file));
  const found = texts.filter((file) => readFileSync(join(folder, file), "utf8").includes(PROJECT));
  assert.deepEqual(found, []);
});

/** Writes down the files of the program that a process loads, as it ends. */
const LOADED = `const fs = require("node:fs"), { readFileSync } = fs, loaded = [];
fs.readFileSync = (file, ...more) => {
  if (/\\/dist\\/[^/]*$/.test(file)) loaded.push(require("node:path").basename(file));
  return readFileSync(file, ...more);
};
process.on("exit", () => fs.writeFileSync(process.env.LOADED, JSON.stringify(loaded)));
`;

/** Without the hashes of their contents, sorted. */
function filesLoadedBy(...args: readonly string[]): readonly string[] {
  const [hook, list] = [join(root, "loaded.cjs"), join(root, "loaded.json")];
  writeFileSync(hook, LOADED);
  ok("env", [`LOADED=${list}`, process.execPath, "--require", hook, join(folder, "bin/pgs.js"), ...args]);
  const names = JSON.parse(readFileSync(list, "utf8")) as readonly string[];
  return names.map((name) => name.replace(/-[\w-]{8}\.cjs$/, ".cjs")).sort();
}

it("what a command line needs is loaded in few files: for a version or a help page, only that", () => {
  const payload = join(folder, "fixtures/wf-release-change/completed.json");
  const run = ["run", "release_governance::WF_RELEASE_CHANGE_V0", "--payload", payload, "--snapshot"];
  const place = ["--traces", join(root, "few/traces"), "--data-root", join(root, "few/data")];
  // Boxes are as wide as the durations in them.
  const clock = ["--clock", "2026-01-01T00:00:00Z"];
  const few = [...run, join(folder, "protocol_snapshot"), "--workspace", folder, ...place, ...clock];
  const program = ["main.cjs", "rolldown-runtime.cjs"];
  const withPackages = ["config.cjs", ...program, "packages.cjs"].sort();
  // What the first run of a snapshot checks takes a YAML parser; and the layout of the first picture is kept, of a run that ends so.
  for (const _ of ["completed", "on record"]) pgs(...few);
  assert.deepEqual(filesLoadedBy("--version"), ["version.txt"]);
  assert.deepEqual(filesLoadedBy("--help"), ["help.txt"]);
  assert.deepEqual(filesLoadedBy("version"), [...program, "no-child-process.cjs", "parse-line.cjs"].sort());
  assert.deepEqual(filesLoadedBy(...few, "--no-png", "--no-md"), withPackages);
  assert.deepEqual(filesLoadedBy(...few, "--no-png"), [...withPackages, "markdown.cjs"].sort());
  assert.deepEqual(filesLoadedBy(...few), [...withPackages, "markdown.cjs", "picture.cjs"].sort());
});

it("a version or a help page that the build has kept is what the program prints", () => {
  assert.equal(pgs("--version"), pgs("version"));
  assert.equal(pgs("--help"), pgs("help"));
  for (const page of ["help", "version"]) rmSync(join(folder, `dist/${page}.txt`));
  assert.equal(pgs("--version"), pgs("version"));
  assert.equal(pgs("--help"), pgs("help"));
});

it("an edited bundle runs the edited text", () => {
  const file = join(folder, "dist/main.cjs");
  const text = readFileSync(file, "utf8");
  pgs("list", "--snapshot", join(folder, "protocol_snapshot"));
  writeFileSync(file, text.replaceAll("pgs-runner", "PGS-RUNNER"));
  assert.match(pgs("version"), /PGS-RUNNER/);
  writeFileSync(file, text);
  assert.doesNotMatch(pgs("version"), /PGS-RUNNER/);
});
