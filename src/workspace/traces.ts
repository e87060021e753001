/** Where the runs of a library write their traces: below a folder, or in memory. */

import { FileFault } from "../errors/ports.ts";
import { nodeFiles } from "../platform/node-ports.ts";
import { numberedName } from "../platform/segments/names.ts";
import { openSegments } from "../platform/segments/segments.ts";
import { refusedBySystem } from "../platform/system-fault.ts";
import { appendedAtOnce, lockTraceFile, openTrace } from "../platform/trace-files.ts";
import { openTracesRoot } from "../platform/traces-root.ts";
import type { LockedTrace, SecretsFile, TraceAccess, TraceFile, TraceFolder, TracesRoot } from "../ports.ts";
import { traceNow } from "../trace/segment.ts";
import { checkTracesArguments } from "./options.ts";

/** The trace of one run. */
export interface RunTrace {
  /** Its name. */
  readonly id: string;
  /** The path of its file, or its address in a file of many traces; null for a trace in memory. */
  readonly file: string | null;
  /** Its bytes, JSON Lines. @throws PgsError where its file cannot be read any more */
  bytes(): Uint8Array;
  /**
   * What the trace suppresses, encrypted with the `secretsKey` of its run, as long as that can go on; null where nothing is
   * kept. @throws PgsError where its file cannot be read
   */
  secrets?(): string | null;
}

/** Opens the trace of a run that begins. */
export interface Traces {
  /** May number the name where it is taken, `_2`, `_3`. */
  open(id: string, needs?: TraceNeeds): OpenedTrace;
  /** The folder in which the ledger of the runs is kept; absent where none is. */
  readonly root?: TracesRoot;
  /** Closes the file that runs share, once those in it have ended; the next run makes another. Absent where none is shared. */
  close?(): void;
}

export interface TraceNeeds {
  /** What is kept of the run needs a folder of its own. Default: false. */
  readonly ownFolder?: boolean;
}

export interface OpenedTrace extends RunTrace, Pick<TraceFolder, "place"> {
  /** The folder of its files; "" where it has none. */
  readonly folder: string;
  readonly writer: TraceFile;
  readonly secretsFile?: SecretsFile;
}

/** `<folder>/<id>/<id>.jsonl`, readable for those who have the access; beside them the ledger of the runs. */
export function folderTraces(folder: string, access: TraceAccess = "owner"): Traces {
  checkTracesArguments("folderTraces", folder, access);
  return {
    root: openTracesRoot(folder, access),
    open(wanted) {
      const { id, folder: own, file: writer, secrets } = openTrace(folder, wanted, access);
      const file = `${own}/${id}.jsonl`;
      return { id, folder: own, file, writer, bytes: () => readAll(file), ...keptIn(secrets) };
    },
  };
}

/**
 * The traces of many runs in few files, `<folder>/segments/<begun>__<process>.jsonl`: every run has its own chain of lines
 * there. A run that may wait or keeps secrets, and one whose clock is not the system's, has a folder of its own, as
 * `folderTraces` makes it. Beside them is the ledger of the runs.
 */
export function segmentTraces(folder: string, access: TraceAccess = "owner"): Traces {
  checkTracesArguments("segmentTraces", folder, access);
  const folders = folderTraces(folder, access);
  const segments = openSegments(folder, { access });
  return {
    ...folders,
    open(wanted, needs = {}) {
      const shared = needs.ownFolder === true ? null : segments.open(wanted);
      if (shared === null) return folders.open(wanted);
      const { id, address, file: writer, place } = shared;
      const file = `${folder}/${address}`;
      return { id, folder: "", file, writer, place, bytes: () => readAll(traceNow(file, nodeFiles)) };
    },
    close: () => segments.close(),
  };
}

function keptIn(secretsFile: SecretsFile | undefined): Pick<OpenedTrace, "secretsFile" | "secrets"> {
  return secretsFile === undefined ? {} : { secretsFile, secrets: () => secretsFile.read() };
}

function readAll(file: string): Uint8Array {
  try {
    const bytes = nodeFiles.read(file);
    if (bytes === null) throw new FileFault("FILE_MISSING", { file, what: "the trace", suggestion: null });
    return bytes;
  } catch (error) {
    throw refusedBySystem(error) ?? error;
  }
}

/**
 * Each trace is kept by the result of its run alone. A name is numbered where a trace of the same name began in the same
 * millisecond.
 */
export function memoryTraces(): Traces {
  const numbered = numberedNames();
  return {
    open(wanted) {
      const [writer, secretsFile] = [new MemoryFile(), new MemorySecrets(null)];
      return {
        id: numbered(wanted),
        folder: "",
        file: null,
        writer,
        bytes: () => Buffer.from(writer.text),
        secretsFile,
        secrets: () => secretsFile.read(),
      };
    },
  };
}

/** Numbers a name that was given in the same millisecond before. */
function numberedNames(): (wanted: string) => string {
  let moment = "";
  const taken = new Map<string, number>();
  return (wanted) => {
    if (!(wanted.startsWith(moment) && wanted.startsWith("__", moment.length))) {
      taken.clear();
      moment = wanted.slice(0, wanted.indexOf("__"));
    }
    const count = (taken.get(wanted) ?? 0) + 1;
    taken.set(wanted, count);
    return numberedName(wanted, count);
  };
}

/** A trace in memory with which a run goes on: the bytes and the secrets that are there stay as they are. */
export function continuedInMemory(
  id: string,
  before: Uint8Array,
  secretsBefore: string | null,
): OpenedContinuation {
  let bytes = Buffer.from(before);
  const secrets = new MemorySecrets(secretsBefore);
  const locked: LockedTrace = {
    ...{ id, folder: "", secrets, unlock: () => undefined },
    continueAfter(length) {
      let isCut = false;
      return {
        append(text) {
          bytes = Buffer.concat([isCut ? bytes : bytes.subarray(0, length), Buffer.from(text)]);
          isCut = true;
        },
        appendTogether: appendedAtOnce,
        sync: async () => undefined,
        close: () => undefined,
      };
    },
  };
  return { locked, trace: { id, file: null, bytes: () => bytes, secrets: () => secrets.read() } };
}

/** The trace of a run that goes on. */
export interface OpenedContinuation {
  readonly locked: LockedTrace;
  readonly trace: RunTrace;
}

/** @throws TraceFault `TRACE_BUSY` while another process appends to it */
export function continuedInFile(file: string): OpenedContinuation {
  const locked = lockTraceFile(file);
  const { id, secrets } = locked;
  return { locked, trace: { id, file, bytes: () => readAll(file), ...keptIn(secrets) } };
}

class MemorySecrets implements SecretsFile {
  #kept: string | null;

  constructor(before: string | null) {
    this.#kept = before;
  }

  read(): string | null {
    return this.#kept;
  }

  append(text: string): void {
    this.#kept = `${this.#kept ?? ""}${text}`;
  }

  remove(): void {
    this.#kept = null;
  }
}

class MemoryFile implements TraceFile {
  text = "";

  readonly appendTogether = appendedAtOnce;

  append(text: string): void {
    this.text += text;
  }

  async sync(): Promise<void> {}

  close(): void {}
}
