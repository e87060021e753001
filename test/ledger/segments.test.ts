/** The ledger and the traces of runs that share a file. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { encodeLine, type LedgerLine, parseLine } from "../../src/ledger/line.ts";
import { completeLedger, rebuildLedger } from "../../src/ledger/rebuild.ts";
import { standingOf } from "../../src/ledger/standing.ts";
import { isAt, traceAddress, traceIdsIn } from "../../src/ledger/trace-place.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { nodeClock } from "../../src/platform/node-ports.ts";
import { parseAddress } from "../../src/trace/segment.ts";
import { portion } from "../support/portion.ts";
import { skipWithoutPython } from "../support/python.ts";
import { entriesIn, findingsIn, leftBehind, linesOf, runOf, segmentIn, segmentWorld } from "./segment-world.ts";

test("the ledger says where the lines of each run are", async (t) => {
  const { root, run } = segmentWorld(t);
  const ids = await Promise.all(Array.from({ length: 5 }, () => run({})));
  const inFolder = await run({}, { isInFolder: true });
  const { name, path } = segmentIn(root);
  assert.deepEqual(await findingsIn(root), []);
  assert.deepEqual(traceIdsIn(root), [...ids, inFolder].sort());
  for (const entry of entriesIn(root)) {
    assert.equal(standingOf(entry, root).state, "COMPLETED");
    assert.equal(entry.segment, entry.place?.segment ?? null);
    const address = traceAddress(entry.id, entry.place, root);
    assert.equal(address, traceAddress(entry.id, null, root), "it is found without the ledger, too");
    if (entry.id === inFolder) {
      assert.deepEqual([entry.place, address], [null, `${inFolder}/${inFolder}.jsonl`]);
      continue;
    }
    assert.equal(address, `segments/${name}#${entry.id}`);
    assert.ok(entry.place !== null && isAt(entry.place, entry.id, root));
    const lines = linesOf(path).filter((line) => runOf(line) === entry.id);
    const source = openSource(join(root.folder, address));
    assert.equal(String(Buffer.concat([...(source?.pieces() ?? [])])), lines.join(""));
  }
  const bytes = readFileSync(path);
  const placed = linesOf(join(root.folder, "ledger.jsonl")).flatMap((line) => {
    const { run: id, state, place } = JSON.parse(line || "{}");
    return place === undefined ? [] : [{ id, state, place }];
  });
  assert.equal(placed.length, 2 * ids.length);
  for (const { id, state, place } of placed) {
    const lines = String(bytes.subarray(0, place.end)).split("\n").slice(0, -1);
    assert.equal(runOf(lines.at(-1) ?? ""), id, "the last line before its end is one of the run");
    assert.match(lines.at(-1) ?? "", state === "COMPLETED" ? /"workflow_complete"/ : /./);
    const [first = ""] = String(bytes.subarray(place.offset)).split("\n");
    assert.deepEqual([runOf(first), /"sequence":1,/.test(first)], [id, true]);
  }
});

/** A segment with three runs that wrote by turns, in a folder that nobody writes any more. */
async function ended(t: TestContext) {
  const { folder, run } = segmentWorld(t);
  const ids = await Promise.all([1, 2, 3].map(() => run({})));
  const left = leftBehind(t, folder);
  const { path } = segmentIn(left.root);
  const lines = linesOf(path);
  assert.ok(
    ids.some(
      (id) =>
        lines.findLastIndex((line) => runOf(line) === id) - lines.findIndex((line) => runOf(line) === id) >=
        lines.length / 3,
    ),
  );
  const namesIn = async (content: string | Uint8Array) => {
    writeFileSync(path, content);
    return new Set((await findingsIn(left.root)).map(({ code, run: named }) => named ?? code));
  };
  return { ...left, ids, path, lines, bytes: readFileSync(path), namesIn };
}

const STEP = 9;

test("wherever one byte of a segment is another one, the run whose line it was is named", async (t) => {
  const { lines, bytes, namesIn } = await ended(t);
  const ends = lines.map((_, i) => lines.slice(0, i + 1).join("").length);
  // Every byte of some lines would say the same again.
  const changes = Math.floor((bytes.length * 2) / STEP);
  for (const change of portion(
    t,
    Array.from({ length: changes }, (_, i) => i),
    200,
  )) {
    const at = change >> 1;
    const changed = Buffer.from(bytes);
    // Another byte, or an end of the line.
    changed[at] = change % 2 === 0 && bytes[at] !== 0x0a ? 0x0a : (bytes[at] as number) ^ 1;
    const number = ends.findIndex((end) => at < end);
    const names = await namesIn(changed);
    assert.ok(names.has(runOf(lines[number] ?? "")), `byte ${at}, ${[...names]}`);
  }
});

