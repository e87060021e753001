/** The runner as a library: a workspace, its workflows, their runs, and what an examination finds out about a trace. */

import type { LoadPorts } from "../capabilities/packages/load.ts";
import type { Registry } from "../capabilities/registry.ts";
import type { SnapshotQuery } from "../capabilities/target.ts";
import type { CheckFinding } from "../check/check.ts";
import type { DryAnswer } from "../engine/dry-world.ts";
import { sharedEntropy } from "../engine/entropy.ts";
import { needsFolder } from "../engine/needs-folder.ts";
import type { Stop } from "../engine/stoppable-executor.ts";
import type { Fault } from "../errors/base.ts";
import type { Digest } from "../json/canonical.ts";
import { HOPS, TRACE_LIMITS, type TraceLimits } from "../json/limits.ts";
import { type Json, type JsonObject, present } from "../json/value.ts";
import type { KeptProtocols, RunStart } from "../ledger/protocols/open.ts";
import type { TraceRecords } from "../ledger/recording.ts";
import { openTraceRecords } from "../ledger/records.ts";
import { compile } from "../plan/compile.ts";
import { requireInForce } from "../plan/in-force.ts";
import type { Plan } from "../plan/plan.ts";
import { nextTurn } from "../platform/next-turn.ts";
import { nodeClock, nodeEntropy, nodeFiles, nodeSleep } from "../platform/node-ports.ts";
import { openRemote } from "../platform/remote.ts";
import { openMail } from "../platform/smtp.ts";
import { refusedBySystem } from "../platform/system-fault.ts";
import type { Clock, Entropy, Mail, Remote, Sleep } from "../ports.ts";
import { toSnapshotQuery } from "../query/snapshot-query.ts";
import { isWorkspace, WORKSPACE_FILE } from "../snapshot/find-snapshot.ts";
import { isFqdn } from "../snapshot/fqdn.ts";
import { openSnapshot } from "../snapshot/load.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { openStores } from "../storage/files/stores.ts";
import type { Stores } from "../storage/stores.ts";
import type { TraceEvent, WaitEntry } from "../trace/event.ts";
import type { Summary } from "../trace/summary.ts";
import { TOOL } from "../trace/tool.ts";
import { openCapabilities, type WorkspaceCapabilities } from "./capabilities.ts";
import { readWorkspaceFile } from "./config.ts";
import { defaultPaths, type WorkspacePaths } from "./default-paths.ts";
import { dryRun } from "./dry-run.ts";
import { WorkspaceFault } from "./errors.ts";
import { checkOptions, limitsWith, secretsKeyOf } from "./options.ts";
import { copyPayload } from "./payload.ts";
import { recordedPlan } from "./recorded-plan.ts";
import type { GivenTrace, Going } from "./resume-in.ts";
import { runWorkflow } from "./run-workflow.ts";
import { memoryTraces, type OpenedTrace, type RunTrace, segmentTraces, type Traces } from "./traces.ts";

/** What a run reads and writes besides its snapshot. */
export interface RunPorts {
  /** The stores of side effects. Default: files below the data root. */
  readonly stores?: Stores;
  /** Where traces are written. Default: the traces folder, many of them in one file. */
  readonly traces?: Traces;
  readonly clock?: Clock;
  /** What is drawn at random. A run that goes on with a new one draws on behind what it has drawn before. */
  readonly entropy?: Entropy;
  /** Spends the pauses between the attempts of an effect. */
  readonly sleep?: Sleep;
  /** Default: mail over SMTP, to the server that the runtime binding names. */
  readonly mail?: Mail;
  /** How side effects reach servers and code of the host. Default: HTTP without a proxy and without secrets. */
  readonly remote?: Remote;
  /**
   * 32 bytes in base64. What the trace of a run suppresses is kept beside it, encrypted with this key, until the run ends:
   * without it, a run that suppresses anything cannot wait, nor go on. Every session of a run needs the same key.
   */
  readonly secretsKey?: string;
  /** Which crash recorded effects survive: of the whole device, or only of the process. Default: "device". */
  readonly durability?: "device" | "process";
  /** How many nodes a run may enter. */
  readonly maxHops?: number;
  /** How much one trace may hold: `runs`, `events`, `bytes`, `eventBytes`. */
  readonly limits?: Partial<TraceLimits>;
}

