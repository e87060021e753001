/** Whether a snapshot is what its authored Markdown makes. */

import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import { counted } from "../../errors/counted.ts";
import { fqdnOfFile } from "../../snapshot/fqdn.ts";
import type { CompileRequest } from "./compile-authored.ts";
import { buildAuthored, errorsIn } from "./compile-authored.ts";
import { AuthoredFault } from "./errors.ts";
import { type Difference, differencesOf } from "./snapshot-change.ts";

/** What a snapshot is made from. */
export interface AuthoredSources extends Pick<CompileRequest, "authored" | "onto" | "lock"> {
  /** A file of the Markdown as the reader would write it. */
  shown(path: string): string;
}

export interface AuthoredState {
  /** How many errors keep the Markdown from making any snapshot. */
  readonly errors: number;
  /** What follows from others is left out; the sources are as the reader would write them. */
  readonly differences: readonly Difference[];
}

/** Null where the folder of the Markdown is not there. @throws SnapshotFault for a file that cannot be read */
export function authoredState(
  request: CompileRequest & AuthoredSources & { readonly snapshot: string },
): AuthoredState | null {
  const { files, authored, snapshot } = request;
  if (!files.isFolder(authored)) return null;
  const compilation = buildAuthored(request);
  const shown = (file: string) => request.shown(`${authored}/${file}`);
  const errors = errorsIn(compilation).length;
  const differences = errors > 0 ? [] : causesOf(differencesOf(compilation, snapshot, files));
  return {
    errors,
    differences: differences.map(({ source, ...one }) => {
      return { ...one, source: source && { ...source, file: shown(source.file) } };
    }),
  };
}

/** Of a changed source there are several files: its artifact, graphs, the index. Each source is told once. */
function causesOf(differences: readonly Difference[]): readonly Difference[] {
  const causes = differences.filter(
    ({ path, what, source }) =>
      source !== null || path === LOCK_FILE || (what === "stale" && fqdnOfFile(path) !== undefined),
  );
  return causes.length === 0 ? differences : causes;
}

/** What is wrong with the authored file, where there is one, else with the file of the snapshot. */
export function differenceText({ path, what, source }: Difference): string {
  if (path === LOCK_FILE) return "the file does not pin the capability packages as they are";
  switch (what) {
    case "missing":
      return source === null ? "the file is missing" : `the snapshot lacks what it makes: ${path}`;
    case "stale":
      return "nothing in the authored Markdown makes the file";
    case "differs":
      return source === null
        ? "the file is not what the authored Markdown makes"
        : `the snapshot was made from another text: ${path}`;
    default:
      return what satisfies never;
  }
}

export function errorsText(errors: number): string {
  return `the authored Markdown has ${counted(errors, "error")}`;
}

/** One fault for each file that differs, or one for Markdown with errors. */
export function authoredFaults(
  state: AuthoredState | null,
  { authored }: Pick<AuthoredSources, "authored">,
): readonly AuthoredFault[] {
  if (state === null) return [];
  const { errors, differences } = state;
  if (errors > 0) return [new AuthoredFault("AUTHORED_INVALID", { folder: authored, errors })];
  return differences.map(({ source, ...one }) => {
    const what = differenceText({ ...one, source });
    return new AuthoredFault("AUTHORED_DIFFERS", { file: one.path, what, source: source && { ...source } });
  });
}
