/** Says, before a run, that the snapshot is not what its authored Markdown says: cheaply, for every run waits for it. */

import { utf8 } from "../json/text.ts";
import { isObject, type Json, objectAt, own } from "../json/value.ts";
import { IoError } from "../ports.ts";
import { isFqdn } from "../snapshot/fqdn.ts";
import type { Context } from "./context.ts";

/**
 * The first authored file that was changed after the snapshot was made and whose text the snapshot does not have; null
 * where there is none. A file that a checkout wrote later than the snapshot, with the same text, is none.
 */
export function changedSource(folder: string, { platform, settings }: Context): string | null {
  const { snapshot } = settings;
  const changed = platform.newerFiles(folder, `${snapshot}/${INDEX}`).filter((path) => path.endsWith(".md"));
  if (changed.length === 0) return null;
  const { files } = platform;
  try {
    const index = jsonAt(`${snapshot}/${INDEX}`, files);
    const known = Object.entries(objectAt(index, "artifacts"));
    const found = changed.find((path) => {
      const file = artifactFile(path, known);
      // A page for people is no artifact.
      if (file === null) return /_V\d+\.md$/.test(path);
      return own(jsonAt(`${snapshot}/${file}`, files), "content") !== textAt(`${folder}/${path}`, files);
    });
    return found ?? null;
  } catch (error) {
    // The snapshot itself is refused later, with all that is wrong.
    if (error instanceof IoError || error instanceof SyntaxError) return null;
    throw error;
  }
}

const INDEX = "artifact_index/index.json";

/** Where the snapshot has the artifact of an authored file, by its code alone where no namespace is in the file's name. */
function artifactFile(path: string, known: readonly (readonly [string, Json])[]): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1, -".md".length).replace("__", "::");
  const entry = known.find(([fqdn]) => (isFqdn(name) ? fqdn === name : fqdn.endsWith(`::${name}`)))?.[1];
  const canonical = isObject(entry) ? own(entry, "canonical_path") : undefined;
  return typeof canonical === "string" ? canonical.replace(/^protocol_snapshot\//, "") : null;
}

function jsonAt(file: string, files: Context["platform"]["files"]) {
  const value = JSON.parse(textAt(file, files) ?? "null") as Json;
  return isObject(value) ? value : {};
}

function textAt(file: string, files: Context["platform"]["files"]): string | null {
  const bytes = files.read(file);
  return bytes === null ? null : utf8(bytes);
}