export interface WorkspaceOptions extends RunPorts {
  /** The folder of the workspace. Its `pgs.json`, if it has one, names what the other options do not. Default: ".". */
  readonly folder?: string;
  /** The folder of the protocol snapshot. */
  readonly snapshot?: string;
  /** The folder in which side effects store their data; not with `stores`. */
  readonly dataRoot?: string;
  /** Capability packages, as the member of `pgs.json` names them: `./folder`, or the name of an npm package. */
  readonly capabilities?: readonly string[];
  /** The only root that the seal of the snapshot may have. */
  readonly expectSeal?: string;
  /** PEM texts of the public keys that are trusted: one of them must have signed the seal. */
  readonly trustedKeys?: readonly string[];
  /** How many trusted keys must have signed. Default: 1 if there are trusted keys. */
  readonly requireSignatures?: number;
}

/** What every session of a run may be given. */
export interface SessionOptions {
  /** Who runs the workflow, answers it or cancels it, as a full name; recorded in the trace. */
  readonly actor?: string;
  /** Aborts the run before its next step: it ends with the refusal `RUN_ABORTED`, which its trace records. */
  readonly signal?: AbortSignal;
  /** Stops the run after the event at hand, with nothing on record: `resume` goes on with it. */
  readonly stop?: AbortSignal;
  /**
   * Called with every event when it happens; its line may not be in the file yet. An error of it does not end the run: once the run has ended, it is
   * the cause of the refusal `LISTENER_FAILED`. A promise that it returns is not waited for before the next event.
   */
  readonly onEvent?: (event: TraceEvent) => unknown;
}

export interface RunOptions extends RunPorts, SessionOptions {
  /**
   * Only says what the run would do: it is executed on an overlay of the stores, and reaches no server. Its trace is kept
   * in memory, unless `traces` is given beside it. Where it waits, it ends, or goes on with the answer to that key.
   */
  readonly dryRun?: boolean | { readonly answers: Readonly<Record<string, Json>> };
  /** Makes members of the payload that the intent does not declare violations; else they are notices. Default: false. */
  readonly strictPayload?: boolean;
}

/** What a recorded run goes on with; its hop limit is the one with which it began. */
export interface ResumeOptions extends Omit<RunPorts, "traces" | "maxHops">, SessionOptions {
  /** Delivers an event with this key; of a suppressed key, the object that stands for it in the trace. */
  readonly event?: Json;
  /** What is answered. Default: null. */
  readonly answer?: Json;
  /** A name of this delivery: the same one is taken once. */
  readonly eventId?: string;
  /** What to believe of an effect of which nothing shows whether it took place. */
  readonly assume?: "done" | "absent";
}

export interface CancelOptions extends Pick<RunPorts, "clock" | "secretsKey" | "durability" | "limits"> {
  /** Why; recorded in the trace. */
  readonly reason?: string;
  /** Who cancels the run, as a full name; recorded in the trace. */
  readonly actor?: string;
}

/** How a run ended. A denied, failed or refused run is no exception: its trace has all of it. */
export interface RunResult
  extends Pick<Summary, "path" | "results" | "effects" | "events" | "violations" | "reasons" | "evaluations"> {
  readonly id: string;
  readonly workflow: string;
  /** Whether it was a dry run: nothing was written, and nothing was sent. */
  readonly dryRun: boolean;
  readonly status: "SUCCESS" | "FAILED" | "CANCELLED" | "WAITING" | "INTERRUPTED";
  /** Of the last node that ended; null when the run was not admitted or was refused. */
  readonly outcome: string | null;
  /** Null while it waits, or was stopped. */
  readonly exitReason: string | null;
  /** Why the run was refused before it reached an exit; null for every other ending. */
  readonly refusal: Fault | null;
  readonly trace: RunTrace;
  /** The hash of the last event, which proves later that the trace is whole. */
  readonly head: Digest;
  /** What the run waits for. */
  readonly waits: readonly WaitEntry[];
  /** What is worth a look and changed nothing about the run, such as a ledger that cannot be written, or a member of the payload that the intent does not declare. */
  readonly notices: readonly Fault[];
}

