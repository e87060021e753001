/** What every command is given, and the options all of them share. */

import { type Registry, registry } from "../capabilities/registry.ts";
import type {
  CheckCache,
  Clock,
  Entropy,
  Locks,
  Mail,
  Ports,
  Progress,
  Source,
  TempFolder,
  TraceAccess,
  TraceFolder,
  WorkerPool,
} from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import { coloured } from "./colour.ts";
import { guarded } from "./guard.ts";
import type { SharedValues } from "./shared-options.ts";

/** The outside world as the commands see it; `main.ts` passes the real one. */
export interface Platform extends Pick<Ports, "files" | "clock" | "entropy"> {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  /** How many columns the terminal has; absent where standard output is none. */
  readonly columns?: number | undefined;
  /** The same of standard error, which may be a terminal where standard output is none. */
  errColumns?(): number | undefined;
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. @throws TooLarge, IoError */
  stdin(most: number): Uint8Array;
  /** The content checks that files have passed, as these variables say where; null where none are kept. */
  openCheckCache(env: Readonly<Record<string, string | undefined>>): CheckCache | null;
  /** A file that may be large, or null when nothing is there. @throws IoError */
  openSource(path: string): Promise<Source | null>;
  /** Shows how much of `total` is done, where there is a terminal to show it on. */
  openProgress(what: string, total: number): Promise<Progress | null>;
  fixedClock(epochMs: number): Clock;
  seededEntropy(seed: string): Entropy;
  /** `ownerLost` is called for a store that was replaced and could not keep its owner or group. */
  openStores(root: string, notices?: { readonly ownerLost: (file: string) => void }): Stores;
  openLocks(root: string): Promise<Locks>;
  /** The mail that these variables describe. */
  openMail(env: Readonly<Record<string, string | undefined>>): Mail;
  openTrace(traces: string, id: string, access?: TraceAccess): TraceFolder;
  /** Puts the content under the name at once; where a link or anything but a file is, not at all. @throws IoError */
  replaceFile(file: string, content: string | Uint8Array): void;
  /** A new file is for those who have the access; without it, the umask says. @throws IoError */
  writeFile(file: string, content: string | Uint8Array, access?: TraceAccess): void;
  /** A temporary folder, below `within` where that is given; an interrupt removes it. @throws TraceFault */
  openTempFolder(within?: string): Promise<TempFolder>;
  /** Lets what waits for its turn have it. */
  pause(): Promise<void>;
  /** How many things can be done at the same time. */
  readonly cores: number;
  /** Some threads that do one job after the other, or null where there can be none. */
  openWorkers(threads: number): Promise<WorkerPool | null>;
  /** Settles once something that is read has changed at or below one of the places. */
  awaitChange(places: readonly string[]): Promise<void>;
  /** Has `work` done before an interrupt ends the process; what is answered takes that back. */
  onInterrupt(work: () => void): () => void;
  /** A file shipped with the package, such as the font. */
  shipped(file: string): string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** The options with their defaults, paths absolute. */
export interface Settings {
  readonly workspace: string;
  /** By `--workspace` or the environment; else it is the current folder. */
  readonly isWorkspaceNamed: boolean;
  readonly snapshot: string;
  /** By `--snapshot`, not by the workspace. */
  readonly isSnapshotNamed: boolean;
  readonly dataRoot: string;
  /** By `--data-root` or the environment, not by the workspace. */
  readonly isDataRootNamed: boolean;
  readonly traces: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly color: boolean;
}

export interface Context {
  readonly platform: Platform;
  readonly settings: Settings;
  /** A path of the command line, from the current folder. */
  path(given: string): string;
  /** What the workflows of the snapshot may use: this build's capabilities. */
  registry(): Promise<Registry>;
  /** Prints on standard output what another program obeys or hashes, and what nobody else could take for a command. */
  printExactly(text: string): void;
}

/** What the context's world prints is guarded: no text from outside is obeyed by the terminal or the build server. */
export function toContext(options: Partial<SharedValues>, world: Platform): Context {
  const path = (given: string) => absolute(world.cwd, given);
  const { env } = world;
  const workspace = options.workspace ?? (env["PGS_WORKSPACE"] || undefined);
  const home = path(workspace ?? ".");
  const dataRoot = options.dataRoot ?? (env["PGS_DATA_ROOT"] || undefined);
  return {
    platform: { ...world, out: (text) => world.out(edge(text)), err: (text) => world.err(edge(text)) },
    path,
    registry: async () => registry,
    printExactly: (text) => world.out(text),
    settings: {
      workspace: home,
      isWorkspaceNamed: workspace !== undefined,
      snapshot: options.snapshot === undefined ? `${home}/protocol_snapshot` : path(options.snapshot),
      isSnapshotNamed: options.snapshot !== undefined,
      dataRoot: dataRoot === undefined ? `${home}/data` : path(dataRoot),
      isDataRootNamed: dataRoot !== undefined,
      traces: options.traces === undefined ? `${home}/traces` : path(options.traces),
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      debug: options.debug ?? false,
      color: options.noColor !== true && isColourful(world),
    },
  };
}

const edge = (text: string) => coloured(guarded(text));

/** `FORCE_COLOR` decides where it is set; else a terminal that can, unless `NO_COLOR` is set. */
function isColourful({ env, isTty }: Platform): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isTty && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** POSIX paths, `.` and `..` resolved. */
function absolute(cwd: string, given: string): string {
  const parts = (given.startsWith("/") ? given : `${cwd}/${given}`).split("/");
  const resolved: string[] = [];
  for (const part of parts) {
    if (part === "..") resolved.pop();
    else if (part !== "" && part !== ".") resolved.push(part);
  }
  return `/${resolved.join("/")}`;
}

/** As the reader would write it: relative to the current folder where that is shorter. */
export function shortPath(file: string, cwd: string): string {
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
