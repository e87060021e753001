/** Every file of a snapshot with `artifacts/`, against its seal. */

import type { Fault } from "../errors/base.ts";
import { type Fqdn, fileOf, KIND_FOLDERS, kindOf } from "./fqdn.ts";
import { readAll, readSealFile, type SnapshotFile } from "./read-all.ts";
import type { Place } from "./read-inside.ts";
import { checkSealOnDisk, parseSeal, SEAL_FILE, type SnapshotSeal, UNSEALED } from "./seal.ts";
import { verifyAgainst, verifyFile } from "./verify.ts";
import type { WholeSnapshot } from "./whole.ts";

export function readWorkspaceForm({ root, files }: Place): WholeSnapshot {
  const faults: Fault[] = [];
  const all = readAll(root, files, faults, SEAL_FILE);
  const seal = sealOver(all, readSealFile(root, files, faults), faults);
  return { form: "workspace", files: all, seal, faults, verifyFile, roleOf, uncovered: [] };
}

/** The seal, null where it cannot be used; what is wrong with it or the files is added to the faults. */
function sealOver(
  all: readonly SnapshotFile[],
  bytes: Uint8Array | null | undefined,
  faults: Fault[],
): SnapshotSeal | null {
  if (bytes === undefined) return null;
  if (bytes === null) return UNSEALED;
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) {
    const byPath = new Map(all.map((file) => [file.path, file.bytes]));
    faults.push(checkSealOnDisk(parsed, (path) => byPath.get(path) ?? null));
    return null;
  }
  for (const fault of verifyAgainst(parsed.seal, all)) faults.push(fault);
  return parsed.seal;
}

/** Of kinds that are governance alone, a run reads nothing. */
export function roleOf(file: string, name: Fqdn): "read" | "unread" {
  const kind = kindOf(name);
  if (kind === undefined || !Object.hasOwn(KIND_FOLDERS, kind)) return "unread";
  return file === fileOf(name, kind) || kind === "STRUCTURE" ? "read" : "unread";
}
