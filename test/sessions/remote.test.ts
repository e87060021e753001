/** A workspace whose package calls a service over HTTP, and adds rows to a database of its own. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { loadPackages } from "../../src/capabilities/packages/load.ts";
import { lockText } from "../../src/capabilities/packages/lock.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { hostCode } from "../../src/platform/host-code.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { openRealm } from "../../src/platform/realm.ts";
import { httpServer } from "../capabilities/remote/server.ts";
import { contract, filesOf, oneContract, SNAPSHOT, WORKFLOW } from "../engine/trial.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { assertHint, at, document, lines, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const HOOK = `import { effect, string } from "pgs-runner/capability";
export default effect({
  code: "trial::CS_HOOK_V0",
  about: "A service that is told about orders.",
  reaches: "http",
  operations: {
    SEND: {
      about: "Tells the service about an order, once.",
      input: { order: string },
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ order }, http, { url }) {
        const answer = await http.send({ method: "PUT", url: url + "/" + order, json: { order } });
        if (answer.status !== 200) return { outcome: "BACKEND_ERROR", reason: { code: "STATUS", status: answer.status } };
        return { outcome: "SUCCESS", result: answer.json() };
      },
      async probe({ order }, http, { url }) {
        const answer = await http.send({ url: url + "/" + order });
        return answer.status === 404 ? { state: "absent" } : { state: "done", result: answer.json() };
      },
    },
  },
});
`;

/** Rows in a file, or in SQLite; the file \`hang\` keeps it from ending. */
const rowsText = (
  imports: string,
  add: string,
  has: string,
) => `import { effect, string } from "pgs-runner/capability";
import { existsSync } from "node:fs";
${imports}
export default effect({
  code: "trial::CS_ROWS_V0",
  about: "A table of orders.",
  reaches: "host",
  config: { file: string },
  operations: {
    ADD: {
      about: "Adds the order, unless it is there.",
      input: { order: string },
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ order }, { file }) {
        if (existsSync(file + ".hang-before")) await new Promise(() => {});
        ${add}
        if (existsSync(file + ".hang-after")) await new Promise(() => {});
        return { outcome: "SUCCESS" };
      },
      async probe({ order }, { file }) {
        return (${has}) ? { state: "done", result: {} } : { state: "absent" };
      },
    },
  },
});
`;

const FILE_ROWS = rowsText(
  'import { appendFileSync, readFileSync } from "node:fs";\nconst rows = (file) => (existsSync(file) ? readFileSync(file, "utf8").split("\\n") : []);',
  'if (!rows(file).includes(order)) appendFileSync(file, order + "\\n");',
  "rows(file).includes(order)",
);

const SQLITE_ROWS = rowsText(
  `import { DatabaseSync } from "node:sqlite";
function table(file) {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY)");
  return database;
}`,
  'table(file).prepare("INSERT OR IGNORE INTO orders VALUES (?)").run(order);',
  'table(file).prepare("SELECT number FROM orders WHERE number = ?").get(order) !== undefined',
);

type OnPut = (order: string) => "answers" | "keeps silent";

interface Place extends Workspace {
  readonly rows: string;
  /** What the service was told, in order. */
  readonly told: readonly string[];
  readonly asked: readonly { readonly method: string }[];
  /** The service does not run any more. */
  close(): Promise<void>;
}

const ORDER = { order: "order-7" };
const step = (name: string, side_effect: string, op: string) => ({
  step: name,
  side_effect,
  op,
  inputs: { order: "$.inputs.order" },
  on_result: { SUCCESS: "continue", BACKEND_ERROR: "exit" },
});

async function place(
  t: TestContext,
  { rows: rowsText = FILE_ROWS, onPut = (() => "answers") as OnPut } = {},
): Promise<Place> {
  const told: string[] = [];
  const server = await httpServer(t, ({ method, url }, response) => {
    const order = url.split("/").at(-1) ?? "";
    if (method === "PUT" && onPut(order) === "keeps silent") return;
    if (method === "PUT" && !told.includes(order)) told.push(order);
    if (method === "PUT" && onPut(order) === "keeps silent") return;
    response.statusCode = told.includes(order) ? 200 : 404;
    response.end(JSON.stringify({ number: told.indexOf(order) + 1 }));
  });
  const made = workspace(t, { snapshot: null });
  const rows = made.path("rows.db");
  write(made, {
    "pgs.json": JSON.stringify({ capabilities: ["./capabilities"] }),
    "capabilities/pgs.capabilities.json": JSON.stringify({
      ...{ name: "orders", version: "1.0.0", capabilities: ["hook.js", "rows.js"] },
    }),
    "capabilities/hook.js": HOOK,
    "capabilities/rows.js": rowsText,
    "order.json": JSON.stringify(ORDER),
  });
  const ports = { files: nodeFiles, openRealm: async () => openRealm(), openHostCode: async () => hostCode };
  const packages = await loadPackages([made.path("capabilities")], made.folder, ports);
  const protocol = oneContract(
    contract([step("send", "trial::CS_HOOK_V0", "SEND"), step("add", "trial::CS_ROWS_V0", "ADD")], {
      inputs: { order: { type: "string", required: true } },
    }),
    { inputs: { order: "$.payload.order" } },
    {
      effects: packages.flatMap(({ effects }) => effects),
      policies: {
        "trial::CS_HOOK_V0": {
          allowed_origins: [server.origin],
          url: server.origin,
          secret_headers: { authorization: { environment: "HOOK_TOKEN", prefix: "Bearer " } },
        },
        "trial::CS_ROWS_V0": { config: { file: rows } },
      },
      documents: { "capabilities.lock.json": lockText(packages) },
    },
  );
  const files = [...filesOf(protocol)].map(([path, bytes]) => [
    path.replace(SNAPSHOT, "protocol_snapshot"),
    bytes.toString(),
  ]);
  write(made, Object.fromEntries(files));
  const close = async () => {
    const closed = once(server.server, "close");
    server.server.close();
    await closed;
  };
  return { ...made, rows, told, asked: server.received, close };
}

