/**
 * A disk that loses power. While `recordDisk` works, every change of files below a folder is written down, with
 * what was forced to the device. From that follows what a file may hold after a cut at any moment: what was forced is
 * there, everything else may be there, in part or not at all, and independently of everything else.
 */

import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { below } from "../examine/matrix/choice.ts";

type Node = number;

/** What was done, in order. A name is given to a file or folder, or taken from it (`node` null). */
type Change =
  | { readonly do: "name"; readonly folder: string; readonly name: string; readonly node: Node | null }
  | { readonly do: "write"; readonly node: Node; readonly bytes: Buffer }
  | { readonly do: "cut"; readonly node: Node; readonly size: number }
  /** What was written before the change number `covered` is on the device. */
  | { readonly do: "force"; readonly node: Node; readonly covered: number }
  | { readonly do: "force-names"; readonly folder: string };

interface Open {
  readonly path: string;
  readonly node: Node;
}

/** The changes that `work` made below the folder. What was there before is on the device. */
export async function recordDisk(folder: string, work: () => Promise<unknown>): Promise<Disk> {
  const changes: Change[] = [];
  const nodes = new Map<string, Node>();
  const open = new Map<number, Open>();
  let lastNode = 0;
  const real = { ...fs };
  /** A path through the handle of a folder, which an earlier run may have opened, as it is without one. */
  const plain = (path: string) => path.replace(/^\/proc\/\d+\/fd\/\d+/, (handle) => real.readlinkSync(handle));
  const nodeOf = (path: string): Node => {
    const node = nodes.get(path) ?? ++lastNode;
    nodes.set(path, node);
    return node;
  };
  const isWatched = (path: string) => path.startsWith(`${folder}/`);
  const named = (path: string, node: Node | null) => {
    if (node === null) nodes.delete(path);
    else nodes.set(path, node);
    if (isWatched(path)) changes.push({ do: "name", folder: dirname(path), name: basename(path), node });
  };
  const made = (path: string) => named(path, ++lastNode);
  const wrote = (file: unknown, bytes: string | Uint8Array, count?: number) => {
    const opened = open.get(file as number);
    const all = Buffer.from(bytes as Uint8Array);
    if (opened !== undefined && isWatched(opened.path))
      changes.push({ do: "write", node: opened.node, bytes: all.subarray(0, count ?? all.length) });
  };
  const wroteWhole = (path: string, bytes: string | Uint8Array, isNew: boolean) => {
    if (isNew) made(path);
    const node = nodeOf(path);
    if (isWatched(path))
      changes.push(
        { do: "cut", node, size: 0 },
        { do: "write", node, bytes: Buffer.from(bytes as Uint8Array) },
      );
  };
  const forced = (file: number, covered = changes.length) => {
    const { path, node } = open.get(file) as Open;
    const isFolder = fs.statSync(path).isDirectory();
    changes.push(isFolder ? { do: "force-names", folder: path } : { do: "force", node, covered });
  };
  let isInside = false;
  const once = <T>(inner: () => T, after: (answer: T) => void): T => {
    if (isInside) return inner();
    isInside = true;
    try {
      const answer = inner();
      after(answer);
      return answer;
    } finally {
      isInside = false;
    }
  };
  const recording = {
    openSync(given: string, ...rest: [fs.OpenMode, fs.Mode]) {
      const path = plain(given);
      const isNew = !real.existsSync(path);
      return once(
        () => real.openSync(given, ...rest),
        (file) => {
          if (isNew) made(path);
          open.set(file, { path, node: nodeOf(path) });
        },
      );
    },
    closeSync(file: number) {
      open.delete(file);
      real.closeSync(file);
    },
    mkdirSync(given: string, options?: fs.MakeDirectoryOptions) {
      const missing: string[] = [];
      for (let path = plain(given); !real.existsSync(path); path = dirname(path)) missing.unshift(path);
      return once(
        () => real.mkdirSync(given, options),
        () => missing.forEach(made),
      );
    },
    writeSync: (file: number, bytes: string, ...rest: never[]) =>
      once(
        () => real.writeSync(file, bytes, ...rest),
        (count) => wrote(file, bytes, count),
      ),
    writeFileSync(file: string | number, bytes: string | Uint8Array, ...rest: never[]) {
      const isNew = typeof file === "string" && !real.existsSync(file);
      once(
        () => real.writeFileSync(file, bytes, ...rest),
        () => (typeof file === "number" ? wrote(file, bytes) : wroteWhole(plain(file), bytes, isNew)),
      );
    },
    ftruncateSync: (file: number, size: number) =>
      once(
        () => real.ftruncateSync(file, size),
        () => changes.push({ do: "cut", node: (open.get(file) as Open).node, size }),
      ),
    renameSync(from: string, to: string) {
      once(
        () => real.renameSync(from, to),
        () => {
          named(plain(to), nodeOf(plain(from)));
          named(plain(from), null);
        },
      );
    },
    /** Of a file: a lock is a link to a link. */
    linkSync(from: string, to: string) {
      const isFile = real.lstatSync(from).isFile();
      once(
        () => real.linkSync(from, to),
        () => isFile && named(plain(to), nodeOf(plain(from))),
      );
    },
    unlinkSync(path: string) {
      once(
        () => real.unlinkSync(path),
        () => named(plain(path), null),
      );
    },
    rmSync(path: string, options?: fs.RmOptions) {
      once(
        () => real.rmSync(path, options),
        () => {
          for (const known of [...nodes.keys()])
            if (known === plain(path) || known.startsWith(`${plain(path)}/`)) named(known, null);
        },
      );
    },
    fsyncSync: (file: number) =>
      once(
        () => real.fsyncSync(file),
        () => forced(file),
      ),
    fdatasyncSync: (file: number) =>
      once(
        () => real.fdatasyncSync(file),
        () => forced(file),
      ),
    /** What is written until it has ended may not be covered. */
    fdatasync(file: number, done: (error: NodeJS.ErrnoException | null) => void) {
      const covered = changes.length;
      real.fdatasync(file, (error) => {
        if (error === null) forced(file, covered);
        done(error);
      });
    },
  };
  const replace = (functions: object) => {
    Object.assign(fs, functions);
    syncBuiltinESMExports();
  };
  const before = snapshotOf(folder, nodeOf);
  // Its first use keeps the functions that there are then.
  fs.rmSync(join(folder, "nothing"), { recursive: true, force: true });
  replace(recording);
  try {
    await work();
  } finally {
    replace(Object.fromEntries(Object.keys(recording).map((name) => [name, real[name as keyof typeof fs]])));
  }
  const disk = new Disk(folder, before, changes);
  for (const path of disk.files) {
    const left = fs.existsSync(path) ? fs.readFileSync(path, "utf8") : null;
    assert.equal(disk.now(path, disk.moments), left, `${path} was changed past the recording`);
  }
  return disk;
}

