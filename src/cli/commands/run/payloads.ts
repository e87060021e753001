/** `pgs run --payloads`: one run for each line of a JSON Lines text, and one line of JSON for each of them. */

import type { TraceEnding } from "../../../engine/advance.ts";
import { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import { TraceFault } from "../../../errors/ports.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { refusedBySystem } from "../../../platform/system-fault.ts";
import type { Progress } from "../../../ports.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import { inFlight } from "../../../workspace/in-flight.ts";
import { type PayloadLine, payloadLines } from "../../../workspace/payload-lines.ts";
import { type Context, shortPath } from "../../context.ts";
import { EXIT, exitCodeOfFault, exitCodeOfRun, worseExit } from "../../exit-codes.ts";
import { openFileArgument } from "../../file-argument.ts";
import { faultJson, hintLines, plain, printError } from "../../print.ts";
import { keyOptionOf } from "../../session.ts";
import { interruptionHint } from "../../wait-hints.ts";
import { entropyFor, type Prepared, type RunRequest } from "./prepare.ts";

/** Answers the worst exit code of all lines, or that with which they were stopped. */
export async function runPayloads(
  request: RunRequest,
  given: string,
  prepared: Prepared,
  context: Context,
): Promise<number> {
  const { platform, settings } = context;
  const source = await open(given, context);
  const batch = new Batch(request, prepared, context);
  const release = platform.onStop((exitCode) => batch.stop(exitCode));
  const isShown = source.size !== null && !settings.quiet && !platform.isTty;
  const progress = isShown ? await platform.openProgress("running", source.size ?? 0) : null;
  try {
    const { maxDepth, maxBytes, fromLine: from = 1, jobs = 1, unordered } = request;
    const ended = (count: number) => batch.printEnd(source.file, from, count);
    const lines = payloadLines(source.pieces(), { file: source.file, maxDepth, maxBytes, from, ended });
    const options = { jobs, isOrdered: !unordered, signal: batch.signal };
    const answers = inFlight(watched(lines, progress), (line) => batch.run(line), options);
    let count = 0;
    for await (const answer of answers) {
      platform.out(`${JSON.stringify(answer)}\n`);
      // Nobody reads what further runs would come to.
      if (platform.isOutClosed()) batch.stop(EXIT.UNREAD);
      // Lets a signal in: a run on fast stores never waits for anything.
      if (++count % jobs === 0) await platform.pause();
    }
  } finally {
    progress?.close();
    release();
    prepared.close();
  }
  batch.printSummary(source.file);
  return batch.exitCode;
}

interface Payloads {
  /** As the reader would write it. */
  readonly file: string;
  /** In bytes; null where it is not known. */
  readonly size: number | null;
  pieces(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

async function open(given: string, context: Context): Promise<Payloads> {
  if (given === "-")
    return { file: "standard input", size: null, pieces: () => context.platform.stdinPieces() };
  const { size, pieces } = await openFileArgument(given, "the file of payloads", context);
  return { file: given, size, pieces };
}

async function* watched(
  lines: AsyncIterable<PayloadLine>,
  progress: Progress | null,
): AsyncGenerator<PayloadLine> {
  for await (const line of lines) {
    yield line;
    progress?.at(line.end);
  }
}

/** What became of one line, as `schemas/run-line.schema.json` has it. */
type LineDocument = JsonObject & { readonly line: number };

/** What there is of the run of a line before it has ended. */
interface Begun {
  traceId: string | null;
  trace: string | null;
  readonly events: TraceEvent[];
}

type Ending = "succeeded" | "waiting" | "interrupted" | "failed" | "refused";

function endingOf({ status, fault }: TraceEnding): Ending {
  if (status === "SUCCESS") return "succeeded";
  if (status === "WAITING") return "waiting";
  if (status === "INTERRUPTED") return "interrupted";
  return fault === undefined ? "failed" : "refused";
}

class Batch {
  readonly #request: RunRequest;
  readonly #prepared: Prepared;
  readonly #context: Context;
  /** No line begins any more. */
  readonly #stopping = new AbortController();
  /** The runs in progress end, too, after the event at hand. */
  readonly #interrupting = new AbortController();
  /** What lets the runs go on that were interrupted, or whose traces could not be written to their ends. */
  readonly #goingOn: string[] = [];
  /** Whether a trace could not be written to its end. */
  #hasUnwritten = false;
  /** Of the signal that stopped it, or of the reader that is gone. */
  #stopExit: number | null = null;
  #worst: number = EXIT.SUCCESS;
  #last: number;
  readonly #counts: Record<Ending, number> = {
    ...{ succeeded: 0, waiting: 0, interrupted: 0, failed: 0, refused: 0 },
  };

  constructor(request: RunRequest, prepared: Prepared, context: Context) {
    this.#request = request;
    this.#prepared = prepared;
    this.#context = context;
    this.#last = (request.fromLine ?? 1) - 1;
  }

  /** Aborted: no line begins any more. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get exitCode(): number {
    return this.#stopExit ?? this.#worst;
  }

  /** With this exit code: that of a signal, or `UNREAD`. */
  stop(exitCode: number): void {
    this.#stopExit ??= exitCode;
    this.#stopping.abort();
    this.#interrupting.abort();
  }

  async run(payload: PayloadLine): Promise<LineDocument> {
    this.#last = payload.line;
    const begun: Begun = { traceId: null, trace: null, events: [] };
    try {
      return await this.#runLine(payload, begun);
    } catch (error) {
      const fault = error instanceof Fault ? error : refusedBySystem(error);
      if (fault === undefined) throw error;
      // A trace that cannot be written: neither can that of the next line.
      if (fault instanceof TraceFault) this.#stopping.abort();
      return this.#refused(payload.line, fault, await this.#leftBy(fault, begun));
    }
  }

  /** The trace of a run that its fault names: so much of it is there that the run can go on. */
  async #leftBy(fault: Fault, { traceId, trace, events }: Begun): Promise<Pick<Begun, "traceId" | "trace">> {
    if (trace === null || !(fault instanceof TraceFault) || fault.facts["file"] !== trace)
      return { traceId: null, trace: null };
    this.#hasUnwritten = true;
    await this.#goesOn(trace, events);
    return { traceId, trace: shortPath(trace, this.#context.platform.cwd) };
  }

  async #goesOn(trace: string, events: readonly TraceEvent[]): Promise<void> {
    const keyOption = keyOptionOf(this.#request, this.#prepared.session);
    this.#goingOn.push(await interruptionHint(trace, events, keyOption, this.#context));
  }

  async #runLine({ line, read }: PayloadLine, begun: Begun): Promise<LineDocument> {
    const { plan, execute } = this.#prepared;
    const { platform } = this.#context;
    const payload = read();
    const { seed } = this.#request;
    const entropy = entropyFor(seed && `${seed} line ${line}`, plan, payload, this.#context);
    const { summary, notices, trace, ...result } = await execute({
      ...{ payload, entropy },
      stop: { signal: this.#interrupting.signal, pause: () => platform.pause() },
      opened: (...trace) => {
        [begun.traceId, begun.trace] = trace;
      },
      listen: (event) => begun.events.push(event),
    });
    const { status, outcome, exitReason, fault } = result.ending;
    const isStopped = status === "INTERRUPTED";
    const exitCode = (isStopped ? this.#stopExit : null) ?? exitCodeOfRun(result.ending);
    this.#count(endingOf(result.ending), exitCode);
    if (isStopped && trace !== null) await this.#goesOn(trace, begun.events);
    return {
      line,
      ...(summary.isDryRun ? { dry_run: true } : {}),
      trace_id: result.traceId,
      status,
      outcome,
      exit_reason_code: exitReason,
      exit_code: exitCode,
      results: summary.results,
      ...(summary.violations.length === 0 ? {} : { violations: summary.violations as unknown as Json }),
      ...(summary.waits.length === 0 ? {} : { waits: summary.waits }),
      trace: trace === null ? null : shortPath(trace, platform.cwd),
      head: result.head,
      notices: notices.map(faultJson),
      error: fault === undefined ? null : faultJson(fault),
    };
  }

  #refused(line: number, fault: Fault, { traceId, trace }: Pick<Begun, "traceId" | "trace">): LineDocument {
    const exitCode = exitCodeOfFault(fault);
    this.#count("refused", exitCode);
    return {
      line,
      trace_id: traceId,
      status: null,
      outcome: null,
      exit_reason_code: null,
      exit_code: exitCode,
      results: null,
      trace,
      head: null,
      notices: [],
      error: faultJson(fault),
    };
  }

  #count(how: Ending, exitCode: number): void {
    this.#counts[how]++;
    this.#worst = worseExit(this.#worst, exitCode);
    const { stopOn } = this.#request;
    const isReason =
      stopOn === "failure" ? how === "failed" || how === "refused" : stopOn === "refusal" && how === "refused";
    if (isReason) this.#stopping.abort();
  }

  /** The file ends: so many lines it has. */
  printEnd(file: string, from: number, count: number): void {
    if (from <= count || from === 1 || this.#context.settings.quiet) return;
    printError(
      this.#context,
      `notice: ${plain(file)} has ${counted(count, "line")}: none is left from line ${from} on\n`,
    );
  }

  printSummary(file: string): void {
    const { settings } = this.#context;
    if (settings.quiet) return;
    const { succeeded, waiting, interrupted, failed, refused } = this.#counts;
    const lines = counted(succeeded + waiting + interrupted + failed + refused, "line");
    const parts = [
      `${succeeded} succeeded`,
      ...(waiting === 0 ? [] : [counted(waiting, "run waits", "runs wait")]),
      ...(interrupted === 0 ? [] : [counted(interrupted, "run was interrupted", "runs were interrupted")]),
      `${failed} failed`,
      `${refused} refused`,
    ];
    printError(this.#context, `${lines} of ${plain(file)}: ${parts.join(", ")}\n`);
    if (!this.signal.aborted) return;
    printError(this.#context, `stopped after line ${this.#last}\n`);
    const further = `type the command with --from-line ${this.#last + 1} to continue with the lines after it`;
    const rebuild = this.#hasUnwritten
      ? ["type pgs runs rebuild --missing first: the ledger may lack some of these runs"]
      : [];
    printError(this.#context, hintLines([...rebuild, ...this.#goingOn, further]));
  }
}
