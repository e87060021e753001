/** What every command is given, and the options all of them share. */

import type { LoadPorts } from "../capabilities/packages/load.ts";
import type { Registry } from "../capabilities/registry.ts";
import type { Segments } from "../platform/segments/segments.ts";
import type {
  CheckCache,
  Clock,
  Entropy,
  FolderChange,
  FolderWatch,
  HostCode,
  LockedTrace,
  LockHolder,
  Locks,
  Mail,
  Ports,
  Progress,
  Realm,
  Remote,
  ShippedFile,
  Source,
  TempFolder,
  TextCache,
  TraceAccess,
  TraceFolder,
  TracesRoot,
  WorkerPool,
} from "../ports.ts";
import { findWorkspace, isWorkspace, WORKSPACE_FILE } from "../snapshot/find-snapshot.ts";
import type { Stores } from "../storage/stores.ts";
import { openCapabilities, type WorkspaceCapabilities } from "../workspace/capabilities.ts";
import { defaultPaths, type WorkspacePaths } from "../workspace/default-paths.ts";
import { coloured } from "./colour.ts";
import { guarded } from "./guard.ts";
import type { SharedValues } from "./shared-options.ts";

/** The outside world as the commands see it; `main.ts` passes the real one. */
export interface Platform extends Pick<Ports, "files" | "clock" | "entropy" | "sleep"> {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  /** How many columns the terminal has; absent where standard output is none. */
  readonly columns?: number | undefined;
  /** The same of standard error, which may be a terminal where standard output is none. */
  errColumns?(): number | undefined;
  out(text: string): void;
  /** On standard output as they are. */
  outBytes(bytes: Uint8Array): void;
  err(text: string): void;
  /** All of standard input. @throws TooLarge, IoError */
  stdin(most: number): Uint8Array;
  /** Standard input, a piece at a time. */
  stdinPieces(): AsyncIterable<Uint8Array>;
  /** The content checks that files have passed, as these variables say where; null where none are kept. */
  openCheckCache(env: Readonly<Record<string, string | undefined>>): CheckCache | null;
  /** How graphs were laid out, as these variables say where; null where nothing is kept. */
  openLayoutCache(env: Readonly<Record<string, string | undefined>>): TextCache | null;
  /** A file that may be large, or null when nothing is there. @throws IoError */
  openSource(path: string): Promise<Source | null>;
  /** Whether it belongs to somebody who is neither this user nor root; never where the system has no owners. */
  isOfAnother(path: string): boolean;
  /** Shows how much of `total` is done, where there is a terminal to show it on. */
  openProgress(what: string, total: number): Promise<Progress | null>;
  fixedClock(epochMs: number): Clock;
  seededEntropy(seed: string): Entropy;
  /** `ownerLost` is called for a store that was replaced and could not keep its owner or group. */
  openStores(root: string, notices?: { readonly ownerLost: (file: string) => void }): Stores;
  openLocks(root: string): Promise<Locks>;
  /** The mail that these variables describe. */
  openMail(env: Readonly<Record<string, string | undefined>>): Mail;
  /** Servers and code of the host; secrets and proxies are those of these variables. */
  openRemote(env: Readonly<Record<string, string | undefined>>): Remote;
  /** What `work` returns where the local time is that of the zone. */
  inTimeZone<T>(zone: string, work: () => T): T;
  /** Where the code of a capability package is evaluated. */
  openRealm(): Promise<Realm>;
  /** Where code of host effects runs. */
  openHostCode(): Promise<HostCode>;
  readonly evaluated?: LoadPorts["evaluated"];
  openTrace(traces: string, id: string, access?: TraceAccess): TraceFolder;
  /** The traces of many runs in few files below the traces folder. */
  openSegments(traces: string, access: TraceAccess): Promise<Segments>;
  /** What is made in the folder is for those who have the access. */
  openTracesRoot(folder: string, access?: TraceAccess): TracesRoot;
  /**
   * The file of a trace in a folder of its own. One in a segment is moved there, as far as it is there; any other file is
   * answered as it is. @throws TraceFault `TRACE_BUSY` while a process executes the run
   */
  ownFolder(trace: string): Promise<string>;
  /** A trace that is there already, to go on with it. @throws TraceFault while another process appends to it */
  lockTraceFile(file: string): LockedTrace;
  /** Who appends to the trace now, at its address where it is in a segment; null where nobody does. */
  traceHolder(file: string): LockHolder | null;
  /** Puts the content under the name at once; where a link or anything but a file is, not at all. @throws IoError */
  replaceFile(file: string, content: string | Uint8Array): void;
  /** A new file is for those who have the access; without it, the umask says. @throws IoError */
  writeFile(file: string, content: string | Uint8Array, access?: TraceAccess): void;
  /** The files below a folder that were changed after another file was, by path; none where that is not there. */
  newerFiles(folder: string, than: string): readonly string[];
  /**
   * Makes the folder what it is with these changes, all of them at once: what ends in between leaves the folder as it
   * was or as it is to be. What is to change is asked for once no other process can change the folder; null for nothing.
   * @throws IoError; StoreFault where the folder cannot be locked
   */
  replaceFolder(folder: string, changeNow: () => FolderChange | null): Promise<void>;
  /** A temporary folder, below `within` where that is given; an interrupt removes it. @throws TraceFault */
  openTempFolder(within?: string): Promise<TempFolder>;
  /** Lets what waits for its turn have it. */
  pause(): Promise<void>;
  /** How many things can be done at the same time. */
  readonly cores: number;
  /** Some threads that do one job after the other, or null where there can be none. */
  openWorkers(threads: number): Promise<WorkerPool | null>;
  /** Watches the entries of the folder itself; where it cannot be watched, only time passes. */
  watchFolder(folder: string): Promise<FolderWatch>;
  /** Settles once something that is read has changed at or below one of the places. */
  awaitChange(places: readonly string[]): Promise<void>;
  /** Has `work` done before an interrupt ends the process; what is answered takes that back. */
  onInterrupt(work: () => void): () => void;
  /** Whether nobody reads standard output any more: what is written there is lost. */
  isOutClosed(): boolean;
  /** The first interrupt calls `stop`, with the exit code that it asks for, and ends nothing; what is answered takes that back. */
  onStop(stop: (exitCode: number) => void): () => void;
  /** A file shipped with the package, such as the outlines of letters. @throws IoError */
  shipped(file: string): ShippedFile;
  /** The folder of the templates that are shipped with the package. */
  readonly templates: string;
  /** Writes a new file, and the folders it needs. @throws IoError, `EEXIST` where something is there */
  createFile(file: string, content: string | Uint8Array, access?: TraceAccess): () => void;
  readonly tool: { readonly name: string; readonly version: string };
}

