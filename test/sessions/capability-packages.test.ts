/** A workflow that uses a capability package: compiled, run, examined, gated; with the package changed, and without it. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import {
  assertHint,
  assertRefused,
  assertSound,
  at,
  document,
  forgetProtocols,
  lines,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const WORKFLOW = "payments::WF_CHECK_ACCOUNT_V0";

const IBAN = `import { string, transform } from "pgs-runner/capability";
import countries from "./countries.json" with { type: "json" };
import { remainder } from "./remainder.js";

export default transform({
  code: "payments::CT_CHECK_IBAN_V0",
  about: "The IBAN without spaces, if its check digits are right.",
  input: { iban: string },
  result: ["iban", "country"],
  violations: ["UNKNOWN_COUNTRY", "WRONG_LENGTH", "WRONG_CHECKSUM"],
  run({ iban }) {
    const plain = iban.replace(/\\s/g, "").toUpperCase();
    const country = plain.slice(0, 2);
    if (!Object.hasOwn(countries, country)) return { violation: "UNKNOWN_COUNTRY", facts: { country } };
    if (plain.length !== countries[country]) return { violation: "WRONG_LENGTH" };
    const digits = [...plain.slice(4), ...plain.slice(0, 4)].map((letter) => parseInt(letter, 36)).join("");
    return remainder(digits) === 1 ? { result: { iban: plain, country } } : { violation: "WRONG_CHECKSUM" };
  },
  examples: [
    {
      about: "an account in Germany",
      input: { iban: "DE89 3704 0044 0532 0130 00" },
      result: { iban: "DE89370400440532013000", country: "DE" },
    },
    { about: "a country without a length", input: { iban: "XX89" }, violation: "UNKNOWN_COUNTRY" },
    { about: "a digit too few", input: { iban: "DE89 3704 0044 0532 0130 0" }, violation: "WRONG_LENGTH" },
    { about: "two digits swapped", input: { iban: "DE89 3704 0044 0532 0103 00" }, violation: "WRONG_CHECKSUM" },
  ],
});
`;

/** The Markdown of an artifact, whose heading is its code. */
const machine = (block: string) =>
  `# ${/_code: (\w+)/.exec(block)?.[1]}\n\n## Machine\n\n\`\`\`yaml\n${block}\`\`\`\n`;

const FILES: Readonly<Record<string, string>> = {
  "pgs.json": '{ "capabilities": ["./capabilities"] }',
  "capabilities/pgs.capabilities.json":
    '{ "name": "bank-capabilities", "version": "1.0.0", "capabilities": ["ct-check-iban.js"] }',
  "capabilities/ct-check-iban.js": IBAN,
  "capabilities/countries.json": '{ "DE": 22, "FR": 27 }',
  "capabilities/remainder.js": `/** Modulo 97, digit by digit. */
export function remainder(digits) {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}
`,
  "protocol/workflows/payments__WF_CHECK_ACCOUNT_V0.md": machine(`wf_code: WF_CHECK_ACCOUNT_V0
version: v0
runtime_binding: payments::RB_PAYMENTS_V0
core:
  summary: Check the number of an account
  start_node: IN_ACCOUNT
  nodes:
    IN_ACCOUNT:
      type: IN
      code: IN_ACCOUNT_V0
      next: { ACK: CHECK, NACK: EXIT_REJECTED }
    CHECK:
      type: CC
      code: CC_CHECK_IBAN_V0
      inputs: { iban: $.payload.iban }
      next: { SUCCESS: EXIT_DONE, VIOLATION: EXIT_REJECTED }
    EXIT_DONE: { type: EXIT, reason: COMPLETED }
    EXIT_REJECTED: { type: EXIT, reason: EXITED }
`),
  "protocol/intents/payments__IN_ACCOUNT_V0.md": machine(`in_code: IN_ACCOUNT_V0
version: v0
core:
  summary: A number of an account
  workflow: WF_CHECK_ACCOUNT_V0
  inputs:
    iban: { type: string, required: true }
`),
  "protocol/capability_contracts/payments__CC_CHECK_IBAN_V0.md": machine(`cc_code: CC_CHECK_IBAN_V0
version: v0
core:
  summary: Check an IBAN
  inputs:
    iban: { type: string, required: true }
  outputs:
    iban: { type: string }
  result_status_contract: { allowed: [SUCCESS, VIOLATION], on_input_failure: VIOLATION }
  pipeline:
    - step: check
      transform: payments::CT_CHECK_IBAN_V0
      inputs: { iban: $.inputs.iban }
      outputs: { iban: $.capability_result.iban }
      on_result: { SUCCESS: continue, VIOLATION: exit }
`),
  "protocol/runtime_bindings/payments__RB_PAYMENTS_V0.md": machine(`rb_code: RB_PAYMENTS_V0
version: v0
core:
  summary: Nothing is stored
  bindings: {}
`),
  "payload.json": '{ "iban": "DE89 3704 0044 0532 0130 00" }',
};

