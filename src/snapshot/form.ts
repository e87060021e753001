/** Recognises snapshot forms that this build knows but does not run. */

import { readObject } from "../json/parse.ts";
import { isObject, own } from "../json/value.ts";
import type { Files } from "../ports.ts";

/** The form's name, or undefined where the folder holds none that is known. */
export function otherForm(folder: string, files: Files): string | undefined {
  const names = files.names(folder);
  if (names.includes("canonical") && names.includes("manifest.json")) {
    const isV5 = Array.isArray(manifestOf(folder, files)?.["constituents"]);
    return isV5 ? "assembled snapshot (v5)" : "assembled snapshot (release 9)";
  }
  const scopes = [folder, ...names.map((name) => `${folder}/${name}`)];
  const isTokenized = scopes.some((scope) => isProjection(files.names(scope)));
  return isTokenized ? "tokenized projection" : undefined;
}

function isProjection(names: readonly string[]): boolean {
  return names.includes("dispatch.json") && names.includes("handlers.json");
}

function manifestOf(folder: string, files: Files) {
  if (files.isFolder(`${folder}/manifest.json`)) return undefined;
  const bytes = files.read(`${folder}/manifest.json`);
  const read = bytes === null ? undefined : readObject(bytes);
  return read !== undefined && "value" in read && isObject(read.value)
    ? { constituents: own(read.value, "constituents") }
    : undefined;
}
