/** All capabilities by their code: those of this build, and those of the packages that a workspace names. */

import type { Digest } from "../json/canonical.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { builtInEffect, builtInEffects, builtInTransform, builtInTransforms } from "./built-in.ts";
import type { Effect } from "./effect.ts";
import { inModule, namesOf } from "./names.ts";
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
  const added = new Map<string, Capability>();
  for (const one of packages.flatMap(provided)) {
    for (const name of namesOf(one.declared))
      if (builtInNamed(name) === undefined && !added.has(name)) added.set(name, one);
  }
  const composed = toRegistry(
    (name) => builtInNamed(name) ?? added.get(name),
    () => [...allBuiltIn(), ...new Set(added.values())],
  );
  return requireLocked === undefined ? composed : { ...composed, requireLocked };
}

function provided({ pin: origin, transforms, effects }: ProvidedCapabilities): readonly Capability[] {
  return [
    ...transforms.map((declared) => ({ kind: "transform", declared, origin }) as const),
    ...effects.map((declared) => ({ kind: "effect", declared, origin }) as const),
  ];
}

function toRegistry(
  named: (name: string) => Capability | undefined,
  all: () => readonly Capability[],
): Registry {
  const find = (code: string, module?: string) =>
    named(inModule(withoutFormerPrefix(code), module)) ?? named(withoutFormerPrefix(code));
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
    all: () => [...all()].sort((a, b) => (a.declared.code < b.declared.code ? -1 : 1)),
  };
}

/** Namespaces of the family began with `fb.` once. */
function withoutFormerPrefix(code: string): string {
  return code.startsWith("fb.") ? code.slice("fb.".length) : code;
}

const known = new Map<string, Capability>();

/** Made when it is asked for: a run needs few of them. */
function builtInNamed(name: string): Capability | undefined {
  const capability = known.get(name) ?? toBuiltIn(name);
  if (capability !== undefined) known.set(name, capability);
  return capability;
}

function toBuiltIn(name: string): Capability | undefined {
  const transform = builtInTransform(name);
  if (transform !== undefined) return { kind: "transform", declared: transform, origin: null };
  const effect = builtInEffect(name);
  return effect && { kind: "effect", declared: effect, origin: null };
}

function allBuiltIn(): readonly Capability[] {
  const names = [...builtInTransforms(), ...builtInEffects()].map((declared) => namesOf(declared)[0] as string);
  return names.map((name) => builtInNamed(name) as Capability);
}

/** The capabilities of this build. */
export const registry: Registry = toRegistry(builtInNamed, allBuiltIn);

/** The capabilities of this build, and a way to those of packages for a workflow that uses others. */
export function registryOnDemand(open: () => Promise<Registry>): Registry {
  const isBuiltIn = (code: string) => registry.capability(code) !== undefined;
  return { ...registry, including: async (codes) => (codes.every(isBuiltIn) ? registry : open()) };
}
