/** Names of traces: whoever gives them, in folders or in segments, no two are the same. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nodeClock } from "../../src/platform/node-ports.ts";
import { openSegments } from "../../src/platform/segments/segments.ts";
import { openTrace } from "../../src/platform/trace-files.ts";
import { endLocks } from "../ledger/segment-world.ts";
import { childModules } from "../support/child-modules.ts";
import { beforeEachCall } from "../support/fs-calls.ts";

const FILES = "src/platform/trace-files.ts";
const SEGMENTS = "src/platform/segments/segments.ts";

/** A second copy of the program, which is another process for the first one. */
const copy = childModules(FILES, SEGMENTS);

interface Process {
  readonly openTrace: typeof openTrace;
  readonly openSegments: typeof openSegments;
}

async function processes(): Promise<readonly [Process, Process]> {
  const paths = await copy;
  const other = { ...(await import(paths[FILES])), ...(await import(paths[SEGMENTS])) } as Process;
  return [{ openTrace, openSegments }, other];
}

function place(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-names-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const nameAt = (moment: number) =>
  `${new Date(moment).toISOString().replace(/[-:.]/g, "")}__WF_TRIAL_V0__0123abcd`;

/** Begins a run of a name; a second one of the same name as well. */
type Begin = (traces: string, process: Process) => () => readonly string[];

const BEGIN: Readonly<Record<string, Begin>> = {
  "in a folder": (traces, one) => () => {
    const wanted = nameAt(BEGUN);
    return [one.openTrace(traces, wanted).id, one.openTrace(traces, wanted).id];
  },
  "in a segment": (traces, one) => {
    const segments = one.openSegments(traces, { access: "owner", now: () => BEGUN });
    return () => twoIn(segments);
  },
  "in a segment that is there": (traces, one) => {
    const segments = one.openSegments(traces, { access: "owner", now: () => BEGUN });
    const [first = ""] = twoIn(segments);
    return () => [first, ...twoIn(segments)];
  },
};

/** In the future: nothing was changed since. */
const BEGUN = Date.parse("2126-01-31T09:00:00Z");

function twoIn(segments: ReturnType<typeof openSegments>): readonly string[] {
  return [0, 1].map(() => segments.open(nameAt(BEGUN))?.id ?? assert.fail("no segment"));
}

test("whatever another process begins between two steps of a run that begins, all have names of their own", async (t) => {
  const [one, other] = await processes();
  const folder = place(t);
  let number = 0;
  for (const [how, begin] of Object.entries(BEGIN)) {
    for (const [meanwhile, beginOther] of Object.entries(BEGIN)) {
      const calls = beforeEachCall(() => {
        const traces = join(folder, String(++number), "traces");
        mkdirSync(traces, { recursive: true });
        const begins = begin(traces, one);
        const beginsOther = beginOther(traces, other);
        const names: string[] = [];
        return {
          before: () => names.push(...beginsOther()),
          work: () => names.push(...begins()),
          after() {
            assert.equal(new Set(names).size, names.length, `${how}, ${meanwhile} meanwhile: ${names}`);
          },
        };
      });
      assert.ok(calls > 1, `${calls} calls`);
    }
  }
});

test("a segment that ends while another process begins a run in a folder is seen, however long it has been there", async (t) => {
  const [one, other] = await processes();
  const folder = place(t);
  const past = nodeClock.now() / 1000 - 60;
  let number = 0;
  beforeEachCall(() => {
    const traces = join(folder, String(++number));
    mkdirSync(traces);
    const segments = one.openSegments(traces, { access: "owner" });
    segments.open(nameAt(nodeClock.now()))?.file.close();
    for (const name of [...readdirSync(join(traces, "segments")), "."])
      lutimesSync(join(traces, "segments", name), past, past);
    const wanted = nameAt(nodeClock.now());
    const { id, file } = segments.open(wanted) ?? assert.fail("no segment");
    const names = [id];
    return {
      before() {
        file.append("a line\n");
        file.close();
        segments.close();
      },
      work: () => names.push(other.openTrace(traces, wanted).id),
      after: () => assert.equal(new Set(names).size, names.length, `${names}`),
    };
  });
});

test("the names of a process that has ended are not given again by the next one of its number", async (t) => {
  const [one, other] = await processes();
  const traces = place(t);
  const now = nodeClock.now();
  const segments = one.openSegments(traces, { access: "owner", now: () => now });
  const first = segments.open(nameAt(now)) ?? assert.fail("no segment");
  first.file.append("a line\n");
  // It is killed.
  endLocks(traces);
  const changed = nodeClock.now();
  for (const name of readdirSync(join(traces, "segments")).filter((one) => one.endsWith(".jsonl")))
    utimesSync(join(traces, "segments", name), changed / 1000, changed / 1000);
  const next = other.openSegments(traces, { access: "owner", now: () => now + 1000 + changed - now });
  const idAt = (moment: number) => {
    const late = other.openSegments(traces, { access: "owner", now: () => Math.max(moment, now) });
    return late.open(nameAt(moment))?.id ?? null;
  };
  assert.equal(next.open(nameAt(changed)), null, "it may be one of the first process");
  assert.equal(idAt(changed + 1000), nameAt(changed + 1000));
  assert.equal(idAt(changed + 500), null, "the clock was set back");
});

test("a folder of a moment in which a segment was written has a number that no segment gives", async (t) => {
  const [one, other] = await processes();
  const traces = place(t);
  const now = nodeClock.now();
  const { file } =
    one.openSegments(traces, { access: "owner", now: () => now }).open(nameAt(now)) ?? assert.fail();
  file.append("a line\n");
  const id = (moment: number) => other.openTrace(traces, nameAt(moment)).id;
  const later = nodeClock.now() + 60_000;
  assert.equal(id(now - 1), nameAt(now - 1), "before the segment");
  assert.deepEqual(
    [id(now), id(now), id(now)],
    [64, 128, 192].map((number) => `${nameAt(now)}_${number}`),
  );
  assert.equal(id(later), `${nameAt(later)}_64`, "its process lives");
  endLocks(traces);
  assert.equal(id(later + 1), nameAt(later + 1));
  assert.equal(id(now), `${nameAt(now)}_256`, "as a run that is repeated with a fixed clock");
});

/** Begins so many runs, by turns in segments and in folders, and says their names; then it is killed, or ends. */
const CHILD = `
const [, files, segments, traces, isKilled] = process.argv;
const { openTrace } = await import(files);
const { openSegments } = await import(segments);
const open = openSegments(traces, { access: "owner" });
const names = [];
const name = () => new Date().toISOString().replace(/[-:.]/g, "") + "__WF_TRIAL_V0__0123abcd";
for (let i = 0; i < 400; i++) {
  const shared = i % 8 === 0 ? null : open.open(name());
  if (shared !== null) { shared.file.append("line of " + shared.id + "\\n"); shared.file.close(); }
  else openTrace(traces, name()).file.close();
  if (shared !== null) names.push(shared.id);
  if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
await new Promise((resolve) => process.stdout.write(JSON.stringify(names), resolve));
if (isKilled === "true") process.kill(process.pid, "SIGKILL");
`;

test("processes that begin runs at the same time, are killed and followed by others give each name once", async (t) => {
  const traces = join(place(t), "traces");
  const paths = await copy;
  const begin = async (isKilled: boolean): Promise<readonly string[]> => {
    const argv = [
      "--input-type=module",
      "-e",
      CHILD,
      "--",
      paths[FILES],
      paths[SEGMENTS],
      traces,
      String(isKilled),
    ];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await once(child, "close");
    return JSON.parse(said) as string[];
  };
  const shared = [
    ...(await Promise.all([begin(true), begin(false)])),
    ...(await Promise.all([begin(false), begin(true)])),
  ].flat();
  assert.ok(shared.length > 400, `${shared.length} in segments`);
  assert.equal(new Set(shared).size, shared.length);
  const folders = shared.filter((name) => existsSync(join(traces, name)));
  assert.deepEqual(folders, [], "no folder has the name of a run in a segment");
});
