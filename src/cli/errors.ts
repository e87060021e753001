/** Refusals of what a command is given: its arguments and files (exit 2). */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type UnreadableText,
  unreadableText,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const usageTable = {
  WORKING_FOLDER_GONE: (f: { errno: string }) => ({
    what: `the current folder no longer exists: ${f.errno}`,
    hint: "change to an existing folder with cd",
  }),
  BAD_USAGE: (f: { message: string; hint: string | null }) => ({
    what: f.message,
    ...(f.hint ? { hint: f.hint } : {}),
  }),
  SECRETS_KEY_MALFORMED: (f: { where: string }) => ({
    what: "the key is not 32 bytes in base64",
    where: f.where,
    hint: "make one: head -c 32 /dev/urandom | base64",
  }),
  ANSWER_UNREADABLE: (f: UnreadableText) => ({
    what: `the answer is not valid JSON: ${f.defect}`,
    ...unreadableText(f),
  }),
  BAD_CLOCK: (f: { given: string; option: string }) => ({
    what: `"${f.given}" is not an RFC 3339 date and time of the years 0000 to 9999 in UTC`,
    where: f.option,
    hint: `type ${f.option} 2026-01-31T09:00:00Z, or another time in this format`,
  }),
  NO_RUN_WAITS: (f: { key: string; open: string | null }) => ({
    what: `no run waits for ${f.key}`,
    hint:
      f.open === null
        ? "name the folder of the traces with --traces DIR: no run of this one waits for an event"
        : `type one of these keys instead: ${f.open}`,
  }),
  NOT_COMPARABLE: (f: { folder: string; file: string }) => ({
    what: `cannot compare the folder ${f.folder} (a snapshot) with the file ${f.file} (a trace)`,
    hint: "name two traces (files), or two snapshots (folders)",
  }),
  STEP_NOT_MET: (f: { file: string; asked: string; suggestion: string | null }) => ({
    what: `the trace never reaches ${f.asked}`,
    where: f.file,
    hint: f.suggestion ?? `pgs examine ${f.file} --steps lists the steps; a line number also works`,
  }),
  NODE_NOT_ENTERED: (f: { file: string; asked: string; suggestion: string | null }) => ({
    what: `the run did not enter a node ${f.asked}`,
    where: f.file,
    ...(f.suggestion === null ? {} : { hint: f.suggestion }),
  }),
  TRACE_OF_DRY_RUN: (f: { file: string }) => ({
    what: "it is the trace of a dry run, which did nothing that could be attested",
    where: f.file,
    hint: "run the workflow without --dry-run, and attest the trace of that run",
  }),
  TRACE_NOT_INTACT: (f: { file: string; line: number | null; finding: string; what: string }) => ({
    what: `the trace is damaged; cannot continue: ${f.finding}, ${f.what}`,
    where: f.line === null ? f.file : fileLine(f.file, f.line),
    hint: `pgs examine ${f.file} lists every finding`,
  }),
  REPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the report cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in an existing folder for the report, or - for standard output",
  }),
  EXPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the export cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in an existing folder with --out FILE, or - for standard output",
  }),
  RENDERING_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the rendering cannot be written: ${f.errno}`,
    where: f.file,
    hint: `type pgs render TRACE --${f.kind} FILE, with a file in a writable folder`,
  }),
  TRACE_COPY_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the copy of the trace cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a writable folder with --folder DIR",
  }),
  DRAWING_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the drawing cannot be written: ${f.errno}`,
    where: f.file,
    hint: `name a file in a writable folder with --${f.kind} FILE`,
  }),
  NOT_DRAWABLE: (f: { file: string; events: number }) => ({
    what:
      f.events === 0
        ? "the trace has no complete event that names the workflow"
        : `no event names the workflow (${counted(f.events, "readable event")} in the file)`,
    where: f.file,
    hint: `pgs examine ${f.file} shows what is wrong with each line`,
  }),
  TRACES_MISSING: (f: { path: string }) => ({
    what: "there is no such trace or folder of traces",
    where: f.path,
    hint: "name a .jsonl file that pgs run wrote, or a folder of them",
  }),
  RUN_UNKNOWN: (f: { given: string; traces: string; searched: string; suggestion: string | null }) => ({
    what: `no run in ${f.searched} has an id that begins so`,
    where: f.given,
    hint: f.suggestion ?? "type pgs runs, which lists them, or name the file of the trace",
  }),
  RUN_AMBIGUOUS: (f: { given: string; ids: readonly string[]; more: number }) => ({
    what: `several runs have an id that begins so: ${f.ids.join(", ")}${f.more === 0 ? "" : `, and ${f.more} more`}`,
    where: f.given,
    hint: "type more of the id",
  }),
  RUN_PRUNED: (f: { run: string; since: string }) => ({
    what: `pgs runs prune removed the trace of this run at ${f.since}`,
    where: f.run,
    hint: "name the file of a copy of the trace",
  }),
  RUN_UNLISTED: (f: { run: string; traces: string }) => ({
    what: "the ledger does not have the run",
    where: f.run,
    hint: "type pgs runs rebuild --missing, which adds it",
  }),
  NO_RUNS: (f: { traces: string }) => ({
    what: "there is no run yet",
    where: f.traces,
    hint: "run a workflow first, or name another folder with --traces DIR",
  }),
  MARK_UNSET: (f: { run: string; name: string; traces: string }) => ({
    what: `the run has no bookmark ${f.name}`,
    where: f.run,
    hint: `type pgs runs ${f.run}, which lists its bookmarks`,
  }),
  COVERAGE_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the coverage cannot be written: ${f.errno}`,
    where: f.file,
    hint: `name a file in an existing folder with --${f.kind} FILE`,
  }),
  KEY_NOT_A_FILE: (f: { place: string }) => ({
    what: "a key was given instead of the name of its file",
    where: f.place,
    hint: "name the file that contains it; replace a private key that others could read this way",
  }),
  SIGNING_KEY_MISSING: (_: Record<never, never>) => ({
    what: "no signing key was given",
    hint: "name its file with --key FILE, or put its PEM text into $PGS_SIGNING_KEY",
  }),
  TRUSTED_KEYS_TOO_FEW: (f: { needed: number; keys: number }) => ({
    what: `signatures by ${counted(f.needed, "trusted key")} are required, ${f.keys === 0 ? "but none is named" : `but only ${f.keys} named`}`,
    hint: "name the public keys you trust with --key FILE, or their files in $PGS_TRUSTED_KEYS, separated by colons",
  }),
  ATTESTATION_MISSING: (f: { file: string; trace: string }) => ({
    what: "the trace has no attestation",
    where: f.file,
    hint: `pgs attest ${f.trace} --key FILE writes one; --attestation FILE names one`,
  }),
  ATTESTATION_MALFORMED: (f: { file: string }) => ({
    what: "the file is not a DSSE envelope",
    where: f.file,
    hint: "name the attestation with --attestation FILE; if this is the attestation, restore it, or sign the trace again into another file",
  }),
  ATTESTATION_DIFFERS: (f: { file: string }) => ({
    what: "a different attestation already exists",
    where: f.file,
    hint: "remove it, or name another file with --attestation FILE",
  }),
  ATTESTATION_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the attestation cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in an existing folder with --attestation FILE; it must not be a link",
  }),
  LOCK_MISSING: (f: { file: string }) => ({
    what: "there is no such lock below the data root",
    where: f.file,
    hint: "type pgs data locks, which lists every lock by its name",
  }),
  LOCK_HELD: (f: { file: string; pid: number; since: string }) => ({
    what: `process ${f.pid} has held the lock since ${f.since} and is alive`,
    where: f.file,
    hint: `wait until process ${f.pid} has ended`,
  }),
  LOCK_CLAIMED: (f: { file: string }) => ({
    what: "another process is about to remove the lock",
    where: f.file,
    hint: `type pgs data locks; if the holder of ${f.file}.claim has died, release that one first`,
  }),
  LOCK_UNREMOVABLE: (f: { file: string; errno: string }) => ({
    what: `the lock cannot be removed: ${f.errno}`,
    where: f.file,
    hint: "remove it as a user who can write to its folder",
  }),
} satisfies WordingTable;

export class UsageFault<C extends keyof typeof usageTable = keyof typeof usageTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof usageTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(usageTable, code, facts), detail);
  }
}