function write({ path }: Workspace, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  }
}

const RUN = ["run", WORKFLOW, "--payload", "order.json", "--no-png", "--no-md"];
const ENV = { HOOK_TOKEN: "t0ken-of-the-test" };

it("a run calls the service and adds a row; its trace shows the request without the token, and replays without either", async (t) => {
  const world = await place(t);
  const said = await world.sessionIn({ env: ENV }, ...RUN, "--json");
  assert.equal(said.code, 0, said.err);
  assert.deepEqual([world.told, readFileSync(world.rows, "utf8")], [["order-7"], "order-7\n"]);
  const [trace] = world.traces() as [string];
  const end = lines(trace).find((line) => line["event_type"] === "side_effect_end");
  assert.deepEqual(at(end, "payload", "result"), { number: 1 });
  const { method, sent, status } = at(end, "payload", "requests", 0) as JsonObject;
  assert.deepEqual([method, sent, status], ["PUT", true, 200]);
  assert.ok(!readFileSync(trace, "utf8").includes("t0ken"));
  const asked = world.asked.length;
  const examined = document(await world.session("examine", trace, "--json"));
  assert.deepEqual([at(examined, "replayed", "ok"), world.asked.length], [true, asked]);
});

it("what was sent is shown by everything that shows the run", async (t) => {
  const world = await place(t);
  const ran = await world.sessionIn({ env: ENV }, ...RUN.filter((word) => word !== "--no-md"));
  const [trace = ""] = world.traces();
  const end = lines(trace).find((line) => line["event_type"] === "side_effect_end");
  const url = String(at(end, "payload", "requests", 0, "url"));
  const examined = await world.session("examine", trace);
  for (const { out } of [ran, examined])
    assert.ok(out.includes(`\nrequests\n  WORK.send  PUT  ${url}  200\n`), out);
  assert.ok(readFileSync(trace.replace(/jsonl$/, "md"), "utf8").includes(`\`PUT ${url}\` → \`200\``));
  const told = [
    document(await world.sessionIn({ env: ENV }, ...RUN, "--json")),
    document(await world.session("examine", trace, "--json")),
  ];
  for (const one of told) assert.equal(at(one, "requests", 0, "url"), url);
});

test("without its token the service is not called, and the run says why", async (t) => {
  const world = await place(t);
  const said = await world.session(...RUN, "--json");
  assert.equal(said.code, 5, said.err);
  assert.deepEqual(world.asked, []);
  const end = lines(world.traces()[0] ?? "").find((line) => line["event_type"] === "side_effect_end");
  assert.deepEqual(at(end, "payload", "reason"), {
    ...{ code: "HTTP_SECRET_MISSING", environment: "HOOK_TOKEN", sent: false },
  });
});

it("where the service cannot be reached or used, the hint says what to do", async (t) => {
  const world = await place(t);
  const without = await world.session(...RUN);
  assertHint(without, /^set \$HOOK_TOKEN, which the policy of trial::CS_HOOK_V0 in trial::RB_TRIAL_V0 names, /);
  await world.close();
  const alone = await world.sessionIn({ env: ENV }, ...RUN);
  assert.equal(alone.code, 5, alone.err);
  assertHint(
    alone,
    /^make sure that the server in allowed_origins .* can be reached from this machine, and run/,
  );
});

