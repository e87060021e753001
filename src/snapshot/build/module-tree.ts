/** Trees of modules: `<module path>/<CODE>.md`, whose STRUCTURE artifacts say what namespace and layer a module has. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import {
  codeOf,
  type Fqdn,
  firstWordOf,
  GOVERNANCE_FOLDERS,
  KIND_FOLDERS,
  namespaceOf,
  wordOf,
} from "../fqdn.ts";
import { nearestName } from "../nearest-name.ts";
import type { Domain } from "./domain.ts";
import { type Identified, type Identity, misplaced, type Tree } from "./identity.ts";

/** The rules of a tree of modules, as its STRUCTURE artifacts have them. */
export interface ModuleRules {
  /** The Machine block of `STRUCTURE_IDENTITY_V<n>`. */
  readonly identity: JsonObject;
  /** The Machine block of `STRUCTURE_DISCOVERY_V<n>`. */
  readonly discovery: JsonObject;
}

type OfModule = (modulePath: string) => string | null;

export function moduleTree({ identity, discovery }: ModuleRules): Omit<Tree, "standard"> {
  const derivation = ["identity", "fqdn", "namespace", "derivation"].reduce(objectAt, identity);
  const namespaceFor = namespaces(own(derivation, "rules"));
  const layerFor = layers(objectAt(objectAt(discovery, "discovery"), "layers"));
  return {
    form: "modules",
    identify: (path) =>
      inModule(path, (code, modulePath) => {
        const namespace = namespaceFor(modulePath);
        const layer = layerFor(modulePath);
        if (namespace !== null && layer !== null)
          return workspaceIdentity({ namespace, code, modulePath, layer });
        const where = namespace === null ? "namespace (STRUCTURE_IDENTITY)" : "layer (STRUCTURE_DISCOVERY)";
        const hint = `move it to a folder that the rules of the STRUCTURE artifacts know, or add a rule for ${modulePath || "."}`;
        const message = `no rule gives the module path ${modulePath || "."} a ${where}`;
        return misplaced(path, { code: "NO_NAMESPACE", message, hint });
      }),
  };
}

/** The layer and the namespace that a domain gives to a module path; null where it gives none. */
export function modulesOf({ layers: declared, identityRules }: Domain) {
  const layerFor = layers(declared);
  const namespaceFor = namespaces(identityRules);
  return (modulePath: string) => ({ layer: layerFor(modulePath), namespace: namespaceFor(modulePath) });
}

/** Each domain has its own modules, and its artifacts a folder of their own. */
export function assembledTree(domains: readonly Domain[]): Tree {
  const rules = domains.map((domain) => ({ domain, find: modulesOf(domain) }));
  return {
    form: "assembled",
    identify: (path) =>
      inModule(path, (code, modulePath) => {
        for (const { domain, find } of rules) {
          const { layer, namespace } = find(modulePath);
          if (layer === null) continue;
          if (namespace !== null) return assembledIdentity(domain.name, { namespace, code, modulePath, layer });
          const hint = `add a rule for it to /identity_rules of ${domain.code}`;
          const message = `no rule of the domain ${domain.name} gives the module path ${modulePath} a namespace`;
          return misplaced(path, { code: "NO_NAMESPACE", message, hint });
        }
        const to = `${nearestFolder(modulePath, domains)}/${code}.md`;
        const message = `no domain has a layer for the module path ${modulePath || "."}`;
        return misplaced(path, { code: "NO_NAMESPACE", message, hint: `move it to ${to}`, names: [to] });
      }),
    standard(name) {
      const platform = domains.find(({ imports }) => imports !== null)?.imports ?? null;
      const layer = STANDARD_LAYERS[wordOf(name)];
      if (platform === null || layer === undefined) return null;
      const named = { namespace: namespaceOf(name), code: codeOf(name), modulePath: "", layer };
      return assembledIdentity(platform, named);
    },
  };
}

