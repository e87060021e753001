/** What the completion scripts of all shells are made from. */

export interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  /** What its arguments may be; null where it has none. */
  readonly argument: Values | null;
}

export interface CompletableOption {
  readonly flag: string;
  readonly description: string;
  /** What its value may be; null for a switch. */
  readonly values: Values | null;
  readonly isValueOptional: boolean;
  readonly isRepeatable: boolean;
}

/** One of some words, a file, a folder, or a text that no shell can know. */
export type Values = readonly string[] | "file" | "folder" | "any";

export type Script = (commands: readonly Completable[], everywhere: readonly CompletableOption[]) => string;

/** Between single quotes, as POSIX shells and zsh read them. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
