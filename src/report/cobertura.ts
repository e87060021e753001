/** Coverage as Cobertura XML (coverage-04.dtd): a package for each domain, a class for each workflow. */

import type { CoveredFile, CoveredLine } from "../scenarios/artifact-lines.ts";
import { attributes, escaped } from "./xml.ts";

export interface CoberturaOptions {
  /** The folder that file names are relative to. */
  readonly source: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The whole document. */
export function coberturaText(files: readonly CoveredFile[], options: CoberturaOptions): string {
  const domains = [...new Set(files.map(domainOf))];
  const lines = files.flatMap((file) => file.lines);
  const branches = lines.flatMap((line) => line.branches);
  const counts = {
    "lines-covered": `${covered(lines.map(({ hits }) => hits))}`,
    "lines-valid": `${lines.length}`,
    "branches-covered": `${covered(branches)}`,
    "branches-valid": `${branches.length}`,
  };
  const about = { complexity: "0", version: options.version, timestamp: `${options.timestamp}` };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n',
    `<coverage${attributes({ ...rates(lines), ...counts, ...about })}>\n`,
    `  <sources>\n    <source>${escaped(options.source)}</source>\n  </sources>\n`,
    "  <packages>\n",
    ...domains.map((domain) =>
      packageText(
        domain,
        files.filter((file) => domainOf(file) === domain),
      ),
    ),
    "  </packages>\n</coverage>\n",
  ].join("");
}

function domainOf({ workflow }: CoveredFile): string {
  return workflow.slice(0, Math.max(workflow.lastIndexOf("::"), 0));
}

function packageText(name: string, files: readonly CoveredFile[]): string {
  const lines = files.flatMap((file) => file.lines);
  const start = `    <package${attributes({ name, ...rates(lines), complexity: "0" })}>\n      <classes>\n`;
  return `${start}${files.map(classText).join("")}      </classes>\n    </package>\n`;
}

function classText({ workflow, file, lines }: CoveredFile): string {
  const name = workflow.slice(workflow.lastIndexOf("::") + 2);
  const start = `        <class${attributes({ name, filename: file, ...rates(lines), complexity: "0" })}>\n`;
  const told = lines.map(lineText).join("");
  return `${start}          <methods/>\n          <lines>\n${told}          </lines>\n        </class>\n`;
}

function lineText({ line, hits, branches }: CoveredLine): string {
  const common = { number: `${line}`, hits: `${hits}` };
  if (branches.length === 0) return `            <line${attributes({ ...common, branch: "false" })}/>\n`;
  const share = Math.round((100 * covered(branches)) / branches.length);
  const condition = `${share}% (${covered(branches)}/${branches.length})`;
  return `            <line${attributes({ ...common, branch: "true", "condition-coverage": condition })}/>\n`;
}

function rates(lines: readonly CoveredLine[]): Readonly<Record<string, string>> {
  return {
    "line-rate": rate(lines.map(({ hits }) => hits)),
    "branch-rate": rate(lines.flatMap(({ branches }) => branches)),
  };
}

function rate(hits: readonly number[]): string {
  return hits.length === 0 ? "1" : (covered(hits) / hits.length).toFixed(4);
}

function covered(hits: readonly number[]): number {
  return hits.filter((one) => one > 0).length;
}