test("a line that was removed, doubled, moved or given to another run names its run", async (t) => {
  const { root, ids, lines, namesIn } = await ended(t);
  assert.deepEqual([...(await namesIn(lines.join("")))], []);
  for (const [number, line] of lines.entries()) {
    const own = runOf(line);
    const others = lines.toSpliced(number, 1);
    const other = ids.find((id) => id !== own) ?? "";
    const nextOwn = others.findIndex((one, i) => i >= number && runOf(one) === own);
    const changes = {
      removed: others,
      doubled: lines.toSpliced(number, 0, line),
      "doubled at the end": [...lines, line],
      "another run's": lines.with(number, line.replace(own, other)),
      "nobody's": lines.with(number, line.replace(own, "x")),
      ...(nextOwn === -1 ? {} : { "behind the next of its run": others.toSpliced(nextOwn + 1, 0, line) }),
    };
    for (const [how, changed] of Object.entries(changes))
      assert.ok((await namesIn(changed.join(""))).has(own), `line ${number}: ${how}`);
    // What other runs write in between says nothing about a run.
    const next = lines[number + 1];
    if (next !== undefined && runOf(next) !== own)
      assert.deepEqual([...(await namesIn(others.toSpliced(number + 1, 0, line).join("")))], []);
  }
  for (const [at, garbage] of [
    [4, "no event\n"],
    [0, "\n".repeat(1000)],
    [lines.length, "\n{}\n".repeat(3)],
  ] as const) {
    assert.deepEqual([...(await namesIn(lines.toSpliced(at, 0, garbage).join("")))], ["SEGMENT_DAMAGED"]);
    const [{ facts } = assert.fail(), ...more] = await findingsIn(root);
    assert.deepEqual([facts["line"], facts["lines"], more], [at + 1, garbage.split("\n").length - 1, []]);
  }
});

test("a run in a segment that is gone, or in two of them, is named", async (t) => {
  const { root, ids, path, bytes, namesIn } = await ended(t);
  writeFileSync(path.replace(".jsonl", "_2.jsonl"), bytes);
  assert.deepEqual(await namesIn(bytes), new Set(ids));
  assert.deepEqual(new Set((await findingsIn(root)).map(({ code }) => code)), new Set(["TRACE_COPIED"]));
  rmSync(path);
  assert.deepEqual(
    new Set((await findingsIn(root)).map(({ code }) => code)),
    new Set(["TRACE_COPIED", "TRACE_MISSING"]),
  );
  rmSync(path.replace(".jsonl", "_2.jsonl"));
  assert.deepEqual(
    new Set((await findingsIn(root)).map(({ code, run }) => `${code} ${run}`)),
    new Set(ids.map((id) => `TRACE_MISSING ${id}`)),
  );
});

test("however short the last line of a segment is, verify says of its run what it says of a folder", async (t) => {
  const { folder, root, lines, bytes, namesIn } = await ended(t);
  const last = lines.at(-1) ?? "";
  const own = runOf(last);
  const whole = lines.filter((line) => runOf(line) === own).join("");
  const file = join(folder, own, `${own}.jsonl`);
  const codes = async () => (await findingsIn(root)).map(({ code, run }) => `${code} ${run}`);
  const lengths = Array.from({ length: last.length + 1 }, (_, i) => i);
  for (const cut of portion(t, lengths, 60)) {
    rmSync(join(folder, own), { recursive: true, force: true });
    await namesIn(bytes.subarray(0, bytes.length - cut));
    const inSegment = await codes();
    assert.equal(inSegment.length, Math.sign(cut), `${cut} bytes less: ${inSegment}`);
    mkdirSync(join(folder, own));
    writeFileSync(file, whole.slice(0, whole.length - cut), "latin1");
    assert.deepEqual(await codes(), inSegment, `${cut} bytes less`);
  }
});

