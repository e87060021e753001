/**
 * The two forms of a folder of authored files, and what a path in each says about the artifact: its full name, its file
 * below the snapshot, its module path and its layer.
 */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
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
import type { Problem, ProblemCode } from "./problem.ts";

/** `own`: `<kind folder>/<namespace>__<CODE>.md`. `modules`: `<module path>/<CODE>.md`. */
export type TreeForm = "own" | "modules";

export interface Identity {
  readonly fqdn: Fqdn;
  readonly kind: string;
  /** Below the snapshot. */
  readonly file: string;
  readonly modulePath: string;
  readonly layer: string;
}

/** `meant` is the artifact that a misplaced file was obviously meant to be. */
export type Identified = Identity | { readonly problem: Problem; readonly meant: Fqdn | null };

/** How the paths of a tree are read. */
export interface Tree {
  readonly form: TreeForm;
  identify(path: string): Identified;
}

/** The rules of a tree of modules, as its STRUCTURE artifacts have them. */
export interface ModuleRules {
  /** The Machine block of `STRUCTURE_IDENTITY_V<n>`. */
  readonly identity: JsonObject;
  /** The Machine block of `STRUCTURE_DISCOVERY_V<n>`. */
  readonly discovery: JsonObject;
}

/** The codes of the artifacts that `ModuleRules` are read from. */
export const RULE_CODES = {
  identity: /^STRUCTURE_IDENTITY_V\d+$/,
  discovery: /^STRUCTURE_DISCOVERY_V\d+$/,
} as const;

/** A tree of modules needs its rules, and has no file with a namespace in its name. */
export function treeOf(paths: readonly string[], rules: ModuleRules | null): Tree {
  const isOwn = rules === null || paths.some((path) => /(?:^|\/)[^/]+__[A-Z][^/]*\.md$/.test(path));
  return isOwn ? ownTree(paths) : moduleTree(rules);
}

interface Misplaced {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
  readonly names?: readonly string[];
  /** The artifact that it was meant to be. */
  readonly meant?: Fqdn | undefined;
}

function misplaced(file: string, { meant, ...said }: Misplaced): Identified {
  const problem: Problem = { file, line: 1, column: 1, severity: "error", ...said };
  return { problem, meant: meant ?? null };
}

// ---- our own ----

function ownTree(paths: readonly string[]): Tree {
  const namespace = commonNamespace(paths);
  return { form: "own", identify: (path) => identifyOwn(path, namespace) };
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
  if (form === "modules")
    return { hint: `add the file ${codeOf(name)}.md to the folder of its module, or correct the name` };
  const file = ownPathOf(name);
  return { hint: `add the file ${file}, or correct the name`, names: [file] };
}

/** Where the file of an artifact belongs. */
export function ownPathOf(name: Fqdn): string {
  const file = name.replace("::", "__");
  return otherPlace(firstWordOf(codeOf(name)), file) ?? `${file}.md`;
}

// ---- of modules ----

function moduleTree(rules: ModuleRules): Tree {
  const namespaceFor = namespaces(rules.identity);
  const layerFor = layers(rules.discovery);
  return {
    form: "modules",
    identify(path) {
      const [, folders = "", code = ""] = /^(?:(.+)\/)?([^/]+)\.md$/.exec(path) ?? [];
      if (!/^[A-Z][A-Z0-9_]*$/.test(code)) {
        const hint = "give it a name such as EV_DONE_V0.md, or move it out of the authored folder";
        const message = `${path} is not named <module path>/<CODE>.md`;
        return misplaced(path, { code: "BAD_FILE_NAME", message, hint, names: [path] });
      }
      const modulePath = folders.replaceAll("/", ".");
      const namespace = namespaceFor(modulePath);
      const layer = layerFor(modulePath);
      if (namespace === null || layer === null) {
        const where = namespace === null ? "namespace (STRUCTURE_IDENTITY)" : "layer (STRUCTURE_DISCOVERY)";
        const hint = `move it to a folder that the rules of the STRUCTURE artifacts know, or add a rule for ${modulePath || "."}`;
        const message = `no rule gives the module path ${modulePath || "."} a ${where}`;
        return misplaced(path, { code: "NO_NAMESPACE", message, hint });
      }
      return identity(`${namespace}::${code}` as Fqdn, modulePath, layer);
    },
  };
}

/** Kinds that no newer tree has. */
const OLDER_FOLDERS: Readonly<Record<string, string>> = { ASSERT: "assertions" };

function identity(fqdn: Fqdn, modulePath: string, layer: string): Identity {
  const kind = firstWordOf(codeOf(fqdn));
  const isGovernance = layer === "GOVERNANCE";
  const folders: Readonly<Record<string, string>> = isGovernance ? GOVERNANCE_FOLDERS : KIND_FOLDERS;
  const folder = Object.hasOwn(folders, kind) ? folders[kind] : (OLDER_FOLDERS[kind] ?? kind.toLowerCase());
  const file = `${isGovernance ? "governance/" : ""}artifacts/${folder}/${fqdn.replace("::", "__")}.json`;
  return { fqdn, kind, file, modulePath, layer };
}

function namespaces(block: JsonObject): (modulePath: string) => string | null {
  const derivation = ["identity", "fqdn", "namespace", "derivation"].reduce(objectAt, block);
  const listed = own(derivation, "rules");
  const rules: readonly Json[] = Array.isArray(listed) ? listed : [];
  return (modulePath) => {
    for (const rule of rules) {
      const match = isObject(rule) ? own(rule, "match") : undefined;
      if (!isObject(rule) || typeof match !== "string" || !modulePath.includes(match)) continue;
      const { namespace, namespace_template: template } = rule;
      if (typeof namespace === "string") return namespace;
      return typeof template === "string" ? template.replaceAll("{module_path}", modulePath) : null;
    }
    return null;
  };
}

function layers(block: JsonObject): (modulePath: string) => string | null {
  const declared = objectAt(objectAt(block, "discovery"), "layers");
  const modules = Object.entries(declared).flatMap(([layer, one]) => {
    const module = isObject(one) ? own(one, "registry_module") : undefined;
    return typeof module === "string" ? [{ layer, module }] : [];
  });
  return (modulePath) =>
    modules.find(({ module }) => modulePath === module || modulePath.startsWith(`${module}.`))?.layer ?? null;
}
