/** Compiling the workspace's authored Markdown, as every command does it that makes or compares a snapshot. */

import { type Compilation, compileAuthored, errorsIn } from "../check/authored/compile-authored.ts";
import { AuthoredFault } from "../check/authored/errors.ts";
import { packageProblems } from "../check/authored/package-problems.ts";
import { changeFor, type Difference, differencesOf, SEALS } from "../check/authored/snapshot-change.ts";
import { StoreFault } from "../errors/ports.ts";
import { IoError } from "../ports.ts";
import { type Problem, withPaths } from "../snapshot/build/problem.ts";
import { type Context, shortPath } from "./context.ts";

/** The folders of one call. */
export interface Sources {
  readonly authored: string | undefined;
  readonly onto: string | undefined;
}

/** The Markdown compiled, and where the snapshot is not what it makes. */
export interface CompiledSources {
  /** The folder of the Markdown. */
  readonly authored: string;
  readonly compilation: Compilation;
  readonly errors: readonly Problem[];
  /** None where the Markdown has errors. */
  readonly differences: readonly Difference[];
}

/** @throws AuthoredFault, SnapshotFault */
export async function compileSources({ authored, onto }: Sources, context: Context): Promise<CompiledSources> {
  const { settings, platform, path } = context;
  const folder = authored === undefined ? settings.authored : path(authored);
  if (folder === null) throw new AuthoredFault("AUTHORED_NOT_NAMED", {});
  requireOwnFolder(settings.snapshot, { "the authored Markdown": folder, "the workspace": settings.workspace });
  const { files } = platform;
  const base = onto === undefined ? settings.onto : path(onto);
  const { mistakes, mayDeclare, registry, lock } = await context.capabilities.inspected();
  const places = { authored: folder, workspaceFile: settings.file ?? "", named: settings.capabilities, files };
  const packages = { problems: packageProblems(mistakes, places), mayDeclare };
  const compilation = await compileAuthored({ authored: folder, onto: base, files, registry, lock, packages });
  const errors = errorsIn(compilation);
  const differences = errors.length > 0 ? [] : differencesOf(compilation, settings.snapshot, files);
  return { authored: folder, compilation, errors, differences };
}

/** The snapshot is replaced as a whole, so nothing else may be in its folder. @throws AuthoredFault */
function requireOwnFolder(snapshot: string, folders: Readonly<Record<string, string>>): void {
  for (const [holds, folder] of Object.entries(folders)) {
    if (`${folder}/`.startsWith(`${snapshot}/`))
      throw new AuthoredFault("SNAPSHOT_HOLDS_SOURCES", { snapshot, holds });
  }
}

/** What was written, and the file of the seal that was removed with that. */
export interface WrittenSnapshot {
  readonly differences: readonly Difference[];
  readonly removedSeal: string | null;
}

/** Makes the snapshot what the Markdown makes. @throws AuthoredFault, SnapshotFault */
export async function writeSnapshot(
  { compilation, differences: before }: CompiledSources,
  { platform, settings }: Context,
): Promise<WrittenSnapshot> {
  let written: WrittenSnapshot = { differences: before, removedSeal: null };
  if (before.length === 0) return written;
  const { files } = platform;
  const { snapshot } = settings;
  try {
    await platform.replaceFolder(snapshot, () => {
      // Another process may have replaced it since.
      const differences = differencesOf(compilation, snapshot, files);
      const seal = SEALS.find((file) => files.realPath(`${snapshot}/${file}`) !== null) ?? null;
      written = { differences, removedSeal: differences.length > 0 ? seal : null };
      return differences.length === 0 ? null : changeFor(compilation, differences);
    });
  } catch (error) {
    throw unwritable(error, snapshot);
  }
  return written;
}

function unwritable(error: unknown, folder: string): unknown {
  if (error instanceof StoreFault && error.reason === "LOCKED") {
    const { file, pid } = error.facts;
    const facts = { folder, lock: String(file), pid: typeof pid === "number" ? pid : null };
    return new AuthoredFault("SNAPSHOT_BUSY", facts, { cause: error });
  }
  if (!(error instanceof StoreFault || error instanceof IoError)) return error;
  const errno = error instanceof IoError ? error.errno : String(error.facts["errno"]);
  return new AuthoredFault("SNAPSHOT_UNWRITABLE", { folder, errno }, { cause: error });
}

/** Without its warnings: what a finding of a plan is worth is for the check to say. */
export function withoutWarnings<C extends CompiledSources>(compiled: C): C {
  return { ...compiled, compilation: { ...compiled.compilation, problems: compiled.errors } };
}

/** The problem with its files as the reader would write them. */
export function shownProblem(problem: Problem, authored: string, { platform, path }: Context): Problem {
  return withPaths(problem, (file) => shortPath(path(`${authored}/${file}`), platform.cwd));
}