test("an incomplete line behind the end of a run is damage, in a segment as in a folder", async (t) => {
  const { folder, root, lines, bytes, path } = await ended(t);
  const [first = ""] = lines;
  const own = runOf(first);
  const found = async () =>
    (await findingsIn(root)).map(({ code, run, facts }) => [code, run, facts["finding"]]);
  const damaged = [["TRACE_DAMAGED", own, "TORN_LINE"]];
  writeFileSync(path, Buffer.concat([bytes, Buffer.from(first.slice(0, 300))]));
  assert.deepEqual(await found(), damaged);
  writeFileSync(path, Buffer.concat([bytes, Buffer.from(first.slice(0, 20))]));
  assert.deepEqual(await found(), [], "it ends before the name of a run");
  mkdirSync(join(folder, own));
  const whole = lines.filter((line) => runOf(line) === own).join("");
  writeFileSync(join(folder, own, `${own}.jsonl`), `${whole}{`);
  assert.deepEqual(await found(), damaged);
});

test("the other verifier reads a trace from a segment, too", { skip: skipWithoutPython }, async (t) => {
  const { root, folder, ids, path, lines } = await ended(t);
  const { name } = segmentIn(root);
  const [first = "", second = "", third = ""] = ids;
  const number = lines.findLastIndex((line) => runOf(line) === second);
  writeFileSync(
    path,
    lines.with(number, String(lines[number]).replace(/"elapsed_us":\d+/, '"elapsed_us":987654321')).join(""),
  );
  const script = join(import.meta.dirname, "../../docs/verify_trace.py");
  const addresses = [first, second, third, "none"].map((id) => `segments/${name}#${id}`);
  const { stdout, status } = spawnSync("python3", [script, ...addresses], { cwd: folder, encoding: "utf8" });
  const said = stdout.trimEnd().split("\n");
  const headOf = (id: string) => /"hash":"(\w+)"/.exec(lines.findLast((line) => runOf(line) === id) ?? "")?.[1];
  for (const [i, id] of [first, "", third].entries())
    if (id !== "") assert.match(said[i] ?? "", new RegExp(`#${id}: valid, \\d+ events, head ${headOf(id)}$`));
  assert.match(said[1] ?? "", new RegExp(`#${second}: line \\d+: .*hash`));
  assert.match(said[3] ?? "", /: line 0: the file holds no event$/);
  assert.equal(status, 7);
});

/** What a line may say that it is of: paths, places that are reserved, and what is no name at all. */
const NO_NAMES = [
  ...["../../x", "..", ".", "/etc/x", "a/b", "segments", "protocols", ".pgs", "ledger.jsonl", "x", "a#b", "é"],
  ...["20260131T090000000Z__WF_X__0123abcd/..", "20260131T090000000Z__WF_X__0123abc"],
  `20260131T090000000Z__${"W".repeat(250)}__0123abcd`,
];

test("what is no name of a trace is no run: not of a segment, not by an address, not in the ledger", async (t) => {
  const { folder, root, ids, path, lines } = await ended(t);
  const ledger = join(folder, "ledger.jsonl");
  const entries = readFileSync(ledger, "utf8");
  const [own = ""] = ids;
  const copy = lines.filter((line) => runOf(line) === own);
  const ports = { root, openSource: async (file: string) => openSource(file), now: nodeClock.now };
  for (const name of NO_NAMES) {
    writeFileSync(path, [...lines, ...copy.map((line) => line.replace(own, name))].join(""));
    assert.deepEqual(
      (await findingsIn(root)).map(({ code, facts }) => [code, facts["line"], facts["lines"]]),
      [["SEGMENT_DAMAGED", lines.length + 1, copy.length]],
      name,
    );
    assert.deepEqual(traceIdsIn(root), [...ids].sort(), name);
    assert.equal(parseAddress(`${path}#${name}`), null, name);
    const { lines: said } = await completeLedger(openSource(ledger) ?? assert.fail("no ledger"), ports);
    assert.equal(said, 0, name);
    // A ledger that another build made of it: linked as it should be.
    const at = new Date().toISOString();
    const line = {
      at,
      run: name,
      workflow: "trial::WF_TRIAL_V0",
      state: "FAILED",
      head: sha256(name),
    } as const;
    const last = parseLine(entries.trimEnd().split("\n").at(-1) ?? "") as LedgerLine;
    writeFileSync(ledger, entries + encodeLine(line, last).text);
    assert.ok(!entriesIn(root).some(({ id }) => id === name), name);
    assert.ok(
      (await findingsIn(root)).some(({ code, run }) => code === "BAD_SHAPE" && run === null),
      name,
    );
    await rebuildLedger(ports);
    assert.ok(!readFileSync(ledger, "utf8").includes(`"run":${JSON.stringify(name)}`), name);
    writeFileSync(ledger, entries);
  }
});