/** The files and folders that are there, and what the files hold. */
function snapshotOf(folder: string, nodeOf: (path: string) => Node): ReadonlyMap<string, Stored> {
  const paths = fs.readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return new Map(
    paths.map((path) => {
      const isFile = fs.lstatSync(path).isFile();
      return [path, { node: nodeOf(path), isFile, bytes: isFile ? fs.readFileSync(path) : Buffer.alloc(0) }];
    }),
  );
}

interface Stored {
  readonly node: Node;
  readonly isFile: boolean;
  readonly bytes: Buffer;
}

export class Disk {
  /** How many moments there are at which the power may fail: before each change, and after the last. */
  readonly moments: number;
  readonly #folder: string;
  readonly #before: ReadonlyMap<string, Stored>;
  readonly #changes: readonly Change[];

  constructor(folder: string, before: ReadonlyMap<string, Stored>, changes: readonly Change[]) {
    this.#folder = folder;
    this.#before = before;
    this.#changes = changes;
    this.moments = changes.length + 1;
  }

  /** The files that were there before or afterwards. */
  get files(): readonly string[] {
    const left = fs
      .readdirSync(this.#folder, { recursive: true })
      .map((name) => join(this.#folder, String(name)))
      .filter((path) => fs.lstatSync(path).isFile());
    const before = [...this.#before].filter(([, { isFile }]) => isFile).map(([path]) => path);
    return [...new Set([...before, ...left])];
  }

  /** Writes into another folder what a cut at the moment may leave: each file in any state that it may have, whatever others have. */
  leaveAt(moment: number, folder: string): void {
    for (const path of this.files) {
      const name = relative(this.#folder, path);
      const states = [...this.afterCut(path, moment)];
      const text = states[below(states.length, "left", name, moment)] ?? null;
      if (text === null) continue;
      fs.mkdirSync(join(folder, dirname(name)), { recursive: true });
      fs.writeFileSync(join(folder, name), text);
    }
  }

  /** How often something was forced to the device. */
  get forced(): number {
    return this.#changes.filter((change) => change.do.startsWith("force")).length;
  }

  /** The moments after something was written to the file, and the moments after it was forced to the device. */
  changesOf(path: string): { readonly written: readonly number[]; readonly forced: readonly number[] } {
    const nodes = new Set(this.#namedBy(path, this.#changes.length));
    const after = (what: "write" | "force") =>
      this.#changes.flatMap((it, i) => (it.do === what && nodes.has(it.node) ? [i + 1] : []));
    return { written: after("write"), forced: after("force") };
  }

  /** What the file holds at the moment for those who look at it; null where there is none. */
  now(path: string, moment: number): string | null {
    const node = this.#namedBy(path, moment).at(-1) ?? null;
    return node === null ? null : String(this.#contents(node, moment, 0).at(-1));
  }

  /** Everything the file may hold after a cut at the moment; null where there may be none. */
  afterCut(path: string, moment: number): ReadonlySet<string | null> {
    const states = new Set<string | null>();
    for (let folder = dirname(path); folder !== this.#folder; folder = dirname(folder)) {
      if (this.#survivors(folder, moment).includes(null)) states.add(null);
    }
    for (const node of this.#survivors(path, moment)) {
      if (node === null) states.add(null);
      else
        for (const bytes of this.#contents(node, moment, this.#forcedAt(node, moment)))
          states.add(String(bytes));
    }
    return states;
  }

  /** What the name may be given to after a cut: what it was when its folder was forced, or any of what came later. */
  #survivors(path: string, moment: number): readonly (Node | null)[] {
    const folder = dirname(path);
    const isForced = (change: Change) => change.do === "force-names" && change.folder === folder;
    const forced = this.#changes.slice(0, moment).findLastIndex(isForced) + 1;
    const certain = this.#namedBy(path, forced).at(-1) ?? null;
    return [certain, ...this.#namedBy(path, moment, forced)];
  }

  /** What the name was given to, one after the other. */
  #namedBy(path: string, moment: number, from = 0): readonly (Node | null)[] {
    const given = this.#changes
      .slice(from, moment)
      .flatMap((change) =>
        change.do === "name" && join(change.folder, change.name) === path ? [change.node] : [],
      );
    return from === 0 ? [this.#before.get(path)?.node ?? null, ...given] : given;
  }

  #forcedAt(node: Node, moment: number): number {
    const forces = this.#changes.slice(0, moment).filter((it) => it.do === "force");
    return Math.max(0, ...forces.filter((it) => it.node === node).map(({ covered }) => covered));
  }

  /** What the file holds after what was forced, then with more and more of what came later, each also in part. */
  #contents(node: Node, moment: number, forced: number): readonly Buffer[] {
    let bytes = [...this.#before.values()].find((stored) => stored.node === node)?.bytes ?? Buffer.alloc(0);
    const contents = [bytes];
    this.#changes.slice(0, moment).forEach((change, i) => {
      if (!("node" in change) || change.node !== node) return;
      const later: Buffer[] = [];
      if (change.do === "write") {
        const half = change.bytes.subarray(0, change.bytes.length >> 1);
        // Room was made for the bytes, and they did not arrive.
        later.push(Buffer.concat([bytes, half]), Buffer.concat([bytes, Buffer.alloc(change.bytes.length)]));
        bytes = Buffer.concat([bytes, change.bytes]);
      } else if (change.do === "cut") bytes = bytes.subarray(0, change.size);
      else return;
      if (i < forced) contents.length = 0;
      else contents.push(...later);
      contents.push(bytes);
    });
    return contents;
  }
}
