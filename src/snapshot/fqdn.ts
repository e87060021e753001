/** Full names of artifacts, and the file each one lives in (SPEC 2). */

declare const fqdn: unique symbol;

/** `<namespace>::<CODE>`; the namespace may hold dots. */
export type Fqdn = string & { readonly [fqdn]: true };

export type Kind =
  | "WF"
  | "IN"
  | "CC"
  | "CT"
  | "CS"
  | "RB"
  | "STRUCTURE"
  | "EV"
  | "AC"
  | "TI"
  | "ENTITY"
  | "INVARIANT"
  | "TE"
  | "TEST_DATA"
  | "VOCAB"
  | "CONSTITUTION"
  | "SURFACE";

/** Folder below `artifacts/` for each kind that has one. */
export const KIND_FOLDERS = {
  AC: "actors",
  CC: "capability_contracts",
  CS: "capability_side_effects",
  CT: "capability_transforms",
  ENTITY: "entities",
  EV: "events",
  IN: "intents",
  INVARIANT: "invariants",
  RB: "runtime_bindings",
  STRUCTURE: "structures",
  TI: "ingress_intents",
  WF: "workflows",
} as const satisfies Partial<Record<Kind, string>>;

/** Folder below `governance/artifacts/` by code prefix. */
export const GOVERNANCE_FOLDERS: Readonly<Record<string, string>> = {
  CONSTITUTION: "concerns",
  INVARIANT: "invariants",
  STRUCTURE: "structures",
  SURFACE: "surface_contracts",
  VOCAB: "vocabulary",
};

const NAME = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*::[A-Z][A-Z0-9_]*$/;

export function isFqdn(text: unknown): text is Fqdn {
  return typeof text === "string" && NAME.test(text);
}

export function namespaceOf(name: Fqdn): string {
  return name.slice(0, name.indexOf("::"));
}

export function codeOf(name: Fqdn): string {
  return name.slice(name.indexOf("::") + 2);
}

/** The first word of the name's code: `WF`, `CC`, `SURFACE`, … */
export function wordOf(name: Fqdn): string {
  return firstWordOf(codeOf(name));
}

/** The first word of a code. */
export function firstWordOf(code: string): string {
  const [word = code] = code.split("_", 1);
  return word;
}

/** Kinds that only assembled snapshots have, or that lie in `governance/` alone. */
const OTHER_KINDS: readonly Kind[] = ["TE", "TEST_DATA", "VOCAB", "CONSTITUTION", "SURFACE"];

/** The kind that the prefix of a code names, or undefined. */
export function kindOf(name: Fqdn): Kind | undefined {
  const prefix = wordOf(name);
  if (Object.hasOwn(KIND_FOLDERS, prefix)) return prefix as Kind;
  return OTHER_KINDS.find((kind) => kind === prefix || codeOf(name).startsWith(`${kind}_`));
}

/** `name` itself when it is full, else the code in `namespace`: how a node refers to its contract. */
export function qualify(name: string, namespace: string): string {
  return name.includes("::") ? name : `${namespace}::${name}`;
}

/** The artifact's file below a snapshot with the folder `artifacts/`. */
export function fileOf(name: Fqdn, kind: Kind): string {
  const folders: Readonly<Record<string, string>> = KIND_FOLDERS;
  const folder = folders[kind];
  const below = folder ?? GOVERNANCE_FOLDERS[kind] ?? kind.toLowerCase();
  return `${folder === undefined ? "governance/" : ""}artifacts/${below}/${name.replace("::", "__")}.json`;
}

const ARTIFACT_FILE =
  /^(?:(?:governance\/)?artifacts\/[a-z_]+|canonical\/[^/]+\/(?:transport\/)?[a-z_]+)\/([^/]+)\.json$/;

/** The full name that a file in an artifact folder must declare, or undefined if the file is not an artifact. */
export function fqdnOfFile(path: string): Fqdn | undefined {
  const match = ARTIFACT_FILE.exec(path);
  const name = match?.[1]?.replace("__", "::");
  return isFqdn(name) ? name : undefined;
}
