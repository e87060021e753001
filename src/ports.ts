/**
 * The ports: what the core is given of the outside world instead of reaching for it. `platform/` implements them on
 * Node. Stores are one level up: `storage/` makes records of the bytes that a `DataRoot` holds.
 */

import type { Digest } from "./json/canonical.ts";
import type { JsonObject } from "./json/value.ts";

/** What most parts share; each takes the `Pick` of it that it needs. */
export interface Ports {
  readonly files: Files;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sleep: Sleep;
  readonly mail: Mail;
  readonly remote: Remote;
}

/** Files of the snapshot and of the command line: read-only, whole, synchronous. */
export interface Files {
  /**
   * The bytes, or null when nothing is there. Anything else that goes wrong throws an `IoError`. Only a file is
   * read, unless it is said how many bytes are wanted at most: then a pipe or a device as well. @throws TooLarge
   */
  read(path: string, most?: number): Uint8Array | null;
  /**
   * Every file below the folder, as sorted `/`-separated relative paths; links are listed, not followed. Folders that
   * hold nothing are listed when asked for.
   */
  list(folder: string, withEmptyFolders?: boolean): readonly ListedFile[];
  /** The names in the folder itself; none where there is no folder. */
  names(folder: string): readonly string[];
  /** Where the path really is after all links, or null when nothing is there. */
  realPath(path: string): string | null;
  isFolder(path: string): boolean;
}

/** A file that the package contains; null where it is not there. */
export interface ShippedFile {
  readonly file: string;
  readonly bytes: Uint8Array | null;
}

export interface ListedFile {
  readonly path: string;
  /** A regular file: neither a link nor a pipe or a device. */
  readonly isFile: boolean;
  readonly isLink: boolean;
}

/** A file that may be too large to be held. */
export interface Source {
  /** In bytes. */
  readonly size: number;
  /** From the first byte on, each time. A piece is valid until the next is asked for. @throws IoError */
  pieces(): Iterable<Uint8Array>;
}

/** How far something long has come, for who waits for it. */
export interface Progress {
  at(done: number): void;
  /** Leaves nothing behind. */
  close(): void;
}

/** A file operation failed. `errno` is the system's own code (`EISDIR`, `EACCES`, …), safe to record. */
export class IoError extends Error {
  readonly errno: string;

  constructor(errno: string, cause: unknown) {
    super(errno, { cause });
    this.errno = errno;
  }
}

/** There are more bytes than are wanted; how many is known of a file alone. */
export class TooLarge extends IoError {
  readonly size: number | null;

  constructor(size: number | null) {
    super("EFBIG", undefined);
    this.size = size;
  }
}

/** The same of one file of several; `path` is below the folder they are in. */
export class FileError extends IoError {
  readonly path: string;

  constructor(path: string, errno: string, cause: unknown) {
    super(errno, cause);
    this.path = path;
  }
}

/** A temporary folder of one's own. Paths are below it; what goes wrong throws an `IoError`. */
export interface TempFolder {
  readonly folder: string;
  /** Writes the whole file, and makes the folders it needs. */
  write(path: string, content: string): void;
  makeFolder(path: string): void;
  /** Removes a file, or a folder with everything in it; nothing there is as good. */
  remove(path: string): void;
  /** Makes a folder what another is, links as links; where there is none, neither is there one at the end. */
  copy(from: string, to: string): void;
  /**
   * Copies every file below a folder of the disk; links, and folders without files, are left out.
   * @throws FileError for an entry that is neither file nor folder, or cannot be read
   * @throws TooLarge where there are more entries, or more bytes, than `most`
   */
  copyFrom(folder: string, to: string, most: CopyLimits): void;
  /** Removes the folder itself. */
  close(): void;
}

/** The files of a folder that change; every other file of it stays. */
export interface FolderChange {
  /** Text by path below the folder. */
  readonly write: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

export interface CopyLimits {
  /** Files and folders. */
  readonly files: number;
  readonly bytes: number;
}

/** Which files were found to be what their own text says, by the SHA-256 of their bytes: kept outside the snapshot. */
export interface CheckCache {
  has(digest: string): boolean;
  /** Whether it can be kept makes no difference but time. */
  add(digest: string): void;
}

/** Texts that can be made again, by name. Whether one can be kept makes no difference but time. */
export interface TextCache {
  /** As it was written; null where it is not kept, or not as it was written. */
  read(name: string): string | null;
  write(name: string, text: string): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Microseconds since an arbitrary moment; never goes back. */
  micros(): number;
}

/** Resolves when so many milliseconds have passed, or when the signal is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export interface Entropy {
  /** `count` random bytes as lower-case hexadecimal digits. */
  hex(count: number): string;
}

