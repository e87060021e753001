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

export type Identified = Identity | { readonly problem: Problem };

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
  return rules === null || isOwnTree(paths) ? { form: "own", identify: identifyOwn } : moduleTree(rules);
}

/** Whether a file of the tree has a namespace in its name. */
export function isOwnTree(paths: readonly string[]): boolean {
  return paths.some((path) => /(?:^|\/)[^/]+__[A-Z][^/]*\.md$/.test(path));
}

function problem(
  file: string,
  code: ProblemCode,
  message: string,
  hint: string,
): { readonly problem: Problem } {
  return { problem: { file, line: 1, column: 1, code, severity: "error", message, hint } };
}

// ---- our own ----

function identifyOwn(path: string): Identified {
  const [, governance = "", folder = "", name = ""] =
    /^(governance\/)?(?:([^/]+)\/)?([^/]+)\.md$/.exec(path) ?? [];
  const fqdn = name.replace("__", "::");
  if (!isFqdn(fqdn)) {
    const message = `${path} is not named <kind folder>/<namespace>__<CODE>.md`;
    const hint =
      "give it a name such as events/my_domain__EV_DONE_V0.md, or move it out of the authored folder";
    return problem(path, "BAD_FILE_NAME", message, hint);
  }
  const kind = firstWordOf(codeOf(fqdn));
  const folders: Readonly<Record<string, string>> = governance === "" ? KIND_FOLDERS : GOVERNANCE_FOLDERS;
  const right = Object.hasOwn(folders, kind) ? folders[kind] : undefined;
  if (right === undefined) {
    const code = codeOf(fqdn);
    const known = [...new Set([...Object.keys(KIND_FOLDERS), ...Object.keys(GOVERNANCE_FOLDERS)])];
    const other = otherPlace(kind, name);
    const nearest = nearestName(kind, known);
    const meant =
      nearest === null ? null : `${path.slice(0, path.lastIndexOf("/") + 1)}${name.replace(kind, nearest)}.md`;
    const hint =
      other !== null
        ? `move it to ${other}`
        : meant !== null
          ? `rename it to ${meant}`
          : `begin its code with ${known.join(", ")}`;
    return problem(path, "BAD_FILE_NAME", `${code} begins with no kind of artifact that belongs here`, hint);
  }
  if (folder !== right) {
    const hint = `move it to ${governance}${right}/${name}.md`;
    return problem(
      path,
      "WRONG_FOLDER",
      `${codeOf(fqdn)} does not belong in the folder ${folder || "."}`,
      hint,
    );
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

function otherPlace(kind: string, name: string): string | null {
  if (Object.hasOwn(KIND_FOLDERS, kind)) return `${KIND_FOLDERS[kind as keyof typeof KIND_FOLDERS]}/${name}.md`;
  return Object.hasOwn(GOVERNANCE_FOLDERS, kind) ? `governance/${GOVERNANCE_FOLDERS[kind]}/${name}.md` : null;
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
        return problem(path, "BAD_FILE_NAME", `${path} is not named <module path>/<CODE>.md`, hint);
      }
      const modulePath = folders.replaceAll("/", ".");
      const namespace = namespaceFor(modulePath);
      const layer = layerFor(modulePath);
      if (namespace === null || layer === null) {
        const where = namespace === null ? "namespace (STRUCTURE_IDENTITY)" : "layer (STRUCTURE_DISCOVERY)";
        const hint = `move it to a folder that the rules of the STRUCTURE artifacts know, or add a rule for ${modulePath || "."}`;
        return problem(
          path,
          "NO_NAMESPACE",
          `no rule gives the module path ${modulePath || "."} a ${where}`,
          hint,
        );
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
