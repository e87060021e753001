/** Capability packages in memory. */

import { type LoadedPackage, loadPackages } from "../../../src/capabilities/packages/load.ts";
import { hostCode } from "../../../src/platform/host-code.ts";
import { openRealm } from "../../../src/platform/realm.ts";
import type { Files, Realm, Sources } from "../../../src/ports.ts";

/** Text by path below the package. */
export type Texts = Readonly<Record<string, string>>;

/** Folders by absolute path, each with the texts of its files. */
export function filesOf(folders: Readonly<Record<string, Texts>>, links: Texts = {}): Files {
  const texts = new Map<string, string>();
  for (const [folder, files] of Object.entries(folders))
    for (const [path, text] of Object.entries(files)) texts.set(`${folder}/${path}`, text);
  const isFolder = (path: string) => [...texts.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    read: (path) =>
      texts.has(path)
        ? Buffer.from(texts.get(path) ?? "", texts.get(path)?.includes("\xff") ? "latin1" : "utf8")
        : null,
    realPath: (path) => links[path] ?? (texts.has(path) || isFolder(path) ? path : null),
    isFolder,
    names(folder) {
      const below = [...texts.keys()].filter((file) => file.startsWith(`${folder}/`));
      return [...new Set(below.map((file) => file.slice(folder.length + 1).split("/")[0] ?? ""))];
    },
    list: () => [],
  };
}

export const FOLDER = "/w/capabilities";

export function manifest(...capabilities: readonly string[]): string {
  return JSON.stringify({ name: "trial-capabilities", version: "1.0.0", capabilities });
}

/** A transform with this body, of the input `x`; it imports what stands above it. */
export function transformText(body: string, { imports = "", draws = "" } = {}): string {
  return `import { transform, anything, optional } from "pgs-runner/capability";
${imports}
export default transform({
  code: "trial::CT_TRIAL_V0",
  about: "What the body says.",
  input: { x: optional(anything) },
  result: ["value"],
  violations: ["NO"],${draws === "" ? "" : `\n  draws: "${draws}",`}
  run({ x }, sources) {
    ${body}
  },
  examples: [{ about: "none", input: {}, result: { value: 1 } }],
});
`;
}

/** In less time than a machine takes to do anything of use. */
const SHORT = 200;

/** A realm whose code may not compute for long. */
async function impatientRealm(): Promise<Realm> {
  const realm = openRealm();
  return { ...realm, limited: (work) => realm.limited(work, SHORT) };
}

export async function load(files: Texts, { isImpatient = false } = {}): Promise<LoadedPackage> {
  const ports = {
    files: filesOf({ [FOLDER]: files }),
    openRealm: isImpatient ? impatientRealm : async () => openRealm(),
    openHostCode: async () => hostCode,
  };
  const [loaded] = await loadPackages([FOLDER], "/w", ports);
  if (loaded === undefined) throw new Error("no package");
  return loaded;
}

/** The package with one transform of this text. */
export function loadTransform(text: string, others: Texts = {}): Promise<LoadedPackage> {
  return load({ "pgs.capabilities.json": manifest("ct.js"), "ct.js": text, ...others });
}

export const SOURCES: Sources = {
  clock: () => "2026-01-31T09:00:00.000Z",
  entropy: (count) => "5a".repeat(count),
};