/** The reading side of a stored file; throws like a `StoreFile`. */
export interface StoreFileReader {
  /** The name by which records and faults speak of it: its path below the data root. */
  readonly name: string;
  /** The whole content, or null when the file does not exist. */
  read(): Uint8Array | null;
  /** Hands over the bytes from `offset` to the end, a piece at a time. */
  readFrom(offset: number, take: (piece: Uint8Array) => void): void;
  /** `length` bytes from `offset` on; fewer where the file ends before. */
  readAt(offset: number, length: number): Uint8Array;
  /** Changes with every write to the file, by any process; null when the file does not exist. */
  stamp(): StoreStamp | null;
  /** The process that holds the lock of the file; null when none does. */
  holder(): LockHolder | null;
}

/**
 * The bytes of one store below the data root; `storage/files` makes records of them, and nothing else uses it. Every
 * operation throws `StoreFault` when the storage cannot do it.
 */
export interface StoreFile extends StoreFileReader {
  /**
   * Adds the bytes at the end, creating the file and its folders when absent: in one write, and under the lock in one with
   * what others add under it, before anything is read, changed otherwise or answered.
   */
  append(bytes: string): void;
  /** Cuts the file to `size` bytes. */
  truncate(size: number): void;
  /** Replaces the whole content atomically: a reader sees the old bytes or the new, nothing between. */
  replace(bytes: string | Uint8Array): void;
  /** Resolves when everything written so far through this store is on the device. Several may share one synchronisation. */
  sync(): Promise<void>;
  /** The same with nothing else going on meanwhile: for who holds the lock until then. */
  syncNow(): void;
  /**
   * Does `work` while no other process and no other operation of this process does the same on this file, in the order
   * in which it was asked for. `work` is synchronous, so that nothing is waited for while the lock is held. Several share
   * one lock; where what they add cannot be written, all of them are refused that rest on it, with the same fault. What
   * `unlocked` returns when it is its turn is the result without a lock, a folder or a write; null where it needs them.
   */
  locked<T>(work: () => T, unlocked?: () => { readonly value: T } | null): Promise<T>;
  /** What is stored beside the file to find things in it faster, or null; `kind` tells several of one file apart. */
  index(kind: string): IndexFile | null;
}

/** Derived data, kept where that can be done. What goes wrong with it is no fault: then there is none. */
export interface IndexFile {
  /** How many bytes a store must have grown by before it is worth writing. */
  readonly worth: number;
  /** `length` bytes from `offset` on; fewer, or none, where they cannot be had. */
  read(offset: number, length: number): Uint8Array;
  /** Replaces the whole content. Nothing waits for the disk: the reader recognises what did not arrive. */
  replace(parts: readonly Uint8Array[]): void;
}

export interface LockHolder {
  /** The process's number on its host, in its PID namespace; null where the lock does not say. */
  readonly pid: number | null;
  readonly host: string | null;
  /** Number of the PID namespace; empty where the system has none. */
  readonly namespace: string | null;
  /** `dead`: the next writer takes the lock over. `unknown`: a process of another host, boot or PID namespace. */
  readonly state: "alive" | "dead" | "unknown";
  /** Since when it is held, RFC 3339 UTC. */
  readonly since: string;
}

/** A lock below a data root. */
export interface StoredLock extends LockHolder {
  /** Its path below the data root. */
  readonly file: string;
}

/** The locks below a data root, for an operator who has to release one by hand. */
export interface Locks {
  /** In order of their paths. @throws IoError */
  list(): readonly StoredLock[];
  /**
   * Removes the lock at a path below the data root, unless its holder is known to be alive. Resolves to the lock as it
   * was; null when there is none. @throws StoreFault @throws IoError
   */
  release(file: string): Promise<StoredLock | null>;
}

export interface StoreStamp {
  /** Equal as long as it is the same file, however long it has grown. */
  readonly identity: string;
  readonly size: number;
  /** Nanoseconds since the epoch, as text; empty as long as what was added under the lock is not written yet. */
  readonly modified: string;
}

