/** What `compare.ts` measures of each tree. */

/** By name, of what it is the cost. */
export const MEASUREMENTS = {
  memory: "run in memory",
  process: "run, process durability, folders",
  segments: "run, process durability, segments",
  device: "run, device durability, folders",
  "in-flight": "run, device durability, 64 in flight",
  "in-flight-segments": "run, device durability, segments, 64 in flight",
  verified: "event verified",
  replayed: "step replayed",
  version: "pgs --version",
  help: "pgs --help",
  run: "pgs run, no picture",
  picture: "pgs run, Markdown and picture",
} as const;

export type Measurement = keyof typeof MEASUREMENTS;

export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as readonly Measurement[];

/** Microseconds of one run, event, step or process. */
export interface Cost {
  /** That processors worked for it, user and system together. */
  readonly cpu: number;
  readonly wall: number;
}

/** Null where the tree has no such thing. */
export type Measured = { readonly [Name in Measurement]?: Cost | null };
