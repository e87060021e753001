/** Refusals of what a command is given: its arguments and files (exit 2), and of the system around it. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { DEPTH, SIZE } from "../json/limits.ts";

export const usageTable = {
  WORKING_FOLDER_GONE: (f: { errno: string }) => ({
    what: `the current folder no longer exists: ${f.errno}`,
    hint: "change to an existing folder with cd",
  }),
  BAD_USAGE: (f: { message: string; hint: string | null }) => ({
    what: f.message,
    ...(f.hint ? { hint: f.hint } : {}),
  }),
  BAD_CLOCK: (f: { given: string }) => ({
    what: `"${f.given}" is not an RFC 3339 date and time of the years 0000 to 9999 in UTC`,
    where: "--clock",
    hint: "type --clock 2026-01-31T09:00:00Z, or another time in this format",
  }),
  FOREIGN_TRACE: (f: { file: string; format: string }) => ({
    what: `the trace has the format ${f.format} of another runtime, which can only be examined and compared`,
    where: f.file,
    hint: `pgs examine ${f.file} shows what it contains`,
  }),
  NOT_A_TRACE: (f: { file: string }) => ({
    what: "this is not a trace: no line is an event of this runner",
    where: f.file,
    hint: "name the .jsonl file of a run; pgs run prints its path",
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
  FILE_CHANGED: (f: { file: string }) => ({
    what: "the file was changed while it was read",
    where: f.file,
    hint: "wait until no process writes to it, then try again",
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

type PayloadPlace = {
  file: string;
  line: number;
  pointer: string | null;
  /** What to type, as far as that can be said. */
  repair: string | null;
};
const payloadPlace = (f: PayloadPlace) => ({
  where: `${fileLine(f.file, f.line)}${f.pointer ? ` at ${f.pointer}` : ""}`,
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

const payloadTable = {
  PAYLOAD_NOT_UTF8: (f: PayloadPlace) => ({ what: "the payload is not UTF-8 text", ...payloadPlace(f) }),
  PAYLOAD_NOT_JSON: (f: PayloadPlace) => ({ what: "the payload is not JSON", ...payloadPlace(f) }),
  PAYLOAD_BYTE_ORDER_MARK: (f: PayloadPlace) => ({
    what: "the payload begins with a byte order mark, which JSON does not allow",
    ...payloadPlace(f),
  }),
  PAYLOAD_IS_TEXT: (_: Record<never, never>) => ({
    what: "a payload was given instead of the name of its file",
    where: "--payload",
    hint: "write it into a file and name that, or pipe it into --payload -",
  }),
  PAYLOAD_CONFLICT_MARKERS: (f: PayloadPlace) => ({
    what: "the payload contains merge-conflict markers",
    ...payloadPlace(f),
  }),
  PAYLOAD_DUPLICATE_KEY: (f: PayloadPlace) => ({
    what: "a key occurs twice in one object, and JSON does not define which one counts",
    ...payloadPlace(f),
  }),
  PAYLOAD_TOO_DEEP: (f: { file: string; line: number; depth: number; found: number }) => ({
    what: `the payload nests deeper than ${counted(f.depth, "level")}`,
    // The pointer to that depth would fill the screen.
    where: fileLine(f.file, f.line),
    hint: f.found > DEPTH.payloadMost ? "flatten it" : `type --max-depth ${f.found}, or flatten it`,
  }),
  PAYLOAD_NUMBER_NOT_HELD: (f: PayloadPlace) => ({
    what: "a number does not fit a double and would be changed",
    ...payloadPlace(f),
  }),
  PAYLOAD_LONE_SURROGATE: (f: PayloadPlace) => ({
    what: "a string contains half of a surrogate pair and has no canonical form",
    ...payloadPlace(f),
  }),
  PAYLOAD_NOT_AN_OBJECT: (f: PayloadPlace) => ({
    what: "the payload is not a JSON object",
    ...payloadPlace(f),
    hint: 'write {"field": value, …}; pgs list prints the fields of each workflow',
  }),
  PAYLOAD_TOO_LARGE: (f: { file: string; size: number | null; limit: number }) => ({
    what:
      f.size === null
        ? `the payload has more than ${counted(f.limit, "byte")}, which is the limit`
        : `the payload has ${counted(f.size, "byte")}, more than the ${f.limit} allowed`,
    where: f.file,
    hint:
      (f.size ?? f.limit) >= SIZE.payloadMost
        ? "send less"
        : `type --max-bytes ${f.size ?? SIZE.payloadMost}, or send less`,
  }),
} satisfies WordingTable;

export class PayloadFault<C extends keyof typeof payloadTable = keyof typeof payloadTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof payloadTable, C>, detail: FaultDetail = {}) {
    super("payload", code, facts, wordingFrom(payloadTable, code, facts), detail);
  }
}

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: "free disk space",
  EACCES: "run the command as a user who has access to that path, or name another path",
  EPERM: "run the command as a user who has access to that path, or name another path",
};

export const systemTable = {
  OUTPUT_UNWRITABLE: (f: { output: string; errno: string; code: number }) => ({
    what: `${f.output} cannot be written: ${f.errno}; otherwise the exit code would be ${f.code}`,
    hint: "free disk space or redirect the output; the command itself has completed: check its results before you type it again",
  }),
  SYSTEM_REFUSED: (f: { errno: string; path: string | null }) => ({
    what: `the operating system refused a request of the command: ${f.errno}`,
    ...(f.path === null ? {} : { where: f.path }),
    hint: systemHints[f.errno] ?? "type the command with --debug, which shows what was refused",
  }),
} satisfies WordingTable;

export class SystemFault<C extends keyof typeof systemTable = keyof typeof systemTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof systemTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(systemTable, code, facts), detail);
  }
}
