/** A kept protocol, opened as the snapshot that it was: what a trace was recorded on, when the snapshot at hand is another. */

import { type LoadPorts, loadPackages } from "../../capabilities/packages/load.ts";
import { readLock, requireLocked } from "../../capabilities/packages/lock.ts";
import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import { namedPackage, readPackage } from "../../capabilities/packages/source.ts";
import { composeRegistry, type Registry, registry } from "../../capabilities/registry.ts";
import { Fault } from "../../errors/base.ts";
import type { KeptProtocol as OpenedProtocol, UnusableProtocol } from "../../examine/protocol.ts";
import { type Digest, isDigest } from "../../json/canonical.ts";
import { TextMemory } from "../../json/text-memory.ts";
import { compile } from "../../plan/compile.ts";
import type { Plan } from "../../plan/plan.ts";
import { type Files, IoError } from "../../ports.ts";
import { type OpenOptions, openSnapshot } from "../../snapshot/load.ts";
import { requireWorkflow } from "../../snapshot/require.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Payloads } from "../../trace/event.ts";
import { type KeptProtocol, parseProtocol } from "./document.ts";
import { keptFiles } from "./kept-files.ts";
import { PROTOCOLS, protocolFiles } from "./protocol-file.ts";

export type RunStart = Payloads["execution_start"];

export interface KeptPlace {
  readonly ports: LoadPorts;
  /** What the seal must be, and which files were checked before. */
  readonly options: Pick<OpenOptions, "expectSeal" | "requireSigned" | "checked">;
  /** The traces folder of the workspace. From others, no code is loaded but what the seal vouches for. */
  readonly own: string;
  /** Whether a path belongs to somebody else, whose code would run with the rights of this user. */
  isOfAnother(path: string): boolean;
}

type Opened = OpenedProtocol | UnusableProtocol | null;

/** What is remembered, by the length of its keys: that of about a hundred protocols. */
const MOST_KNOWN = 2 ** 15;

/** The protocols that are kept in traces folders. One that several runs were on is opened once, and compiled once. */
export class KeptProtocols {
  readonly #place: KeptPlace;
  readonly #known = new TextMemory<Promise<Opened>>(MOST_KNOWN);

  constructor(place: KeptPlace) {
    this.#place = place;
  }

  /**
   * The protocol of a run that began so; null where none is kept in any of the traces folders, which are looked in in this
   * order. `roots` are those of the closures of its nested runs, whose protocols are kept in files of their own.
   */
  async find({ snapshot }: RunStart, roots: Iterable<Digest>, folders: readonly string[]): Promise<Opened> {
    let refused: UnusableProtocol | null = null;
    const nested = [...roots];
    for (const folder of folders) {
      const key = JSON.stringify([folder, snapshot, nested]);
      const found = await this.#known.recall(key, () => openIn(folder, snapshot, nested, this.#place));
      if (found !== null && "plan" in found) return found;
      // It may be repaired, or written by another process.
      this.#known.forget(key);
      refused ??= found;
    }
    return refused;
  }
}

async function openIn(
  folder: string,
  recorded: RunStart["snapshot"],
  roots: readonly Digest[],
  place: KeptPlace,
): Promise<Opened> {
  const { closure_root: closureRoot, root } = recorded;
  if (closureRoot === undefined) return null;
  const files = protocolFiles({ closureRoot, root }).map((name) => `${folder}/${name}`);
  const found = files.flatMap((file) => readKept(file, closureRoot, place.ports.files) ?? []);
  const main = found.find(({ kept }) => kept?.snapshot.root === root);
  if (main?.kept !== undefined) return open(recorded, { ...main, kept: main.kept }, roots, folder, place);
  const damaged = found.find(({ kept }) => kept === undefined);
  return damaged === undefined ? null : { file: damaged.file, reason: "it is not what its name says" };
}

interface Found {
  readonly file: string;
  /** Undefined where the file holds something else. */
  readonly kept: KeptProtocol | undefined;
}

function readKept(file: string, closureRoot: string, files: Files): Found | undefined {
  try {
    const bytes = files.read(file);
    return bytes === null ? undefined : { file, kept: parseProtocol(bytes, closureRoot) };
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return { file, kept: undefined };
  }
}

const SNAPSHOT = "/protocol";
const PACKAGES = "/packages";

