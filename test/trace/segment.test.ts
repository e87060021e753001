/** Lines of several runs in one file, however long they are and wherever the file is cut into pieces. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { linesIn, START_BYTES } from "../../src/trace/chunks.ts";
import { runsInSegment, traceInSegment, tracesInSegment } from "../../src/trace/segment.ts";

const [ONE, OTHER] = ["20260131T090000000Z__WF_X__0123abcd", "20260131T090000000Z__WF_X__0123abcd_2"] as const;

const line = (run: string, length: number) =>
  `{"elapsed_us":1,"event_type":"x","execution_id":"${run}"${"-".repeat(length)}`;

function* cut(bytes: Buffer, length: number): Generator<Uint8Array> {
  // One buffer for all pieces, as a reader of files has it.
  const piece = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length)
    yield piece.subarray(0, bytes.copy(piece, 0, at, at + length));
}

const LENGTHS = [0, 1, START_BYTES, 3 * START_BYTES, 10 * START_BYTES];
const PIECES = [1, 60, START_BYTES - 1, START_BYTES, START_BYTES + 1, 2000, 100_000];

test("the lines of each run come out whole, beside long lines of others, wherever the pieces end", () => {
  for (const tail of ["", line(ONE, 2000), line(OTHER, 2000), "\0".repeat(5000), "x"]) {
    const written = LENGTHS.flatMap((length) => [
      ...[`${line(ONE, length)}\n`, `${line(OTHER, LENGTHS.at(-1) ?? 0)}\n`],
      ...["-".repeat(length), "\n"],
    ]);
    const bytes = Buffer.from([...written, tail].join(""));
    for (const length of PIECES) {
      const pieces = () => cut(bytes, length);
      const runs = runsInSegment(pieces());
      const found = [...tracesInSegment({ pieces })];
      for (const run of [ONE, OTHER]) {
        const own = [...written, tail].filter((text) => text.includes(`"${run}"`)).join("");
        assert.equal(Buffer.concat([...traceInSegment(pieces(), run)]).toString(), own);
        const { offset = -1, end = -1, bytes: count } = runs.get(run) ?? {};
        assert.equal(count, own.length);
        assert.deepEqual([bytes.indexOf(line(run, 0)), own.at(-1)], [offset, bytes.toString()[end - 1]]);
        const one = found.find((each) => "run" in each && each.run === run);
        assert.ok(one !== undefined && "trace" in one);
        assert.equal(Buffer.concat([...one.trace.pieces()]).toString(), own);
      }
      const strays = found.map((each) => ("lines" in each ? each.lines : 0));
      assert.equal(
        strays.reduce((sum, lines) => sum + lines, 0),
        LENGTHS.length,
      );
    }
  }
});

test("of a long line that is not kept no more is held than its start, and its length is known", () => {
  const bytes = Buffer.from(`${"x".repeat(1_000_000)}\n${"y".repeat(1_000_000)}`);
  const lines = [...linesIn(cut(bytes, 1000), () => false)].map((each) => ({
    ...each,
    bytes: each.bytes.length,
  }));
  assert.deepEqual(
    lines.map(({ size, isWhole }) => [size, isWhole]),
    [
      [1_000_000, true],
      [1_000_000, false],
    ],
  );
  for (const { bytes: held } of lines) assert.ok(held >= START_BYTES && held <= 3000, String(held));
});
