/** What a document asks its reader to do: commands to type, files to write, lines to change. */

export interface Command {
  readonly kind: "command";
  readonly line: string;
  /** What it prints; a line `…` stands for any lines, and `…` in a line for any text. */
  readonly shown: readonly string[];
}

/** A block whose language is followed by a path: a whole file. */
export interface WrittenFile {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
}

/** A block `diff` with a path: lines to replace, with lines around them that stay. */
export interface Edit {
  readonly kind: "edit";
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export type Action = Command | WrittenFile | Edit;

/** In the order of the page. */
export function actionsIn(page: string): readonly Action[] {
  return blocksIn(page).flatMap(({ language, path, text }): readonly Action[] => {
    if (language === "console") return commandsIn(text);
    if (path === undefined) return [];
    return language === "diff" ? editsIn(path, text) : [{ kind: "file", path, text }];
  });
}

export interface Block {
  readonly language: string;
  readonly path: string | undefined;
  readonly text: string;
  /** The page before it. */
  readonly preceding: string;
}

/** A fence of four backticks is for text that has fences of three. */
export function blocksIn(page: string): readonly Block[] {
  return [...page.matchAll(/^(`{3,})(\w+)(?: (\S+))?\n([\s\S]*?)^\1$/gm)].map(
    ({ index, 2: language = "", 3: path, 4: text = "" }) => ({
      language,
      path,
      text,
      preceding: page.slice(0, index),
    }),
  );
}

function commandsIn(block: string): readonly Command[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((session) => {
      const [line = "", ...shown] = session.trimEnd().split("\n");
      return { kind: "command", line, shown };
    });
}

/** A line `@@` is between two edits of one file. */
function editsIn(path: string, block: string): readonly Edit[] {
  return block.split(/^@@\n/m).map((hunk) => {
    const lines = hunk.split("\n").slice(0, -1);
    const without = (mark: string) =>
      lines
        .filter((line) => !line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join("");
    return { kind: "edit", path, before: without("+"), after: without("-") };
  });
}

/** The pattern of a line that a page shows: `…` leaves out a part of it. */
export function shownLine(line: string): string {
  return line
    .split("…")
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join(".*");
}
