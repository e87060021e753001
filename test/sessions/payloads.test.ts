/** `pgs run --payloads`: one run for each line, and one line for each run. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { Platform } from "../../src/cli/context.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { memoryTraces } from "../../src/workspace/traces.ts";
import { asSnapshot, smallWorkflow } from "../plan/small-workflow.ts";
import { sealed } from "../snapshot/memory-files.ts";
import { PLAYS_ALL } from "../support/portion.ts";
import { checkDocument } from "./documents.ts";
import { assertHint, assertRefused, lines, type Said, type Workspace, workspace } from "./world.ts";

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

/** The documents of the lines, each valid. */
function documentsOf({ out }: Said): readonly JsonObject[] {
  const documents = out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JsonObject);
  for (const one of documents) checkDocument("run-line", one);
  return documents;
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
  return { openTrace };
}

suite("pgs run --payloads", () => {
  const COUNT = PLAYS_ALL ? 10_000 : 500;

  test(`${COUNT} lines with bad ones among them give as many results, in order`, async (t) => {
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
    test(`--stop-on ${ending} begins no line after the first one, and says how to continue`, async (t) => {
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

  test("a stop in between finishes what is in progress, and a second command does the rest", async (t) => {
    const made = place(t);
    let stop = (_: number) => undefined as unknown;
    let printed = 0;
    const world: Partial<Platform> = {
      ...inMemory(),
      stdinPieces: () => inPieces(100),
      onStop(given) {
        stop = given;
        return () => undefined;
      },
      pause: async () => {
        if (++printed === 30) stop(1);
      },
    };
    const said = await made.sessionIn(world, ...RUN, "--payloads", "-", "--jobs", "4");
    assert.equal(said.code, 1, "what the signal asks for");
    const found = documentsOf(said).map(({ line }) => line);
    assert.deepEqual(
      found,
      Array.from({ length: found.length }, (_, i) => i + 1),
    );
    assert.ok(found.length >= 30 && found.length < 100);
    assert.match(said.err, new RegExp(`^stopped after line ${found.length}$`, "m"));
    const rest = await made.sessionIn(
      { ...inMemory(), stdinPieces: () => inPieces(100) },
      ...[...RUN, "--payloads", "-", "--from-line", String(found.length + 1)],
    );
    assert.equal(documentsOf(rest).length, 100 - found.length);
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

  test("an interrupt finishes the run in progress, and says where it stopped", async (t) => {
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
    for (const trace of traces) assert.equal(lines(trace).at(-1)?.["event_type"], "workflow_complete");
  });
});
