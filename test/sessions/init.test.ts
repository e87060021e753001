/** `pgs init` and `pgs new`: from an empty folder to a workspace that passes its gate. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { openWorkspace } from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { assertHint, assertRefused, document, nextChange, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const WF = "expenses::WF_APPROVE_EXPENSE_V0";

const empty = (t: TestContext) => workspace(t, { snapshot: null, capabilities: false });

async function ok(place: Workspace, ...argv: readonly string[]): Promise<string> {
  const said = await place.session(...argv);
  assert.equal(said.code, 0, `${argv.join(" ")}\n${said.out}${said.err}`);
  return said.out;
}

suite("pgs init", () => {
  it("the fresh workspace builds, and its gate passes with every edge taken", async (t) => {
    const place = empty(t);
    const out = await ok(place, "init");
    assert.match(out, /^next\n {2}pgs build\n {2}pgs gate\n {2}pgs run /m);
    await ok(place, "build");
    const gate = await ok(place, "gate", "--require", "test", "--require", "coverage");
    assert.match(gate, /passed +coverage +15 of 15 edges of 1 workflow taken/);
    const check = document(await place.session("check", "--json"));
    assert.deepEqual(check["findings"], [], "not even a note");
    await ok(place, "build", "--check");
    for (const [name, code] of [
      ["approved", 0],
      ["denied", 1],
      ["rejected", 1],
      ["violation", 1],
    ] as const) {
      const said = await place.session("run", WF, "--payload", `payloads/${name}.json`, "--no-png");
      assert.equal(said.code, code, said.err);
    }
    const examined = await ok(place, "examine", "traces");
    assert.equal(examined.match(/^VALID /gm)?.length, 4, examined);
  });

  it("its files name the schemas of the installation above it, or else of its own", async (t) => {
    const place = empty(t);
    const schemas = (folder: string) =>
      tree(place.path(folder)).flatMap((file) => {
        if (!/\.(?:md|json)$/.test(file)) return [];
        const [, schema] =
          /\$schema(?:": "|=)(\S+?\.json)/.exec(readFileSync(place.path(`${folder}/${file}`), "utf8")) ?? [];
        return schema === undefined ? [] : [resolve(place.path(folder), dirname(file), schema)];
      });
    const below = (folder: string) => (path: string) =>
      path.startsWith(place.path(`${folder}/node_modules/pgs-runner/schemas/`));
    await ok(place, "init", "own");
    assert.ok(schemas("own").length > 4 && schemas("own").every(below("own")));
    mkdirSync(place.path("apps/node_modules/pgs-runner"), { recursive: true });
    await ok(place, "init", "apps/deep/one");
    await ok(place, "new", "event", "expenses::EV_NEW_V0", "--workspace", "apps/deep/one");
    assert.equal(schemas("apps/deep/one").length, schemas("own").length + 1);
    assert.deepEqual(
      schemas("apps/deep/one").filter((path) => !below("apps")(path)),
      [],
    );
  });

  it("a snapshot that a killed compile did not put in its place is found by typing what the hint says", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    await ok(place, "build");
    renameSync(place.path("protocol_snapshot"), place.path(".protocol_snapshot.pgs-new"));
    const run = ["run", WF, "--payload", "payloads/approved.json", "--no-png"] as const;
    const refused = await place.session(...run);
    assertRefused(refused, 3, "SNAPSHOT_MISSING");
    assertHint(refused, /^type pgs compile: /);
    await ok(place, "compile");
    await ok(place, ...run);
  });

  it("its workflow runs in a program, too", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    await ok(place, "build");
    const opened = await openWorkspace({ folder: place.folder });
    const payload = JSON.parse(readFileSync(place.path("payloads/approved.json"), "utf8")) as JsonObject;
    const run = await (await opened.workflow(WF)).run(payload);
    assert.deepEqual(run.results["CONVERT"], { converted: 60 });
    assert.equal((await opened.examine(run.trace)).ok, true);
  });

  it("what is wrong with an artifact is said of the Markdown that makes it", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    const workflow = "protocol/workflows/expenses__WF_APPROVE_EXPENSE_V0.md";
    const right = readFileSync(place.path(workflow), "utf8");
    const withoutRate = right.replace(/^ +rate: .*\n/m, "");
    writeFileSync(place.path(workflow), withoutRate);
    const line = withoutRate.split("\n").findIndex((one) => /CC_CONVERT_EXPENSE_V0/.test(one)) + 2;
    const added = 'add /core/nodes/CONVERT/inputs/rate: "$.payload.rate"';
    const github = (await place.session("build", "--github")).out;
    const annotation = `::error file=${workflow},line=${line},title=pgs required-input-unbound::`;
    assert.ok(github.includes(annotation), github);
    assert.ok(github.includes(`Hint: ${added}\n`), github);
    const [finding] = document(await place.session("check", "--json"))["findings"] as readonly JsonObject[];
    assert.deepEqual(finding?.["authored"], { file: workflow, line });
    const { out } = await place.session("check");
    assert.ok(out.includes(`  ${workflow}:${line}  error  required-input-unbound\n`), out);
    assert.ok(out.includes("    at /core/nodes/CONVERT/inputs\n"), out);
    const said = [
      await place.session("run", WF, "--payload", "payloads/approved.json", "--no-png"),
      await place.session("plan", WF),
    ];
    const hint = `hint: in ${workflow}:${line}, ${added}, then type pgs compile\n`;
    for (const { out: told, err } of said) assert.ok(`${told}${err}`.includes(hint), `${told}${err}`);
  });

  it("a mistyped name in a scenario: the hint says what to write, in which line", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    await ok(place, "build");
    const mistypes = [
      ["failing-stores", "BACKEND_ERROR }", "BAKCEND_ERROR }", 'change "BAKCEND_ERROR" to "BACKEND_ERROR"'],
      [
        "failing-stores",
        "REGISTER.register",
        "REGISTER.regster",
        "change REGISTER.regster to REGISTER.register",
      ],
      ["approve-expense", WF, WF.replace("_V0", "S_V0"), `change ${WF.replace("_V0", "S_V0")} to ${WF}`],
      [
        "approve-expense",
        "../payloads/approved.json",
        "../payloads/aproved.json",
        "change ../payloads/aproved.json to ../payloads/approved.json",
      ],
    ] as const;
    for (const [name, right, wrong, change] of mistypes) {
      const file = `scenarios/${name}.scenario.yaml`;
      const text = readFileSync(place.path(file), "utf8");
      assert.ok(text.includes(right), `${file} has no ${right}`);
      const mistyped = text.replace(right, wrong);
      writeFileSync(place.path(file), mistyped);
      const line = mistyped.split("\n").findIndex((one) => one.includes(wrong)) + 1;
      const said = await place.session("test", file);
      assert.ok(
        `${said.out}${said.err}`.includes(`hint: in ${file}:${line}, ${change}\n`),
        `${said.out}${said.err}`,
      );
      writeFileSync(place.path(file), text);
    }
  });

  it("while it watches, a rule that is changed in the Markdown or in the code fails its scenario", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    await ok(place, "build");
    const change = (file: string, from: RegExp, to: string) => () => {
      const text = readFileSync(place.path(file), "utf8");
      assert.match(text, from);
      writeFileSync(place.path(file), text.replace(from, to));
    };
    const transform = "capabilities/transforms/ct-convert-currency.js";
    const contract = "protocol/capability_contracts/expenses__CC_CONVERT_EXPENSE_V0.md";
    const changes = [
      change(contract, /converted <= 1000/, "converted <= 10"),
      change(contract, /converted <= 10\b/, "converted <= 1000"),
      change(transform, /amount \* rate/, "amount + rate"),
      change(transform, /amount \+ rate/, "amount * rate"),
    ];
    const { out } = await place.sessionIn(
      { awaitChange: () => nextChange(changes.shift()) },
      "compile",
      "--watch",
    );
    const verdicts = [...out.matchAll(/^2 scenarios, .* (\d+) different/gm)].map(
      ([, different]) => different !== "0",
    );
    assert.deepEqual(verdicts, [false, true, false, true, false], out);
  });

  test("nothing is overwritten: every file that is there is named, and nothing is written", async (t) => {
    const place = empty(t);
    mkdirSync(place.path("payloads"));
    writeFileSync(place.path("README.md"), "mine");
    writeFileSync(place.path("payloads/denied.json"), "mine");
    symlinkSync("nowhere", place.path("scenarios"));
    const before = tree(place.folder);
    const said = await place.session("init");
    assertRefused(said, 2, "WOULD_OVERWRITE");
    assert.match(said.err, /README\.md/);
    assert.match(said.err, /payloads\/denied\.json/);
    assert.deepEqual(tree(place.folder), before);
  });

  test("a package.json that is there stays, and a second init is refused", async (t) => {
    const place = empty(t);
    writeFileSync(place.path("package.json"), '{"name": "mine"}');
    await ok(place, "init");
    assert.equal(readFileSync(place.path("package.json"), "utf8"), '{"name": "mine"}');
    assertRefused(await place.session("init"), 2, "WOULD_OVERWRITE");
  });

  it("folder and domain are those that are named, and the next commands work as they are printed", async (t) => {
    const place = empty(t);
    const made = document(await place.session("init", "a b/trips", "--domain", "travel", "--json"));
    assert.equal(made["folder"], place.path("a b/trips"));
    assert.ok(!tree(place.folder).some((name) => name.includes("expenses__") || /(^|\/)_/.test(name)));
    const plain = document(await place.session("init", "trips", "--domain", "travel", "--json"));
    for (const line of plain["next"] as string[]) await ok(place, ...line.split(" ").slice(1));
    const npx = await place.sessionIn({ env: { npm_command: "exec" } }, "init", "other");
    assert.match(npx.out, /^ {2}npx pgs build --workspace other$/m);
    assertRefused(await place.session("init", "x", "--domain", "Two Words"), 2, "BAD_USAGE");
  });

  test("a folder in which nothing can be written is refused", async (t) => {
    const place = empty(t);
    writeFileSync(place.path("file"), "");
    assertRefused(await place.session("init", "file"), 2, "SCAFFOLD_UNWRITABLE");
  });

  test("what cannot be written as a whole leaves nothing behind", async (t) => {
    const place = empty(t);
    mkdirSync(place.path("elsewhere"));
    symlinkSync("elsewhere", place.path("protocol"));
    const before = readdirSync(place.folder).sort();
    assertRefused(await place.session("init"), 2, "SCAFFOLD_LINKED");
    rmSync(place.path("protocol"));
    assertRefused(await place.session("init", "--domain", "d".repeat(250)), 2, "SCAFFOLD_NAME_TOO_LONG");
    // A link to nothing is found when the file is made.
    symlinkSync("nowhere", place.path("README.md"));
    const said = await place.session("init");
    assert.equal(said.code, 2, said.err);
    assert.deepEqual(
      readdirSync(place.folder).sort(),
      [...before.filter((one) => one !== "protocol"), "README.md"].sort(),
    );
    assert.deepEqual(readdirSync(place.path("elsewhere")), []);
    rmSync(place.path("README.md"));
    await ok(place, "init");
  });
});

suite("pgs new", () => {
  test("a name that is too long, or has other letters, is refused", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    const before = tree(place.folder);
    for (const kind of ["workflow", "transform"]) {
      assertRefused(await place.session("new", kind, "n".repeat(300)), 2, "SCAFFOLD_NAME_TOO_LONG");
      assertRefused(await place.session("new", kind, "prüfen"), 2, "BAD_USAGE");
    }
    assert.deepEqual(tree(place.folder), before);
  });

  it("whatever is added, the workspace still builds and its capabilities keep their word", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    for (const [kind, name, file, ...options] of [
      ["workflow", "approve-trip", "protocol/workflows/expenses__WF_APPROVE_TRIP_V0.md"],
      ["contract", "CC_COMPARE_V2", "protocol/capability_contracts/expenses__CC_COMPARE_V2.md"],
      ["intent", "travel::trip asked", "protocol/intents/travel__IN_TRIP_ASKED_V0.md"],
      ["event", "expenses::trip_approved", "protocol/events/expenses__EV_TRIP_APPROVED_V0.md"],
      ["transform", "expenses::measure", "capabilities/transforms/ct-measure.js"],
      ["effect", "expenses::note", "capabilities/effects/cs-note.js"],
      ["effect", "expenses::ask", "capabilities/effects/cs-ask.js", "--reaches", "http"],
      ["effect", "expenses::write", "capabilities/effects/cs-write.js", "--reaches", "host"],
    ] as const) {
      const made = document(await place.session("new", kind, name, ...options, "--json"));
      assert.equal((made["files"] as string[])[0], file);
      assert.ok(tree(place.folder).includes(file));
      assertRefused(await place.session("new", kind, name), 2, "WOULD_OVERWRITE");
    }
    await ok(place, "compile");
    await ok(place, "capabilities", "test");
    assert.match(await ok(place, "plan", "expenses::WF_APPROVE_TRIP_V0"), /WF_APPROVE_TRIP_V0/);
  });

  test("only an effect reaches something", async (t) => {
    const place = empty(t);
    await ok(place, "init");
    assertRefused(await place.session("new", "transform", "x", "--reaches", "http"), 2, "BAD_USAGE");
  });

  test("a name that is none, or whose domain is not clear, is refused", async (t) => {
    const place = empty(t);
    assertRefused(await place.session("new", "workflow", "x"), 2, "NO_AUTHORED_FOLDER");
    await ok(place, "init");
    for (const name of ["", "--", "::x", "1::x", "travel::", "travel::prüfen"])
      assert.equal((await place.session("new", "workflow", "--", name)).code, 2, name);
    await ok(place, "new", "event", "travel::x");
    const camel = document(await place.session("new", "event", "travel::LoanDenied", "--json"));
    assert.equal(camel["name"], "travel::EV_LOAN_DENIED_V0");
    const said = await place.session("new", "event", "y");
    assertRefused(said, 2, "DOMAIN_UNCLEAR");
    assertHint(said, /DOMAIN::NAME/);
    writeFileSync(place.path("pgs.json"), "{}");
    assertRefused(await place.session("new", "transform", "travel::y"), 2, "NO_CAPABILITY_FOLDER");
    writeFileSync(place.path("pgs.json"), '{"capabilities": ["./capabilities"]}');
    writeFileSync(place.path("capabilities/pgs.capabilities.json"), "{");
    assertRefused(await place.session("new", "transform", "travel::y"), 2, "MANIFEST_UNREADABLE");
  });
});
