/** The capability packages of a workspace: read, linked and evaluated, each in a realm of its own. */

import type { Digest } from "../../json/canonical.ts";
import { utf8 } from "../../json/text.ts";
import type { Files, HostCode, Realm } from "../../ports.ts";
import type { Effect } from "../effect.ts";
import { type ProvidedCapabilities, registry } from "../registry.ts";
import type { Transform } from "../transform.ts";
import { toHostEffect, toHttpEffect, toStoreEffect, toTransform } from "./adapt.ts";
import { readRemoteEffect, readStoreEffect, readTransform } from "./declaration.ts";
import { CapabilityFault, collecting } from "./errors.ts";
import { HostModules } from "./host-modules.ts";
import { type LinkedFile, Linker } from "./link.ts";
import type { Declared, Module } from "./module.ts";
import { PackageRealm } from "./package-realm.ts";
import { type NamedPackage, namedPackage, type PackageSource, readPackage } from "./source.ts";

/** A package with what it provides. */
export interface LoadedPackage extends ProvidedCapabilities {
  readonly source: PackageSource;
  /** By the code of a capability: the file that declares it. */
  readonly files: ReadonlyMap<string, string>;
}

export interface LoadPorts {
  readonly files: Files;
  openRealm(): Promise<Realm>;
  openHostCode(): Promise<HostCode>;
  /** By the digest of a package's files: what they provide, for who loads the same package many times. */
  readonly evaluated?: Map<Digest, EvaluatedPackage> | undefined;
}

/** What the files of a package provide, wherever its folder is. */
type EvaluatedPackage = Omit<Loaded, "source">;

/** What is wrong in a package. */
export interface PackageMistake {
  readonly package: NamedPackage;
  readonly fault: CapabilityFault;
}

/** The packages as far as they can be loaded, and all that is wrong in them. */
export interface InspectedPackages {
  readonly packages: readonly LoadedPackage[];
  readonly mistakes: readonly PackageMistake[];
  /** Whether a package may declare the capability in what could not be loaded. */
  mayDeclare(code: string): boolean;
}

/** @throws CapabilityFault for the first thing that is wrong */
export async function loadPackages(
  named: readonly string[],
  workspace: string,
  ports: LoadPorts,
): Promise<readonly LoadedPackage[]> {
  const { packages, mistakes } = await inspectPackages(named, workspace, ports);
  const [first] = mistakes;
  if (first !== undefined) throw first.fault;
  return packages;
}

export async function inspectPackages(
  named: readonly string[],
  workspace: string,
  ports: LoadPorts,
): Promise<InspectedPackages> {
  const loaded: Loaded[] = [];
  const mistakes: PackageMistake[] = [];
  const unloaded: Unloaded[] = [];
  const providers = new Map<string, string>();
  for (const one of named) {
    const at = namedPackage(one, workspace);
    const faults: CapabilityFault[] = [];
    const source = collecting(faults, () => readPackage(at, ports.files));
    const next = source === null ? null : await loadOnce(source, faults, ports);
    if (next === null) unloaded.push(() => true);
    else {
      collecting(faults, () => requireNewName(next, loaded));
      for (const [code, one] of next.declaring)
        collecting(faults, () => requireNewCode(code, one, next.source, providers));
      unloaded.push((code) => next.unloaded.some((file) => textOf(file, next.source).includes(code)));
      loaded.push(next);
    }
    for (const fault of once(faults)) mistakes.push({ package: at, fault });
  }
  return { packages: loaded, mistakes, mayDeclare: (code) => unloaded.some((declares) => declares(code)) };
}

/** Whether what could not be loaded of a package may declare the capability. */
type Unloaded = (code: string) => boolean;

const textOf = (file: string, { files }: PackageSource) => utf8(files.get(file)?.bytes ?? new Uint8Array());

/** A file that several import is refused for each. */
function once(faults: readonly CapabilityFault[]): readonly CapabilityFault[] {
  return [...new Map(faults.map((fault) => [fault.message, fault])).values()];
}

/** @throws CapabilityFault */
function requireNewName({ source: { name, folder } }: Loaded, others: readonly Loaded[]): void {
  const twin = others.find(({ source }) => source.name === name);
  if (twin !== undefined)
    throw new CapabilityFault("CAPABILITY_PACKAGE_TWICE", {
      ...{ package: name, folder, other: twin.source.folder },
    });
}

/** @throws CapabilityFault */
function requireNewCode(
  code: string,
  module: Module,
  { name }: PackageSource,
  providers: Map<string, string>,
): void {
  const other = registry.capability(code) === undefined ? providers.get(code) : "this build";
  if (other !== undefined) throw twice(code, module, name, other);
  providers.set(code, `${name}: ${module.file}`);
}

function twice(code: string, { file, placeOf }: Module, name: string, other: string): CapabilityFault {
  return new CapabilityFault("CAPABILITY_TWICE", { package: name, file, ...placeOf(["code"]), code, other });
}

interface Loaded extends LoadedPackage {
  /** By the code of a capability: the module that declares it. */
  readonly declaring: ReadonlyMap<string, Module>;
  /** Files that should have declared a capability. */
  readonly unloaded: readonly string[];
}

async function loadOnce(source: PackageSource, faults: CapabilityFault[], ports: LoadPorts): Promise<Loaded> {
  const known = ports.evaluated?.get(source.pin.digest);
  if (known !== undefined) return { ...known, source };
  const loaded = await loadPackage(source, faults, ports);
  // Code of the host belongs to its folder.
  if (faults.length === 0 && !loaded.effects.some(runsOnHost)) ports.evaluated?.set(source.pin.digest, loaded);
  return loaded;
}

