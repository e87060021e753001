/**
 * `docs/verify_trace.py` and this project's own verifier say the same of every trace: valid with the same head, or
 * invalid on the same line. It was written from `docs/trace-format.md`, so the page says what the format is.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { verifyTrace } from "../../src/examine/verify.ts";
import { canonical } from "../../src/json/canonical.ts";
import { DEPTH } from "../../src/json/limits.ts";
import type { Json } from "../../src/json/value.ts";
import { forge } from "../examine/examination.ts";
import { below, oneOf } from "../examine/matrix/choice.ts";
import { concealments, editsOf } from "../examine/matrix/edits.ts";
import { flipBreaks, flipBytes } from "../examine/matrix/flips.ts";
import { forged } from "../examine/matrix/forging.ts";
import { memberEdits, renamings } from "../examine/matrix/members.ts";
import { doubled, dropped, isSuspension, swapped, textOf } from "../examine/matrix/orders.ts";
import { type Specimen, sessionSpecimens, specimensOf } from "../examine/matrix/specimen.ts";
import { PLAYS_ALL, portion, takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const it = takingTurns(import.meta.url);

const project = join(import.meta.dirname, "../..");
const script = join(project, "docs/verify_trace.py");

const withoutPython = spawnSync("python3", ["--version"]).status === 0 ? false : "python3 is not there";

/** What a verifier says of a trace. */
interface Verdict {
  readonly what: string;
  /** Of a valid trace. */
  readonly head?: string | null;
  /** The first one that is wrong; 0 of a file without any. */
  readonly line?: number;
}

interface Case {
  readonly what: string;
  readonly trace: string | Buffer;
}

function ownVerdict({ what, trace }: Case): Verdict {
  const { findings, head } = verifyTrace(Buffer.from(trace));
  const [first] = findings;
  return first === undefined ? { what, head } : { what, line: first.line ?? 0 };
}

const ANSWER = /^\d+: (?:valid, \d+ events, head (?<head>[0-9a-f]{64})(?:, it waits)?|line (?<line>\d+): .+)$/;