/** A verified and compiled workflow. */
export interface Workflow {
  /** Its full name. */
  readonly name: string;
  /** @throws PgsError for a payload that is no JSON object, and when the trace cannot be written */
  run(payload: JsonObject, options?: RunOptions): Promise<RunResult>;
}

/** The document that `pgs examine --json` prints. */
export interface Verdict {
  /** Whether the trace is valid, and its run broke no rule of the protocol. */
  readonly ok: boolean;
  readonly [member: string]: Json;
}

/** Every method throws a `PgsError` for what is refused. */
export interface Workspace {
  /** The full names of all workflows. */
  workflows(): Promise<readonly string[]>;
  /** The workflow, compiled once. */
  workflow(name: string): Promise<Workflow>;
  /** Verifies and replays a trace: that of a run, the bytes of one, or the file of one. */
  examine(trace: RunTrace | Uint8Array | string, options?: { readonly head?: string }): Promise<Verdict>;
  /**
   * Goes on with a run that waits or was interrupted, from its trace: that of a run, the bytes of one, the path of its
   * file, or its name in the traces folder. A trace that was given as bytes stays as it is: the result has the new one.
   */
  resume(trace: RunTrace | Uint8Array | string, options?: ResumeOptions): Promise<RunResult>;
  /** Ends such a run, and its nested runs. */
  cancel(trace: RunTrace | Uint8Array | string, options?: CancelOptions): Promise<RunResult>;
  /** Checks every file of the snapshot, its seal and its signatures. */
  verify(): Promise<Verification>;
  /** Checks the snapshot against the rules of the protocol, as the member `check` of `pgs.json` says. */
  check(): Promise<CheckReport>;
  /**
   * Begins no run any more, and goes on with none. The file that its runs share is closed once those in flight have ended;
   * `traces` that the workspace was given are not. Resolves when all that is done.
   */
  close(): Promise<void>;
}

export interface Verification {
  readonly ok: boolean;
  readonly sealed: boolean;
  /** The root of the seal; null where it cannot be read. */
  readonly root: string | null;
  readonly findings: readonly Fault[];
}

export interface CheckReport {
  /** Whether no finding has the severity that fails the check, or a higher one. */
  readonly ok: boolean;
  readonly findings: readonly CheckFinding[];
}

/** Opens a workspace. Nothing of its snapshot is read before it is asked for. @throws PgsError */
export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  return guard(async () => {
    checkOptions("openWorkspace", options);
    secretsKeyOf("openWorkspace", options.secretsKey);
    return new OpenWorkspace(options, pathsOf(options));
  });
}

function pathsOf({ folder = ".", snapshot, dataRoot, capabilities }: WorkspaceOptions): WorkspacePaths {
  const home = homeOf({ folder });
  if (!nodeFiles.isFolder(home)) throw new WorkspaceFault("WORKSPACE_MISSING", { folder });
  const shown = folder === "." ? WORKSPACE_FILE : `${folder}/${WORKSPACE_FILE}`;
  const paths = isWorkspace(home, nodeFiles)
    ? readWorkspaceFile(home, shown, nodeFiles)
    : defaultPaths(home, nodeFiles);
  const packages = capabilities?.map((one) =>
    one.startsWith(".") ? `${home}/${one.replace(/^\.\/*/, "")}` : one,
  );
  return {
    ...paths,
    // The Markdown of the workspace makes the workspace's snapshot, not one that is given.
    authored: snapshot === undefined ? paths.authored : null,
    snapshot: snapshot ?? paths.snapshot,
    dataRoot: dataRoot ?? paths.dataRoot,
    capabilities: packages ?? paths.capabilities,
  };
}

function homeOf({ folder = "." }: WorkspaceOptions): string {
  return nodeFiles.realPath(folder) ?? folder;
}

/** What the system refuses becomes a refusal with a code. */
async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusedBySystem(error) ?? error;
  }
}

