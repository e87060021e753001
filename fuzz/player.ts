/** Plays cases in a child process, one after the other, and judges what came of each. */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Case, Played } from "./play.ts";

export interface Bounds {
  /** Of processor time; of waiting, ten times as many. */
  readonly seconds: number;
  /** In MiB: of the heap, and of all that the process uses. */
  readonly heap: number;
  readonly memory: number;
}

export class Player {
  readonly #bounds: Bounds;
  readonly #file: string;
  #child: ChildProcess | undefined;
  /** What the child last said on standard error. */
  #said = "";

  /** `file` is what the child runs, as TypeScript or bundled. */
  constructor(bounds: Bounds, file = join(import.meta.dirname, "child.ts")) {
    this.#bounds = bounds;
    this.#file = file;
  }

  async play(one: Case): Promise<Played> {
    this.#child ??= await this.#start();
    const child = this.#child;
    const answer = await answerOf(child, one, this.#bounds.seconds * 10_000);
    if (typeof answer === "string") {
      await this.close();
      const out = /heap out of memory|heap limit/.test(this.#said) ? "takes all memory" : "ends the process";
      return { codes: [], wrong: [answer === "late" ? "hangs" : out], memory: 0 };
    }
    if (answer.memory < this.#bounds.memory) return answer;
    await this.close(); // what it has used is the most it ever used
    return { ...answer, wrong: [...answer.wrong, "takes too much memory"] };
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async #start(): Promise<ChildProcess> {
    const loader = this.#file.endsWith(".ts") ? ["--import", "tsx"] : [];
    const child = fork(this.#file, [String(this.#bounds.seconds)], {
      execArgv: [`--max-old-space-size=${this.#bounds.heap}`, ...loader],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#said = "";
    child.stderr?.on("data", (text: Buffer) => {
      this.#said = (this.#said + text).slice(-10_000);
    });
    await once(child, "message");
    return child;
  }
}

function answerOf(child: ChildProcess, one: Case, ms: number): Promise<Played | "late" | "gone"> {
  return new Promise((resolve) => {
    const settle = (answer: Played | "late" | "gone") => {
      clearTimeout(timer);
      child.removeAllListeners("message").removeAllListeners("exit");
      resolve(answer);
    };
    const timer = setTimeout(() => settle("late"), ms);
    child.once("message", (answer) => settle(answer as Played));
    child.once("exit", (_, signal) => settle(signal === "SIGKILL" ? "late" : "gone"));
    child.send(one);
  });
}
