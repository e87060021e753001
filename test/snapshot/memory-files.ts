/** A snapshot in memory: what a file holds can change between two readings, and nothing touches the disk. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/json/canonical.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { Files } from "../../src/ports.ts";
import { derive } from "../../src/snapshot/derive.ts";
import { codeOf, type Fqdn, fileOf, type Kind, kindOf, namespaceOf } from "../../src/snapshot/fqdn.ts";
import { SEAL_FILE, sealText } from "../../src/snapshot/seal.ts";

/** Bytes by path below the snapshot. */
export type Contents = Map<string, Uint8Array>;

export const FOLDER = "/snapshot";

export function memoryFiles(contents: ReadonlyMap<string, Uint8Array>): Files {
  const below = (path: string) => path.slice(FOLDER.length + 1);
  const paths = () => [...contents.keys()].sort();
  const isFolder = (path: string) =>
    path === FOLDER || paths().some((one) => one.startsWith(`${below(path)}/`));
  return {
    read: (path) => contents.get(below(path)) ?? null,
    realPath: (path) => (contents.has(below(path)) || isFolder(path) ? path : null),
    isFolder,
    names(folder) {
      const start = folder === FOLDER ? "" : `${below(folder)}/`;
      const inside = paths().filter((path) => folder.startsWith(FOLDER) && path.startsWith(start));
      return [...new Set(inside.map((path) => path.slice(start.length).split("/", 1)[0] ?? ""))];
    },
    list(folder) {
      const start = folder === FOLDER ? "" : `${below(folder)}/`;
      const found = paths().filter((path) => path.startsWith(start));
      return found.map((path) => ({ path: path.slice(start.length), isFile: true, isLink: false }));
    },
  };
}

/** The project's own snapshot, as it is on disk. */
export const OWN_SNAPSHOT = join(import.meta.dirname, "../../protocol_snapshot");

/** Every file of a snapshot on disk. */
export function contentsOf(folder: string): Contents {
  return new Map(nodeFiles.list(folder).map(({ path }) => [path, readFileSync(join(folder, path))]));
}

/** The same files, with a seal over them. */
export function sealed(contents: ReadonlyMap<string, Uint8Array>): Contents {
  const files = [...contents]
    .map(([path, bytes]) => ({ path, bytes }))
    .filter(({ path }) => path !== SEAL_FILE);
  const { text } = sealText(files, { name: "test", version: "1" });
  return new Map([...files.map(({ path, bytes }) => [path, bytes] as const), [SEAL_FILE, Buffer.from(text)]]);
}

/** One artifact, made from its Machine block (YAML or JSON) as a compiler makes it: path and text. */
export function artifact(name: string, machine: string): readonly [path: string, text: string] {
  const fqdn = name as Fqdn;
  const kind = kindOf(fqdn) as Kind;
  const content = `# ${codeOf(fqdn)}\n\n## Machine\n\n\`\`\`yaml\n${machine}\n\`\`\`\n`;
  const envelope = {
    artifact_code: codeOf(fqdn),
    artifact_type: kind,
    content,
    content_hash: sha256(content),
    fqdn_id: fqdn,
    ...derive(fqdn, content),
    layer_code: "TEST",
    module_path: "test",
    namespace: namespaceOf(fqdn),
    references: [],
    version: "0",
  };
  return [fileOf(fqdn, kind), `${JSON.stringify(envelope, null, 2)}\n`];
}

/** A snapshot of the artifacts given by name and Machine block. */
export function snapshotOf(artifacts: Readonly<Record<string, string>>): Contents {
  const made = Object.entries(artifacts).map(([name, machine]) => artifact(name, machine));
  return new Map(made.map(([path, text]) => [path, Buffer.from(text)]));
}