function runsOnHost({ operations }: Effect): boolean {
  return Object.values(operations).some(({ target }) => target === "host");
}

/** What can be loaded of it; everything that is wrong is added to the faults. */
async function loadPackage(
  source: PackageSource,
  faults: CapabilityFault[],
  ports: LoadPorts,
): Promise<Loaded> {
  const linker = new Linker(source, faults);
  const linked = source.capabilities.flatMap((file) => linkDeclaring(file, linker, source, faults) ?? []);
  const realm = new PackageRealm(source.name, await ports.openRealm());
  const evaluated = evaluate(linker, realm, faults);
  const transforms: Transform[] = [];
  const effects: Effect[] = [];
  const declaring = new Map<string, Module>();
  for (const one of linked) {
    if (!one.isHost && !evaluated.has(one.module.file)) continue;
    const declaredIn = one.isHost ? await declaringRealm(one, source, faults, ports) : realm;
    if (declaredIn === null) continue;
    const read = collecting(faults, () => readCapability(one, declaredIn, source, ports));
    if (read === null) continue;
    const { code } = read.declared;
    const other = declaring.get(code);
    if (other !== undefined) faults.push(twice(code, one.module, source.name, `${source.name}: ${other.file}`));
    else if (read.kind === "transform") transforms.push(read.declared);
    else effects.push(read.declared);
    if (other === undefined) declaring.set(code, one.module);
  }
  const files = new Map([...declaring].map(([code, { file }]) => [code, file]));
  const known = new Set(files.values());
  const unloaded = source.capabilities.filter((file) => !known.has(file));
  return { pin: source.pin, source, transforms, effects, files, declaring, unloaded };
}

/** A file that declares a capability, linked. */
interface Declaring {
  readonly module: Module;
  readonly declared: Declared;
  readonly isHost: boolean;
  readonly linker: Linker;
}

/** Null where it cannot be linked, or is of no kind: that is known before anything of it is evaluated. */
function linkDeclaring(
  file: string,
  linker: Linker,
  source: PackageSource,
  faults: CapabilityFault[],
): Declaring | null {
  const module = linker.parse(file);
  if (module === null) return null;
  const declared = collecting(faults, () => requireKind(module, source));
  const isHost = declared?.reaches === "host";
  const linkedBy = isHost ? new Linker(source, faults, { isHost }) : linker;
  const isLinked = linkedBy.link(file);
  return isLinked && declared !== null ? { module, declared, isHost, linker: linkedBy } : null;
}

/** The linked files that could be evaluated. */
function evaluate(linker: Linker, realm: PackageRealm, faults: CapabilityFault[]): ReadonlySet<string> {
  const evaluated = new Set<string>();
  const failed = new Set<string>();
  for (const linked of linker.files()) {
    const file = linked.kind === "json" ? linked.file : linked.module.file;
    const isAdded =
      !importsOf(linked).some((from) => failed.has(from)) &&
      collecting(faults, () => {
        realm.add(linked);
        return file;
      }) !== null;
    (isAdded ? evaluated : failed).add(file);
  }
  return evaluated;
}

function importsOf(linked: LinkedFile): readonly string[] {
  return linked.kind === "json" ? [] : [...linked.imports, ...linked.exports.values()].map(({ from }) => from);
}

/** Where a host effect is declared: modules outside the package are there, but nothing of them is executed. */
async function declaringRealm(
  { linker, module }: Declaring,
  { name }: PackageSource,
  faults: CapabilityFault[],
  { openRealm }: LoadPorts,
): Promise<PackageRealm | null> {
  const realm = new PackageRealm(name, await openRealm());
  for (const specifier of linker.externals().keys()) realm.addExternal(specifier);
  return evaluate(linker, realm, faults).has(module.file) ? realm : null;
}

type Read =
  | { readonly kind: "transform"; readonly declared: Transform }
  | { readonly kind: "effect"; readonly declared: Effect };

/** @throws CapabilityFault, CapabilityFaults */
function readCapability(
  { module, linker, isHost }: Declaring,
  realm: PackageRealm,
  source: PackageSource,
  { openHostCode }: LoadPorts,
): Read {
  const { file, placeOf } = module;
  const place = { package: source.name, file, placeOf };
  const described = realm.describe(file);
  if (described === null)
    throw new CapabilityFault("CAPABILITY_DECLARATION", {
      ...{ package: source.name, file, ...placeOf([]), pointer: "", expected: "an object" },
    });
  const { by, declaration } = described;
  if (by === "transform")
    return { kind: "transform", declared: toTransform(readTransform(place, declaration), file, realm) };
  if (by === "storeEffect")
    return { kind: "effect", declared: toStoreEffect(readStoreEffect(place, declaration), file, realm) };
  const parts = readRemoteEffect(place, declaration);
  const declared = isHost
    ? toHostEffect(parts, file, new HostModules(source, linker, openHostCode))
    : toHttpEffect(parts, file, realm);
  return { kind: "effect", declared };
}

/** The kind of a capability is known before anything of its file is evaluated. @throws CapabilityFault */
function requireKind({ file, declared, defaultAt }: Module, { name }: PackageSource): Declared {
  const { line, column } = defaultAt;
  const at = { package: name, file, line, column };
  if (declared === null) throw new CapabilityFault("CAPABILITY_EXPORT", at);
  const { by, reaches } = declared;
  if (by === "effect" && reaches !== "http" && reaches !== "host")
    throw new CapabilityFault("CAPABILITY_REACH", at);
  return declared;
}
