/** All capabilities by their code: those of this build, and those of the packages that a workspace names. */

import type { Digest } from "../json/canonical.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { BUILT_IN_EFFECTS, BUILT_IN_TRANSFORMS } from "./built-in.ts";
import type { Effect } from "./effect.ts";
import type { Transform } from "./transform.ts";

/** The package that a capability comes from, as `capabilities.lock.json` and a trace name it. */
export interface PackagePin {
  readonly package: string;
  readonly version: string;
  /** SHA-256 over the package's files. */
  readonly digest: Digest;
}

/** A capability, and the package that provides it: null for one of this build. */
export type Capability = { readonly origin: PackagePin | null } & (
  | { readonly kind: "transform"; readonly declared: Transform }
  | { readonly kind: "effect"; readonly declared: Effect }
);

export interface Registry {
  /** `module` is the one that the artifact names: it tells apart what one name means in different releases. */
  transform(code: string, module?: string): Transform | undefined;
  effect(code: string, module?: string): Effect | undefined;
  /** Undefined for a code that nothing provides. */
  capability(code: string): Capability | undefined;
  /** Every capability, ordered by code. */
  all(): readonly Capability[];
  /**
   * Refuses packages that are not those that the snapshot pins. Absent where there is no package, and where a trace is
   * examined, whose own record of the packages counts. @throws CapabilityFault
   */
  readonly requireLocked?: RequireLocked;
  /**
   * The registry with the packages that provide these capabilities. Absent where every package is there already.
   * @throws CapabilityFault
   */
  readonly including?: (codes: readonly string[]) => Promise<Registry>;
}

export type RequireLocked = (used: readonly PackagePin[], snapshot: Snapshot) => void;

/** What a package adds to the capabilities of this build. */
export interface ProvidedCapabilities {
  readonly pin: PackagePin;
  readonly transforms: readonly Transform[];
  readonly effects: readonly Effect[];
}

/** Of two capabilities with one code the first is kept: `loadPackages` refuses a package that would add a second. */
export function composeRegistry(
  packages: readonly ProvidedCapabilities[],
  requireLocked?: RequireLocked,
): Registry {
  const added = packages.flatMap(({ pin, transforms, effects }) => provided(pin, transforms, effects));
  const composed = toRegistry([...BUILT_IN, ...added]);
  return requireLocked === undefined ? composed : { ...composed, requireLocked };
}

function provided(
  origin: PackagePin | null,
  transforms: readonly Transform[],
  effects: readonly Effect[],
): readonly Capability[] {
  return [
    ...transforms.map((declared) => ({ kind: "transform", declared, origin }) as const),
    ...effects.map((declared) => ({ kind: "effect", declared, origin }) as const),
  ];
}

function toRegistry(capabilities: readonly Capability[]): Registry {
  const byName = new Map<string, Capability>();
  for (const one of capabilities) {
    for (const name of namesOf(one)) if (!byName.has(name)) byName.set(name, one);
  }
  const find = (code: string, module?: string) =>
    byName.get(inModule(withoutFormerPrefix(code), module)) ?? byName.get(withoutFormerPrefix(code));
  return {
    transform(code, module) {
      const found = find(code, module);
      return found?.kind === "transform" ? found.declared : undefined;
    },
    effect(code, module) {
      const found = find(code, module);
      return found?.kind === "effect" ? found.declared : undefined;
    },
    capability: (code) => find(code),
    all: () => [...new Set(byName.values())].sort((a, b) => (a.declared.code < b.declared.code ? -1 : 1)),
  };
}

/** The names by which it is found. */
function namesOf({ kind, declared }: Capability): readonly string[] {
  const { code, implementation } = declared;
  const names = kind === "transform" ? [code, ...(declared.otherCodes ?? [])] : [code];
  return names.map((name) => inModule(name, implementation));
}

function inModule(code: string, module: string | undefined): string {
  return module === undefined ? code : `${code} in ${module}`;
}

/** Namespaces of the family began with `fb.` once. */
function withoutFormerPrefix(code: string): string {
  return code.replace(/^fb\./, "");
}

const BUILT_IN = provided(null, BUILT_IN_TRANSFORMS, BUILT_IN_EFFECTS);

/** The capabilities of this build. */
export const registry: Registry = toRegistry(BUILT_IN);

/** The capabilities of this build, and a way to those of packages for a workflow that uses others. */
export function registryOnDemand(open: () => Promise<Registry>): Registry {
  const isBuiltIn = (code: string) => registry.capability(code) !== undefined;
  return { ...registry, including: async (codes) => (codes.every(isBuiltIn) ? registry : open()) };
}