/** The folder that holds the files of all stores. */
export interface DataRoot {
  /**
   * @throws RunFault `STORE_PATH_ESCAPES` when the path leads out of the root; every operation of the store throws
   * it when a link does.
   */
  store(path: string): StoreFile;
  /** The path of every `*.jsonl` below the root, in sorted order (SPEC 4.2). */
  journals(): Iterable<string>;
}

/** A message in plain text to one recipient. */
export interface MailMessage {
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
}

/** How to reach a mail server, and as whom. */
export interface MailAccount {
  readonly host: string;
  readonly port: number;
  /** Absent where the server asks for no authentication. */
  readonly login?: { readonly user: string; readonly pass: string };
  readonly sender: string;
}

/** Why a letter was not taken: `code` and the server's reply are safe to record, its words are not. */
export interface MailRefusal {
  readonly code: string;
  readonly reply?: number;
}

/** What one source says of the mail server: all of it, a part, or nothing. */
export type MailSettings = { readonly [name in "host" | "port" | "user" | "pass" | "sender"]?: string };

export interface Mail {
  readonly environment: MailSettings;
  /** Undefined once the server has taken the letter over. */
  send(letter: MailMessage, account: MailAccount): Promise<MailRefusal | undefined>;
}

/** One request of HTTP. Redirects are not followed, cookies not kept, and no proxy of the environment is used. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute, `http:` or `https:`, without credentials and fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** `http://host:port` of the proxy that the request goes through; null: it goes straight to the server. */
  readonly proxy: string | null;
}

