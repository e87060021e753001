/** Refusals to go on with a recorded run: nothing was appended to its trace. */

import { type FactsOf, Fault, type Stage, type WordingTable, wordingFrom } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { canonical } from "../json/canonical.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { Unmet } from "../plan/intent.ts";
import { keyText } from "../trace/event.ts";

interface UnmetByAnswer extends JsonObject {
  readonly pointer: string;
  readonly constraint: string;
}

export const resumeTable = {
  NO_SUCH_WAIT: (f: { key: Json; open: readonly Json[] }) => ({
    what: `the run does not wait for ${keyText(f.key)}`,
    hint:
      f.open.length === 0
        ? "omit --event: the run waits for a moment, or not at all"
        : `it waits for ${f.open.map(keyText).join(", ")}: name one of them with --event`,
  }),
  ANSWER_REJECTED: (f: { key: Json; unmet: readonly UnmetByAnswer[] }) => ({
    what: `the answer to ${keyText(f.key)} does not meet ${counted(f.unmet.length, "rule")}: ${f.unmet.map(unmetText).join("; ")}`,
    hint: "give another answer with --answer",
  }),
  DRY_RUN_ENDED: (f: { trace: string }) => ({
    what: `${f.trace} is the trace of a dry run, which is over with its process`,
    hint: "type pgs run with --dry-run again, with --answer KEY=FILE for each event that it waits for",
  }),
  RUN_ENDED: (f: { trace: string; status: string }) => ({
    what: `${f.trace} has ended: ${f.status}`,
    hint: "type pgs examine with the trace to see how it ended",
  }),
  TRACE_DAMAGED: (f: { trace: string; finding: string; line: number | null }) => ({
    what: `the trace is damaged${f.line === null ? "" : ` in line ${f.line}`}: ${f.finding}`,
    where: f.trace,
    hint: `type pgs examine ${f.trace}, which shows all of the damage: a run goes on from an intact trace only`,
  }),
  TRACE_CUT: (f: { trace: string; state: string; at: string }) => ({
    what: `the trace does not show that the run was ${f.state} at ${f.at}, as the ledger of the runs has it: it is an older copy, it was changed, or the run went on with another one`,
    where: f.trace,
    hint: "restore the trace from its last copy: what the run has done since this one would be done twice; if the ledger is wrong, pgs runs rebuild makes a new one from the traces",
  }),
  TRACE_REPLACED: (f: { trace: string; run: string }) => ({
    what: `the trace is that of ${f.run}, in the place of another run`,
    where: f.trace,
    hint: `restore the trace of the run from a copy, or name the run that is meant: ${f.run}`,
  }),
  SNAPSHOT_DIFFERS: (f: { recorded: string; found: string | null }) => ({
    what: `the run began on the snapshot ${f.recorded}, and this one is ${f.found ?? "unsealed"}`,
    hint: "name the snapshot of the run with --snapshot DIR: a run ends on the protocol with which it began",
  }),
  RESUME_UNCLEAR: (f: {
    trace: string;
    place: string;
    op: string;
    /** The code of the reason, and the reason in words. */
    because: string;
    message: string;
    evidence: JsonObject;
    /** The result that counts if it is assumed to be done; null where that cannot be assumed. */
    assumed: JsonObject | null;
  }) => ({
    what: `whether ${f.op} of ${f.place} took place is unclear: ${f.message}`,
    where: f.trace,
    hint: unclearHint(f),
  }),
  SECRETS_MISSING: (f: { trace: string }) => ({
    what: "the trace suppresses values with which the run would have to go on, and no file beside it has them",
    where: f.trace,
    hint: "if the run began with a key, restore its .secrets file from a copy; else end it with pgs cancel, and run it again with --secrets-key FILE",
  }),
  SECRETS_KEY_MISSING: (f: { trace: string }) => ({
    what: "what the trace suppresses is kept encrypted, and no key is given",
    where: f.trace,
    hint: "name the file of the key with --secrets-key FILE, or set $PGS_SECRETS_KEY to the key",
  }),
  SECRETS_KEY_WRONG: (f: { trace: string }) => ({
    what: "the key does not open what the trace suppresses",
    where: f.trace,
    hint: "give the key with which the run began, with --secrets-key FILE or in $PGS_SECRETS_KEY; if it is that key, the .secrets file beside the trace is another one: restore it from a copy",
  }),
  REPLAY_DIVERGED: (f: { line: number; code: string; difference: string }) => ({
    what: `the run would not go as it is recorded: line ${f.line}, ${f.difference}`,
    hint: "type pgs examine with the trace: it shows the difference in full",
  }),
} satisfies WordingTable;

function unclearHint(f: { trace: string; because: string; assumed: JsonObject | null }): string {
  const command = `pgs resume ${f.trace}`;
  if (f.because === "LOCKED")
    return `make sure that the process has ended, release the lock with pgs data locks, then type ${command} again`;
  if (f.assumed === null)
    return `check it, then type ${command} --assume absent if it did not take place; if it did, the run cannot go on`;
  const result = canonical(f.assumed);
  return `check it, then type ${command} --assume done if it did (its result is then ${result}), or ${command} --assume absent if it did not`;
}

const STAGE_OF: Readonly<Record<keyof typeof resumeTable, Stage>> = {
  NO_SUCH_WAIT: "usage",
  ANSWER_REJECTED: "payload",
  DRY_RUN_ENDED: "usage",
  RUN_ENDED: "usage",
  TRACE_DAMAGED: "usage",
  TRACE_CUT: "usage",
  TRACE_REPLACED: "usage",
  SNAPSHOT_DIFFERS: "seal",
  RESUME_UNCLEAR: "walk",
  SECRETS_MISSING: "usage",
  SECRETS_KEY_MISSING: "usage",
  SECRETS_KEY_WRONG: "usage",
  REPLAY_DIVERGED: "walk",
};

export class ResumeFault<C extends keyof typeof resumeTable = keyof typeof resumeTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof resumeTable, C>) {
    super(STAGE_OF[code], code, facts, wordingFrom(resumeTable, code, facts));
  }
}

/** `key` as the trace shows it. */
export function answerRejected(key: Json, unmet: readonly Unmet[]): ResumeFault {
  const rules = unmet.map(({ pointer, constraint, expected }) => ({
    ...{ pointer, constraint },
    ...(expected === undefined ? {} : { expected }),
  }));
  return new ResumeFault("ANSWER_REJECTED", { key, unmet: rules });
}

function unmetText({ pointer, constraint, expected }: UnmetByAnswer): string {
  const wanted = expected === undefined ? "" : ` ${JSON.stringify(expected)}`;
  return `${pointer === "" ? "the answer" : pointer}: ${constraint}${wanted}`;
}
