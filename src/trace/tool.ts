/** What calls itself by name in seals and traces. A test holds the version to package.json. */

export const TOOL = { name: "pgs-runner", version: "0.1.0" } as const;
