/** A trace that is larger than what the examination may hold. */

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { EVENTS_A_ROUND, leaveLongTrace, STEPS_A_ROUND } from "../support/long-trace.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { at, document, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

/** Enough for a trace that is read in pieces. */
const ROUNDS = PLAYS_ALL ? 4000 : 2300;
const EVENTS = ROUNDS * EVENTS_A_ROUND + 6;
/** MiB for all that lives on: what the events of this trace need is a multiple. */
const HEAP = 24;

it("a long trace", async (suite) => {
  const place = workspace(suite, { snapshot: null });
  const trace = await leaveLongTrace(place.folder, ROUNDS);
  await suite.test("it is verified and replayed in little memory, and told shortly", async () => {
    assert.ok(statSync(trace).size > 2 ** 23, "long enough to be read in pieces");
    const said = await place.binaryIn({ NODE_OPTIONS: `--max-old-space-size=${HEAP}` }, "examine", trace);
    assert.deepEqual([said.code, said.err], [0, ""]);
    assert.match(said.out, new RegExp(`^ +replayed +yes, ${EVENTS} events equal$`, "m"));
    assert.match(said.out, new RegExp(`^ +${ROUNDS} x +APPEND +LOG +SUCCESS +WORK\\.log$`, "m"));

    const steps = document(await place.session("examine", trace, "--from-step", `${EVENTS - 20}`, "--json"));
    const listed = at(steps, "replayed", "steps") as readonly {
      readonly verdict: string;
      readonly at: string;
    }[];
    assert.equal(listed.length, ROUNDS * STEPS_A_ROUND);
    assert.deepEqual(
      [listed[0]?.at, listed[STEPS_A_ROUND]?.at, listed.at(-1)?.at],
      ["WORK.pass", "WORK#2.pass", `WORK#${ROUNDS}.enough`],
    );
    assert.deepEqual([listed[0]?.verdict, listed.at(-1)?.verdict], ["taken", "equal"]);
  });
  await suite.test(
    "progress is shown while it is read, and not where there is no terminal or quiet is asked for",
    async () => {
      const size = statSync(trace).size;
      const shown: {
        readonly what: string;
        readonly total: number;
        readonly done: number[];
        isClosed: boolean;
      }[] = [];
      const openProgress = async (what: string, total: number) => {
        const bar = { what, total, done: [] as number[], isClosed: false };
        shown.push(bar);
        return {
          at: (done: number) => {
            bar.done.push(done);
          },
          close: () => {
            bar.isClosed = true;
          },
        };
      };
      assert.equal((await place.sessionIn({ openProgress }, "examine", trace)).code, 0);
      assert.deepEqual(
        shown.map(({ what, total, isClosed }) => [what, total, isClosed]),
        [["examining", size, true]],
      );
      for (const { done } of shown) {
        assert.ok(done.length > 2);
        assert.deepEqual(
          done,
          [...done].sort((a, b) => a - b),
        );
      }
      assert.equal(shown[0]?.done.at(-1), size);
      await place.sessionIn({ openProgress }, "examine", trace, "--quiet");
      await place.sessionIn({ openProgress }, "examine", trace, trace, "--quiet");
      assert.equal(shown.length, 1);
    },
  );
});

test("a long trace that breaks off is told as shortly, and what took place in it too", async (t) => {
  const place = workspace(t, { snapshot: null });
  const trace = await leaveLongTrace(place.folder, 100);
  const all = readFileSync(trace, "utf8").split("\n");
  const last = all.findLastIndex((line) => line.includes('"side_effect_start"'));
  writeFileSync(trace, `${all.slice(0, last + 1).join("\n")}\n`);
  const { out } = await place.session("examine", trace);
  assert.match(out, /^ +1 x +APPEND +LOG +WORK\.log +would add to its store a second time$/m);
  assert.match(
    out,
    /^ +advice +do not run the workflow again .*: APPEND on LOG would be performed a second time$/m,
  );
  assert.match(out, /^ +99 x +APPEND +LOG +WORK\.log +would not be reached$/m);
});
