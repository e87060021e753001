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
  | "INVARIANT";

/** Folder below `artifacts/` for each kind. */
export const KIND_FOLDERS: Readonly<Record<Kind, string>> = {
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
};

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

/** The kind that the prefix of a code names, or undefined. */
export function kindOf(name: Fqdn): Kind | undefined {
  const prefix = wordOf(name);
  return Object.hasOwn(KIND_FOLDERS, prefix) ? (prefix as Kind) : undefined;
}

/** `name` itself when it is full, else the code in `namespace`: how a node refers to its contract. */
export function qualify(name: string, namespace: string): string {
  return name.includes("::") ? name : `${namespace}::${name}`;
}

/** The artifact's file below the snapshot. */
export function fileOf(name: Fqdn, kind: Kind): string {
  return `artifacts/${KIND_FOLDERS[kind]}/${name.replace("::", "__")}.json`;
}

/** The full name that a file in an artifact folder must declare, or undefined if the file is not an artifact. */
export function fqdnOfFile(path: string): Fqdn | undefined {
  const match = /^(?:(?:governance\/)?artifacts\/[a-z_]+|canonical\/[^/]+(?:\/[a-z_]+)+)\/([^/]+)\.json$/.exec(
    path,
  );
  const name = match?.[1]?.replace("__", "::");
  return isFqdn(name) ? name : undefined;
}
