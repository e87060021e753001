/** What the STRUCTURE artifacts of a tree declare about its paths: among the files, else in the snapshot that is built upon. */

import type { JsonObject } from "../../json/value.ts";
import { ContentError, machineBlock } from "../derive.ts";
import { codeOf } from "../fqdn.ts";
import type { AuthoredFile, BaseArtifact } from "./authored.ts";
import { type Domain, domainIn, isDomain } from "./domain.ts";
import type { ModuleRules } from "./module-tree.ts";
import type { Problem } from "./problem.ts";
import { readMarkdown } from "./read-markdown.ts";
import { RULE_CODES, type TreeRules } from "./tree.ts";

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
  for (const { fqdn, content } of base)
    if (isDomain(codeOf(fqdn), content)) add(codeOf(fqdn), blockOf(content));
  for (const { path, text } of files) {
    const code = codeAt(path);
    if (!isDomain(code, text)) continue;
    const reading = readMarkdown(path, text, { kind: "STRUCTURE", code, fqdn: null, form: "assembled" });
    problems.push(...reading.problems);
    add(code, reading.block);
  }
  return { modules: moduleRules(files, base), domains: [...domains.values()], problems };
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