export interface HttpLimits {
  /** From the first attempt to connect to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly answerBytes: number;
  readonly headerBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case; several of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Why there is no answer, safe to record. */
export interface HttpFailed {
  readonly failure: HttpFailureCode;
  /** False: nothing of the request left this machine. True: the server may have received it. */
  readonly sent: boolean;
  /** Of an answer that began, and could not be read to its end. */
  readonly status?: number;
}

export const HTTP_FAILURES = [
  "HTTP_NOT_CONNECTED",
  "HTTP_NAME_UNKNOWN",
  "HTTP_TLS_REFUSED",
  "HTTP_PROXY_REFUSED",
  "HTTP_TIMEOUT",
  "HTTP_CONNECTION_LOST",
  "HTTP_ANSWER_INVALID",
  "HTTP_ANSWER_INCOMPLETE",
  "HTTP_ANSWER_TOO_LARGE",
  "HTTP_HEADERS_TOO_LARGE",
] as const;
export type HttpFailureCode = (typeof HTTP_FAILURES)[number];

export interface Http {
  /** A variable of the environment, where secrets and proxies are; undefined where it is not set, or empty. */
  variable(name: string): string | undefined;
  send(request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer | HttpFailed>;
}

/** What effects of packages need that reach a server or the host. */
export interface Remote {
  readonly http: Http;
  readonly timer: Timer;
}

export interface Timer {
  /**
   * What the work resolves to, or null when that takes longer than so many milliseconds: then its signal is aborted,
   * and whatever it still does has no effect on the run.
   */
  within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<{ value: T } | null>;
}

/** A request as the trace records it: with no secret, and with digests instead of bodies. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly sent: boolean;
  /** Of the request's body, if it has one. */
  readonly request_digest?: Digest;
  readonly status?: number;
  /** Of the body of an answer that was read to its end. */
  readonly answer_digest?: Digest;
  readonly failure?: string;
}

/** Told of every change to the entries of one folder. */
export interface FolderWatch {
  /** Resolves once there was a change since the last one that was told, after so many milliseconds, or when it is aborted. */
  changed(milliseconds: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Where a run's lines are in the file that it shares with other runs. In bytes. */
export interface SegmentPlace {
  /** The name of the file, below `segments/` of the traces folder. */
  readonly segment: string;
  /** Where its first line begins. */
  readonly offset: number;
  /** Where its last line so far ends; the lines of other runs may be between. */
  readonly end: number;
}

/** Where the trace of one run is appended to. What goes wrong, also that it is no longer where it was made, throws a `TraceFault`. */
export interface TraceFile {
  /** The text is in the file when this returns. */
  append(text: string): void;
  /**
   * The same, together with what other runs append to the file in this turn: in the file, as is what was appended before,
   * when the promise resolves, or already where it is null.
   */
  appendTogether(text: string): Promise<void> | null;
  /** Resolves when everything appended so far is on the device. */
  sync(): Promise<void>;
  close(): void;
}

/** Who may read what a run leaves. */
export type TraceAccess = "owner" | "group" | "all";

/** Folder and writer for one run's files; see `openTrace` in `node-ports.ts`. */
export interface TraceFolder {
  readonly id: string;
  readonly folder: string;
  readonly file: TraceFile;
  /** Where what the trace suppresses may be kept; absent where nothing can be. */
  readonly secrets?: SecretsFile;
  /**
   * Where its lines are so far, in a file that it shares; null before the first. A promise while lines of it are appended
   * together with others. Absent where the file is its own.
   */
  place?(): SegmentPlace | null | Promise<SegmentPlace | null>;
}

/** A file beside a trace that only its run needs. What goes wrong throws a `TraceFault`. */
export interface SecretsFile {
  /** Null where there is none. */
  read(): string | null;
  /** Makes it where there is none, for the user alone. */
  append(text: string): void;
  remove(): void;
}

/** The folder of the traces, for what is kept beside them. */
export interface TracesRoot extends DataRoot {
  /** The folder itself, as an absolute path. */
  readonly folder: string;
  /** Makes the folder where there is none. @throws IoError */
  make(): void;
  /** The names in the folder itself; none where there is no folder. @throws IoError */
  names(): readonly string[];
  /** Whether the trace's file is no regular file, or its folder none: a link, a pipe, a device. @throws IoError */
  isIrregular(id: string): boolean;
  /** The names of the regular files below it that several traces share, sorted. @throws IoError */
  segments(): readonly string[];
  /** What has the name of such a file and is something else: a link, a pipe, a device or a folder. @throws IoError */
  noSegments(): readonly string[];
  /** Who may go on with the run in the segment; null where nobody does. */
  segmentWriter(segment: string, run: string): LockHolder | null;
  /** Null while a process writes it, or has it for something else, and where there is none. @throws IoError */
  lockSegment(segment: string): LockedSegment | null;
  /** Bytes of all files in a folder below it. @throws IoError */
  size(folder: string): number;
  /** Removes a folder below it with all that is in it; nothing there is as good. @throws IoError */
  remove(folder: string): void;
}

/** A segment that nobody writes, out of which nobody else moves a run. */
export interface LockedSegment {
  /** Removes the lines of runs; the file where no run is left. Either all of that is done or nothing. @throws IoError */
  remove(isRemoved: (run: string) => boolean): void;
  unlock(): void;
}

/** A trace that is there already, locked: nobody else appends to it. */
export interface LockedTrace {
  readonly id: string;
  readonly folder: string;
  /** Its first bytes stay, and whatever is behind them goes when the first event is appended. Its `close` unlocks. */
  continueAfter(bytes: number): TraceFile;
  /** Where what the trace suppresses may be kept; absent where nothing can be. */
  readonly secrets?: SecretsFile;
  /** Where it is not continued. */
  unlock(): void;
}

/** A recorded reading of clock or entropy, in the order it was drawn (SPEC 5, `observed`). */
export type Observation = { readonly clock: string } | { readonly entropy: string };

/** How a capability gets at the clock and at entropy: every reading is recorded for the replay. */
export interface Sources {
  /** RFC 3339 UTC with milliseconds. */
  clock(): string;
  /** `count` random bytes in hexadecimal. */
  entropy(count: number): string;
}

/** What an effect changed in its store, for the trace. */
export interface Change {
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** A JavaScript world of its own: the standard objects, and nothing of this one. */
export interface Realm {
  /** The value of the script; the first line begins at this column. @throws SyntaxError, and what the script throws */
  evaluate(text: string, file: string, columnOffset?: number): unknown;
  /** What `work` returns, if it and the microtasks of the realm are done in time; nothing else runs them. @throws RealmTimeout, and what `work` throws */
  limited<T>(work: () => T, milliseconds: number): T;
}

/** Where code of host effects runs: in this world, with everything that it has. */
export interface HostCode {
  /** The value of the script; the first line begins at this column. @throws what the script throws */
  evaluate(text: string, file: string, columnOffset: number): unknown;
  /** A module of Node, or an npm package as the importing file finds it. */
  load(specifier: string, importer: string): Readonly<Record<string, unknown>>;
}

/** The code of a realm did not end in time. */
export class RealmTimeout extends Error {}

/** Threads beside this one. */
export interface WorkerPool {
  /** What the next thread that is free answers to a job; both are plain data. */
  perform<T>(job: unknown): Promise<T>;
  /** Ends them at once, whatever they do. */
  close(): void;
}
