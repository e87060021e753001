/** All rules over one snapshot: what they find, each with its place, always in the same order. */

import { type JsonObject, lineOf, parsePointer, pointer } from "../json.ts";
import { contentLines } from "../snapshot/derive.ts";
import { digestOf } from "../trace/canonical.ts";
import type { Found, Rule, Severity } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** What a rule found, with everything that a report or another tool needs to know about it. */
export interface CheckFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** Full name of the artifact; null in a file that is none. */
  readonly artifact: string | null;
  /** Path below the snapshot, the place in it as RFC 6901, and the line at which that begins. */
  readonly file: string;
  readonly pointer: string;
  readonly line: number;
  /** The line of the authored Markdown that says it; null where the Markdown does not. */
  readonly markdown: number | null;
  readonly message: string;
  readonly hint: string;
  readonly facts: JsonObject;
  /** The same for the same breach, wherever the lines around it go. */
  readonly fingerprint: string;
}

export function check(subject: Subject, rules: readonly Rule[]): readonly CheckFinding[] {
  const locate = locator(subject);
  const findings = rules.flatMap((rule) =>
    [...rule.check(subject)].map((found): CheckFinding => {
      const { file, pointer: at, facts, message, hint = rule.hint } = found;
      const place = locate(found);
      const fingerprint = fingerprintOf(rule.id, found, subject);
      return {
        rule: rule.id,
        severity: rule.severity,
        file,
        pointer: at,
        ...place,
        message,
        hint,
        facts,
        fingerprint,
      };
    }),
  );
  const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  return [...byFingerprint.values()].sort((a, b) => order(sortKey(a), sortKey(b)));
}

function sortKey({ file, line, rule, fingerprint }: CheckFinding): string {
  return [file, String(line).padStart(9, "0"), rule, fingerprint].join("\0");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Place = Pick<CheckFinding, "artifact" | "line" | "markdown">;

function locator({ entries, texts }: Subject): (found: Found) => Place {
  const byFile = new Map([...entries.values()].map((entry) => [entry.file, entry]));
  const lines = new Map<string, ReturnType<typeof contentLines>>();
  return ({ file, pointer: at, line }) => {
    const entry = byFile.get(file);
    if (entry === undefined)
      return { artifact: null, line: line ?? lineIn(texts.get(file) ?? "", at), markdown: null };
    const find = lines.get(file) ?? contentLines(entry.content);
    lines.set(file, find);
    return { artifact: entry.fqdn, line: line ?? lineIn(entry.text, at), markdown: markdownLine(at, find) };
  };
}

/** What is missing has the line of what it is missing from. */
function lineIn(text: string, at: string): number {
  for (const path of upwards(parsePointer(at))) {
    const line = lineOf(text, pointer(path));
    if (line !== undefined) return line;
  }
  return 1;
}

function markdownLine(at: string, find: ReturnType<typeof contentLines>): number | null {
  const [field, ...below] = parsePointer(at);
  if (field !== "frontmatter") return null;
  for (const path of upwards(below)) {
    const line = find(path);
    if (line !== undefined) return line;
  }
  return null;
}

function* upwards(path: readonly string[]): Generator<readonly string[]> {
  for (let length = path.length; length >= 0; length--) yield path.slice(0, length);
}

/** Steps are known by name, so that one put before them changes nothing. */
function fingerprintOf(rule: string, { file, pointer: at, facts }: Found, { contracts }: Subject): string {
  const steps = contracts.find(({ artifact }) => artifact.file === file)?.table.steps ?? [];
  const stable = at.replace(/\/pipeline\/(\d+)/, (whole, index: string) => {
    const step = steps[Number(index)];
    return step === undefined ? whole : `/pipeline/${step.name}`;
  });
  return digestOf({ rule, file, at: stable, facts });
}