/** One process for all. */
function pythonVerdicts(cases: readonly Case[]): readonly Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), "pgs-python-"));
  try {
    for (const [i, { trace }] of cases.entries()) writeFileSync(join(folder, String(i)), trace);
    const files = [...cases.keys()].map(String);
    const { stdout, stderr, status } = spawnSync("python3", [script, ...files], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    assert.equal(stderr, "");
    const answers = stdout.trimEnd().split("\n");
    const verdicts = cases.map(({ what }, i): Verdict => {
      const { head, line } = ANSWER.exec(answers[i] ?? "")?.groups ?? {};
      return head === undefined ? { what, line: Number(line) } : { what, head };
    });
    assert.equal(status, verdicts.every(({ head }) => head !== undefined) ? 0 : 7);
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The verdicts of both, which are the same. */
function agree(cases: readonly Case[]): readonly Verdict[] {
  const verdicts = cases.map(ownVerdict);
  assert.deepEqual(pythonVerdicts(cases), verdicts);
  return verdicts;
}

const isValid = ({ head }: Verdict) => head !== undefined;

const folder = join(project, "traces/example");
const [name] = readdirSync(folder).filter((file) => file.endsWith(".jsonl")) as [string];
const example = readFileSync(join(folder, name), "utf8");

const ORIGINS = [
  {
    of: "this project's snapshot",
    skip: false,
    make: () => specimensOf(join(project, "protocol_snapshot"), join(project, "test/vectors/good")),
  },
  {
    of: "the published snapshot",
    skip: skipWithout("vectors") || skipWithout("published/protocol_snapshot"),
    make: () => specimensOf(sharedPath("published/protocol_snapshot"), sharedPath("vectors")),
  },
  { of: "a trial protocol that waits", skip: false, make: sessionSpecimens },
];

for (const { of, skip, make } of ORIGINS) {
  test(`the Python verifier agrees about the runs of ${of}, and about what was made of their traces`, {
    skip: withoutPython || skip,
  }, async (suite) => {
    const specimens = portion(suite, await make(), 1);
    await suite.test("each trace of a run is valid", () => {
      const untouched = specimens.map((one) => ({ what: one.name, trace: textOf(one, every(one)) }));
      assert.ok(agree(untouched).every(isValid));
    });
    await suite.test("a trace with a changed, lost, doubled, moved or torn line is invalid", () => {
      assert.ok(!agree(specimens.flatMap(damaged)).some(isValid));
    });
    await suite.test("a trace whose hashes were made anew is invalid where it breaks the format", () => {
      const covered = new Set<string>();
      const verdicts = agree(specimens.flatMap((one) => forgeries(one, covered)));
      assert.ok(!verdicts.every(isValid));
      // Few forgeries may all break the format.
      if (PLAYS_ALL) assert.ok(verdicts.some(isValid));
    });
  });
}

const every = ({ lines }: Specimen) => [...lines.keys()];

/** How many of each trace's forgeries are tried. */
const FORGERIES = 8;

/** A line of each trace, in every way. */
function damaged(specimen: Specimen): readonly Case[] {
  const { name: what, lines, events } = specimen;
  const chosen = 1 + below(lines.length - 2, what);
  // What ends with a suspension is whole.
  const place = isSuspension(events[chosen]) ? chosen - 1 : chosen;
  const orders = [dropped, doubled, swapped(1)].map((order) => textOf(specimen, order([place], lines.length)));
  const whole = textOf(specimen, every(specimen).slice(0, place + 1));
  const flips = [0, 1, 2].map((salt) => flipBytes(specimen, [place], salt).bytes);
  const traces = [...orders, whole, whole.slice(0, -1), ...flips, flipBreaks(specimen, [place]).bytes];
  return traces.map((trace, i) => ({ what: `${what} ${place} ${i}`, trace }));
}

function forgeries(specimen: Specimen, covered: Set<string>): readonly Case[] {
  const edits = [
    ...editsOf(specimen, 1, covered),
    ...concealments(specimen),
    ...memberEdits(specimen, covered),
    ...renamings(specimen),
  ];
  const chosen = Array.from({ length: FORGERIES }, (_, i) => oneOf(edits, specimen.name, i));
  return [...new Set(chosen)].map((edit) => ({
    what: `${specimen.name} ${edit.place + 1} ${edit.path.join("/")} ${JSON.stringify(edit.is)}`,
    trace: forged(specimen, edit),
  }));
}

/** The example with other values in its payload, hashes made anew. */
const holding = (value: Json) =>
  forge(example, (lines) =>
    lines.map((line, i) => (i === 0 ? { ...line, payload: { ...line.payload, payload: { value } } } : line)),
  );

const nested = (levels: number): Json => (levels === 0 ? 0 : [nested(levels - 1)]);

const VALUES: readonly Json[] = [
  ...[0, -1.5, 1e20, 1e21, 1e-6, 1e-7, 2 ** 53, 2 ** 60, 5e-324, 1.7976931348623157e308, 0.1 + 0.2],
  ...['"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080\u2028', "é\u{1F512}\ufb00"],
  { "\u{1F512}": 1, "\ufb00": 2, é: 3, "": 4, "a\nb": 5 },
  { __proto__: null, constructor: {}, hash: "", $suppressed: "" },
  // The payload's value is three levels below the line.
  ...[DEPTH.document - 3, DEPTH.document - 2].map(nested),
];

/** The example with another text in place of one. */
const rewritten = (from: string | RegExp, to: string) => example.replace(from, to);

const TEXTS: readonly (string | Buffer)[] = [
  ...["", "\n", "{}\n", "[]\n", "null\n", example.slice(0, -1), `${example}\n`, `\ufeff${example}`],
  Buffer.from([0xff, 0x0a]),
  Buffer.from(example.replace("CHG-2041", "\ud800"), "utf8"),
  ...["NaN", "Infinity", "-0", "1.0", "1e400", "01", "10000.0", "1E4", "9".repeat(5000)].map((number) =>
    rewritten('"max_hops":10000', `"max_hops":${number}`),
  ),
  ...["\\ud800", "\\u0041", "\\/", "\t", "\\x"].map((text) => rewritten("CHG-2041", text)),
  rewritten('"run":"0"', '"run":"0","run":"0"'),
  rewritten("{", "{ "),
  rewritten("\n", "\r\n"),
  `${"[".repeat(200_000)}\n`,
];

/** The example with another member, hashes made anew. */
const MEMBERS: readonly [string, Json][] = [
  ...["0.1", "0.", "1", "0.x", "0\n"].map((run): [string, Json] => ["run", run]),
  ...[
    "2026-99-31T09:00:00.000Z",
    "+012026-01-31T09:00:00.000Z",
    "2026-01-31T09:00:00Z",
    "٢٠٢٦-01-31T09:00:00.000Z",
  ].map((instant): [string, Json] => ["timestamp", instant]),
  ...[2 ** 53 - 1, 2 ** 53, 1.5, -1, "0", true].map((count): [string, Json] => ["elapsed_us", count]),
  ["node_id", "A"],
  ["node_id", null],
  ["hash", "A".repeat(64)],
];

const withMember = (member: string, value: Json) =>
  forge(example, (lines) => lines.map((line, i) => (i === 1 ? { ...line, [member]: value } : line)));

it("the Python verifier agrees about the edges of text, numbers and kinds", { skip: withoutPython }, () => {
  const cases = [
    ...VALUES.map((value, i) => ({ what: `value ${i}`, trace: holding(value) })),
    ...TEXTS.map((trace, i) => ({ what: `text ${i}`, trace })),
    ...MEMBERS.map(([member, value]) => ({
      what: `${member} ${canonical(value)}`,
      trace: withMember(member, value),
    })),
  ];
  const verdicts = agree(cases);
  const invalidValues = verdicts.slice(0, VALUES.length).filter((one) => !isValid(one));
  assert.deepEqual(invalidValues, [{ what: `value ${VALUES.length - 1}`, line: 1 }]);
  assert.ok(!verdicts.slice(VALUES.length, VALUES.length + TEXTS.length).some(isValid));
});

it("the Python verifier holds a trace to a head, and refuses a file that it cannot read", {
  skip: withoutPython,
}, () => {
  const run = (...args: readonly string[]) => spawnSync("python3", [script, ...args], { cwd: folder }).status;
  const { head } = verifyTrace(Buffer.from(example));
  assert.deepEqual(
    [run(name), run("--head", String(head), name), run("--head", "0".repeat(64), name), run("absent.jsonl")],
    [0, 0, 7, 2],
  );
});