const LOAD_PORTS: LoadPorts = {
  files: nodeFiles,
  openRealm: async () => (await import("../platform/realm.ts")).openRealm(),
  openHostCode: async () => (await import("../platform/host-code.ts")).hostCode,
};

class OpenWorkspace implements Workspace {
  readonly #options: WorkspaceOptions;
  readonly #paths: WorkspacePaths;
  readonly #ports: Required<Omit<RunPorts, "secretsKey" | "limits">>;
  readonly #capabilities: WorkspaceCapabilities;
  readonly #plans = new Map<string, Promise<Plan>>();
  readonly #plansToExamine = new Map<string, Promise<Plan>>();
  #protocols: Promise<KeptProtocols> | undefined;
  readonly #records = new WeakMap<Traces, TraceRecords>();
  readonly #limits: TraceLimits;
  #opened: Promise<Snapshot> | undefined;
  #query: SnapshotQuery | undefined;
  #inFlight = 0;
  #closing: Promise<void> | undefined;
  #onLastEnd = () => {};

  constructor(options: WorkspaceOptions, paths: WorkspacePaths) {
    this.#options = options;
    this.#paths = paths;
    this.#limits = limitsWith(TRACE_LIMITS, options.limits);
    this.#capabilities = openCapabilities(paths, homeOf(options), LOAD_PORTS);
    this.#ports = {
      stores: options.stores ?? openStores(paths.dataRoot),
      traces: options.traces ?? segmentTraces(paths.traces),
      clock: options.clock ?? nodeClock,
      entropy: options.entropy ?? nodeEntropy,
      sleep: options.sleep ?? nodeSleep,
      mail: options.mail ?? openMail({}),
      remote: options.remote ?? openRemote({}),
      durability: options.durability ?? "device",
      maxHops: options.maxHops ?? HOPS,
    };
  }

  workflows(): Promise<readonly string[]> {
    return guard(async () => (await this.#snapshot()).names("WF"));
  }

  workflow(name: string): Promise<Workflow> {
    return guard(async () => {
      if (typeof name !== "string")
        throw new WorkspaceFault("BAD_ARGUMENT", {
          call: "workflow",
          expected: "the name of a workflow as a text",
        });
      const plan = await this.#plan(name);
      return {
        name: plan.workflow.fqdn,
        run: (payload, options = {}) => guard(() => this.#run(plan, payload, options)),
      };
    });
  }

  examine(trace: RunTrace | Uint8Array | string, options: { readonly head?: string } = {}): Promise<Verdict> {
    return guard(async () => {
      checkOptions("examine", options);
      const { examineIn } = await import("./examine-in.ts");
      const { stores } = this.#options;
      return examineIn(trace, options, {
        ...this.#ports,
        stores: stores ?? (nodeFiles.isFolder(this.#paths.dataRoot) ? this.#ports.stores : null),
        dataRoot: stores === undefined ? this.#paths.dataRoot : "the stores of the workspace",
        hasSnapshot: nodeFiles.isFolder(this.#paths.snapshot),
        plan: (name) => this.#planToExamine(name),
        snapshot: () => this.#snapshot(),
        kept: (folders) => (start, roots) => this.#kept(start, roots, folders),
      });
    });
  }

  resume(trace: GivenTrace, options: ResumeOptions = {}): Promise<RunResult> {
    return guard(async () => {
      checkOptions("resume", options);
      const { event, answer, eventId, assume, ...session } = options;
      if (event === undefined && (answer !== undefined || eventId !== undefined))
        throw new WorkspaceFault("BAD_ARGUMENT", {
          call: "resume",
          expected: "an event with its answer and its eventId",
        });
      const { deliveryOf } = await import("./resume-in.ts");
      return this.#goOn("resume", trace, session, {
        ...(event === undefined ? {} : { delivery: deliveryOf(event, options) }),
        ...(assume === undefined ? {} : { assume }),
      });
    });
  }

  cancel(trace: GivenTrace, options: CancelOptions = {}): Promise<RunResult> {
    return guard(async () => {
      checkOptions("cancel", options);
      const { reason, ...session } = options;
      const cancellation = reason === undefined ? {} : { reason };
      return this.#goOn("cancel", trace, session, { cancellation });
    });
  }

  async #goOn(
    call: "resume" | "cancel",
    given: GivenTrace,
    {
      onEvent,
      secretsKey,
      limits,
      stop,
      ...options
    }: Omit<ResumeOptions, "event" | "answer" | "eventId" | "assume">,
    how: Pick<Going, "delivery" | "cancellation" | "assume">,
  ): Promise<RunResult> {
    const { traces: _, maxHops: __, ...ports } = this.#ports;
    const listener = onEvent === undefined ? null : listenerOf(onEvent);
    const notices: Fault[] = [];
    const { run, trace } = await this.#whileInFlight(async () => {
      checkActor(options.actor);
      const { resumeIn } = await import("./resume-in.ts");
      return resumeIn(call, given, {
        ...{ ...ports, ...present(options), ...how, stop: stopOf(stop) },
        secretsKey: secretsKeyOf(call, secretsKey ?? this.#options.secretsKey),
        runtime: TOOL,
        limits: limitsWith(this.#limits, limits),
        plan: async (start, roots, folders) => {
          const here = () => this.#plan(start.workflow_code);
          return (await recordedPlan(start, here, () => this.#kept(start, roots, folders))).plan;
        },
        traces: this.#paths.traces,
        recordsOf: (traces) => this.#recordsOf(traces, (fault) => notices.push(fault)),
        listen: listener?.listen,
      });
    });
    await listener?.requireNoFailure(run);
    return resultOf(run.plan, run, trace, notices);
  }

  verify(): Promise<Verification> {
    return guard(async () => {
      const { verifySnapshot } = await import("../snapshot/verify-snapshot.ts");
      const seal = await this.#sealRequirements();
      const { snapshot } = this.#paths;
      const { sealed, root, findings } = await verifySnapshot({ snapshot, files: nodeFiles, seal });
      return { ok: findings.length === 0, sealed, root, findings };
    });
  }

  check(): Promise<CheckReport> {
    return guard(async () => (await import("./check-in.ts")).checkIn(this.#paths, this.#capabilities));
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = this.#closeAfterRuns();
      // Who does not wait for it is not ended by it.
      this.#closing.catch(() => undefined);
    }
    return this.#closing;
  }

  async #closeAfterRuns(): Promise<void> {
    if (this.#inFlight > 0)
      await new Promise<void>((resolve) => {
        this.#onLastEnd = resolve;
      });
    if (this.#options.traces === undefined) this.#ports.traces.close?.();
  }

  /** A run from when it is asked for until it has ended. @throws WorkspaceFault */
  async #whileInFlight<T>(execute: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    this.#inFlight++;
    try {
      return await execute();
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#onLastEnd();
    }
  }

  /** @throws WorkspaceFault */
  #requireOpen(): void {
    if (this.#closing !== undefined)
      throw new WorkspaceFault("WORKSPACE_CLOSED", { folder: homeOf(this.#options) });
  }

  /** A refusal is not remembered: what caused it may be repaired. */
  #snapshot(): Promise<Snapshot> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #snapshotQuery(): Promise<SnapshotQuery> {
    this.#query ??= toSnapshotQuery(await this.#snapshot(), this.#capabilities.workflowRegistry);
    return this.#query;
  }

  async #open(): Promise<Snapshot> {
    const { expectSeal } = this.#options;
    const requireSigned = await this.#requireSigned();
    return openSnapshot(this.#paths.snapshot, nodeFiles, { expectSeal, requireSigned });
  }

  async #requireSigned() {
    const { trustedKeys = [], requireSignatures = 0 } = this.#options;
    if (trustedKeys.length === 0 && requireSignatures === 0) return undefined;
    const { signatureCheck } = await import("../snapshot/seal-signatures.ts");
    return signatureCheck(await this.#sealRequirements());
  }

  async #kept(start: RunStart, roots: ReadonlySet<Digest>, folders: readonly string[]) {
    this.#protocols ??= this.#keptProtocols();
    const kept = await this.#protocols;
    return kept.find(start, roots, [...new Set([...folders, this.#paths.traces])]);
  }

  async #keptProtocols(): Promise<KeptProtocols> {
    const protocols = await import("../ledger/protocols/open.ts");
    const { expectSeal } = this.#options;
    return new protocols.KeptProtocols({
      ports: LOAD_PORTS,
      own: this.#paths.traces,
      // Who names a workspace trusts its folder.
      isOfAnother: () => false,
      options: { expectSeal, requireSigned: await this.#requireSigned() },
    });
  }

  async #sealRequirements() {
    const { expectSeal: root, trustedKeys = [], requireSignatures } = this.#options;
    const { parseTrustedKey } = await import("../sign/keys.ts");
    const keys = trustedKeys.map((pem, i) => parseTrustedKey(pem, `trustedKeys[${i}]`));
    return { root, keys, signatures: requireSignatures ?? Math.min(keys.length, 1) };
  }

  #plan(name: string): Promise<Plan> {
    return this.#remembered(this.#plans, name, this.#capabilities.workflowRegistry);
  }

  /** The trace says with which packages it was recorded, whatever the snapshot pins. */
  #planToExamine(name: string): Promise<Plan> {
    if (this.#paths.capabilities.length === 0) return this.#plan(name);
    return this.#remembered(this.#plansToExamine, name, this.#capabilities.unlockedWorkflowRegistry);
  }

  /** A plan that was compiled before, or else now; a refusal is not remembered. */
  #remembered(plans: Map<string, Promise<Plan>>, name: string, registry: Registry): Promise<Plan> {
    const known = plans.get(name);
    if (known !== undefined) return known;
    const compiled = this.#compile(name, registry);
    plans.set(name, compiled);
    compiled.catch(() => plans.delete(name));
    return compiled;
  }

  async #compile(name: string, registry: Registry): Promise<Plan> {
    const snapshot = await this.#snapshot();
    return compile(requireWorkflow(snapshot, name), snapshot, registry);
  }

  async #run(plan: Plan, given: JsonObject, options: RunOptions): Promise<RunResult> {
    checkOptions("run", options);
    const { onEvent } = options;
    const listener = onEvent === undefined ? null : listenerOf(onEvent);
    const { ran, trace, notices } = await this.#whileInFlight(() =>
      this.#execute(plan, given, options, listener?.listen),
    );
    // Not in flight any more: a promise of the listener may be that of `close`.
    await listener?.requireNoFailure(ran);
    return resultOf(plan, ran, trace, [...notices, ...ran.notices]);
  }

  async #execute(
    plan: Plan,
    given: JsonObject,
    options: RunOptions,
    listen: ((event: TraceEvent) => void) | undefined,
  ) {
    requireInForce(plan);
    const { actor, strictPayload: isPayloadStrict = false, dryRun: dry = false } = options;
    const ports = this.#ports;
    // A dry run leaves nothing behind, unless its trace is asked for.
    const traces = options.traces ?? (dry === false ? ports.traces : memoryTraces());
    checkActor(actor);
    const payload = copyPayload(given);
    let trace: OpenedTrace | undefined;
    const notices: Fault[] = [];
    const secretsKey = secretsKeyOf("run", options.secretsKey ?? this.#options.secretsKey);
    const ownFolder = needsFolder(plan, { secretsKey });
    // Member by member, the absent ones too: to spread as many costs as much as several events.
    const request = {
      plan,
      payload,
      actor,
      stores: options.stores ?? ports.stores,
      clock: options.clock ?? ports.clock,
      entropy: sharedEntropy(options.entropy ?? ports.entropy),
      sleep: options.sleep ?? ports.sleep,
      mail: options.mail ?? ports.mail,
      remote: options.remote ?? ports.remote,
      durability: options.durability ?? ports.durability,
      maxHops: options.maxHops ?? ports.maxHops,
      limits: limitsWith(this.#limits, options.limits),
      snapshot: this.#query ?? (await this.#snapshotQuery()),
      secretsKey,
      runtime: TOOL,
      isPayloadStrict,
      signal: options.signal,
      stop: stopOf(options.stop),
      records: dry === false ? this.#recordsOf(traces, (fault) => notices.push(fault)) : undefined,
      listen,
      openTrace: (id: string) => {
        trace = traces.open(id, { ownFolder });
        const { id: name, folder, writer: file, secretsFile: secrets, place } = trace;
        return { id: name, folder, file, ...(secrets && { secrets }), ...(place && { place }) };
      },
    };
    const ran = await (dry === false ? runWorkflow(request) : dryRunWith(answersOf(dry))(request));
    if (trace === undefined) throw new Error("the run ended without a trace");
    // As long as the file that it shares is open, the run goes on as far as other processes can see.
    if (ran.ending.status === "INTERRUPTED") traces.close?.();
    return { ran, trace, notices };
  }

  /** What is kept beside the traces, if anything is. */
  #recordsOf(traces: Traces, notice: TraceRecords["notice"]): TraceRecords | undefined {
    const { root } = traces;
    if (root === undefined) return undefined;
    const source = {
      snapshot: this.#paths.snapshot,
      files: nodeFiles,
      packages: () => this.#capabilities.packages(),
    };
    const records = this.#records.get(traces) ?? openTraceRecords(root, source, this.#ports.clock, notice);
    this.#records.set(traces, records);
    return { ...records, notice };
  }
}

/** @throws PayloadFault for an answer that JSON cannot carry */
function answersOf(dry: Exclude<RunOptions["dryRun"], false | undefined>): readonly DryAnswer[] {
  return dry === true ? [] : Object.entries(copyPayload(dry.answers)).map(([key, answer]) => ({ key, answer }));
}

function dryRunWith(answers: readonly DryAnswer[]): typeof runWorkflow {
  return ({ records: _, remote: __, wrapExecutor: ___, ...request }) => dryRun({ ...request, answers });
}

/** @throws WorkspaceFault */
function checkActor(actor: string | undefined): void {
  if (actor !== undefined && !isFqdn(actor)) throw new WorkspaceFault("ACTOR_NOT_AN_FQDN", { actor });
}

/** A timer of the program may be what aborts the signal. */
function stopOf(signal: AbortSignal | undefined): Stop | undefined {
  return signal && { signal, pause: nextTurn };
}

/** The first error of a listener is kept, that of a promise too, so that it reaches the caller and not the run. */
function listenerOf(onEvent: NonNullable<RunOptions["onEvent"]>) {
  let failure: { readonly error: unknown } | null = null;
  const keep = (error: unknown) => {
    failure ??= { error };
  };
  const pending = new Set<Promise<void>>();
  return {
    listen(event: TraceEvent) {
      try {
        // A copy: the run goes on with the values that are in the event.
        const answer = onEvent(structuredClone(event));
        if (!(answer instanceof Promise)) return;
        const settled = answer.then(() => undefined, keep).finally(() => pending.delete(settled));
        pending.add(settled);
      } catch (error) {
        keep(error);
      }
    },
    /** @throws WorkspaceFault, once the run has ended */
    async requireNoFailure({ traceId: trace_id, ending }: Pick<Traced, "traceId" | "ending">): Promise<void> {
      await Promise.all(pending);
      if (failure === null) return;
      const { status, exitReason: exit_reason_code } = ending;
      const facts = { trace_id, status, exit_reason_code };
      throw new WorkspaceFault("LISTENER_FAILED", facts, { cause: failure.error });
    },
  };
}

type Traced = Omit<Awaited<ReturnType<typeof runWorkflow>>, "notices">;

function resultOf(
  { workflow }: Plan,
  { traceId, head, ending, summary }: Traced,
  trace: RunTrace,
  notices: readonly Fault[],
): RunResult {
  return {
    id: traceId,
    workflow: workflow.fqdn,
    dryRun: summary.isDryRun,
    status: ending.status,
    outcome: ending.outcome,
    exitReason: ending.exitReason,
    refusal: ending.fault ?? null,
    path: summary.path,
    results: summary.results,
    effects: summary.effects,
    events: summary.events,
    violations: summary.violations,
    reasons: summary.reasons,
    evaluations: summary.evaluations,
    trace,
    head,
    waits: summary.waits,
    notices,
  };
}
