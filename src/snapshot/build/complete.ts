/**
 * Adds what authored artifacts mention and nobody authored: artifacts of the snapshot that is built upon, and standard
 * capabilities.
 */

import { order } from "../../json/text.ts";
import { derive, deriveAssembled, machineBlock } from "../derive.ts";
import { type Fqdn, isFqdn, wordOf } from "../fqdn.ts";
import type { BaseArtifact, BuildOptions, BuiltArtifact } from "./authored.ts";
import type { Identity, Tree } from "./identity.ts";
import { mentionsIn } from "./references.ts";

export function complete(
  authored: readonly BuiltArtifact[],
  unread: ReadonlySet<string>,
  tree: Tree,
  { base = [], standard = () => null }: BuildOptions,
) {
  const all = new Map<string, BuiltArtifact>(authored.map((one) => [one.fqdn, one]));
  const onBase = new Map<string, BaseArtifact>(base.map((one) => [one.fqdn, one]));
  const generated: Fqdn[] = [];
  const open = [...authored];
  for (let artifact = open.pop(); artifact !== undefined; artifact = open.pop()) {
    for (const name of namesIn(artifact, onBase.get(artifact.fqdn))) {
      if (all.has(name) || unread.has(name)) continue;
      const carried = onBase.get(name);
      const added =
        carried === undefined ? standardArtifact(name, tree, standard) : carriedArtifact(carried, tree);
      if (added === null) continue;
      if (carried === undefined) generated.push(name);
      all.set(name, added);
      open.push(added);
    }
  }
  return { artifacts: [...all.values()].sort((a, b) => order(a.fqdn, b.fqdn)), generated: generated.sort() };
}

function namesIn({ derived }: BuiltArtifact, carried: BaseArtifact | undefined): ReadonlySet<Fqdn> {
  const mentioned = [...mentionsIn(derived.frontmatter)].map(({ name }) => name);
  return new Set([...mentioned, ...(carried?.references.filter(isFqdn) ?? [])]);
}

function standardArtifact(
  fqdn: Fqdn,
  tree: Tree,
  standard: NonNullable<BuildOptions["standard"]>,
): BuiltArtifact | null {
  const content = standard(fqdn, tree.form);
  const identity = content === null ? null : tree.standard(fqdn);
  return content === null || identity === null ? null : added(identity, content, tree, null);
}

function carriedArtifact({ fqdn, file, content, text }: BaseArtifact, tree: Tree): BuiltArtifact {
  return added({ fqdn, kind: wordOf(fqdn), file, modulePath: "", layer: "" }, content, tree, text);
}

function added(identity: Identity, content: string, { form }: Tree, carried: string | null): BuiltArtifact {
  const { fqdn, kind, file } = identity;
  const block = machineBlock(content);
  const derived = form === "assembled" ? deriveAssembled(fqdn, block) : derive(fqdn, content, block);
  return { fqdn, kind, file, content, derived, identity, block, source: null, text: null, carried };
}
