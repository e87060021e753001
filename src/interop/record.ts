/** The content of a trace that another runtime wrote. */

import type { TraceFinding } from "../examine/finding.ts";

export type ExternalFormat = "reference-v0.2" | "reference-v0.3" | "trace-event-v1" | "trace-event-v2";

export interface ExternalRecord {
  readonly format: ExternalFormat;
  /** Lines that could be read. */
  readonly events: number;
  /** A full name or a code without its domain, as recorded; null if the trace names none. */
  readonly workflow: string | null;
  /** Null where the trace has no hash chain. `covered` counts the events that a later one vouches for. */
  readonly chain: { readonly isIntact: boolean; readonly covered: number } | null;
  readonly findings: readonly TraceFinding[];
  readonly recordedPath: ExternalPath;
  /** The errors that ended the run, as recorded. */
  readonly errors: readonly ExternalError[];
  /** Null where no event records how the run ended. */
  readonly ending: ExternalEnding | null;
  /** What such a trace does not prove, one statement each. */
  readonly unproven: readonly string[];
}

export interface ExternalEnding {
  readonly status: string;
  /** The exit reason code, or the error's own message; null where the format has neither. */
  readonly reason: string | null;
  /** Whether the ending claims that an EXIT was reached. */
  readonly isExit: boolean;
}

/** A member is null if the format or this trace does not record it. */
export interface ExternalError {
  readonly line: number;
  readonly code: string | null;
  /** The kind of the failing artifact: WF, IN, CC, CT or CS. */
  readonly category: string | null;
  readonly node: string | null;
  readonly message: string | null;
}

/** The path as far as the format records it: every node, only the contracts, or only the transitions. */
export type ExternalPath =
  | { readonly of: "nodes"; readonly visits: readonly NodeVisit[] }
  | { readonly of: "contracts"; readonly visits: readonly ContractVisit[] }
  | { readonly of: "routes"; readonly visits: readonly Route[] };

export interface NodeVisit {
  readonly line: number;
  readonly node: string;
  readonly type: "IN" | "CC" | "EXIT" | null;
  readonly capability: string | null;
  /** Null where the node did not end. */
  readonly outcome: string | null;
}

/** The status values of the published schema: they show that the node ended, not with which outcome. */
export const NO_OUTCOME: ReadonlySet<string | null> = new Set(["completed", "failed", "skipped"]);

export interface ContractVisit {
  readonly line: number;
  readonly contract: string;
  readonly outcome: string | null;
}

export interface Route {
  readonly line: number;
  readonly node: string;
  /** Of the contract that the node ran; null where the trace names none. */
  readonly capability: string | null;
  readonly outcome: string | null;
  /** Null where the outcome had no route. */
  readonly next: string | null;
}
