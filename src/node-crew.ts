/** Threads that do one job after the other. */

import { parentPort, Worker } from "node:worker_threads";
import type { Crew } from "./cli/context.ts";

interface Waiting {
  readonly job: unknown;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

type Message = { readonly answer: unknown } | { readonly error: unknown };

/** So many threads, each beginning with the file. */
export function openCrew(file: string, threads: number): Crew {
  const waiting: Waiting[] = [];
  const workers = Array.from({ length: threads }, () => new Worker(file));
  const free = [...workers];
  const next = () => {
    while (free.length > 0 && waiting.length > 0) give(free.shift() as Worker, waiting.shift() as Waiting);
  };
  const give = (worker: Worker, { job, resolve, reject }: Waiting) => {
    worker.removeAllListeners();
    worker.once("error", reject);
    worker.once("message", (message: Message) => {
      free.push(worker);
      if ("error" in message) reject(message.error);
      else resolve(message.answer as never);
      next();
    });
    worker.postMessage(job);
  };
  return {
    perform: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        next();
      }),
    close() {
      waiting.length = 0;
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** In a thread: answers every job. */
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
