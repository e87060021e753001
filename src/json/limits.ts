/**
 * How deep and how large data and traces may be: the one table that every reader and writer takes its limit from.
 *
 * Everything that may be written can be read: each limit includes the one above it and what is added around its values,
 * so no data of a run is refused when it is read back. Code that recurses over data must
 * support `DEPTH.document`.
 */

/** Levels below the outermost value. */
export const DEPTH = {
  /** A file of the snapshot; a payload, unless another limit is given for it, up to `payloadMost`. */
  snapshot: 200,
  payload: 200,
  payloadMost: 500,
  /** The inputs of a side effect with the names they are bound to: more than the lines and documents made of them. */
  effect: 600,
  /** A stored line or document. */
  stored: 600,
  /** The data of an event: stored values, and what is added around them when they are read. */
  event: 620,
  /** Any other text: a trace's line, a scenario, a vector, an attestation. */
  document: 640,
} as const;

const MIB = 2 ** 20;

/** In bytes or, of a text, in its UTF-16 units. */
export const SIZE = {
  payload: 64 * MIB,
  payloadMost: 256 * MIB,
  /** A line, a document, or the data of an event: together with its surroundings not longer than the longest string. */
  text: 448 * MIB,
  event: 416 * MIB,
  workspaceFile: MIB,
  /** Of an assembled snapshot: that of 827 files has 0.2 MiB. */
  manifest: 64 * MIB,
} as const;

/** Of the data folder that a scenario names: more than any store that a test needs. */
export const SCENARIO_DATA = { files: 10_000, bytes: 256 * MIB } as const;

/** How much one trace may hold, the runs nested in it included. */
export interface TraceLimits {
  /** How many runs may begin. */
  readonly runs: number;
  /** How many events are enough: no step and no node begins after them. */
  readonly events: number;
  /** How many bytes are enough: no step and no node begins after them. */
  readonly bytes: number;
  /** How many bytes one event may have: the line of a larger one is not written. */
  readonly eventBytes: number;
}

/**
 * Unless the caller gives others. A payload as large as it may be without an option, and a value as large beside it, fit
 * an event; as many events as there may be, of 4 KiB each, fit a trace.
 */
export const TRACE_LIMITS: TraceLimits = {
  runs: 10_000,
  events: 500_000,
  bytes: 2048 * MIB,
  eventBytes: 128 * MIB,
};

/** Nodes that one run may enter, unless the caller gives another number. */
export const HOPS = 10_000;

/** Entries of a list that grows with what it is about. */
export const LIST = {
  /** Findings of one trace that are kept; what is beyond that is counted. */
  findings: 100_000,
  /** Problems of one authored file. */
  problems: 100,
  /** Entries that text shows of a list. */
  rows: 1000,
} as const;

/** How many UTF-16 units are read, all in all, to find out how one authored file was meant. */
export const REPAIR_UNITS = 2_000_000;

/** Of the name of one file, on every usual file system. */
export const NAME_BYTES = 255;

/** The number of values to which the aliases of one YAML text may expand. */
export const EXPANDED_VALUES = 1_000_000;

/** Of a capability package, without its dependencies. */
export const CAPABILITY_PACKAGE = { files: 2_000, bytes: 64 * MIB, depth: 32 } as const;

/** How long a transform of a package may compute, in milliseconds: far more than one needs, on any machine. */
export const TRANSFORM_TIME = 10_000;

/** Of requests that http effects send. */
export const HTTP = {
  /** Unless the policy of the runtime binding gives others; and the most that it can give. */
  timeoutMs: 10_000,
  timeoutMost: 600_000,
  answerBytes: MIB,
  answerMost: 64 * MIB,
  /** Of all headers of an answer. */
  headerBytes: 16 * 2 ** 10,
  /** That one operation sends. */
  requests: 32,
  url: 8192,
} as const;

/** How often an effect may be tried, and how long it may pause before it is tried again, in milliseconds. */
export const RETRY = {
  attemptsMost: 100,
  factorMost: 100,
  backoffMost: 30 * 86_400_000,
  /** The longest pause that is spent in the process: for a longer one, the run is suspended. */
  pauseInProcess: 2_000,
} as const;

/** How long an operation of an http or host effect may take, in milliseconds: unless its policy says it, and at most. */
export const EFFECT_TIME = { standard: 60_000, most: 3_600_000 } as const;
