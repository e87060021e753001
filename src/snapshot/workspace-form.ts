/** The form of snapshot that has `artifacts/`: sealed by a `seal.json`, else verified from its own contents. */

import { sha256 } from "../json/canonical.ts";
import type { SnapshotForm } from "./form.ts";
import { type Fqdn, fileOf, fqdnOfFile, type Kind } from "./fqdn.ts";
import { frontMatterTables } from "./parse.ts";
import { type Place, readInside } from "./read-inside.ts";
import { checkSealOnDisk, parseSeal, SEAL_FILE, type SnapshotSeal, UNSEALED } from "./seal.ts";

/** @throws SnapshotFault, SealFault */
export function openWorkspaceForm(place: Place): SnapshotForm {
  const { root, files } = place;
  const bytes = readInside(place, SEAL_FILE);
  const seal = bytes === null ? UNSEALED : sealIn(bytes, place);
  return {
    seal,
    tables: frontMatterTables,
    contents: {
      load: async () => (await import("./verify.ts")).verifyFile,
      key: (digest) => digest,
    },
    read(file) {
      const bytes = readInside(place, file);
      const found = bytes === null ? null : { bytes, digest: sha256(bytes) };
      seal.check(file, found);
      return found;
    },
    locate: (name, kind) => locate(place, seal, name, kind),
    paths(below) {
      const onDisk = files.list(`${root}/${below}`).map(({ path }) => `${below}/${path}`);
      const sealed = seal.entries().map(({ path }) => path);
      return [...new Set([...onDisk, ...sealed.filter((path) => path.startsWith(`${below}/`))])].sort();
    },
    names: () => files.list(`${root}/artifacts`).flatMap(({ path }) => fqdnOfFile(`artifacts/${path}`) ?? []),
    proof: () => (bytes === null ? [] : [{ path: SEAL_FILE, bytes }]),
  };
}

function sealIn(bytes: Uint8Array, place: Place): SnapshotSeal {
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) throw checkSealOnDisk(parsed, (path) => readInside(place, path));
  return parsed.seal;
}

/** Some kinds may also be governance artifacts; everything else has one place. */
function locate({ root, files }: Place, seal: SnapshotSeal, name: Fqdn, kind: Kind): string {
  const file = fileOf(name, kind);
  if (kind !== "STRUCTURE") return file;
  const exists = (path: string) =>
    seal.state === "verified" ? files.realPath(`${root}/${path}`) !== null : seal.entry(path) !== undefined;
  return exists(file) || !exists(`governance/${file}`) ? file : `governance/${file}`;
}
