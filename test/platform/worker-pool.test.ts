import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { WorkerFault } from "../../src/errors/ports.ts";
import { openWorkerPool } from "../../src/platform/worker-pool.ts";
import type { WorkerPool } from "../../src/ports.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

/** Threads that answer a job with itself, end where it is `end`, and throw where it is `throw`. */
function crew(t: TestContext, threads: number): WorkerPool {
  const folder = mkdtempSync(join(tmpdir(), "pgs-crew-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "thread.mjs");
  writeFileSync(
    file,
    `import { parentPort } from "node:worker_threads";
    parentPort.on("message", (job) => {
      if (job === "end") process.exit(3);
      if (job === "throw") throw new RangeError("thrown");
      parentPort.postMessage(job === "refuse" ? { error: "refused" } : { answer: job });
    });`,
  );
  const opened = openWorkerPool(file, threads);
  t.after(() => opened.close());
  return opened;
}

const hasEnded = (error: unknown) =>
  error instanceof WorkerFault && error.code === "WORKER_ENDED" && error.facts["exit_code"] === 3;

it("a thread that ends without a word ends its job, and the others do the rest", async (t) => {
  const { perform } = crew(t, 2);
  const jobs = ["end", "a", "b", "refuse", "c"].map((job) => perform(job));
  const [ended, ...others] = await Promise.allSettled(jobs);
  assert.ok(ended?.status === "rejected" && hasEnded(ended.reason));
  assert.deepEqual(
    others.map((other) => (other.status === "fulfilled" ? other.value : other.reason)),
    ["a", "b", "refused", "c"],
  );
});

test("when the last thread has ended, every job that waits or comes later ends with the reason", async (t) => {
  const { perform } = crew(t, 1);
  const jobs = await Promise.allSettled(["a", "end", "b"].map((job) => perform(job)));
  assert.deepEqual(
    jobs.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  await assert.rejects(perform("c"), hasEnded);
});

test("what a thread throws ends its job", async (t) => {
  await assert.rejects(crew(t, 1).perform("throw"), /thrown/);
});
