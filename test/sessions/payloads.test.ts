/** `pgs run --payloads`: one run for each line, and one line for each run. */

import assert from "node:assert/strict";
import { once } from "node:events";
import fs, { mkdirSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { Platform } from "../../src/cli/context.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { segmentAddress } from "../../src/trace/segment.ts";
import { memoryTraces } from "../../src/workspace/traces.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { asking } from "../engine/waiting.ts";
import { asSnapshot, smallWorkflow } from "../plan/small-workflow.ts";
import { sealed } from "../snapshot/memory-files.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { checkDocument } from "./documents.ts";
import { DRAWN_NOT, interruptedAfterWrites, logged, typedIn, typesIn, waitingWorkspace } from "./waiting.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  lines,
  type Said,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const WF = "test::WF_X_V0";

function place(t: TestContext): Workspace {
  const made = workspace(t, { snapshot: null });
  for (const [path, bytes] of sealed(asSnapshot(smallWorkflow()))) {
    const file = made.path(`protocol_snapshot/${path}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return made;
}

const RUN = ["run", WF, "--durability", "process"];

/** Each run writes two records. */
const LOGGING = oneContract(contract([appending("one", { n: 1 }), appending("two", { n: 2 })]));
/** The same, each with records of its own: whether one took place can be told. */
const NUMBERED = oneContract(
  contract(
    ["one", "two"].map((step) => appending(step, { step, n: "$.inputs.n" })),
    { inputs: { n: {} } },
  ),
  { inputs: { n: "$.payload.n" } },
);
const LOGGED = ["run", WORKFLOW, "--durability", "process"];

/** The documents of the lines, each valid. */
function documentsOf({ out }: Said): readonly JsonObject[] {
  const documents = out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JsonObject);
  for (const one of documents) checkDocument("run-line", one);
  return documents;
}

/** Of the write to a segment after so many, only a part is written. */
function fullAfter(t: TestContext, writes: number): { restore(): void } {
  const { openSync, writeSync } = fs;
  let segment = -1;
  let left = writes;
  const opening = (path: string, ...rest: [string]) => {
    const file = openSync(path, ...rest);
    if (path.includes("/segments/") && path.endsWith(".jsonl")) segment = file;
    return file;
  };
  const writing = (file: number, bytes: Uint8Array) =>
    file === segment && left-- <= 0 ? writeSync(file, bytes, 0, bytes.length >> 1) : writeSync(file, bytes);
  const mocks = [
    t.mock.method(fs, "openSync", opening as typeof openSync),
    t.mock.method(fs, "writeSync", writing as typeof writeSync),
  ];
  syncBuiltinESMExports();
  const restore = () => {
    for (const { mock } of mocks) mock.restore();
    syncBuiltinESMExports();
  };
  t.after(restore);
  return { restore };
}

/** Every tenth line is no payload, every seventh one that the intent rejects. */
const lineOf = (n: number) => (n % 10 === 0 ? "[]" : n % 7 === 0 ? '{"a": 1}' : '{"a": "x"}');
const exitOf = (n: number) => (n % 10 === 0 ? 2 : n % 7 === 0 ? 1 : 0);

async function* inPieces(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 1; n <= count; n++) yield Buffer.from(`${lineOf(n)}\n`);
}

/** Traces in memory, which saves most of a run's time. */
function inMemory(): Partial<Platform> {
  const traces = memoryTraces();
  const openTrace = (_: string, wanted: string) => {
    const { id, writer } = traces.open(wanted);
    return { id, folder: `/traces/${id}`, file: writer };
  };
  const open = (wanted: string) => {
    const { id, file } = openTrace("", wanted);
    return { id, file, address: segmentAddress("memory.jsonl", id), place: () => null };
  };
  return { openTrace, openSegments: async () => ({ open, close: () => undefined }) };
}

suite("pgs run --payloads", () => {
  const COUNT = PLAYS_ALL ? 10_000 : 500;

  it(`${COUNT} lines with bad ones among them give as many results, in order`, async (t) => {
    const world = { ...inMemory(), stdinPieces: () => inPieces(COUNT) };
    const said = await place(t).sessionIn(world, ...RUN, "--payloads", "-", "--jobs", "8");
    const found = documentsOf(said);
    assert.deepEqual(
      found.map(({ line, exit_code }) => [line, exit_code]),
      Array.from({ length: COUNT }, (_, i) => [i + 1, exitOf(i + 1)]),
    );
    assert.equal(said.code, 2, "the worst of all");
    const counts = [0, 1, 2].map((code) => found.filter(({ exit_code }) => exit_code === code).length);
    assert.equal(
      said.err,
      `${COUNT} lines of standard input: ${counts[0]} succeeded, ${counts[1]} failed, ${counts[2]} refused\n`,
    );
    assert.equal(new Set(found.map(({ trace_id }) => trace_id)).size, COUNT - (counts[2] ?? 0) + 1);
  });

  test("each run leaves a trace of its own, which is valid", async (t) => {
    const made = place(t);
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n{"a": 1}\n{"a": "y"}');
    const said = await made.session(...RUN, "--payloads", "p.jsonl", "--unordered");
    const found = documentsOf(said);
    assert.equal(said.code, 1);
    assert.deepEqual(
      made
        .traces()
        .map((file) => file.slice(made.folder.length + 1))
        .toSorted(),
      found.map(({ trace }) => trace).toSorted(),
    );
    for (const { trace, head } of found)
      assert.equal((await made.session("examine", String(trace), "--head", String(head))).code, 0);
  });

  test("a line that is no payload is refused with its number, and the others run", async (t) => {
    const made = place(t);
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n\n{"a": \n{"a": "x"}\n');
    const found = documentsOf(await made.session(...RUN, "--payloads", "p.jsonl"));
    assert.deepEqual(
      found.map(({ exit_code }) => exit_code),
      [0, 2, 2, 0],
    );
    const error = found[2]?.["error"] as JsonObject;
    assert.deepEqual([error["code"], error["stage"]], ["PAYLOAD_NOT_JSON", "payload"]);
    assert.match(String(error["message"]), /\(p\.jsonl:3/);
  });

  for (const [ending, last] of [
    ["failure", 7],
    ["refusal", 10],
  ] as const)
    it(`--stop-on ${ending} begins no line after the first one, and says how to continue`, async (t) => {
      const made = place(t);
      writeFileSync(made.path("p.jsonl"), Array.from({ length: 20 }, (_, i) => `${lineOf(i + 1)}\n`).join(""));
      const said = await made.session(...RUN, "--payloads", "p.jsonl", "--stop-on", ending);
      assert.equal(documentsOf(said).length, last);
      assert.equal(said.code, exitOf(last));
      assert.match(said.err, new RegExp(`^stopped after line ${last}$`, "m"));
      assertHint(said, new RegExp(`--from-line ${last + 1} `));
      const rest = await made.session(...RUN, "--payloads", "p.jsonl", "--from-line", String(last + 1));
      assert.deepEqual(
        documentsOf(rest).map(({ line }) => line),
        Array.from({ length: 20 - last }, (_, i) => last + 1 + i),
      );
    });

  test("a stop in between finishes the events at hand, and the hints let every run go on and do the rest", async (t) => {
    const made = waitingWorkspace(t, LOGGING);
    writeFileSync(made.path("p.jsonl"), "{}\n".repeat(20));
    const run = [...LOGGED, "--payloads", "p.jsonl"];
    const said = await made.sessionIn(interruptedAfterWrites(23), ...run, "--jobs", "4");
    assert.equal(said.code, 143, said.err);
    const found = documentsOf(said);
    assert.deepEqual(
      found.map(({ line }) => line),
      Array.from({ length: found.length }, (_, i) => i + 1),
    );
    const stopped = found.filter(({ status }) => status === "INTERRUPTED");
    assert.ok(stopped.length > 0 && stopped.length <= 4 && found.length < 20);
    assert.deepEqual(new Set(stopped.map(({ exit_code }) => exit_code)), new Set([143]));
    const hints = said.err.split("\n").filter((line) => line.startsWith("hint: "));
    assert.equal(hints.length, stopped.length + 1);
    for (const hint of hints.slice(0, -1)) {
      const [command = "", trace = ""] = typedIn(hint, "resume");
      assert.notEqual(typesIn(made.path(trace)).at(-1), "side_effect_start");
      const resumed = await made.session(command, trace, ...DRAWN_NOT);
      assert.equal(resumed.code, 0, resumed.err);
    }
    const [, from = ""] = /--from-line (\d+) to continue/.exec(hints.at(-1) ?? "") ?? [];
    assert.equal(Number(from), found.length + 1);
    await made.session(...run, "--from-line", from);
    assert.equal(logged(made).length, 2 * 20);
    assert.equal(made.traces().length, 20);
  });

  test("each run whose trace is full says where it is and how it goes on, and one whose end is in the file has ended", async (t) => {
    const made = waitingWorkspace(t, NUMBERED);
    const payloads = Array.from({ length: 8 }, (_, n) => `{"n": ${n}}\n`);
    writeFileSync(made.path("p.jsonl"), payloads.join(""));
    const isFull = fullAfter(t, 8);
    const said = await made.session(...LOGGED, "--payloads", "p.jsonl", "--jobs", "4");
    isFull.restore();
    assert.equal(said.code, 5, said.err);
    const found = documentsOf(said);
    const unwritten = found.filter(({ error }) => error !== null);
    const begun = unwritten.filter(({ trace }) => trace !== null);
    assert.ok(begun.length > 0);
    for (const { trace, trace_id, error } of begun) {
      assert.equal(String(trace).split("#")[1], trace_id);
      assert.equal(at(error, "details", "file"), made.path(String(trace)));
    }
    const traces = made.traces();
    assert.deepEqual(
      found.flatMap(({ trace }) => (trace === null ? [] : [made.path(String(trace))])).sort(),
      [...traces].sort(),
    );
    const ended = traces.filter((trace) => typesIn(trace).at(-1) === "workflow_complete");
    assert.equal(ended.length, found.filter(({ status }) => status === "SUCCESS").length);
    assertHint(said, /pgs runs rebuild --missing/);
    const hints = said.err.split("\n").filter((line) => line.includes("pgs resume"));
    assert.equal(hints.length, begun.length);
    for (const hint of hints) {
      const [command = "", trace = ""] = typedIn(hint, "resume");
      const resumed = await made.session(command, trace, ...DRAWN_NOT);
      assert.equal(resumed.code, 0, resumed.err);
    }
  });

  test("where nobody reads the results any more, no further line is begun", async (t) => {
    const made = waitingWorkspace(t, LOGGING);
    writeFileSync(made.path("p.jsonl"), "{}\n".repeat(20));
    const world = { isOutClosed: () => made.traces().length > 2 };
    const said = await made.sessionIn(world, ...LOGGED, "--payloads", "p.jsonl");
    assert.ok(made.traces().length < 20);
    assert.equal(said.code, 141, "it neither waits nor failed");
    assert.match(said.err, /^stopped after line \d+$/m);
    assert.match(said.err, /--from-line \d+ to continue/);
  });

  test("a line that does not succeed decides the exit code, not one that waits", async (t) => {
    const made = waitingWorkspace(t, asking({ key: "k", choices: ["yes", "no"], timeout: "PT1H" }));
    for (const [lines, codes, exit] of [
      ["{}\n{}\n", [6, 6], 6],
      ["{}\n[]\n{}\n", [6, 2, 6], 2],
    ] as const) {
      writeFileSync(made.path("p.jsonl"), lines);
      const said = await made.session(...LOGGED, "--payloads", "p.jsonl");
      assert.deepEqual(
        documentsOf(said).map(({ exit_code }) => exit_code),
        codes,
      );
      assert.equal(said.code, exit);
    }
  });

  test("a line to begin with that is behind the last one is said", async (t) => {
    const made = place(t);
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n{"a": "x"}');
    const run = [...RUN, "--payloads", "p.jsonl", "--from-line"];
    const none = await made.session(...run, "3");
    assert.deepEqual([none.code, none.out], [0, ""]);
    assert.match(none.err, /^notice: p\.jsonl has 2 lines: none is left from line 3 on$/m);
    assert.doesNotMatch((await made.session(...run, "2")).err, /notice/);
  });

  test("a payload that is not accepted is reported with the rules that it does not meet", async (t) => {
    const made = place(t);
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n{"a": 1}\n');
    const [good, bad] = documentsOf(await made.session(...RUN, "--payloads", "p.jsonl"));
    writeFileSync(made.path("bad.json"), '{"a": 1}');
    const alone = document(await made.session(...RUN, "--payload", "bad.json", "--no-png", "--json"));
    assert.deepEqual([good?.["violations"], bad?.["violations"]], [undefined, alone["violations"]]);
    assert.equal(at(bad, "violations", 0, "field"), "/a");
  });

  test("the same seed and clock write the same traces, also in two parts", async (t) => {
    const fixed = ["--seed", "s", "--clock", "2026-01-31T09:00:00Z"];
    const heads = async (made: Workspace, ...more: string[]) => {
      writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n{"a": "y"}\n{"a": "z"}\n');
      return documentsOf(await made.session(...RUN, ...fixed, "--payloads", "p.jsonl", ...more)).map(
        ({ head }) => head,
      );
    };
    const whole = await heads(place(t));
    assert.deepEqual(await heads(place(t)), whole);
    assert.deepEqual(
      await heads(place(t), "--from-line", "3"),
      whole.slice(2).map((head) => head),
    );
  });

  test("a trace that cannot be written ends it", async (t) => {
    const made = place(t);
    writeFileSync(made.path("traces"), "");
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n{"a": "y"}\n');
    const said = await made.session(...RUN, "--payloads", "p.jsonl");
    assert.deepEqual(
      documentsOf(said).map(({ exit_code }) => exit_code),
      [5],
    );
    assert.equal(said.code, 5);
    assert.match(said.err, /^stopped after line 1$/m);
  });

  for (const argv of [
    ["--payloads", "p.jsonl", "--payload", "p.json"],
    ["--payloads", "p.jsonl", "--follow"],
    ["--jobs", "2"],
    ["--unordered"],
    ["--stop-on", "failure"],
    ["--from-line", "2"],
  ])
    test(`${argv.join(" ")} is refused`, async (t) => {
      const said = await place(t).session("run", WF, ...argv);
      assertRefused(said, 2, "BAD_USAGE");
      assertHint(said, /^omit --/);
    });

  it("an interrupt finishes the event at hand, and says where it stopped", async (t) => {
    const made = place(t);
    const COUNT = 3000;
    writeFileSync(made.path("p.jsonl"), '{"a": "x"}\n'.repeat(COUNT));
    const child = made.start(...RUN, "--payloads", "p.jsonl");
    let [out, err] = ["", ""];
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (out === "") child.kill("SIGINT");
      out += text;
    });
    const [code] = (await once(child, "close")) as [number];
    assert.equal(code, 130, err);
    const found = documentsOf({ out, err, code });
    assert.ok(found.length < COUNT);
    assert.match(err, new RegExp(`^stopped after line ${found.length}$`, "m"));
    assert.match(err, new RegExp(`--from-line ${found.length + 1} `));
    const traces = made.traces();
    assert.equal(traces.length, found.length, "every line has a trace");
    const whole = traces.filter((trace) => lines(trace).at(-1)?.["event_type"] === "workflow_complete");
    assert.equal(whole.length, found.filter(({ status }) => status === "SUCCESS").length);
  });
});