/** The options, else what the workspace's `pgs.json` says, else the defaults; paths absolute. */
export interface Settings extends WorkspacePaths {
  readonly workspace: string;
  /** By `--workspace` or the environment; else it was found, or is the current folder. */
  readonly isWorkspaceNamed: boolean;
  /** By `--snapshot`, not by the workspace. */
  readonly isSnapshotNamed: boolean;
  /** By `--data-root` or the environment, not by the workspace. */
  readonly isDataRootNamed: boolean;
  /** The folders that the command line names, by the names of their options, as they were typed. */
  readonly typed: Readonly<Record<string, string>>;
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
  readonly capabilities: WorkspaceCapabilities;
  /** What the workflows of the snapshot may use: `registry` of the capabilities. @throws CapabilityFault */
  registry(): Promise<Registry>;
  /** What a single workflow is compiled with. */
  readonly workflowRegistry: Registry;
  /** Prints on standard output what another program obeys or hashes, and what nobody else could take for a command. */
  printExactly(content: string | Uint8Array): void;
}

export type SharedOptions = Partial<SharedValues>;

/** A workspace: its folder, and whether the command line or the environment names it. */
interface Place {
  readonly folder: string;
  readonly isNamed: boolean;
  readonly hasFile: boolean;
}

/** The named folder, else the nearest at or above the current one that has a `pgs.json`, else the current folder. */
export function placeOf({ workspace }: SharedOptions, { cwd, env, files }: Platform): Place {
  const named = workspace ?? (env["PGS_WORKSPACE"] || undefined);
  if (named !== undefined) {
    const folder = absolute(cwd, named);
    return { folder, isNamed: true, hasFile: isWorkspace(folder, files) };
  }
  const found = findWorkspace(cwd, files);
  return { folder: found === "" ? "/" : (found ?? cwd), isNamed: false, hasFile: found !== undefined };
}

