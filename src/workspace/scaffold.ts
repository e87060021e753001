/** Makes files of templates: a whole workspace, or one file for it. */

import { utf8 } from "../json/text.ts";
import { type Files, IoError } from "../ports.ts";
import { ScaffoldFault } from "./scaffold-errors.ts";

/** A file to make; the path is absolute. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** By placeholder without its underscores: what is put in its place, in names and texts. */
export type Values = Readonly<Record<string, string>>;

/** Every template below a folder, as files below another one. */
export function filesFrom(templates: string, folder: string, values: Values, files: Files): readonly NewFile[] {
  return files.list(templates).map(({ path }) => ({
    path: `${folder}/${fill(path, values).replace(/(^|\/)_/g, "$1.")}`,
    text: fill(readTemplate(`${templates}/${path}`, files), values),
  }));
}

export function readTemplate(file: string, files: Files): string {
  const bytes = files.read(file);
  if (bytes === null) throw new Error(`the template ${file} is not in the package`);
  return utf8(bytes);
}

export function fill(text: string, values: Values): string {
  return text.replace(/__([A-Za-z]+)__/g, (whole, name: string) => values[name] ?? whole);
}

/** Writes the files, if none of them is there. @throws ScaffoldFault */
export function createFiles(
  made: readonly NewFile[],
  shown: (path: string) => string,
  ports: { readonly files: Files; createFile(file: string, content: string): void },
): void {
  const present = made.filter(({ path }) => isThere(path, ports.files)).map(({ path }) => shown(path));
  if (present.length > 0) throw new ScaffoldFault("WOULD_OVERWRITE", { files: present });
  for (const { path, text } of made) {
    try {
      ports.createFile(path, text);
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      const file = shown(path);
      throw error.errno === "EEXIST"
        ? new ScaffoldFault("WOULD_OVERWRITE", { files: [file] })
        : new ScaffoldFault("SCAFFOLD_UNWRITABLE", { file, errno: error.errno }, { cause: error });
    }
  }
}

function isThere(path: string, files: Files): boolean {
  try {
    return files.realPath(path) !== null;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    // Something that cannot be looked at is there: writing would be refused, too.
    return true;
  }
}
