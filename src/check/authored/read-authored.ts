/** Reads the files of an authored folder, and the artifacts of a snapshot that they are built upon. */

import { isUtf8 } from "node:buffer";
import { lineOfInvalidUtf8, utf8 } from "../../json/text.ts";
import { own } from "../../json/value.ts";
import { type Files, IoError } from "../../ports.ts";
import type { AuthoredFile, BaseArtifact } from "../../snapshot/build/authored.ts";
import type { Problem } from "../../snapshot/build/problem.ts";
import { parseEnvelope } from "../../snapshot/envelope.ts";
import { SnapshotFault } from "../../snapshot/errors.ts";
import { fqdnOfFile } from "../../snapshot/fqdn.ts";
import { requireForm } from "../../snapshot/load.ts";
import { readInside } from "../../snapshot/read-inside.ts";
import { AuthoredFault } from "./errors.ts";

export interface AuthoredFolder {
  readonly files: readonly AuthoredFile[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/** @throws AuthoredFault where there is no such folder */
export function readAuthored(folder: string, files: Files): AuthoredFolder {
  if (!files.isFolder(folder)) throw new AuthoredFault("AUTHORED_MISSING", { folder });
  const problems: Problem[] = [];
  const read = files.list(folder).flatMap(({ path }): readonly AuthoredFile[] => {
    // What is no Markdown is reported by its name.
    if (!path.endsWith(".md")) return [{ path, text: "" }];
    const at = { file: path, line: 1, column: 1, severity: "error" } as const;
    try {
      const bytes = files.read(`${folder}/${path}`);
      if (bytes === null) return [];
      if (isUtf8(bytes)) return [{ path, text: utf8(bytes) }];
      const line = lineOfInvalidUtf8(bytes);
      const hint = "save the file as UTF-8";
      problems.push({ ...at, line, code: "NOT_UTF8", message: "the file is not UTF-8 text", hint });
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      const hint = "give yourself read access to the file, or remove it";
      const message = `the file cannot be read: ${error.errno}`;
      problems.push({ ...at, code: "UNREADABLE", message, hint });
    }
    return [];
  });
  return { files: read, problems };
}

/** @throws SnapshotFault for a folder that is no snapshot, or an artifact that cannot be read */
export function readBase(folder: string, files: Files): readonly BaseArtifact[] {
  requireForm(folder, files);
  const place = { root: files.realPath(folder) ?? folder, files };
  const paths = files.list(folder).map(({ path }) => path);
  return paths
    .filter((path) => fqdnOfFile(path) !== undefined)
    .flatMap((file) => {
      const bytes = readInside(place, file);
      if (bytes === null) return [];
      const { fqdn, text, content, envelope } = parseEnvelope(file, bytes);
      // A copy of another domain's capability: the owner has the text.
      if (content === "") return [];
      const listed = own(envelope, "references");
      const references = Array.isArray(listed) ? listed.map(String) : [];
      return [{ fqdn, file, text, content, references }];
    });
}

/** The files below a folder of the snapshot, as text by path. @throws SnapshotFault */
export function readTexts(folder: string, files: Files): ReadonlyMap<string, string> {
  const texts = files.list(folder).flatMap(({ path, isLink }) => {
    if (isLink || !path.endsWith(".json")) return [];
    try {
      const bytes = files.read(`${folder}/${path}`);
      return bytes === null ? [] : [[path, utf8(bytes)] as const];
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      throw new SnapshotFault("ARTIFACT_UNREADABLE", { file: path, errno: error.errno });
    }
  });
  return new Map(texts);
}
