/** `pgs runs ID`: what is known of one run, and how it goes on. */

import type { RunLine } from "../../../ledger/line.ts";
import { keyOf, type ListedRun } from "../../../ledger/query.ts";
import { entryAfter, type RunEntry } from "../../../ledger/run-entry.ts";
import { RunLines } from "../../../ledger/run-lines.ts";
import { standingOf } from "../../../ledger/standing.ts";
import { eventsOf, MAIN_RUN, type TraceEvent, type WaitEntry } from "../../../trace/event.ts";
import { CAUSE_WORDS, END_WORDS, type Session, sessionsOf, waitsWithin } from "../../../trace/sessions.ts";
import { type Summary, summaryOf } from "../../../trace/summary.ts";
import { type Paint, painter } from "../../colour.ts";
import { type Context, shellWord, shortPath } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { type FoundRun, locateRun, tracePath } from "../../find-run.ts";
import { reading, tracesRoot } from "../../ledger.ts";
import { placeWords } from "../../place-hints.ts";
import { capped, holderText, plain, printJson, printText, rowsByRun, table } from "../../print.ts";
import { readTrace } from "../../read-trace.ts";
import { waitRows } from "../../run-view.ts";
import { durationOf, durationText, runJson, stateText } from "../../views/runs.ts";
import { keyOptionBeside } from "../../wait-hints.ts";

interface KnownRun extends ListedRun {
  /** Whether the ledger has it. */
  readonly isListed: boolean;
  /** The trace's file or its address, as the reader would write it; null where it is gone. */
  readonly trace: string | null;
  readonly events: readonly TraceEvent[];
  /** Hash of the trace's last line that can be read. */
  readonly head: string | null;
  readonly files: readonly string[];
  /** What a command needs to find the run by its id, and what one needs besides that goes on with it. */
  readonly options: string;
  readonly keyOption: string;
}

export async function showRun(given: string, context: Context): Promise<number> {
  const { settings } = context;
  const { run: found, within } = locateRun(given, context);
  const run = await read(found, within, placeWords(within.settings.traces, context));
  if (settings.json) printJson(context, toJson(run));
  else printText(context, toText(run, await painter(settings)));
  return EXIT.SUCCESS;
}

async function read({ id, entry }: FoundRun, context: Context, options: string): Promise<KnownRun> {
  const { platform, settings, path } = context;
  const root = tracesRoot(context);
  const file = tracePath({ id, entry }, context);
  const isThere = (await platform.openSource(path(file))) !== null;
  const { events, head } = isThere ? readTrace(file, context) : { events: [], head: null };
  const known = entry ?? entryOf(id, events);
  return {
    entry: known,
    standing: reading(settings.traces, () => standingOf(known, root)),
    isListed: entry !== null,
    trace: isThere ? file : null,
    ...{ events, head, options },
    keyOption: keyOptionBeside(path(file), context),
    files: platform.files
      .list(`${settings.traces}/${id}`)
      .map((one) => shortPath(`${settings.traces}/${id}/${one.path}`, platform.cwd)),
  };
}

/** What the ledger would say of a run that it does not have. */
function entryOf(id: string, events: readonly TraceEvent[]): RunEntry {
  const lines = new RunLines("");
  let entry: RunEntry | undefined;
  for (const event of events) {
    const line = lines.take(event);
    if (line !== null) entry = entryAfter(entry, line as RunLine, 0);
  }
  const nothing = { id, workflow: "", state: "RUNNING", outcome: null, exitReason: null, due: null } as const;
  const none = { sessions: 0, waits: [], actors: [], marks: [], isRebuilt: false, offset: 0, place: null };
  return entry ?? { ...nothing, ...none, begun: 0, changed: 0, segment: null };
}

// ---- what there is to say ----

interface NestedRun {
  readonly run: string;
  readonly workflow: string;
  readonly status: string | null;
  readonly exit_reason_code: string | null;
}

function nestedOf(events: readonly TraceEvent[]): readonly NestedRun[] {
  const ends = new Map(eventsOf(events, "workflow_complete").map(({ run, payload }) => [run, payload]));
  return eventsOf(events, "execution_start")
    .filter(({ run }) => run !== MAIN_RUN)
    .map(({ run, payload }) => {
      const { status = null, exit_reason_code = null } = ends.get(run) ?? {};
      return { run, workflow: payload.workflow_code, status, exit_reason_code };
    });
}

/** What to type so that the run goes on; for an event, the file of the answer is whoever answers' own. */
function commandFor(command: string, wait: WaitEntry): string {
  const key = keyOf(wait);
  const event = key === null ? "" : ` --event ${shellWord(key)}${isAnswered(wait) ? " --answer FILE" : ""}`;
  return `${command}${event}`;
}