it("a scenario reaches neither: it gives their answers, or is refused", async (t) => {
  const world = await place(t);
  const scenario = (given: JsonObject, expected: JsonObject) =>
    JSON.stringify({
      scenario: "an order",
      steps: [{ name: "order", workflow: WORKFLOW, payload: ORDER, given, expect: expected }],
    });
  const answers = {
    "WORK.send": { outcome: "SUCCESS", result: { number: 7 } },
    "WORK.add": { outcome: "SUCCESS" },
  };
  write(world, {
    "scenarios/answered.scenario.json": scenario({ answers }, { outcome: "SUCCESS" }),
    "scenarios/refused.scenario.json": scenario({}, { refusal: "REMOTE_EFFECT_NOT_ALLOWED" }),
  });
  const said = await world.sessionIn({ env: ENV }, "test");
  assert.equal(said.code, 0, said.out);
  assert.deepEqual([world.asked, existsSync(world.rows)], [[], false]);
  write(world, { "scenarios/refused.scenario.json": scenario({}, { outcome: "SUCCESS" }) });
  const performed = await world.sessionIn({ env: ENV }, "test", "--remote");
  assert.equal(performed.code, 0, performed.out);
  assert.deepEqual([world.told, existsSync(world.rows)], [["order-7"], true]);
});

test("a run adds a row to a database", {
  skip: isBuiltin("node:sqlite") ? false : "this version of Node has no node:sqlite",
}, async (t) => {
  const world = await place(t, { rows: SQLITE_ROWS });
  for (const _ of ["once", "twice"]) {
    const said = await world.sessionIn({ env: ENV }, ...RUN, "--json");
    assert.equal(said.code, 0, said.err);
  }
  const { DatabaseSync } = hostCode.load("node:sqlite", import.meta.filename) as unknown as SqliteModule;
  const rows = new DatabaseSync(world.rows).prepare("SELECT number FROM orders").all();
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ number: "order-7" }],
  );
});

interface SqliteModule {
  readonly DatabaseSync: new (file: string) => { prepare(sql: string): { all(): readonly object[] } };
}

interface Killed {
  readonly about: string;
  /** Until when the process lives. */
  readonly until: "in the request" | "before the answer" | "before the row" | "after the row";
  /** Of the open effect: what is found, and what is advised. */
  readonly expected: readonly [string, string, string];
}

const KILLED: readonly Killed[] = [
  {
    about: "before the service takes its request",
    until: "in the request",
    expected: ["send", "absent", "RUN_AGAIN"],
  },
  {
    about: "before the service has answered",
    until: "before the answer",
    expected: ["send", "done", "RUN_AGAIN"],
  },
  { about: "before it adds its row", until: "before the row", expected: ["add", "absent", "RUN_AGAIN"] },
  { about: "after it has added its row", until: "after the row", expected: ["add", "done", "COUNT_AS_DONE"] },
];

for (const { about, until, expected } of portion({ name: "kills", diagnostic: console.log }, KILLED, 1)) {
  it(`killed ${about}, following what examine says leads to one order and one row`, async (t) => {
    let child: ChildProcess | undefined;
    let puts = 0;
    const world = await place(t, {
      onPut() {
        puts++;
        const isLost =
          (until === "in the request" && puts === 1) || (until === "before the answer" && puts === 2);
        if (isLost) child?.kill("SIGKILL");
        return isLost ? "keeps silent" : "answers";
      },
    });
    const hang = `${world.rows}.hang-${until === "before the row" ? "before" : "after"}`;
    if (until.endsWith("row")) writeFileSync(hang, "");
    child = world.startIn(ENV, ...RUN);
    const ended = once(child, "exit");
    if (until.endsWith("row")) await killWhen(() => hasBegun(world, "ADD", until, world.rows), child);
    await ended;
    const [trace] = world.traces() as [string];
    const looked = document(await world.session("examine", trace, "--json"));
    assert.equal(at(looked, "open_effects", 0, "found", "because"), "NOT_ASKED");
    const examined = document(await world.sessionIn({ env: ENV }, "examine", trace, "--probe", "--json"));
    assert.deepEqual(
      [
        at(examined, "open_effects", 0, "step"),
        at(examined, "open_effects", 0, "found", "state"),
        at(examined, "advice", "code"),
      ],
      expected,
    );
    rmSync(hang, { force: true });
    if (expected[2] === "RUN_AGAIN") {
      const again = await world.sessionIn({ env: ENV }, ...RUN, "--json");
      assert.equal(again.code, 0, again.err);
    }
    assert.deepEqual([world.told, readFileSync(world.rows, "utf8")], [["order-7"], "order-7\n"]);
  });
}

function hasBegun(world: Workspace, op: string, until: Killed["until"], rows: string): boolean {
  const [trace] = world.traces();
  if (trace === undefined || !existsSync(trace)) return false;
  return (
    readFileSync(trace, "utf8").includes(`"op":"${op}"`) && (until === "before the row" || isWritten(rows))
  );
}

/** A file is there, and still empty, before its first row is. */
const isWritten = (rows: string) => existsSync(rows) && readFileSync(rows, "utf8") !== "";

async function killWhen(isTime: () => boolean, child: ChildProcess): Promise<void> {
  for (let waited = 0; !isTime(); waited += 10) {
    assert.ok(waited < 9000 && child.exitCode === null, "the run never came to its effect");
    await pause(10);
  }
  child.kill("SIGKILL");
}
