/** Name and version of this program, as seals and traces record them. A test compares the version with package.json. */

export const TOOL = { name: "pgs-runner", version: "0.1.0" } as const;