/** A wait that asks somebody for something; without it, an event is a signal. */
const isAnswered = ({ prompt, choices }: WaitEntry) => prompt !== undefined || choices !== undefined;

function toJson(run: KnownRun): unknown {
  const { standing, events, files, trace, head, isListed } = run;
  const { path, effects } = summaryOf(events);
  const { holder } = standing;
  return {
    ...runJson(run),
    sessions: sessionsOf(events).map(sessionJson),
    ...{ listed: isListed, head, trace },
    holder: holder && { process: holder.pid, host: holder.host, since: holder.since },
    commands: commandsFor(run),
    nested: nestedOf(events),
    ...{ path, effects, files },
  };
}

function sessionJson({ from, until, cause, actor, end }: Session): unknown {
  return { cause, actor, end, begun: from.at, ended: until.at, lines: [from.line, until.line] };
}

function toText(run: KnownRun, paint: Paint): string {
  const { entry, standing, events, files } = run;
  const { state, exitReason, outcome, waits } = standing;
  const summary = summaryOf(events);
  const ending = exitReason ?? outcome;
  const head = [
    stateText(state, paint),
    ...(ending === null ? [] : [paint("strong", plain(ending))]),
    plain(entry.workflow),
  ];
  return [
    `${head.join("  ")}\n`,
    table(factRows(run)),
    section("waits for", waitRows(waits)),
    section(
      "to go on",
      commandsFor(run).map((command) => [plain(command)]),
    ),
    section("sessions", sessionsOf(events).map(sessionRow)),
    section(
      "nested runs",
      capped(
        nestedOf(events).map(({ run: name, workflow, status, exit_reason_code: reason }) => [
          name,
          plain(workflow),
          plain([status ?? "open", reason ?? ""].join(" ").trim()),
        ]),
      ),
    ),
    section("path", pathRows(summary)),
    section("effects", effectRows(summary)),
    section("bookmarks", entry.marks.map(markRow)),
    section(
      "files",
      files.map((file) => [plain(file)]),
    ),
  ].join("");
}

function factRows(run: KnownRun): readonly (readonly string[])[] {
  const { entry, standing, trace, head, isListed, options, events } = run;
  // The first actor of the ledger may be who answered a run that nobody is said to have begun.
  const begunBy = sessionsOf(events)[0]?.actor ?? null;
  const took = durationOf(run);
  const changed = new Date(standing.changed).toISOString();
  return [
    ["id", plain(entry.id)],
    ["begun", `${new Date(entry.begun).toISOString()}${begunBy === null ? "" : ` by ${plain(begunBy)}`}`],
    ...(took === null ? [["since", changed]] : [["ended", `${changed}, after ${durationText(took)}`]]),
    ...(standing.holder === null ? [] : [["by", plain(holderText(standing.holder))]]),
    ["head", head ?? "-"],
    ["trace", trace === null ? "gone" : plain(trace)],
    ...(isListed ? [] : [["ledger", plain(`does not have it: pgs runs rebuild --missing${options} adds it`)]]),
  ];
}

/** What lets the run go on, ready to type. */
function commandsFor({ entry, standing: { state, waits }, options, keyOption }: KnownRun): readonly string[] {
  const command = `pgs resume ${entry.id}${options}${keyOption}`;
  const commands = state === "INTERRUPTED" ? [command] : waits.map((wait) => commandFor(command, wait));
  return [...new Set(commands)];
}

function sessionRow({ from, until, cause, actor, end }: Session): readonly string[] {
  return [
    from.at,
    until.at,
    `lines ${from.line} to ${until.line}`,
    CAUSE_WORDS[cause],
    END_WORDS[end],
    actor === null ? "" : `by ${plain(actor)}`,
  ];
}

function pathRows({ path }: Summary): readonly (readonly string[])[] {
  return capped(
    rowsByRun(path, ({ node, outcome, next }) => [
      plain(node),
      plain(outcome),
      "->",
      plain(next ?? "(no route)"),
    ]),
  );
}

function effectRows({ effects, waits }: Summary): readonly (readonly string[])[] {
  return capped(
    rowsByRun(effects, ({ run, op, store, outcome, node, step }) => [
      plain(op),
      plain(store ?? "-"),
      plain(outcome ?? (waitsWithin(run, waits).length > 0 ? "waits" : "begun, end unknown")),
      plain(`${node}.${step}`),
    ]),
  );
}

function markRow({ name, about, tags = [], line, at, actor }: RunEntry["marks"][number]): readonly string[] {
  return [
    plain(name),
    line === undefined ? "" : `line ${line}`,
    at,
    plain(
      [about, ...tags.map((tag) => `#${tag}`), ...(actor === undefined ? [] : [`by ${actor}`])]
        .filter(Boolean)
        .join("  "),
    ),
  ];
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : `\n${title}\n${table(rows)}`;
}
