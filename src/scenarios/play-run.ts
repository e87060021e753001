/** Plays the run of a step, session by session: as `pgs run` begins one, and as `pgs resume` goes on with it. */

import { entropyOf } from "../engine/entropy.ts";
import { ResumeFault } from "../engine/resume-errors.ts";
import { run } from "../engine/run.ts";
import type { SecretsKey } from "../engine/run-secrets.ts";
import { Fault } from "../errors/base.ts";
import type { Path } from "../json/diff.ts";
import { pointer } from "../json/pointer.ts";
import { type Json, own } from "../json/value.ts";
import { actorOf, requireInForce } from "../plan/in-force.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, TempFolder } from "../ports.ts";
import { toSnapshotQuery } from "../query/snapshot-query.ts";
import { isSuppressed, type Payloads, type TraceEvent } from "../trace/event.ts";
import { addEvent, createSummary } from "../trace/summary.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CommandRun, ResumedRun, ScenarioEnvironment } from "./environment.ts";
import type { Difference } from "./expect/compare.ts";
import { DATA, isUnprepared, prepare } from "./prepare-data.ts";
import type { ScenarioRedactor } from "./redaction.ts";
import type { RunStep, Scenario, Session } from "./scenario.ts";
import type { StubbedExecutor } from "./stubbed-executor.ts";

type RunStart = Payloads["execution_start"];

/** Where a scenario is played. */
export interface Place {
  readonly scenario: Scenario;
  readonly workflows: Catalogue;
  readonly around: ScenarioEnvironment;
  readonly scratch: TempFolder;
  readonly redactor: ScenarioRedactor;
  /** Keeps what the traces suppress, until their runs end. */
  readonly secretsKey: SecretsKey;
  /** By the step that began it: each run as it stands. */
  readonly runs: Map<string, CommandRun>;
}

export interface PlayedRun {
  /** As it stands; null where none began. */
  readonly run: CommandRun | null;
  readonly refused: Refused | null;
  /** Sessions and deliveries that did not do what they are there for. */
  readonly differences: readonly Difference[];
}

/** What was refused: the run itself, or one of its sessions, which changed nothing. */
export interface Refused {
  readonly fault: Fault;
  /** What the step says of the session, by its place in the step; null where the run did not begin. */
  readonly at: Path | null;
}

/** @throws ScenarioFault when the data of a session cannot be prepared */
export async function playRun(step: RunStep, staging: StubbedExecutor, place: Place): Promise<PlayedRun> {
  const player = new RunPlayer(step, staging, place);
  try {
    await player.play();
    return player.played(null);
  } catch (error) {
    if (!(error instanceof Fault) || isUnprepared(error)) throw error;
    return player.played(error);
  }
}

class RunPlayer {
  readonly #step: RunStep;
  readonly #staging: StubbedExecutor;
  readonly #place: Place;
  /** The keys of the deliveries that ended a wait. */
  readonly #taken = new Set<string>();
  #run: CommandRun | null = null;
  /** Which session is being played. */
  #at: Path | null = null;
  /** Milliseconds since the epoch at which the clock stands; undefined where it goes. */
  #now: number | undefined;

  constructor(step: RunStep, staging: StubbedExecutor, place: Place) {
    this.#step = step;
    this.#staging = staging;
    this.#place = place;
    this.#now = step.clock;
  }

