/** The Markdown of an assembled snapshot, in the folders in which its authors would have it. */

import type { Json, JsonObject } from "../../../src/json/value.ts";
import type { AuthoredFile } from "../../../src/snapshot/build/authored.ts";
import { textsIn, unpacked } from "../../support/archive.ts";

export const SUBSET = "assembled/v5-subset.tar.xz";

/** By path, the text of each file of the smaller composition. */
export function subsetTexts(): ReadonlyMap<string, string> {
  return textsIn(`${unpacked(SUBSET)}/subset`);
}

/** The folder of each layer: as the artifacts of the domains declare it, and for the platform as `PLATFORM` does. */
const FOLDERS: Readonly<Record<string, string>> = {
  BLOCKCHAIN: "blockchain/registry",
  BOOK_LIBRARY_MGMT: "book_library_mgmt/registry",
  WORKLOAD: "workload/registry",
  WORKLOAD_TRANSPORT: "workload/transport",
  REUSABLE_TRANSFORMS: "platform/capability_transforms",
  REUSABLE_SIDE_EFFECTS: "platform/capability_side_effects",
};

/** The artifact that declares the platform, which the smaller composition leaves out. */
export const PLATFORM: AuthoredFile = {
  path: "platform/STRUCTURE_BUILD_PLATFORM_CONFIG_V0.md",
  text: `# STRUCTURE_BUILD_PLATFORM_CONFIG_V0

## Machine

\`\`\`yaml
fqdn: platform::STRUCTURE_BUILD_PLATFORM_CONFIG_V0
artifact_kind: STRUCTURE
structure_scope: platform
layer_definitions:
  REUSABLE_TRANSFORMS: { registry_module: platform.capability_transforms }
  REUSABLE_SIDE_EFFECTS: { registry_module: platform.capability_side_effects }
  PLATFORM: { registry_module: platform }
identity_rules:
- { match: platform.capability_transforms, namespace: capability_transforms }
- { match: platform.capability_side_effects, namespace: capability_side_effects }
- { match: platform, namespace: platform }
\`\`\`
`,
};

/** The artifacts with text, those of the domains alone or all of them. */
export function authoredIn(
  texts: ReadonlyMap<string, string>,
  isWanted: (domain: string) => boolean,
): readonly AuthoredFile[] {
  return [...texts].flatMap(([path, text]) => {
    const [, domain = "", folder = ""] = /^canonical\/([^/]+)\/(.+)\/[^/]+__[^/]+\.json$/.exec(path) ?? [];
    if (domain === "" || !isWanted(domain)) return [];
    const { artifact_code: code, content, layer_code: layer } = JSON.parse(text) as JsonObject;
    if (content === "") return [];
    return [{ path: `${FOLDERS[String(layer)]}/${folder}/${code}.md`, text: String(content as Json) }];
  });
}