async function open(
  recorded: RunStart["snapshot"],
  main: { readonly file: string; readonly kept: KeptProtocol },
  roots: readonly Digest[],
  folder: string,
  place: KeptPlace,
): Promise<OpenedProtocol | UnusableProtocol> {
  const { file } = main;
  const { ports, options } = place;
  const all = [main.kept, ...calledOf(main.kept, roots, folder, ports.files)];
  const files = keptFiles(contentsOf(all));
  try {
    const snapshot = await openSnapshot(SNAPSHOT, files, options);
    if (snapshot.state !== recorded.seal) return { file, reason: "it has no seal, but the run was on one" };
    if (snapshot.state === "sealed" && snapshot.rootOf([]) !== recorded.root)
      return { file, reason: "its seal is another than that of the run" };
    const isVouchedFor = options.expectSeal !== undefined || options.requireSigned !== undefined;
    if (packagesIn(all).length > 0 && !isVouchedFor && !isOwn(file, folder, place))
      return { file, reason: FOREIGN_CODE };
    const capable = await registryOf(all, snapshot, { ...ports, files });
    const plans = new TextMemory<Promise<Plan>>();
    const planOf = async (workflow: string) => compile(requireWorkflow(snapshot, workflow), snapshot, capable);
    return { file, snapshot, plan: (workflow) => plans.recall(workflow, planOf) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { file, reason: error.message };
  }
}

/** The protocols of the workflows that the run called, and of those that their steps name, as far as they are kept. */
function calledOf(
  main: KeptProtocol,
  roots: readonly Digest[],
  folder: string,
  files: Files,
): readonly KeptProtocol[] {
  const known = new Set<Digest>([main.closureRoot]);
  const waiting = [...roots, ...main.called.values()];
  const found: KeptProtocol[] = [];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (known.has(next) || !isDigest(next)) continue;
    known.add(next);
    const kept = readKept(`${folder}/${PROTOCOLS}/${next}.json`, next, files)?.kept;
    if (kept === undefined) continue;
    found.push(kept);
    for (const root of kept.called.values()) waiting.push(root);
  }
  return found;
}

/** Of two files with one path, the first counts: those that the run names come before those that it may have called. */
function contentsOf(all: readonly KeptProtocol[]): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  const add = (path: string, bytes: Uint8Array) => {
    if (!contents.has(path)) contents.set(path, bytes);
  };
  const [main] = all;
  for (const { snapshot, seal } of all) {
    if (snapshot.root !== main?.snapshot.root) continue;
    for (const [path, bytes] of seal) add(`${SNAPSHOT}/${path}`, bytes);
  }
  if (main?.lock != null) add(`${SNAPSHOT}/${LOCK_FILE}`, main.lock);
  for (const { files, packages } of all) {
    for (const [path, bytes] of files) add(`${SNAPSHOT}/${path}`, bytes);
    for (const { package: name, files: own } of packages)
      for (const [path, bytes] of own) add(`${PACKAGES}/${name}/${path}`, bytes);
  }
  return contents;
}

const FOREIGN_CODE =
  "it has code of capability packages, which is only loaded from the traces folder of the workspace, if that is yours, or if --expect-seal or --key vouches for it";

function isOwn(file: string, folder: string, { own, ports, isOfAnother }: KeptPlace): boolean {
  if (ports.files.realPath(folder) !== ports.files.realPath(own)) return false;
  return ![file, file.replace(/\/[^/]*$/, ""), folder].some((path) => isOfAnother(path));
}

const packagesIn = (all: readonly KeptProtocol[]) => [
  ...new Set(all.flatMap(({ packages }) => packages.map((one) => one.package))),
];

/** Nothing of a package is evaluated that is not, to the byte, what the snapshot pins. @throws CapabilityFault, SealFault */
async function registryOf(
  all: readonly KeptProtocol[],
  snapshot: Snapshot,
  ports: LoadPorts,
): Promise<Registry> {
  const folders = packagesIn(all).map((name) => `${PACKAGES}/${name}`);
  if (folders.length === 0) return registry;
  const locked = readLock(snapshot) ?? [];
  for (const folder of folders) requireLocked(readPackage(namedPackage(folder, PACKAGES), ports.files), locked);
  return composeRegistry(await loadPackages(folders, PACKAGES, ports));
}