  /** @throws Fault where the run, or a session of it, is refused */
  async play(): Promise<void> {
    const { of, sessions } = this.#step;
    this.#run = of === undefined ? await this.#begin() : (this.#place.runs.get(of) ?? null);
    if (this.#run === null) return;
    this.#run = await this.#answered(this.#run);
    for (const [i, session] of sessions.entries()) {
      this.#at = ["resume", i];
      this.#now = this.#momentOf(session);
      prepare(session.before, this.#step.name, this.#place);
      this.#run = await this.#resume(this.#run, session);
      this.#run = await this.#answered(this.#run);
    }
  }

  played(fault: Fault | null): PlayedRun {
    const refused = fault === null ? null : { fault, at: this.#at };
    return { run: this.#run, refused, differences: [...this.#unchanged(refused), ...this.#undone(refused)] };
  }

  /** Delivers what there is for the waits of the run, until it waits for nothing of it. */
  async #answered(run: CommandRun): Promise<CommandRun> {
    const deliveries = this.#step.authored?.deliveries ?? new Map<string, Json>();
    const given = [...deliveries.keys()];
    const keys = run.summary.waits.flatMap(({ key = null }) =>
      isSuppressed(key) ? given : given.filter((one) => one === key),
    );
    for (const key of keys) {
      const answered = await this.#delivered(run, key, deliveries.get(key) ?? null);
      if (answered !== null) return this.#answered(answered);
    }
    return run;
  }

  /** Null where the run does not wait for the key: of a suppressed one, only the delivery shows it. */
  async #delivered(run: CommandRun, key: string, answer: Json): Promise<CommandRun | null> {
    this.#at = ["given", "answers_events", key];
    try {
      this.#run = await this.#resume(run, { delivery: { key, answer } });
    } catch (error) {
      if (error instanceof ResumeFault && error.code === "NO_SUCH_WAIT") return null;
      throw error;
    }
    this.#taken.add(key);
    return this.#run;
  }

  #momentOf({ at }: Session): number | undefined {
    if (typeof at !== "object") return at ?? this.#now;
    return (this.#now ?? this.#place.around.clock.now()) + at.after;
  }

  /** Of a session that is refused, nothing may be left in the trace. */
  #unchanged(refused: Refused | null): readonly Difference[] {
    if (this.#run === null || refused === null) return [];
    const { length } = this.#traceOf(this.#run.result);
    if (length === this.#run.trace.length) return [];
    return [{ at: "/trace", expected: this.#run.trace.length, found: length }];
  }

  #undone(refused: Refused | null): readonly Difference[] {
    const { of, expect, authored } = this.#step;
    if (this.#run === null)
      return of === undefined ? [] : [{ at: "/resume/of", expected: "a step whose run began", found: of }];
    const isExpected = own(expect, "refusal") !== undefined || own(expect, "exit_code") !== undefined;
    if (refused !== null)
      return isExpected
        ? []
        : [{ at: pointer(refused.at ?? []), expected: "taken", found: refused.fault.code }];
    const left = [...(authored?.deliveries.keys() ?? [])].filter((key) => !this.#taken.has(key));
    return left.map((key) => ({
      at: pointer(["given", "answers_events", key]),
      expected: "waited for by the run",
    }));
  }

  async #begin(): Promise<CommandRun> {
    const { around, scratch, workflows } = this.#place;
    const { workflow, maxHops, payload: bytes, authored } = this.#step;
    const plan = await workflows.plan(workflow);
    requireInForce(plan);
    const payload = around.parsePayload(bytes);
    const summary = createSummary();
    const events: TraceEvent[] = [];
    const { actor, seed } = authored ?? {};
    const entropy = seed === undefined ? around.entropy : entropyOf(seed, plan, payload, around.seededEntropy);
    const result = await run({
      ...this.#environment(this.#now, actorOf(plan, actor)),
      ...{ plan, payload, entropy },
      openTrace: (id) => around.openTrace(`${scratch.folder}/traces`, id),
      maxHops: maxHops ?? around.maxHops,
      listen(event) {
        events.push(event);
        addEvent(summary, event);
      },
    });
    return this.#finished({ ...result, plan, summary, events });
  }

  async #resume(
    { result }: CommandRun,
    { actor, delivery, cancellation }: Omit<Session, "at" | "before">,
  ): Promise<CommandRun> {
    const { around, workflows } = this.#place;
    const seed = this.#step.authored?.seed;
    const entropyAfter = (plan: Plan, { payload }: RunStart, drawn: number) =>
      seed === undefined ? around.entropy : entropyOf(seed, plan, payload, around.seededEntropy, drawn);
    const resumed = await around.resumeRun({
      ...this.#environment(this.#now, actor),
      file: `${result.folder}/${result.traceId}.jsonl`,
      plan: ({ workflow_code }) => workflows.plan(workflow_code),
      entropy: entropyAfter,
      ...(delivery === undefined ? {} : { delivery }),
      ...(cancellation === undefined ? {} : { cancellation }),
    });
    const ran = this.#finished(resumed);
    // What was asked for was done, however the run ended by that.
    return cancellation === undefined ? ran : { ...ran, exitCode: 0 };
  }

  #environment(now: number | undefined, actor: string | undefined) {
    const { around, scratch, redactor, secretsKey, workflows } = this.#place;
    const hasKey = this.#step.authored?.hasSecretsKey ?? true;
    const clock: Clock = now === undefined ? around.clock : around.fixedClock(now);
    return {
      clock,
      createRedactor: redactor.ofRun,
      stores: around.openStores(`${scratch.folder}/${DATA}`),
      mail: around.openMail(this.#step.environment),
      // Nothing changes between two attempts of an effect.
      sleep: async () => undefined,
      durability: "process" as const,
      runtime: around.tool,
      wrapExecutor: this.#staging.stub,
      snapshot: toSnapshotQuery(workflows.snapshot, workflows.registry),
      ...(hasKey ? { secretsKey } : {}),
      ...(around.remote === undefined ? {} : { remote: around.remote }),
      ...(actor === undefined ? {} : { actor }),
    };
  }

  #finished({ plan, summary, events, ...result }: ResumedRun): CommandRun {
    const exitCode = this.#place.around.exitCodeOf(result.ending);
    return { plan, result, summary, events, trace: this.#traceOf(result), exitCode };
  }

  #traceOf({ folder, traceId }: CommandRun["result"]): Uint8Array {
    return this.#place.around.files.read(`${folder}/${traceId}.jsonl`) ?? new Uint8Array();
  }
}
