/** Names that authored Markdown mentions and nothing defines. */

import { sentence } from "../hint.ts";
import { nearestName } from "../nearest-name.ts";
import type { BuiltArtifact } from "./authored.ts";
import type { TreeForm } from "./identity.ts";
import type { Problem } from "./problem.ts";
import { mentionsIn } from "./references.ts";
import { authorIt } from "./tree.ts";

export interface Names {
  /** Those of artifacts. */
  readonly known: ReadonlySet<string>;
  /** Those that may be meant: capabilities and artifacts of the snapshot that is built upon, too. */
  readonly nameable: readonly string[];
}

/** Of a tree of modules nothing is reported: its rules may be elsewhere. */
export function unknownNames(
  { fqdn, source, text, derived }: BuiltArtifact,
  { known, nameable }: Names,
  form: TreeForm,
): readonly Problem[] {
  if (source === null || text === null || form === "modules") return [];
  return [...mentionsIn(derived.frontmatter)].flatMap(({ name, path, part }) => {
    if (known.has(name) || name === fqdn || isNodeName(path)) return [];
    if (form === "assembled" && isGovernance(path)) return [];
    const nearest = nearestName(name, nameable);
    const at = `/${path.map(String).join("/")}`;
    const advice =
      nearest === null
        ? authorIt(name, form)
        : {
            hint: sentence(
              at,
              part === "key" ? { do: "rename", to: nearest } : { do: "change", to: `"${nearest}"` },
            ),
          };
    const place = { file: source, ...text.at(path, part), path };
    const message = `${name} is mentioned, but no artifact defines it`;
    return [{ ...place, code: "UNKNOWN_NAME", severity: "error", message, ...advice }];
  });
}

/** The full name that was made of a node's code: compiling the workflow reports it at the code. */
function isNodeName(path: readonly (string | number)[]): boolean {
  return path.length === 4 && path[1] === "nodes" && path[3] === "fqdn_id";
}

/** Members that name rules of the platform, which a domain is compiled without. */
function isGovernance([member]: readonly (string | number)[]): boolean {
  return member === "governed_by" || member === "structure";
}
