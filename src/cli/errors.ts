/** Refusals of what a command is given: its arguments and files (exit 2), and of the system around it. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { DEPTH, SIZE } from "../json/limits.ts";

const usageTable = {
  WORKING_FOLDER_GONE: (f: { errno: string }) => ({
    what: `the current folder is not there any more: ${f.errno}`,
    hint: "type cd, then go to a folder that is there",
  }),
  BAD_USAGE: (f: { message: string; hint: string | null }) => ({
    what: f.message,
    ...(f.hint ? { hint: f.hint } : {}),
  }),
  BAD_CLOCK: (f: { given: string }) => ({
    what: `"${f.given}" is not an RFC 3339 date and time of the years 0000 to 9999 in UTC`,
    where: "--clock",
    hint: "type --clock 2026-01-31T09:00:00Z, or another moment written like that",
  }),
  FOREIGN_TRACE: (f: { file: string; format: string }) => ({
    what: `the trace is of another runtime, in the format ${f.format}, which can be examined and compared, no more`,
    where: f.file,
    hint: `pgs examine ${f.file} says what it tells`,
  }),
  NOT_A_TRACE: (f: { file: string }) => ({
    what: "this is no trace: no line of it is an event as this runner writes them",
    where: f.file,
    hint: "name the jsonl of a run; pgs run prints where it is",
  }),
  NOT_COMPARABLE: (f: { folder: string; file: string }) => ({
    what: `${f.folder} is a folder, as snapshots are, and ${f.file} a file, as traces are: they cannot be compared`,
    hint: "name two traces (files), or two snapshots (folders)",
  }),
  STEP_NOT_MET: (f: { file: string; asked: string; suggestion: string | null }) => ({
    what: `the trace never comes to ${f.asked}`,
    where: f.file,
    hint: f.suggestion ?? `pgs examine ${f.file} --steps lists the steps; a line's number will do as well`,
  }),
  FILE_CHANGED: (f: { file: string }) => ({
    what: "the file was changed while it was read",
    where: f.file,
    hint: "wait until nothing writes into it, then try again",
  }),
  TRACE_NOT_INTACT: (f: { file: string; line: number | null; finding: string; what: string }) => ({
    what: `the trace is not intact, so nothing is made of it: ${f.finding}, ${f.what}`,
    where: f.line === null ? f.file : fileLine(f.file, f.line),
    hint: `pgs examine ${f.file} says all that is wrong with it`,
  }),
  REPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the report cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there for the report, or - for standard output",
  }),
  EXPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the export cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there with --out FILE, or - for standard output",
  }),
  RENDERING_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the rendering cannot be written: ${f.errno}`,
    where: f.file,
    hint: `type pgs render TRACE --${f.kind} FILE, with a file in a folder that can be written`,
  }),
  NOT_DRAWABLE: (f: { file: string; events: number }) => ({
    what:
      f.events === 0
        ? "it holds no whole event, so nothing says which workflow ran"
        : `none of its ${f.events} readable events says which workflow ran`,
    where: f.file,
    hint: `pgs examine ${f.file} says what is wrong with each of its lines`,
  }),
  NO_SUCH_CASE: (f: { text: string; cases: number }) => ({
    what: `none of the ${f.cases} conformance cases has "${f.text}" in its name`,
    where: "--case",
    hint: "pgs conformance --json lists the name of every case",
  }),
  TRACES_MISSING: (f: { path: string }) => ({
    what: "there is no such trace or folder of traces",
    where: f.path,
    hint: "name what pgs run left, a *.jsonl or a folder of them",
  }),
  TRACE_FOREIGN: (f: { file: string; why: string }) => ({
    what: `the trace tells nothing of the declared edges: ${f.why}`,
    where: f.file,
    hint: "run the workflow with pgs run, and name the trace that leaves",
  }),
  COVERAGE_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the coverage cannot be written: ${f.errno}`,
    where: f.file,
    hint: `name a file in a folder that is there with --${f.kind} FILE`,
  }),
  KEY_NOT_A_FILE: (f: { place: string }) => ({
    what: "a key itself is given where its file should be named",
    where: f.place,
    hint: "name a file that holds it; a private key that others could read this way has to be replaced",
  }),
  SIGNING_KEY_MISSING: (_: Record<never, never>) => ({
    what: "there is no key to sign with",
    hint: "name its file with --key FILE, or put its PEM text into $PGS_SIGNING_KEY",
  }),
  TRUSTED_KEYS_TOO_FEW: (f: { needed: number; keys: number }) => ({
    what: `signatures by ${f.needed} trusted key${f.needed === 1 ? "" : "s"} are required, ${f.keys === 0 ? "but none is named" : `but only ${f.keys} named`}`,
    hint: "name the public keys you trust with --key FILE, or their files in $PGS_TRUSTED_KEYS, separated by colons",
  }),
  ATTESTATION_MISSING: (f: { file: string; trace: string }) => ({
    what: "the trace has no attestation",
    where: f.file,
    hint: `pgs attest ${f.trace} --key FILE writes one; --attestation FILE names one`,
  }),
  ATTESTATION_MALFORMED: (f: { file: string }) => ({
    what: "the file is no DSSE envelope",
    where: f.file,
    hint: "restore it, or remove it and sign again",
  }),
  ATTESTATION_DIFFERS: (f: { file: string }) => ({
    what: "there is an attestation already, and it says something else",
    where: f.file,
    hint: "remove it, or name another file with --attestation FILE",
  }),
  ATTESTATION_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the attestation cannot be written: ${f.errno}`,
    where: f.file,
    hint: "with --attestation FILE, name a file in a folder that exists, and no link",
  }),
  LOCK_MISSING: (f: { file: string }) => ({
    what: "there is no such lock below the data root",
    where: f.file,
    hint: "type pgs data locks, which lists every lock by the name it is released by",
  }),
  LOCK_HELD: (f: { file: string; pid: number; since: string }) => ({
    what: `process ${f.pid} holds the lock since ${f.since} and is alive`,
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
    hint: "remove it as a user who may write into its folder",
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
    what: "the payload itself is given where its file should be named",
    where: "--payload",
    hint: "write it into a file and name that, or pipe it into --payload -",
  }),
  PAYLOAD_CONFLICT_MARKERS: (f: PayloadPlace) => ({
    what: "the payload holds merge-conflict markers",
    ...payloadPlace(f),
  }),
  PAYLOAD_DUPLICATE_KEY: (f: PayloadPlace) => ({
    what: "a key stands twice in one object, and which of the two counts is not defined in JSON",
    ...payloadPlace(f),
  }),
  PAYLOAD_TOO_DEEP: (f: { file: string; line: number; depth: number; found: number }) => ({
    what: `the payload nests deeper than ${f.depth} levels`,
    // The pointer to that depth would fill the screen.
    where: fileLine(f.file, f.line),
    hint: f.found > DEPTH.payloadMost ? "flatten it" : `type --max-depth ${f.found}, or flatten it`,
  }),
  PAYLOAD_NUMBER_NOT_HELD: (f: PayloadPlace) => ({
    what: "a number does not fit a double and would be changed",
    ...payloadPlace(f),
  }),
  PAYLOAD_LONE_SURROGATE: (f: PayloadPlace) => ({
    what: "a string holds half of a surrogate pair and has no canonical form",
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
        ? `the payload has more than the ${f.limit} bytes allowed`
        : `the payload has ${f.size} bytes, more than the ${f.limit} allowed`,
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
  EMFILE: "raise the limit on open files: ulimit -n 1024",
  ENFILE: "wait until other programs have closed some files",
  ENOSPC: "make room on the disk",
};

const systemTable = {
  OUTPUT_UNWRITABLE: (f: { output: string; errno: string; code: number }) => ({
    what: `${f.output} cannot be written: ${f.errno}; without that the exit code would be ${f.code}`,
    hint: "make room, or send the output elsewhere; what the command did is done: look for it before you type the command again",
  }),
  SYSTEM_REFUSED: (f: { errno: string }) => ({
    what: `the system refused what the command needs: ${f.errno}`,
    hint: systemHints[f.errno] ?? "type the command with --debug, which shows what was refused",
  }),
} satisfies WordingTable;

export class SystemFault<C extends keyof typeof systemTable = keyof typeof systemTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof systemTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(systemTable, code, facts), detail);
  }
}