function write(place: Workspace, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(place.path(path)), { recursive: true });
    writeFileSync(place.path(path), text);
  }
}

async function compiled(t: TestContext): Promise<Workspace> {
  const place = workspace(t, { snapshot: null });
  write(place, FILES);
  const said = await place.session("compile");
  assert.equal(said.code, 0, said.out + said.err);
  return place;
}

const run = (place: Workspace, ...more: readonly string[]) =>
  place.session("run", WORKFLOW, "--payload", "payload.json", "--no-png", "--no-md", ...more);

async function recorded(place: Workspace): Promise<string> {
  const said = await run(place);
  assert.equal(said.code, 0, said.out + said.err);
  return place.traces()[0] ?? assert.fail("no trace");
}

const change = (place: Workspace, file: string, from: string, to: string) =>
  writeFileSync(place.path(file), readFileSync(place.path(file), "utf8").replace(from, to));

it("a workflow with a package is compiled, run, examined and gated, and its trace names the package", async (t) => {
  const place = await compiled(t);
  const trace = await recorded(place);
  const [pin] = at(lines(trace)[0], "payload", "capabilities") as readonly unknown[];
  assert.deepEqual([at(pin, "package"), at(pin, "version")], ["bank-capabilities", "1.0.0"]);
  await assertSound(place, trace);
  const gate = await place.session("gate", "--json", "--require", "capabilities");
  assert.equal(gate.code, 0, gate.out);
  const tested = document(await place.session("capabilities", "test", "--json"));
  assert.equal(tested["ok"], true, JSON.stringify(tested));
  const stale = await place.session("compile", "--check");
  assert.equal(stale.code, 0, stale.out + stale.err);
});

it("capabilities are listed with the package that each is of", async (t) => {
  const place = await compiled(t);
  const listed = document(await place.session("capabilities", "--json"))["capabilities"] as readonly object[];
  const own = listed.filter((one) => at(one, "package") !== null);
  assert.deepEqual(
    own.map((one) => at(one, "code")),
    ["payments::CT_CHECK_IBAN_V0"],
  );
  const text = await place.session("capabilities");
  assert.match(text.out, /^payments::CT_CHECK_IBAN_V0 {2}bank-capabilities 1\.0\.0$/m);
  assert.match(text.out, /^capability_transforms::CT_PURE_LOOKUP_V0 {2}built-in$/m);
});

it("the built program makes every capability as its file declares it", async (t) => {
  const place = workspace(t, { snapshot: null });
  for (const what of [
    ["capabilities", "--json"],
    ["capabilities", "test", "--json"],
  ])
    assert.deepEqual(await place.binary(...what), await place.session(...what));
});

