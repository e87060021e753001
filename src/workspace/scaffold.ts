/** Makes files of templates: a whole workspace, or one file for it. */

import { NAME_BYTES } from "../json/limits.ts";
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

/**
 * From the folder of a workspace to the nearest one, it or one above it, in which the program is installed: `../` for each
 * step. Nothing where it is installed nowhere: it will be in the workspace.
 */
export function installedAbove(folder: string, files: Pick<Files, "isFolder">): string {
  const parts = folder.split("/");
  for (let up = 0; up < parts.length; up++) {
    const at = parts.slice(0, parts.length - up).join("/");
    if (files.isFolder(`${at}/node_modules/pgs-runner`)) return "../".repeat(up);
  }
  return "";
}

/** How files are made. */
export interface ScaffoldPorts {
  readonly files: Files;
  /** What it returns removes the file again, with the folders that were made for it. @throws IoError */
  createFile(file: string, content: string): () => void;
}

/**
 * Writes the files below the folder, all of them or none; what it returns removes them again. None of them may be there,
 * and no folder below that one may be a link. @throws ScaffoldFault
 */
export function createFiles(
  folder: string,
  made: readonly NewFile[],
  shown: (path: string) => string,
  ports: ScaffoldPorts,
): () => void {
  for (const { path } of made) checkPath(folder, path, shown, ports.files);
  const present = made.filter(({ path }) => isThere(path, ports.files)).map(({ path }) => shown(path));
  if (present.length > 0) throw new ScaffoldFault("WOULD_OVERWRITE", { files: present });
  const undo: (() => void)[] = [];
  const removeAll = () => {
    for (const remove of undo.toReversed()) remove();
  };
  for (const { path, text } of made) {
    try {
      undo.push(ports.createFile(path, text));
    } catch (error) {
      removeAll();
      if (!(error instanceof IoError)) throw error;
      const file = shown(path);
      throw error.errno === "EEXIST"
        ? new ScaffoldFault("WOULD_OVERWRITE", { files: [file] })
        : new ScaffoldFault("SCAFFOLD_UNWRITABLE", { file, errno: error.errno }, { cause: error });
    }
  }
  return removeAll;
}

/** @throws ScaffoldFault */
function checkPath(folder: string, path: string, shown: (path: string) => string, files: Files): void {
  const parts = path.slice(folder.length + 1).split("/");
  if (parts.some((part) => Buffer.byteLength(part) > NAME_BYTES))
    throw new ScaffoldFault("SCAFFOLD_NAME_TOO_LONG", { file: shown(path), limit: NAME_BYTES });
  const root = realPath(folder, files);
  if (root === null) return;
  for (let length = 1; length < parts.length; length++) {
    const below = parts.slice(0, length).join("/");
    const target = realPath(`${folder}/${below}`, files);
    if (target === null) return;
    if (target !== `${root}/${below}`)
      throw new ScaffoldFault("SCAFFOLD_LINKED", { folder: shown(`${folder}/${below}`), target });
  }
}

/** Null also for what cannot be looked at: writing it is refused with the reason. */
function realPath(path: string, files: Files): string | null {
  try {
    return files.realPath(path);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return null;
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
