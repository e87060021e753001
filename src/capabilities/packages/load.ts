/** The capability packages of a workspace: read, linked and evaluated, each in a realm of its own. */

import type { Digest } from "../../json/canonical.ts";
import type { Files, HostCode, Realm } from "../../ports.ts";
import type { Effect } from "../effect.ts";
import { type ProvidedCapabilities, registry } from "../registry.ts";
import type { Transform } from "../transform.ts";
import { toHostEffect, toHttpEffect, toStoreEffect, toTransform } from "./adapt.ts";
import { readRemoteEffect, readStoreEffect, readTransform } from "./declaration.ts";
import { CapabilityFault } from "./errors.ts";
import { HostModules } from "./host-modules.ts";
import { Linker } from "./link.ts";
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
type EvaluatedPackage = Omit<LoadedPackage, "source">;

/** @throws CapabilityFault for the first thing that is wrong */
export async function loadPackages(
  named: readonly string[],
  workspace: string,
  ports: LoadPorts,
): Promise<readonly LoadedPackage[]> {
  const loaded: LoadedPackage[] = [];
  const providers = new Map<string, string>();
  for (const one of named) {
    const next = await loadPackage(namedPackage(one, workspace), ports);
    const twin = loaded.find(({ source }) => source.name === next.source.name);
    if (twin !== undefined)
      throw new CapabilityFault("CAPABILITY_PACKAGE_TWICE", {
        ...{ package: next.source.name, folder: twin.source.folder, other: next.source.folder },
      });
    for (const [code, file] of next.files) requireNew(code, file, next.source, providers);
    loaded.push(next);
  }
  return loaded;
}

function requireNew(code: string, file: string, { name }: PackageSource, providers: Map<string, string>): void {
  const other = registry.capability(code) === undefined ? providers.get(code) : "this build";
  if (other !== undefined) throw new CapabilityFault("CAPABILITY_TWICE", { package: name, file, code, other });
  providers.set(code, `${name}: ${file}`);
}

/** @throws CapabilityFault */
export async function loadPackage(named: NamedPackage, ports: LoadPorts): Promise<LoadedPackage> {
  const source = readPackage(named, ports.files);
  const known = ports.evaluated?.get(source.pin.digest);
  if (known !== undefined) return { ...known, source };
  const evaluated = await evaluatePackage(source, ports);
  // Code of the host belongs to its folder.
  if (!evaluated.effects.some(runsOnHost)) ports.evaluated?.set(source.pin.digest, evaluated);
  return { ...evaluated, source };
}

/** @throws CapabilityFault */
async function evaluatePackage(
  source: PackageSource,
  { openRealm, openHostCode }: Omit<LoadPorts, "files">,
): Promise<EvaluatedPackage> {
  const linker = new Linker(source);
  const modules = source.capabilities.map((file) => {
    const isHost = requireKind(linker.parse(file), source).reaches === "host";
    const linkedBy = isHost ? new Linker(source, { isHost }) : linker;
    linkedBy.link(file);
    return { file, isHost, linkedBy };
  });
  const realm = new PackageRealm(source.name, await openRealm());
  for (const file of linker.files()) realm.add(file);
  const transforms: Transform[] = [];
  const effects: Effect[] = [];
  const declaring = new Map<string, string>();
  for (const { file, isHost, linkedBy } of modules) {
    const declaredIn = isHost ? await declaringRealm(linkedBy, source, openRealm) : realm;
    const { by, declaration } = declaredIn.describe(file);
    const place = { package: source.name, file };
    if (by === "transform") transforms.push(toTransform(readTransform(place, declaration), file, realm));
    else if (by === "storeEffect")
      effects.push(toStoreEffect(readStoreEffect(place, declaration), file, realm));
    else if (isHost)
      effects.push(
        toHostEffect(
          readRemoteEffect(place, declaration),
          file,
          new HostModules(source, linkedBy, openHostCode),
        ),
      );
    else effects.push(toHttpEffect(readRemoteEffect(place, declaration), file, realm));
    const code = (by === "transform" ? transforms : effects).at(-1)?.code ?? "";
    const other = declaring.get(code);
    if (other !== undefined)
      throw new CapabilityFault("CAPABILITY_TWICE", { ...place, code, other: `${source.name}: ${other}` });
    declaring.set(code, file);
  }
  return { pin: source.pin, transforms, effects, files: declaring };
}

function runsOnHost({ operations }: Effect): boolean {
  return Object.values(operations).some(({ target }) => target === "host");
}

/** Where a host effect is declared: modules outside the package are there, but nothing of them is executed. */
async function declaringRealm(
  linker: Linker,
  { name }: PackageSource,
  openRealm: LoadPorts["openRealm"],
): Promise<PackageRealm> {
  const realm = new PackageRealm(name, await openRealm());
  for (const specifier of linker.externals().keys()) realm.addExternal(specifier);
  for (const file of linker.files()) realm.add(file);
  return realm;
}

/** The kind of a capability is known before anything of its file is evaluated. @throws CapabilityFault */
function requireKind(module: Module, { name }: PackageSource): Declared {
  const { file, declared, defaultAt } = module;
  const { line, column } = defaultAt;
  const at = { package: name, file, line, column };
  if (declared === null) throw new CapabilityFault("CAPABILITY_EXPORT", at);
  const { by, reaches } = declared;
  if (by === "effect" && reaches !== "http" && reaches !== "host")
    throw new CapabilityFault("CAPABILITY_REACH", at);
  return declared;
}
