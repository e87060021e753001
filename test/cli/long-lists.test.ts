/** Text shows the first entries of a long list and how many there are; no list is so long that it is a defect. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CheckFinding } from "../../src/check/check.ts";
import { NO_CONFIG } from "../../src/check/config.ts";
import { evaluate } from "../../src/check/evaluate.ts";
import type { Severity } from "../../src/check/rule.ts";
import { RULES } from "../../src/check/rules.ts";
import { toContext } from "../../src/cli/context.ts";
import { checkText } from "../../src/cli/views/check.ts";
import { findingsText } from "../../src/cli/views/verify.ts";
import { LIST } from "../../src/json/limits.ts";
import { realPlatform } from "../../src/main.ts";
import { renderWarnings } from "../../src/render/html/warnings.ts";
import { SnapshotFault } from "../../src/snapshot/errors.ts";
import { nearestName } from "../../src/snapshot/nearest-name.ts";
import { smallSnapshot, subjectFrom } from "../check/small-snapshot.ts";
import { PROJECT } from "../sessions/world.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const clean = evaluate(await subjectFrom(smallSnapshot()), RULES, {
  config: NO_CONFIG,
  baseline: [],
  failOn: "error",
});

function finding(severity: Severity, i: number): CheckFinding {
  const place = { file: `artifacts/${i}.json`, line: 1, pointer: "", markdown: null, artifact: null };
  const rule = { rule: "file-damaged", severity, message: "It is no JSON.", hint: "write it anew", facts: {} };
  return { ...rule, ...place, fingerprint: String(i) };
}

/** As many findings of each severity, the mildest first. */
function text(count: number, most?: number): string {
  const severities = ["note", "warning", "error"] as const;
  const findings = severities.flatMap((severity, k) =>
    Array.from({ length: count }, (_, i) => finding(severity, k * count + i)),
  );
  return checkText({ ...clean, findings, failed: true }, (_, word) => word, most);
}

const shown = (told: string) => told.match(/^ {2}artifacts.* file-damaged$/gm) ?? [];

test("check shows the worst findings, how many more there are and how to see them, and counts all", () => {
  const told = text(3, 4);
  assert.deepEqual(
    shown(told).map((line) => line.split(/ +/)[2]),
    ["warning", "error", "error", "error"],
  );
  assert.match(told, /\n\n… and 5 more, listed with --json\n\n/);
  assert.match(told, /: 3 errors, 3 warnings, 3 notes\n$/);
});

test("check shows all where they are no more than the limit, and without a limit given as many as text shows", () => {
  assert.equal(shown(text(3, 9)).length, 9);
  assert.doesNotMatch(text(3, 9), /more, listed/);
  assert.equal(shown(text(LIST.rows)).length, LIST.rows);
});

test("verify shows the first findings, and how many more there are", () => {
  const faults = Array.from(
    { length: 5 },
    (_, i) => new SnapshotFault("ARTIFACT_UNREADABLE", { file: `${i}.json`, errno: "EFBIG" }),
  );
  const context = toContext({}, realPlatform(""));
  assert.equal(findingsText(faults, context, 2).match(/^pgs: ARTIFACT_UNREADABLE /gm)?.length, 2);
  assert.match(findingsText(faults, context, 2), /\n… and 3 more, listed with --json\n$/);
  assert.doesNotMatch(findingsText(faults, context, 5), /more/);
});

test("a page shows the first warnings, and how many more there are", () => {
  const warnings = Array.from({ length: 5 }, (_, i) => ({ code: "X", line: i, what: "w", hint: null }));
  const page = renderWarnings(warnings, 2).markup;
  assert.equal(page.match(/<li>/g)?.length, 2);
  assert.match(page, /… and 3 more\./);
});

it("a name is looked for among very many", () => {
  const given = "a".repeat(12);
  const names = Array.from({ length: 200_000 }, (_, i) => {
    const at = i % given.length;
    return `${given.slice(0, at)}${String.fromCharCode(0x4e00 + (i - at) / given.length)}${given.slice(at + 1)}`;
  });
  assert.equal(nearestName(given, names), null);
});

// A call takes a limited number of arguments: a list that grows with its file would be more, and end in a defect.
test("no list is spread into the arguments of a call that takes any number of them", () => {
  const spread = /\b(?:push|unshift|concat|splice|min|max|fromCharCode|fromCodePoint|assign)\([^()]*\.\.\./;
  const literals = /\{[^{}]*\}|\[[^[\]]*\]/g;
  const folder = join(PROJECT, "src");
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));
  assert.ok(files.length > 100);
  const found = files.flatMap((file) => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    return lines.flatMap((line, i) =>
      spread.test(line.replace(literals, "")) ? [`${file}:${i + 1} ${line.trim()}`] : [],
    );
  });
  assert.deepEqual(found, []);
});
