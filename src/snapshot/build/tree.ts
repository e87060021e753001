/** The forms of a folder of authored files, and how each form is recognised. */

import {
  codeOf,
  type Fqdn,
  firstWordOf,
  GOVERNANCE_FOLDERS,
  isFqdn,
  KIND_FOLDERS,
  namespaceOf,
} from "../fqdn.ts";
import { nearestName } from "../nearest-name.ts";
import type { Domain } from "./domain.ts";
import {
  type Identified,
  type Identity,
  type Misplaced,
  misplaced,
  type Tree,
  type TreeForm,
} from "./identity.ts";
import { assembledTree, type ModuleRules, moduleTree } from "./module-tree.ts";
import type { Problem } from "./problem.ts";

/** The codes of the artifacts that `ModuleRules` are read from. */
export const RULE_CODES = {
  identity: /^STRUCTURE_IDENTITY_V\d+$/,
  discovery: /^STRUCTURE_DISCOVERY_V\d+$/,
} as const;

/** What the STRUCTURE artifacts of a tree, or of the snapshot that it is built upon, declare. */
export interface TreeRules {
  readonly modules: ModuleRules | null;
  readonly domains: readonly Domain[];
}

/** Domains declare an assembled snapshot. A tree of modules needs its rules, and has no file with a namespace in its name. */
export function treeOf(
  paths: readonly string[],
  { modules: rules, domains }: TreeRules = { modules: null, domains: [] },
): Tree {
  if (domains.length > 0) return assembledTree(domains);
  const isOwn = rules === null || hasOwnNames(paths);
  return isOwn ? ownTree(paths) : { ...moduleTree(rules), standard: standardOfWorkspace };
}

/** Whether a file has a namespace in its name, as in a tree of our own. */
export function hasOwnNames(paths: readonly string[]): boolean {
  return paths.some((path) => /(?:^|\/)[^/]+__[A-Z][^/]*\.md$/.test(path));
}

// ---- our own ----

function ownTree(paths: readonly string[]): Tree {
  const namespace = commonNamespace(paths);
  return { form: "own", identify: (path) => identifyOwn(path, namespace), standard: standardOfWorkspace };
}

function standardOfWorkspace(name: Fqdn): Identity | null {
  const identified = identifyOwn(ownPathOf(name), null);
  return "problem" in identified ? null : identified;
}

/** The namespace that most files of a domain have. */
function commonNamespace(paths: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const [, namespace] = /(?:^|\/)(?:workflows|intents|events)\/([^/]+)__[A-Z][^/]*\.md$/.exec(path) ?? [];
    if (namespace !== undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function identifyOwn(path: string, common: string | null): Identified {
  const [, governance = "", folder = "", name = ""] =
    /^(governance\/)?(?:([^/]+)\/)?([^/]+)\.md$/.exec(path) ?? [];
  const fqdn = name.replace("__", "::");
  if (!isFqdn(fqdn)) return misplaced(path, unnamed(path, name, common));
  const kind = firstWordOf(codeOf(fqdn));
  const folders: Readonly<Record<string, string>> = governance === "" ? KIND_FOLDERS : GOVERNANCE_FOLDERS;
  const right = Object.hasOwn(folders, kind) ? folders[kind] : undefined;
  if (right === undefined) return misplaced(path, unknownKind(path, fqdn));
  if (folder !== right) {
    const message = `${codeOf(fqdn)} does not belong in the folder ${folder || "."}`;
    const to = `${governance}${right}/${name}.md`;
    return misplaced(path, {
      code: "WRONG_FOLDER",
      message,
      hint: `move it to ${to}`,
      names: [to],
      meant: fqdn,
    });
  }
  const namespace = namespaceOf(fqdn);
  return {
    fqdn,
    kind,
    file: `${governance}artifacts/${folder}/${name}.json`,
    layer: namespace.replaceAll(".", "_").toUpperCase(),
    modulePath: `${namespace}.${folder}`,
  };
}

function unnamed(path: string, name: string, namespace: string | null): Misplaced {
  const meant = `${namespace}::${name}`;
  const isCode = namespace !== null && isFqdn(meant) && otherPlace(firstWordOf(name), name) !== null;
  const to = isCode ? ownPathOf(meant) : "events/my_domain__EV_DONE_V0.md";
  return {
    code: "BAD_FILE_NAME",
    message: `${path} is not named <kind folder>/<namespace>__<CODE>.md`,
    hint: isCode ? `rename it to ${to}` : `give it a name such as ${to}, or move it out of the authored folder`,
    names: [path, to],
    meant: isCode ? meant : undefined,
  };
}

function unknownKind(path: string, fqdn: Fqdn): Misplaced {
  const code = codeOf(fqdn);
  const kind = firstWordOf(code);
  const known = [...new Set([...Object.keys(KIND_FOLDERS), ...Object.keys(GOVERNANCE_FOLDERS)])];
  const nearest = nearestName(kind, known);
  const message = `${code} begins with no kind of artifact that belongs here`;
  const other = otherPlace(kind, fqdn.replace("::", "__"));
  if (other !== null)
    return { code: "BAD_FILE_NAME", message, hint: `move it to ${other}`, names: [other], meant: fqdn };
  if (nearest === null)
    return { code: "BAD_FILE_NAME", message, hint: `begin its code with one of ${known.join(", ")}` };
  const renamed = fqdn.replace(`::${kind}`, `::${nearest}`);
  const to = `${path.slice(0, path.lastIndexOf("/") + 1)}${renamed.replace("::", "__")}.md`;
  const meant = isFqdn(renamed) ? renamed : undefined;
  return { code: "BAD_FILE_NAME", message, hint: `rename it to ${to}`, names: [to], meant };
}

function otherPlace(kind: string, name: string): string | null {
  if (Object.hasOwn(KIND_FOLDERS, kind)) return `${KIND_FOLDERS[kind as keyof typeof KIND_FOLDERS]}/${name}.md`;
  return Object.hasOwn(GOVERNANCE_FOLDERS, kind) ? `governance/${GOVERNANCE_FOLDERS[kind]}/${name}.md` : null;
}

/** What to do where nobody authored an artifact that is mentioned. */
export function authorIt(name: Fqdn, form: TreeForm): Pick<Problem, "hint" | "names"> {
  if (form !== "own")
    return { hint: `add the file ${codeOf(name)}.md to the folder of its module, or correct the name` };
  const file = ownPathOf(name);
  return { hint: `add the file ${file}, or correct the name`, names: [file] };
}

/** Where the file of an artifact belongs. */
export function ownPathOf(name: Fqdn): string {
  const file = name.replace("::", "__");
  return otherPlace(firstWordOf(codeOf(name)), file) ?? `${file}.md`;
}
