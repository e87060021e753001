/** Errors that the ports of `ports.ts` throw. */

import type { JsonObject } from "../json/value.ts";
import {
  type FactsOf,
  Fault,
  type FaultDetail,
  limitHint,
  RunFault,
  type WordingTable,
  wordingFrom,
} from "./base.ts";

/** Why a store could not be read or written. The engine turns it into the outcome BACKEND_ERROR. */
export type StoreReason = "UNREADABLE" | "UNWRITABLE" | "CORRUPT" | "LOCKED" | "LOCK_UNUSABLE";

export class StoreFault extends Error {
  readonly reason: StoreReason;
  /** Facts that may be recorded: no absolute path, no foreign message. */
  readonly facts: JsonObject;

  constructor(reason: StoreReason, facts: JsonObject, cause?: unknown) {
    super(reason, { cause });
    this.name = "StoreFault";
    this.reason = reason;
    this.facts = facts;
  }
}

/**
 * A request that has no answer which an http effect can use. The operation may map it to an outcome; where it does not,
 * the outcome is BACKEND_ERROR. Its members are safe to record.
 */
export class HttpFailure extends Error {
  readonly code: string;
  /** False: nothing was sent. True: the server may have received the request, or has answered it. */
  readonly sent: boolean;
  readonly facts: JsonObject;

  constructor(code: string, sent: boolean, facts: JsonObject = {}) {
    super(code);
    this.name = "HttpFailure";
    this.code = code;
    this.sent = sent;
    this.facts = facts;
  }
}

export const storePathTable = {
  STORE_PATH_ESCAPES: (f: { store: string }) => ({
    what: `the store ${f.store} leads out of the data root`,
    hint: `remove the link that ${f.store} is or goes through from the data root, or correct the path in the STRUCTURE`,
  }),
} satisfies WordingTable;

/** A store's file is not below the data root. */
export class StorePathFault extends RunFault {
  constructor(store: string) {
    super("effect", "CS", "STORE_PATH_ESCAPES", { store }, storePathTable.STORE_PATH_ESCAPES({ store }));
  }
}

/** A completed effect. */
export type TookPlace = Readonly<Record<"run" | "node" | "step" | "op", string>> & {
  readonly store: string | null;
};

function tookPlaceText(effects: readonly TookPlace[], more: number): string {
  if (effects.length === 0) return "no effect was completed";
  const named = effects.map(
    ({ op, store, node, step }) => `${op}${store === null ? "" : ` on ${store}`} by ${node}.${step}`,
  );
  return `these effects were completed: ${named.join(", ")}${more === 0 ? "" : `, and ${more} more`}`;
}

function unwritableHint(f: { file: string | null; errno: string; effects: readonly TookPlace[] }): string {
  const limit = limitHint(f.errno);
  if (f.effects.length === 0)
    return limit ?? "make its folder one that you may write, or, for a new run, name another with --traces DIR";
  if (f.errno === "ENOENT") return "the trace is gone: check the stores before you run the workflow again";
  const first = limit === undefined ? "" : `${limit}; `;
  return `${first}before you run the workflow again, type pgs examine ${f.file}, which shows what a second run would do, and how this one can go on`;
}

export const traceTable = {
  TRACE_UNWRITABLE: (f: {
    folder: string;
    /** Null where it could not be made. */
    file: string | null;
    errno: string;
    /** The first completed effects; `more` counts the others. */
    effects: readonly TookPlace[];
    more: number;
  }) => ({
    what: `the trace cannot be written: ${f.errno}; ${tookPlaceText(f.effects, f.more)}`,
    where: f.file ?? f.folder,
    hint: unwritableHint(f),
  }),
  TRACE_BUSY: (f: { file: string; pid: number | null; host: string | null; since: string | null }) => ({
    what: `${f.pid === null ? "another process" : `process ${f.pid} on ${f.host}`} is appending to the trace${f.since === null ? "" : `, since ${f.since}`}`,
    where: f.file,
    hint: "wait until it has ended; if it cannot be running any more, as on a host that is gone or was restarted, remove the file of that name that ends in .lock",
  }),
  SCRATCH_UNUSABLE: (f: { folder: string; errno: string }) => ({
    what: `cannot create a temporary folder: ${f.errno}`,
    where: f.folder,
    hint: "set $TMPDIR to a writable folder",
  }),
} satisfies WordingTable;

export class TraceFault<C extends keyof typeof traceTable = keyof typeof traceTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof traceTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(traceTable, code, facts), detail);
  }
}

export const fileTable = {
  /** `isTrace` where the id of a run may be named instead. */
  FILE_MISSING: (f: { file: string; what: string; suggestion: string | null; isTrace?: true }) => ({
    what: `${f.what} does not exist`,
    where: f.file,
    hint:
      f.suggestion === null
        ? `name a file that exists${f.isTrace ? ", or the id of a run, which pgs runs lists" : ""}; a relative path starts at the current folder`
        : `type ${f.suggestion} instead of ${f.file}`,
  }),
  FILE_UNREADABLE: (f: { file: string; what: string; errno: string }) => ({
    what: `${f.what} cannot be read: ${f.errno}`,
    where: f.file,
    hint: f.errno === "EISDIR" ? "this is a folder: name a file in it" : "name a file that you may read",
  }),
} satisfies WordingTable;

export class FileFault<C extends keyof typeof fileTable = keyof typeof fileTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof fileTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(fileTable, code, facts), detail);
  }
}

/** A worker thread ended before it answered. */
export class WorkerFault extends Fault {
  constructor(exit_code: number) {
    super(
      "usage",
      "WORKER_ENDED",
      { exit_code },
      {
        what: `a worker thread ended with exit code ${exit_code} before it finished its job`,
        hint: "type --jobs 1, which needs no worker threads",
      },
    );
  }
}
