/** All rules over one snapshot: what they find, each with its place, always in the same order. */

import { digestOf } from "../json/canonical.ts";
import { parsePointer, pointer } from "../json/pointer.ts";
import { linesOf, order } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
import { contentLines, type FindLine } from "../snapshot/derive.ts";
import type { AuthoredPlace } from "../snapshot/hint.ts";
import type { SnapshotModel } from "./analysis/snapshot-model.ts";
import type { Found, Rule, Severity } from "./rule.ts";

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
  /** The place in the workspace's Markdown, where that is what makes the artifact. */
  readonly authored?: AuthoredPlace;
  readonly message: string;
  readonly hint: string;
  readonly facts: JsonObject;
  /** The same for the same breach, wherever the lines around it go. */
  readonly fingerprint: string;
}

export function check(subject: SnapshotModel, rules: readonly Rule[]): readonly CheckFinding[] {
  const locate = locator(subject);
  const fingerprintOf = fingerprinter(subject);
  const findings = rules.flatMap((rule) =>
    [...rule.check(subject)].map((found): CheckFinding => {
      const { file, pointer: at, facts, message, hint = rule.hint, authored } = found;
      const place = locate(found);
      const fingerprint = fingerprintOf(rule.id, found);
      return {
        rule: rule.id,
        severity: rule.severity,
        file,
        pointer: at,
        ...place,
        ...(authored === undefined ? {} : { authored }),
        message,
        hint,
        facts,
        fingerprint,
      };
    }),
  );
  const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const keyed = [...byFingerprint.values()].map((finding) => ({ finding, key: sortKey(finding) }));
  return keyed.sort((a, b) => order(a.key, b.key)).map(({ finding }) => finding);
}

function sortKey({ file, line, rule, fingerprint }: CheckFinding): string {
  return [file, String(line).padStart(9, "0"), rule, fingerprint].join("\0");
}

type Place = Pick<CheckFinding, "artifact" | "line" | "markdown">;

function locator({ entries, texts }: SnapshotModel): (found: Found) => Place {
  const byFile = new Map([...entries.values()].map((entry) => [entry.file, entry]));
  const lines = new Map<string, ReadonlyMap<string, number>>();
  const finders = new Map<string, FindLine>();
  return ({ file, pointer: at, line }) => {
    const entry = byFile.get(file);
    const known = lines.get(file) ?? linesOf(entry?.text ?? texts.get(file) ?? "");
    lines.set(file, known);
    if (entry === undefined) return { artifact: null, line: line ?? lineIn(known, at), markdown: null };
    const find = finders.get(file) ?? contentLines(entry.content);
    finders.set(file, find);
    return { artifact: entry.fqdn, line: line ?? lineIn(known, at), markdown: markdownLine(at, find) };
  };
}

/** What is missing has the line of what it is missing from. */
function lineIn(lines: ReadonlyMap<string, number>, at: string): number {
  for (const path of upwards(parsePointer(at))) {
    const line = lines.get(pointer(path));
    if (line !== undefined) return line;
  }
  return 1;
}

function markdownLine(at: string, find: FindLine): number | null {
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

/** What gives a breach its fingerprint. Steps are known by name, so that one put before them changes nothing. */
export function fingerprinter({ contracts }: SnapshotModel): (rule: string, found: Breach) => string {
  const steps = new Map(contracts.map(({ artifact, table }) => [artifact.file, table.steps]));
  return (rule, { file, pointer: at, facts }) => {
    const stable = at.replace(/\/pipeline\/(\d+)/, (whole, index: string) => {
      const step = steps.get(file)?.[Number(index)];
      return step === undefined ? whole : `/pipeline/${step.name}`;
    });
    return digestOf({ rule, file, at: stable, facts });
  };
}

type Breach = Pick<Found, "file" | "pointer" | "facts">;
