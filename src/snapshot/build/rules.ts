/** What the STRUCTURE artifacts of a tree declare about its paths: among the files, else in the snapshot that is built upon. */

import { pointer } from "../../json/pointer.ts";
import { isObject, type JsonObject, own } from "../../json/value.ts";
import { ContentError, machineBlock } from "../derive.ts";
import { codeOf, isFqdn, namespaceOf } from "../fqdn.ts";
import { type Path, quote, sentence } from "../hint.ts";
import type { AuthoredFile, BaseArtifact } from "./authored.ts";
import type { AuthoredText } from "./authored-text.ts";
import { type Domain, domainIn, isDomain } from "./domain.ts";
import { type ModuleRules, modulesOf } from "./module-tree.ts";
import type { Problem } from "./problem.ts";
import { readMarkdown } from "./read-markdown.ts";
import { hasOwnNames, RULE_CODES, type TreeRules } from "./tree.ts";

export interface FoundRules extends TreeRules {
  /** What is wrong with the declarations of domains: until it is corrected, no path can be read. */
  readonly problems: readonly Problem[];
}

export function rulesIn(files: readonly AuthoredFile[], base: readonly BaseArtifact[]): FoundRules {
  const domains = new Map<string, Domain>();
  const problems: Problem[] = [];
  const add = (code: string, block: JsonObject | null) => {
    const domain = block === null ? null : domainIn(code, block);
    if (domain !== null) domains.set(code, domain);
  };
  const declarations = files.filter(({ path, text }) => isDomain(codeAt(path), text));
  // Files of a tree of our own belong to no domain, whatever they are built upon.
  const isOwn = declarations.length === 0 && hasOwnNames(files.map(({ path }) => path));
  for (const { fqdn, content } of isOwn ? [] : base)
    if (isDomain(codeOf(fqdn), content)) add(codeOf(fqdn), blockOf(content));
  for (const { path, text } of declarations) {
    const code = codeAt(path);
    const reading = readMarkdown(path, text, { kind: "STRUCTURE", code, fqdn: null, form: "assembled" });
    const here = placeOf(path, reading.block);
    for (const problem of reading.problems) problems.push({ ...problem, hint: here(problem.hint) });
    add(code, reading.block);
    const domain = domains.get(code);
    if (reading.problems.length > 0 || domain === undefined) continue;
    const others = [...domains.values()].filter((one) => one !== domain);
    const misplaced = [
      ...outsideItself(path, domain, reading.text),
      ...sharedModules(path, domain, others, reading.text),
    ];
    for (const problem of misplaced) problems.push(problem);
  }
  return { modules: moduleRules(files, base), domains: [...domains.values()], problems };
}

/** Puts the domain's own names in the place of those that examples have. */
function placeOf(path: string, block: JsonObject | null): (hint: string) => string {
  const modulePath = moduleOf(path);
  const stated = block === null ? undefined : own(block, "fqdn");
  const [first = ""] = modulePath.split(".");
  const name = isFqdn(stated) ? namespaceOf(stated) : first;
  return (hint) =>
    hint
      .replaceAll("my_domain.registry", modulePath)
      .replaceAll("my_domain", name)
      .replaceAll("MY_DOMAIN", name.toUpperCase());
}

/** What declares a domain is a part of it: that its own place has a layer and a namespace shows a misspelt module at once. */
function outsideItself(file: string, domain: Domain, text: AuthoredText): readonly Problem[] {
  const modulePath = moduleOf(file);
  const { layer, namespace } = modulesOf(domain)(modulePath);
  const [firstLayer = ""] = Object.keys(domain.layers);
  const path: Path =
    layer === null ? ["layer_definitions", firstLayer, "registry_module"] : ["identity_rules", 0, "match"];
  if (layer !== null && namespace !== null) return [];
  const what = layer === null ? "layer" : "namespace";
  const message = `the domain ${domain.name} gives the file that declares it no ${what}`;
  const hint = sentence(pointer(path), { do: "change", to: quote(modulePath) });
  return [{ file, ...text.at(path, "value"), code: "NO_NAMESPACE", severity: "error", message, hint, path }];
}

/** A module belongs to one domain. */
function sharedModules(
  file: string,
  domain: Domain,
  others: readonly Domain[],
  text: AuthoredText,
): readonly Problem[] {
  return Object.entries(domain.layers).flatMap(([layer, declared]) => {
    const module = String(isObject(declared) ? own(declared, "registry_module") : "");
    const other = others.find((one) => modulesOf(one)(module).layer !== null);
    if (other === undefined) return [];
    const path = ["layer_definitions", layer, "registry_module"];
    const message = `the module ${module} belongs to the domain ${other.name} (${other.code}) already`;
    const hint = `remove ${file}, or declare another module there`;
    const place = { file, ...text.at(path, "value"), path, names: [file] };
    return [{ ...place, code: "SECOND_DEFINITION", severity: "error", message, hint }];
  });
}

function moduleOf(path: string): string {
  return path.split("/").slice(0, -1).join(".");
}

function moduleRules(files: readonly AuthoredFile[], base: readonly BaseArtifact[]): ModuleRules | null {
  const read = (which: keyof ModuleRules): JsonObject | null => {
    const isRule = (code: string) => RULE_CODES[which].test(code);
    const file = files.find(({ path }) => isRule(codeAt(path)));
    const content = file?.text ?? base.find(({ fqdn }) => isRule(codeOf(fqdn)))?.content;
    return content === undefined ? null : blockOf(content);
  };
  const [identity, discovery] = [read("identity"), read("discovery")];
  return identity === null || discovery === null ? null : { identity, discovery };
}

/** The code that a file of a tree of modules has for its name. */
function codeAt(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.md$/, "");
}

function blockOf(content: string): JsonObject | null {
  try {
    return machineBlock(content);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return null;
  }
}