/** The paths of a workspace. @throws WorkspaceFault for a `pgs.json` that is not one */
export async function pathsOf(
  { folder, hasFile }: Omit<Place, "isNamed">,
  { files, cwd }: Platform,
): Promise<WorkspacePaths> {
  if (!hasFile) return defaultPaths(folder, files);
  const { readWorkspaceFile } = await import("../workspace/config.ts");
  return readWorkspaceFile(folder, shortPath(`${folder}/${WORKSPACE_FILE}`, cwd), files);
}

/**
 * Refuses a workspace that nobody named and that is another user's: its capability packages would run with the rights of
 * this one. @throws WorkspaceFault `WORKSPACE_NOT_OWNED`
 */
export async function requireOwn(folder: string, { isOfAnother, cwd }: Platform): Promise<void> {
  const file = `${folder}/${WORKSPACE_FILE}`;
  const path = [file, folder].find((one) => isOfAnother(one));
  if (path === undefined) return;
  const { WorkspaceFault } = await import("../workspace/errors.ts");
  const shown = (one: string) => shellWord(shortPath(one, cwd));
  const facts = {
    file: shortPath(file, cwd),
    path: shortPath(path, cwd),
    folder: folder === cwd ? "." : shown(folder),
  };
  throw new WorkspaceFault("WORKSPACE_NOT_OWNED", facts);
}

/** The context of a command that works on a workspace. @throws WorkspaceFault */
export async function openContext(options: SharedOptions, world: Platform): Promise<Context> {
  const place = placeOf(options, world);
  if (place.hasFile && !place.isNamed) await requireOwn(place.folder, world);
  return toContext(options, world, place, await pathsOf(place, world));
}

/**
 * The context of a command that needs no workspace. What its world prints is guarded: no text from outside is obeyed by
 * the terminal or the build server.
 */
export function toContext(
  options: SharedOptions,
  world: Platform,
  place: Omit<Place, "hasFile"> = { folder: world.cwd, isNamed: false },
  paths: WorkspacePaths = defaultPaths(place.folder, world.files),
): Context {
  const path = (given: string) => absolute(world.cwd, given);
  const capabilities = openCapabilities(paths, place.folder, world);
  const dataRoot = options.dataRoot ?? (world.env["PGS_DATA_ROOT"] || undefined);
  return {
    platform: { ...world, out: (text) => world.out(edge(text)), err: (text) => world.err(edge(text)) },
    path,
    capabilities,
    registry: () => capabilities.registry(),
    workflowRegistry: capabilities.workflowRegistry,
    printExactly: (content) => (typeof content === "string" ? world.out(content) : world.outBytes(content)),
    settings: {
      ...paths,
      workspace: place.folder,
      isWorkspaceNamed: place.isNamed,
      snapshot: options.snapshot === undefined ? paths.snapshot : path(options.snapshot),
      isSnapshotNamed: options.snapshot !== undefined,
      dataRoot: dataRoot === undefined ? paths.dataRoot : path(dataRoot),
      isDataRootNamed: dataRoot !== undefined,
      typed: typedFolders(options),
      traces: options.traces === undefined ? paths.traces : path(options.traces),
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      debug: options.debug ?? false,
      color: options.noColor !== true && isColourful(world),
    },
  };
}

function typedFolders({ workspace, snapshot, dataRoot, traces }: SharedOptions): Settings["typed"] {
  const all = Object.entries({ workspace, snapshot, "data-root": dataRoot, traces });
  return Object.fromEntries(all.flatMap(([name, folder]) => (folder === undefined ? [] : [[name, folder]])));
}

/** The context with the capability packages of `paths`, read anew when they are first needed. */
export function withCapabilities(
  context: Context,
  workspace: string = context.settings.workspace,
  paths: Pick<WorkspacePaths, "capabilities"> = context.settings,
): Context {
  const capabilities = openCapabilities(paths, workspace, context.platform);
  const { workflowRegistry } = capabilities;
  return { ...context, capabilities, registry: () => capabilities.registry(), workflowRegistry };
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

/** A path as a shell reads it. */
export function shellWord(text: string): string {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return `$'${[...Buffer.from(text)].map(shellByte).join("")}'`;
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** As bash and zsh read a byte between `$'` and `'`. */
function shellByte(byte: number): string {
  const isShown = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
  return isShown ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** As the reader would write it: relative to the current folder where that is shorter. */
export function shortPath(file: string, cwd: string): string {
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