/** The folder of the layer whose module path is most like it, else of the first layer. */
function nearestFolder(modulePath: string, domains: readonly Domain[]): string {
  const modules = domains.flatMap(({ layers: declared }) =>
    Object.values(declared).flatMap((one) => (isObject(one) ? String(one["registry_module"]) : [])),
  );
  return (nearestName(modulePath, modules) ?? modules[0] ?? ".").replaceAll(".", "/");
}

/** Of capabilities that domains import. */
const STANDARD_LAYERS: Readonly<Record<string, string>> = {
  CS: "REUSABLE_SIDE_EFFECTS",
  CT: "REUSABLE_TRANSFORMS",
};

function inModule(path: string, identify: (code: string, modulePath: string) => Identified): Identified {
  const [, folders = "", code = ""] = /^(?:(.+)\/)?([^/]+)\.md$/.exec(path) ?? [];
  if (/^[A-Z][A-Z0-9_]*$/.test(code)) return identify(code, folders.replaceAll("/", "."));
  const hint = "give it a name such as EV_DONE_V0.md, or move it out of the authored folder";
  const message = `${path} is not named <module path>/<CODE>.md`;
  return misplaced(path, { code: "BAD_FILE_NAME", message, hint, names: [path] });
}

interface Named {
  readonly namespace: string;
  readonly code: string;
  readonly modulePath: string;
  readonly layer: string;
}

/** Kinds that no newer tree has. */
const OLDER_FOLDERS: Readonly<Record<string, string>> = { ASSERT: "assertions" };

function workspaceIdentity({ namespace, code, modulePath, layer }: Named): Identity {
  const fqdn = `${namespace}::${code}` as Fqdn;
  const kind = firstWordOf(codeOf(fqdn));
  const isGovernance = layer === "GOVERNANCE";
  const folders: Readonly<Record<string, string>> = isGovernance ? GOVERNANCE_FOLDERS : KIND_FOLDERS;
  const folder = Object.hasOwn(folders, kind) ? folders[kind] : (OLDER_FOLDERS[kind] ?? kind.toLowerCase());
  const file = `${isGovernance ? "governance/" : ""}artifacts/${folder}/${fqdn.replace("::", "__")}.json`;
  return { fqdn, kind, file, modulePath, layer };
}

/** Folders of assembled snapshots that a workspace has not, or has elsewhere. */
const ASSEMBLED_FOLDERS: Readonly<Record<string, string>> = {
  ...KIND_FOLDERS,
  ...GOVERNANCE_FOLDERS,
  STRUCTURE: "structures",
  TE: "transport/egress",
};

/** Kinds whose prefix has two words. */
const LONG_KINDS: Readonly<Record<string, string>> = {
  SURFACE_CONTRACT: "surface_contracts",
  TEST_DATA: "test_data",
};

function assembledIdentity(domain: string, { namespace, code, modulePath, layer }: Named): Identity {
  const fqdn = `${namespace}::${code}` as Fqdn;
  const long = Object.keys(LONG_KINDS).find((prefix) => code.startsWith(`${prefix}_`));
  const kind = long ?? firstWordOf(code);
  const folder =
    LONG_KINDS[kind] ?? (Object.hasOwn(ASSEMBLED_FOLDERS, kind) ? ASSEMBLED_FOLDERS[kind] : kind.toLowerCase());
  const file = `canonical/${domain}/${folder}/${fqdn.replace("::", "__")}.json`;
  return { fqdn, kind, file, modulePath, layer };
}

function namespaces(listed: Json | undefined): OfModule {
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

function layers(declared: JsonObject): OfModule {
  const modules = Object.entries(declared).flatMap(([layer, one]) => {
    const module = isObject(one) ? own(one, "registry_module") : undefined;
    return typeof module === "string" ? [{ layer, module }] : [];
  });
  return (modulePath) =>
    modules.find(({ module }) => modulePath === module || modulePath.startsWith(`${module}.`))?.layer ?? null;
}
