/** A pool of worker threads. */

import { parentPort, Worker } from "node:worker_threads";
import { WorkerFault } from "../errors/ports.ts";
import type { WorkerPool } from "../ports.ts";

interface Waiting {
  readonly job: unknown;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

type Message = { readonly answer: unknown } | { readonly error: unknown };

/** Starts the threads with the file. A job is rejected if its thread ends before it finishes. */
export function openWorkerPool(file: string, threads: number): WorkerPool {
  const workers = new Set(Array.from({ length: threads }, () => new Worker(file)));
  const free = new Set(workers);
  const busy = new Map<Worker, Waiting>();
  const waiting: Waiting[] = [];
  let failure: unknown;
  const next = () => {
    for (const worker of free) {
      const taken = waiting.shift();
      if (taken === undefined) return;
      free.delete(worker);
      busy.set(worker, taken);
      worker.postMessage(taken.job);
    }
    // Without a thread, no job would ever run.
    if (workers.size === 0) for (const { reject } of waiting.splice(0)) reject(failure);
  };
  const answered = (worker: Worker, message: Message) => {
    const job = busy.get(worker);
    busy.delete(worker);
    free.add(worker);
    if ("error" in message) job?.reject(message.error);
    else job?.resolve(message.answer as never);
    next();
  };
  const ended = (worker: Worker, error: unknown) => {
    failure = error;
    workers.delete(worker);
    free.delete(worker);
    busy.get(worker)?.reject(error);
    next();
  };
  for (const worker of workers) {
    let thrown: unknown;
    worker.on("message", (message: Message) => answered(worker, message));
    worker.once("error", (error) => {
      thrown = error;
    });
    worker.once("exit", (exit_code) => ended(worker, thrown ?? new WorkerFault(exit_code)));
  }
  return {
    perform: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        next();
      }),
    close() {
      waiting.length = 0;
      busy.clear();
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** In a thread: performs every job. */
export function serve<J>(perform: (job: J) => Promise<unknown>): void {
  parentPort?.on("message", async (job: J) => {
    parentPort?.postMessage(await answer(() => perform(job)));
  });
}

async function answer(work: () => Promise<unknown>): Promise<Message> {
  try {
    return { answer: await work() };
  } catch (error) {
    return { error };
  }
}
