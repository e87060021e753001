/** Packages whose effects reach a server or the host. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CapabilityError } from "../../../src/capabilities/capability-error.ts";
import { targetOf } from "../../../src/capabilities/effect.ts";
import type { CapabilityFault } from "../../../src/capabilities/packages/errors.ts";
import type { Performed } from "../../../src/capabilities/target.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openRemote } from "../../../src/platform/remote.ts";
import { fileStores } from "../../../src/storage/files/stores.ts";
import { memoryData } from "../../engine/trial.ts";
import { takingTurns } from "../../support/portion.ts";
import { httpServer, type TestServer } from "../remote/server.ts";
import { load, manifest, SOURCES, type Texts } from "./package-files.ts";

const it = takingTurns(import.meta.url);

const MANIFEST = "pgs.capabilities.json";
const remote = openRemote({});

function effectText(reaches: string, run: string, { imports = "", more = "", probe = "null" } = {}): string {
  return `import { effect, optional, anything, string } from "pgs-runner/capability";
${imports}
export default effect({
  code: "trial::CS_TRIAL_V0",
  about: "What the body says.",
  reaches: "${reaches}",${more}
  operations: {
    DO: {
      about: "What the body says.",
      input: { x: optional(anything) },
      outcomes: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ x }, given, more) {
        ${run}
      },
      probe: ${probe},
    },
  },
});
`;
}

async function operationOf(text: string, others: Texts = {}) {
  const { effects } = await load({ [MANIFEST]: manifest("cs.js"), "cs.js": text, ...others });
  const operation = effects[0]?.operations["DO"];
  assert.ok(operation);
  return operation;
}

async function perform(
  text: string,
  policy: JsonObject,
  inputs: JsonObject = {},
  others: Texts = {},
): Promise<Performed> {
  const operation = await operationOf(text, others);
  const target = targetOf(operation);
  assert.ok(target.answers === "recorded");
  const call = { inputs, policy, path: null, reach: "owned" as const, effectKey: "key" };
  const stores = fileStores(memoryData().root);
  const mail = { environment: {}, send: async () => undefined };
  return target.perform(operation, call, {
    remote,
    stores,
    mail,
    sources: SOURCES,
    durability: "process",
    snapshot: null,
  });
}

const HTTP = (run: string, probe = "null") => effectText("http", run, { probe });

async function server(t: TestContext): Promise<TestServer & { readonly policy: JsonObject }> {
  const at = await httpServer(t, ({ url, body, headers }, response) => {
    response.setHeader("x-key", String(headers["idempotency-key"]));
    if (url === "/gone") response.statusCode = 404;
    response.end(url === "/text" ? "no JSON" : JSON.stringify({ url, body }));
  });
  return { ...at, policy: { allowed_origins: [at.origin], url: at.origin } };
}

test("an http effect of a package sends its request, and answers what it makes of the answer", async (t) => {
  const { policy, received } = await server(t);
  const performed = await perform(
    HTTP(`const answer = await given.send({ method: "PUT", url: more.url + "/a", json: { x },
          headers: { "Idempotency-Key": given.effectKey } });
        return { outcome: "SUCCESS", result: { status: answer.status, key: answer.headers["x-key"], ...answer.json() } };`),
    policy,
    { x: [1, null] },
  );
  assert.deepEqual(performed.result, { status: 200, key: "key", url: "/a", body: '{"x":[1,null]}' });
  assert.deepEqual([performed.outcome, performed.requests?.length, received.length], ["SUCCESS", 1, 1]);
});

test("it maps a failed request to an outcome of its own, or leaves it BACKEND_ERROR", async (t) => {
  const { policy } = await server(t);
  const none = { ...policy, url: "http://127.0.0.1:1" };
  const plain = HTTP(`await given.send({ url: more.url + "/text" }).then((answer) => answer.json());`);
  assert.deepEqual((await perform(plain, none)).reason, {
    ...{ code: "HTTP_ORIGIN_NOT_ALLOWED", sent: false, origin: "http://127.0.0.1:1" },
  });
  assert.deepEqual((await perform(plain, policy)).reason, {
    code: "HTTP_ANSWER_NOT_JSON",
    sent: true,
    status: 200,
  });
  const mapped = HTTP(`try { await given.send({ url: more.url }); } catch (error) {
          if (error.name !== "HttpFailure" || error.sent) throw error;
          return { outcome: "NOT_FOUND", reason: { code: error.code } };
        }`);
  assert.deepEqual(await perform(mapped, none), {
    outcome: "NOT_FOUND",
    reason: { code: "HTTP_ORIGIN_NOT_ALLOWED" },
  });
});

it("what an http effect does wrong is named", async (t) => {
  const { policy } = await server(t);
  const wrong: Readonly<Record<string, RegExp>> = {
    'await fetch("http://127.0.0.1/")': /it used fetch, which a capability does not have/,
    "process.env": /it used process/,
    "setTimeout(() => 0, 1)": /it used setTimeout/,
    "new Date()": /present time/,
    "await given.send({ url: 7 })": /it sent a request whose url is no text/,
    "await given.send(null)": /it sent a request that is no object/,
    "await given.send(more.url)": /it sent a request that is no object/,
    "await given.send({ url: more.url, query: null })": /a request whose query is no object/,
    "await given.send({ url: more.url, headers: [] })": /a request whose headers is no object/,
    "await given.send({ url: more.url, query: { a: 1 } })": /a request whose a is no text/,
    'await given.send({ url: more.url, method: "TRACE" })': /method "TRACE"/,
    'await given.send({ url: more.url, headers: { host: "h" } })': /header "host"/,
    "await given.send({ url: more.url, json: () => 0 })": /JSON cannot carry/,
    "more.url = 7": /it wrote to url of an object that is frozen/,
    "given.send = 7": /it wrote to send of an object that is frozen/,
  };
  for (const [code, reason] of Object.entries(wrong)) {
    const failing = perform(HTTP(`${code}; return { outcome: "SUCCESS" };`), policy);
    await assert.rejects(
      failing,
      (error) => error instanceof CapabilityError && reason.test(error.message),
      code,
    );
  }
  for (const answer of [
    "undefined",
    "7",
    "{}",
    '{ outcome: "SUCCESS", result: 7 }',
    '{ outcome: "SUCCESS", result: { a: undefined } }',
  ])
    await assert.rejects(perform(HTTP(`return ${answer};`), policy), CapabilityError, answer);
});

test("a probe of a package says what it found", async (t) => {
  const { policy } = await server(t);
  const probed = async (probe: string) => {
    const operation = await operationOf(HTTP('return { outcome: "SUCCESS" };', probe));
    const target = targetOf(operation);
    assert.ok(target.answers === "recorded");
    const call = { inputs: {}, policy, path: null, reach: "owned" as const, effectKey: "key" };
    return target.probe(
      operation,
      call,
      { effectKey: "key", since: "2026-01-31T09:00:00.000Z", last: null },
      { stores: null, remote },
    );
  };
  const asking = `async (_, given, { url }, { since }) => {
        const { status } = await given.send({ url: url + "/gone" });
        return { state: status === 404 ? "absent" : "unclear", evidence: { since } };
      }`;
  const evidence = { since: "2026-01-31T09:00:00.000Z" };
  assert.deepEqual(await probed(asking), { found: { state: "absent", evidence }, looked: null, lock: null });
  const done = await probed('async () => ({ state: "done", result: { a: 1 } })');
  assert.deepEqual("found" in done && done.found, {
    state: "done",
    isDated: false,
    answer: { result: { a: 1 } },
    evidence: {},
  });
  const failing = [
    'async () => ({ state: "done" })',
    "async () => 7",
    "async () => { throw 7; }",
    'async (_, http, { url }) => http.send({ url, method: "POST" })',
  ];
  for (const probe of failing)
    assert.deepEqual(await probed(probe), { because: "PROBE_FAILED", evidence: { code: "THREW" } });
});

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "pgs-host-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const HOST = (run: string, imports = "") =>
  effectText("host", run, { imports, more: "\n  config: { file: string }," });
const APPENDING = `appendFileSync(given.file, x + more.effectKey); return { outcome: "SUCCESS", result: { size: statSync(given.file).size } };`;
const FS = 'import { appendFileSync, statSync } from "node:fs";';

test("a host effect of a package reaches the host when it is performed, and not before", async (t) => {
  const file = join(folder(t), "rows");
  const early = `${FS} import { name } from "./lib/name.js"; import data from "./data.json" with { type: "json" };
appendFileSync(${JSON.stringify(file)}, name + data.mark);`;
  const others = {
    "lib/name.js": 'import os from "node:os"; export const name = typeof os.EOL;',
    "data.json": '{"mark":"!"}',
  };
  await operationOf(HOST(APPENDING, early), others);
  assert.throws(() => readFileSync(file), { code: "ENOENT" });
  const performed = await perform(HOST(APPENDING, early), { config: { file } }, { x: "row" }, others);
  assert.deepEqual(performed, { outcome: "SUCCESS", result: { size: 13 } });
  assert.equal(readFileSync(file, "utf8"), "string!rowkey");
});

test("a host effect gets the configuration that it declares, and is not called with another", async () => {
  const text = HOST('return { outcome: "SUCCESS" };');
  for (const [policy, flaw, member] of [
    [{}, "CONFIG_MISSING", "/config/file"],
    [{ config: { file: 7 } }, "CONFIG_TYPE", "/config/file"],
    [{ config: [] }, "CONFIG_TYPE", "/config"],
    [{ config: { file: "f", flie: "g" } }, "CONFIG_UNKNOWN", "/config/flie"],
    [{ config: { file: "f" }, time_limit: "soon" }, "BAD_DURATION", "/time_limit"],
  ] as const)
    assert.deepEqual(await perform(text, policy), {
      outcome: "BACKEND_ERROR",
      reason: { code: "POLICY_INVALID", flaw, member },
    });
});

test("a host effect that answers no JSON, throws, or imports what is not there is at fault", async () => {
  const policy = { config: { file: "f" } };
  for (const answer of [
    '{ outcome: "SUCCESS", result: { at: new Date() } }',
    '{ outcome: "SUCCESS", result: { n: 1n } }',
    "undefined",
  ])
    await assert.rejects(perform(HOST(`return ${answer};`), policy), CapabilityError, answer);
  await assert.rejects(perform(HOST('throw new Error("x");'), policy), /x/);
  const importing = HOST('return { outcome: "SUCCESS" };', 'import "not-there-at-all";');
  await assert.rejects(perform(importing, policy), /could not import not-there-at-all/);
  await assert.rejects(perform(HOST("given.file = 7;"), policy), TypeError);
});

/** By what the package has: the code of its refusal, and where. */
const REFUSED: readonly (readonly [string, Texts, string, JsonObject])[] = [
  [
    "an http effect that imports",
    { "cs.js": effectText("http", "", { imports: FS }) },
    "CAPABILITY_IMPORT",
    { line: 2 },
  ],
  [
    "a file of an http effect that imports",
    { "cs.js": effectText("http", "", { imports: 'import "./lib.js";' }), "lib.js": FS },
    "CAPABILITY_IMPORT",
    { file: "lib.js" },
  ],
  ["an unknown reach", { "cs.js": effectText("moon", "") }, "CAPABILITY_REACH", { line: 3 }],
  ["no configuration", { "cs.js": effectText("host", "") }, "CAPABILITY_DECLARATION", { pointer: "/config" }],
  [
    "a configuration of an http effect",
    { "cs.js": effectText("http", "", { more: "config: {}," }) },
    "CAPABILITY_DECLARATION",
    { pointer: "/config" },
  ],
  [
    "no probe",
    { "cs.js": effectText("http", "").replace("probe: null,", "") },
    "CAPABILITY_DECLARATION",
    { pointer: "/operations/DO/probe" },
  ],
  [
    "no BACKEND_ERROR",
    { "cs.js": effectText("http", "").replace(', "BACKEND_ERROR"', "") },
    "CAPABILITY_DECLARATION",
    { pointer: "/operations/DO/outcomes" },
  ],
  [
    "a declaration read from the host",
    { "cs.js": HOST("", FS).replace('"What the body says."', "statSync(0)") },
    "CAPABILITY_DECLARATION",
    { pointer: "/about" },
  ],
];

for (const [what, files, code, facts] of REFUSED) {
  test(`a package with ${what} is refused`, async () => {
    await assert.rejects(load({ [MANIFEST]: manifest("cs.js"), ...files }), (error: CapabilityFault) => {
      assert.deepEqual([error.code, { ...error.facts, ...facts }], [code, error.facts]);
      return true;
    });
  });
}
