/** What a session of a run is executed with, whether the run begins or goes on. */

import { EngineFault } from "../engine/errors.ts";
import type { RunEnvironment } from "../engine/run.ts";
import { parseSecretsKey, type SecretsKey } from "../engine/run-secrets.ts";
import { momentOf } from "../json/date-time.ts";
import { TRACE_LIMITS } from "../json/limits.ts";
import { utf8 } from "../json/text.ts";
import type { TraceRecords } from "../ledger/recording.ts";
import { openTraceRecords } from "../ledger/records.ts";
import { tracesFolderOf } from "../ledger/trace-names.ts";
import type { Clock, TraceAccess } from "../ports.ts";
import { isFqdn } from "../snapshot/fqdn.ts";
import { type Context, shellWord } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { readFileArgument } from "./file-argument.ts";
import { choice, count, duration, file, flag, text, type ValuesOf } from "./option.ts";
import { noticeText, plain, printError } from "./print.ts";

export const CLOCK = { clock: text("RFC3339", "run with the clock fixed to this time") };

export const SECRETS_KEY = {
  "secrets-key": file(
    "file of a key, 32 bytes in base64, to keep what the trace suppresses until the run ends",
    { env: "$PGS_SECRETS_KEY, the key itself" },
  ),
};

export const SESSION = {
  ...CLOCK,
  seed: text("TEXT", "derive ids and random values from this text: the same input gives the same bytes"),
  durability: choice(
    "LEVEL",
    ["device", "process"],
    "crash that recorded effects survive: of the whole device, or only of the process",
    "device",
  ),
  ...SECRETS_KEY,
};

export const TRACE_LIMIT = {
  "max-runs": count("refuse a trace of more runs, including nested ones", TRACE_LIMITS.runs),
  "max-events": count("refuse a trace of more events", TRACE_LIMITS.events),
  "max-trace-bytes": count("refuse a larger trace", TRACE_LIMITS.bytes),
  "max-event-bytes": count("refuse a larger event", TRACE_LIMITS.eventBytes),
};

export const RENDERINGS_OFF = {
  "no-png": flag("do not write the PNG"),
  "no-md": flag("do not write the Markdown"),
};

export const RECORD = {
  ...RENDERINGS_OFF,
  follow: flag("print one line per event on standard error during the run"),
};

export const WAIT = {
  wait: duration(
    "stay that long, such as PT30S, for waits that end: a moment that comes, an answer that is delivered",
  ),
};

/** @throws UsageFault for a clock that stands still, while time is to pass */
export function checkWait({ wait, clock }: ValuesOf<typeof WAIT & typeof CLOCK>): void {
  if (wait === undefined || clock === undefined) return;
  throw new UsageFault("BAD_USAGE", {
    message: "--wait needs a clock that goes on, and --clock is one that stands still",
    hint: "omit --wait, or --clock",
  });
}

interface SessionValues extends ValuesOf<typeof TRACE_LIMIT> {
  readonly clock: string | undefined;
  readonly durability?: RunEnvironment["durability"];
  readonly actor?: string | undefined;
  readonly secretsKey?: string | undefined;
}

export type SessionEnvironment = Omit<RunEnvironment, "plan" | "entropy">;

/** `clockOption` is the option that gives the clock. @throws UsageFault, EngineFault */
export function sessionEnvironment(
  request: SessionValues,
  context: Context,
  clockOption?: string,
): SessionEnvironment {
  const { platform, settings } = context;
  const { actor, durability = "device" } = request;
  const clock = clockOf(request.clock, context, clockOption);
  checkActor(actor);
  checkDataRoot(context);
  return {
    ...{ clock, durability },
    sleep: platform.sleep,
    stores: platform.openStores(settings.dataRoot, {
      ownerLost: (name) => printError(context, ownerLostText(name)),
    }),
    mail: platform.openMail(platform.env),
    remote: platform.openRemote(platform.env),
    limits: {
      runs: request.maxRuns,
      events: request.maxEvents,
      bytes: request.maxTraceBytes,
      eventBytes: request.maxEventBytes,
    },
    runtime: platform.tool,
    secretsKey: secretsKeyOf(request.secretsKey, context),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** What is kept beside the traces of a folder. */
export function recordsOf(traces: string, access: TraceAccess, clock: Clock, context: Context): TraceRecords {
  const { platform, settings, capabilities } = context;
  const source = {
    snapshot: settings.snapshot,
    files: platform.files,
    packages: () => capabilities.packages(),
  };
  return openTraceRecords(platform.openTracesRoot(traces, access), source, clock, (fault) => {
    if (!settings.quiet) printError(context, noticeText(fault, context));
  });
}

/** What is kept beside the folder of a trace; null for a trace that is not in a folder of its own name. */
export function recordsBeside(trace: string, clock: Clock, context: Context): TraceRecords | null {
  const traces = tracesFolderOf(context.path(trace));
  return traces === null ? null : recordsOf(traces, "owner", clock, context);
}

/** The same for several traces: what is kept in a folder is opened once. */
export function recordsBesideEach(clock: Clock, context: Context): (trace: string) => TraceRecords | null {
  const opened = new Map<string | null, TraceRecords | null>();
  return (trace) => {
    const folder = tracesFolderOf(context.path(trace));
    const records = opened.get(folder) ?? recordsBeside(trace, clock, context);
    opened.set(folder, records);
    return records;
  };
}

/**
 * What a command that goes on with the run needs to have the same key: nothing, where it is in the environment. Null of a
 * run without a key.
 */
export function keyOptionOf(
  { secretsKey: file }: Pick<SessionValues, "secretsKey">,
  { secretsKey }: SessionEnvironment,
): string | null {
  if (secretsKey === undefined) return null;
  return file === undefined ? "" : ` --secrets-key ${shellWord(file)}`;
}

/** @throws UsageFault for a key that is none */
function secretsKeyOf(given: string | undefined, context: Context): SecretsKey | undefined {
  const { env } = context.platform;
  const text = given === undefined ? env["PGS_SECRETS_KEY"] : utf8(readFileArgument(given, "the key", context));
  if (text === undefined || (given === undefined && text === "")) return undefined;
  const key = parseSecretsKey(text);
  if (key !== undefined) return key;
  throw new UsageFault("SECRETS_KEY_MALFORMED", { where: given ?? "$PGS_SECRETS_KEY" });
}

/** The clock that stands still at the time that was given, or the system's. @throws UsageFault */
export function clockOf(given: string | undefined, { platform }: Context, option = "--clock"): Clock {
  if (given === undefined) return platform.clock;
  const parsed = momentOf(given);
  if (parsed === undefined) throw new UsageFault("BAD_CLOCK", { given, option });
  return platform.fixedClock(parsed);
}

/** Said at once: it has happened, however the run ends. */
function ownerLostText(file: string): string {
  return `notice: ${plain(file)} was replaced, but its owner and group could not be kept: users who had access through them may have lost it\n`;
}

/** @throws UsageFault */
export function checkActor(actor: string | undefined): void {
  if (actor === undefined || isFqdn(actor)) return;
  const message = `--actor ${actor} is not a full name <domain>::<CODE>`;
  const hint = "type --actor DOMAIN::AC_NAME_V0, or another full name";
  throw new UsageFault("BAD_USAGE", { message, hint });
}

/** A data root that is something else than a folder is refused before anything is written. */
function checkDataRoot({ platform, settings }: Context): void {
  const isThere = platform.files.realPath(settings.dataRoot) !== null;
  if (!isThere || platform.files.isFolder(settings.dataRoot)) return;
  throw new EngineFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: "ENOTDIR" });
}