it("what refuses every step is said once, with what to do about it", async (t) => {
  const place = await compiled(t);
  const names = ["first", "second", "third", "fourth", "fifth"];
  const payload = JSON.parse(FILES["payload.json"] ?? "") as JsonObject;
  const steps = names.map((name) => ({ name, workflow: WORKFLOW, payload, expect: { path: ["IN_ACCOUNT"] } }));
  write(place, { "scenarios/account.scenario.json": JSON.stringify({ scenario: "an account", steps }) });
  change(place, "capabilities/countries.json", "27", "28");
  for (const argv of [["test"], ["gate"]]) {
    const { out } = await place.session(...argv);
    assert.match(
      out,
      /^DIFFERENT {2}5 steps\n {2}refused: CAPABILITY_CHANGED .*\n {2}hint: type pgs capabilities lock .*\n {2}an account#first\n {2}an account#second\n {2}an account#third\n {2}… and 2 more\n\n/m,
    );
    assert.doesNotMatch(out, /expected/);
  }
  const annotated = (await place.session("test", "--github")).out;
  assert.deepEqual(
    [...annotated.matchAll(/^::error .*?,line=(\d+).*::(an account#\w+, like 4 other steps, was refused)/gm)]
      .length,
    1,
  );
});

it("a changed file refuses the run and is named; the lock takes it over", async (t) => {
  const place = await compiled(t);
  change(place, "capabilities/countries.json", "27", "28");
  const refused = await run(place);
  assertRefused(refused, 3, "CAPABILITY_CHANGED");
  assert.match(refused.err, /bank-capabilities: countries\.json/);
  assertHint(refused, /pgs capabilities lock/);
  writeFileSync(place.path("capabilities/new.js"), "");
  change(place, "capabilities/countries.json", "28", "27");
  assert.match((await run(place)).err, /new\.js is new/);
  const locked = await place.session("capabilities", "lock", "--json");
  assert.deepEqual([locked.code, document(locked)["changed"]], [0, true], locked.err);
  assert.equal((await run(place)).code, 0);
  rmSync(place.path("capabilities/new.js"));
  assert.match((await run(place)).err, /new\.js is removed/);
  const check = document(await place.session("check", "--json"));
  const found = check["findings"] as readonly JsonObject[];
  assert.deepEqual(
    found.map((one) => [one["rule"], one["file"], at(one, "facts", "code")]),
    [["capability-unbound", "capabilities.lock.json", "CAPABILITY_CHANGED"]],
    "one cause, one finding",
  );
  assert.match(JSON.stringify(check["findings"]), /"hint":"type pgs capabilities lock/);
});

test("a snapshot without a lock runs with no package", async (t) => {
  const place = await compiled(t);
  rmSync(place.path("protocol_snapshot/capabilities.lock.json"));
  assertRefused(await run(place), 3, "CAPABILITY_NOT_LOCKED");
});

it("a sealed lock that was changed is refused as any other file", async (t) => {
  const place = await compiled(t);
  assert.equal((await place.session("seal")).code, 0);
  assert.equal((await run(place)).code, 0);
  change(place, "capabilities/countries.json", "27", "28");
  const locked = await place.session("capabilities", "lock");
  assert.match(locked.out, /the seal of the snapshot is stale: type pgs seal/);
  assertRefused(await run(place), 3, "SEALED_FILE_CHANGED");
});

it("with another package, examine says so, and replays: the replay says whether it matters", async (t) => {
  const place = await compiled(t);
  const trace = await recorded(place);
  forgetProtocols(place);
  const found = async () => {
    const said = await place.session("examine", trace, "--json");
    assert.equal(said.code, 7, said.err);
    const { allowed, replayed } = document(said) as Record<string, object>;
    return [JSON.stringify(allowed).includes("CAPABILITY_DIFFERS"), at(replayed, "ok")];
  };
  change(place, "capabilities/countries.json", "27", "28");
  assert.deepEqual(await found(), [true, true], "France does not matter to a German account");
  change(place, "capabilities/remainder.js", "% 97", "% 96");
  assert.deepEqual(await found(), [true, false]);
  const text = await place.session("examine", trace);
  assert.match(text.out, /the run used the capability package bank-capabilities 1\.0\.0/);
});

test("without the package, the chain is checked, and the rest is unavailable by the package's name", async (t) => {
  const place = await compiled(t);
  const trace = await recorded(place);
  forgetProtocols(place);
  writeFileSync(place.path("pgs.json"), "{}");
  const refused = await run(place);
  assertRefused(refused, 3, "WORKFLOW_DOES_NOT_COMPILE");
  assert.match(refused.err, /bank-capabilities/);
  const said = await place.session("examine", trace, "--json");
  const { intact, allowed } = document(said) as Record<string, object>;
  assert.equal(JSON.stringify(intact).includes("true"), true);
  assert.match(JSON.stringify(allowed), /CAPABILITY_UNAVAILABLE.*bank-capabilities/);
  writeFileSync(place.path("pgs.json"), '{ "capabilities": ["./elsewhere"] }');
  assert.match((await place.session("examine", trace)).out, /elsewhere/);
});

it("a transform at fault refuses the run, and the trace says what it used", async (t) => {
  const place = await compiled(t);
  change(place, "capabilities/ct-check-iban.js", "const plain =", "const now = Date.now(); const plain =");
  assert.equal((await place.session("compile")).code, 0);
  const said = await run(place);
  assert.equal(said.code, 4, said.err);
  assert.match(said.err, /it used the present time: Date\.now\(\)/);
  const [trace = ""] = place.traces();
  const error = lines(trace).find((event) => event["event_type"] === "error");
  assert.match(String(at(error, "payload", "facts", "reason")), /Date\.now\(\).*\(ct-check-iban\.js:12\)$/);
  const examined = await place.session("examine", trace, "--json");
  assert.equal(at(document(examined), "replayed", "ok"), true, examined.out);
  const tested = await place.session("capabilities", "test");
  assert.equal(tested.code, 7);
  assert.match(
    tested.out,
    /FAILED {2}payments::CT_CHECK_IBAN_V0: an account in Germany: it used the present time/,
  );
});

it("a package that cannot be loaded is refused by every command that needs it", async (t) => {
  const place = await compiled(t);
  cpSync(place.path("capabilities"), place.path("node_modules/bank-copy"), { recursive: true });
  writeFileSync(place.path("pgs.json"), '{ "capabilities": ["./capabilities", "bank-copy"] }');
  for (const argv of [["capabilities"], ["capabilities", "lock"], ["check"], ["plan", WORKFLOW]])
    assertRefused(await place.session(...argv), 3, "CAPABILITY_PACKAGE_TWICE");
  const said = await place.session("compile");
  assert.deepEqual([said.code, said.err], [3, ""]);
  assert.match(said.out, /^pgs\.json:1:1 {2}error {2}CAPABILITY_PACKAGE_TWICE\n/m);
  change(place, "node_modules/bank-copy/pgs.capabilities.json", "bank-capabilities", "bank-copy");
  assertRefused(await place.session("capabilities"), 3, "CAPABILITY_TWICE");
  change(place, "node_modules/bank-copy/ct-check-iban.js", "./remainder.js", "node:fs");
  const refused = await place.session("plan", WORKFLOW);
  assertRefused(refused, 3, "CAPABILITY_IMPORT");
  assert.match(refused.err, /ct-check-iban\.js:3:27/);
});

/** Files with mistakes, put over those of a package that is sound. */
const MISTAKEN = {
  "pgs.json": '{ "capabilities": [\n"./capabilities",\n"./other", "absent"] }',
  "capabilities/pgs.capabilities.json":
    '{ "name": "bank-capabilities", "version": "1.0.0", "capabilities": ["ct-check-iban.js", "ct-a.js", "ct-b.js", "ct-c.js"] }',
  "capabilities/ct-check-iban.js": `import { transform } from "pgs-runner/capability";
import fs from "node:fs";
import { remaindr } from "./remainder.js";
let calls = 0;
export default transform({ code: "payments::CT_CHECK_IBAN_V0", run: () => import("./late.js") });
`,
  "capabilities/ct-a.js": "export default transform({;",
  "capabilities/ct-b.js": `import { transform } from "pgs-runner/capability";
export default transform({
  code: "payments::B",
  about: "",
  input: { amount: 7 },
  result: ["a", "a"],
  violations: [],
  run: () => 1,
  pure: true,
  examples: [{ about: "one" }, {}],
});
`,
  "capabilities/ct-c.js": `import { transform } from "pgs-runner/capability";
null.x;
export default transform({});
`,
  "other/pgs.capabilities.json": '{\n"nam": "other" }',
};

it("compile reports every mistake of every package, together with those of the Markdown", async (t) => {
  const place = await compiled(t);
  write(place, MISTAKEN);
  change(place, "protocol/intents/payments__IN_ACCOUNT_V0.md", "required: true", "requird: true");
  const said = await place.session("compile", "--json", "--sarif", "out.sarif");
  assert.equal(said.code, 3);
  const problems = document(said)["problems"] as readonly Record<string, unknown>[];
  for (const { message, hint } of problems) assert.ok(String(message).length > 5 && String(hint).length > 5);
  assert.deepEqual(
    problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`).sort(),
    [
      "capabilities/ct-a.js:1:27 CAPABILITY_SYNTAX",
      "capabilities/ct-b.js:3:3 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:4:3 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:5:12 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:6:17 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:9:3 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:10:14 CAPABILITY_DECLARATION",
      "capabilities/ct-b.js:10:32 CAPABILITY_DECLARATION",
      "capabilities/ct-c.js:2:1 CAPABILITY_THREW",
      "capabilities/ct-check-iban.js:2:16 CAPABILITY_IMPORT",
      "capabilities/ct-check-iban.js:3:10 CAPABILITY_IMPORT_NAME",
      "capabilities/ct-check-iban.js:4:1 CAPABILITY_LANGUAGE",
      "capabilities/ct-check-iban.js:5:75 CAPABILITY_LANGUAGE",
      "other/pgs.capabilities.json:2:1 CAPABILITY_MANIFEST_MEMBER",
      "pgs.json:3:1 CAPABILITY_PACKAGE_MISSING",
      "protocol/intents/payments__IN_ACCOUNT_V0.md:12:27 UNKNOWN_KEY",
    ].sort(),
  );
  const sarif = readFileSync(place.path("out.sarif"), "utf8");
  assert.ok(
    sarif.includes('"uri": "capabilities/ct-a.js"') || sarif.includes('"uri":"capabilities/ct-a.js"'),
    sarif,
  );
  assert.match((await place.session("compile")).out, /16 errors.*\nthe snapshot stays as it is\n$/);
});
