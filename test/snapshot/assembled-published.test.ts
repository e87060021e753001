/** The published assembled snapshots: their identities, their hashes, and a changed byte in each kind of file. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { parseTrustedKey } from "../../src/sign/keys.ts";
import { parseManifest } from "../../src/snapshot/assembled/manifest.ts";
import { fqdnOfFile, type Kind } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { verifySnapshot } from "../../src/snapshot/verify-snapshot.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { type Contents, contentsOf, FOLDER, memoryFiles } from "./memory-files.ts";

const it = takingTurns(import.meta.url);

const scratch = mkdtempSync(join(tmpdir(), "pgs-assembled-"));
after(() => rmSync(scratch, { recursive: true }));

/** The folder of an archive, unpacked once. */
function unpacked(archive: string): string {
  execFileSync("tar", ["-xJf", sharedPath(`assembled/${archive}.tar.xz`), "-C", scratch]);
  return scratch;
}

const NOTHING = { root: undefined, signatures: 0, keys: [] };
const verified = (contents: Contents, seal = NOTHING) =>
  verifySnapshot({ snapshot: FOLDER, files: memoryFiles(contents), seal });

const skip = skipWithout("assembled/v5-subset.tar.xz");

test("the identity of the whole published manifest is computed from it alone", { skip }, () => {
  const bytes = readFileSync(join(unpacked("v5-manifest"), "manifest.json"));
  const { root, constituents } = parseManifest(bytes);
  assert.equal(root, "f8356d9c8938aea16ab7850d7bda964d8d16c42c64e5db9056d5fe58040ec1d0");
  assert.equal(constituents?.length, 827);
});

const KINDS: readonly Kind[] = [
  ...(["AC", "CC", "CS", "CT", "EV", "IN", "RB", "STRUCTURE", "TE", "TI", "VOCAB", "WF"] as const),
];

it("the subset is verified, opened, and signed by the key that it says", { skip }, async () => {
  const folder = unpacked("v5-subset");
  const root = "2e896f8deb4e3aa70c91c016445bdca5b732c4c3c2625dee243ae84b9bf1a507";
  const plain = await verifySnapshot({ snapshot: join(folder, "subset"), files: nodeFiles, seal: NOTHING });
  assert.deepEqual([plain.findings, plain.root, plain.files], [[], root, 252]);
  const key = (name: string) => parseTrustedKey(readFileSync(join(folder, "keys", name), "utf8"), name);
  const by = (name: string) =>
    verifySnapshot({
      snapshot: join(folder, "subset-signed"),
      files: nodeFiles,
      seal: { root, signatures: 1, keys: [key(name)] },
    });
  assert.deepEqual((await by("throwaway-public.pem")).findings, []);
  assert.deepEqual(
    (await by("other-public.pem")).findings.map(({ code }) => code),
    ["SIGNATURE_UNTRUSTED"],
  );
  const snapshot = await openSnapshot(join(folder, "subset"), nodeFiles);
  const names = KINDS.flatMap((kind) => snapshot.names(kind));
  assert.equal(names.length, 127);
  for (const name of names) {
    const content = (JSON.parse(snapshot.artifact(name)?.text ?? "") as { readonly content: string }).content;
    assert.notEqual(content, "", `the owner of ${name} has the text`);
  }
});

/** The first file of each kind: of each folder, without its domain and without the name of a workflow. */
function ofEachKind(paths: Iterable<string>): readonly string[] {
  const kinds = new Map<string, string>();
  for (const path of paths) {
    const [top, , ...below] = path.split("/");
    const kind = fqdnOfFile(path) === undefined ? below.at(-1) : below.slice(0, -1).join("/");
    const name = top === "behavior_logic" || top === "transform_conformance" ? "" : kind;
    if (!kinds.has(`${top} ${name}`)) kinds.set(`${top} ${name}`, path);
  }
  return [...kinds.values()];
}

it("a changed byte in each kind of file is found, and named", { skip }, async () => {
  const contents = contentsOf(join(unpacked("v5-subset"), "subset"));
  const chosen = ofEachKind([...contents.keys()].filter((path) => path !== "manifest.json"));
  assert.ok(chosen.length > 20, chosen.join("\n"));
  for (const path of chosen) {
    const bytes = Buffer.from(contents.get(path) as Uint8Array);
    const at = bytes.indexOf(0x3a) + 3;
    bytes[at] = (bytes[at] ?? 0) ^ 2;
    const { findings } = await verified(new Map(contents).set(path, bytes));
    const files = findings.map(({ facts }) => facts["file"]);
    assert.ok(files.includes(path), `${path}: ${files.join(", ")}`);
  }
});

for (const [archive, root, files] of [
  ["release9-snapshot", "7b6f26994f80b858d811e241ac0c80725d85de7b3e4e6936f37a9447ea9ba3f0", 538],
  ["release9-three-domains", "9ac32250add367a64ce9977bfe16c34d4fd38f78cee034a55f8a9efd54a9e17d", 169],
] as const) {
  it(`${archive} is verified as far as its hashes reach`, { skip }, async () => {
    rmSync(join(scratch, "snapshot"), { recursive: true, force: true });
    const snapshot = join(unpacked(archive), "snapshot");
    const found = await verifySnapshot({ snapshot, files: nodeFiles, seal: NOTHING });
    assert.deepEqual([found.findings, found.root, found.files], [[], root, files]);
    assert.ok(found.uncovered.length > 0);
  });
}
