/** A trace on the disk tampered with in every way: `pgs examine` names line, reason and the check that found it. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { type EditableLine, forge, linesOf } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import { at, document, FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

interface Sound {
  readonly place: Workspace;
  readonly text: string;
  readonly head: string;
}

async function soundTrace(t: TestContext): Promise<Sound> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/completed");
  const said = await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png", "--json");
  const report = document(said);
  const text = readFileSync(at(report, "trace", "jsonl") as string, "utf8");
  return { place, text, head: report["head"] as string };
}

type Check = "intact" | "allowed" | "replayed";

interface Finding {
  readonly code: string;
  readonly line: number;
}

const brief = ({ code, line }: Finding): Finding => ({ code, line });

/** What each check says in the JSON document; of none when it was not asked. */
function findingsIn(found: JsonObject): Readonly<Record<Check, readonly Finding[]>> {
  const { errors, allowed, replayed } = found as {
    readonly [member: string]: null | { readonly [member: string]: unknown };
  };
  const divergence = replayed?.["divergence"] as Finding | null | undefined;
  return {
    intact: (errors as unknown as readonly Finding[]).map(brief),
    allowed: ((allowed?.["findings"] ?? []) as readonly Finding[]).map(brief),
    replayed: divergence ? [brief(divergence)] : [],
  };
}

interface Tampering {
  readonly name: string;
  readonly tamper: (text: string) => string;
  /** The check that says it, and what it says. */
  readonly check: Check;
  readonly findings: (lines: readonly string[]) => readonly Finding[];
  /** Whether the last line is what it was, so that the head has nothing to say. */
  readonly keepsHead: boolean;
}

/** The seventh line; what it says does not matter. */
const LINE = 7;

const onLines = (change: (lines: string[]) => readonly string[]) => (text: string) =>
  change([...linesOf(text)])
    .map((line) => `${line}\n`)
    .join("");

/** The first event of the type, changed, and the chain made anew. */
const editing = (type: string, change: (payload: EditableLine["payload"]) => JsonObject) => (text: string) =>
  forge(text, (lines) => {
    const place = lines.findIndex((line) => line["event_type"] === type);
    return lines.map((line, i) =>
      i === place ? { ...line, payload: { ...line.payload, ...change(line.payload) } } : line,
    );
  });

const lineOfFirst = (type: string, lines: readonly string[]) =>
  lines.findIndex((line) => line.includes(`"event_type":"${type}"`)) + 1;

const missing = (line: number) => ["BAD_SEQUENCE", "BAD_PREV_HASH"].map((code) => ({ code, line }));

const TAMPERINGS: readonly Tampering[] = [
  {
    name: "a flipped byte",
    keepsHead: true,
    tamper: onLines((lines) =>
      lines.with(LINE - 1, (lines[LINE - 1] as string).replace('"timestamp":"2', '"timestamp":"3')),
    ),
    check: "intact",
    findings: () => [{ code: "BAD_HASH", line: LINE }],
  },
  {
    name: "a dropped line",
    keepsHead: true,
    tamper: onLines((lines) => lines.toSpliced(LINE - 1, 1)),
    check: "intact",
    findings: (lines) => [...missing(LINE), { code: "BAD_COUNT", line: lines.length - 1 }],
  },
  {
    name: "a doubled line",
    keepsHead: true,
    tamper: onLines((lines) => lines.toSpliced(LINE, 0, lines[LINE - 1] as string)),
    check: "intact",
    findings: (lines) => [...missing(LINE + 1), { code: "BAD_COUNT", line: lines.length + 1 }],
  },
  {
    name: "two lines swapped",
    keepsHead: true,
    tamper: onLines((lines) => lines.toSpliced(LINE - 1, 2, lines[LINE] as string, lines[LINE - 1] as string)),
    check: "intact",
    findings: () => [LINE, LINE + 1, LINE + 2].flatMap(missing),
  },
  {
    name: "a cut behind a line",
    keepsHead: false,
    tamper: onLines((lines) => lines.slice(0, LINE)),
    check: "intact",
    findings: () => [{ code: "NO_END", line: LINE }],
  },
  {
    name: "a cut inside a line",
    keepsHead: false,
    tamper: (text) => onLines((lines) => lines.slice(0, LINE))(text).slice(0, -9),
    check: "intact",
    findings: () => ["TORN_LINE", "NO_END"].map((code) => ({ code, line: LINE })),
  },
  {
    name: "another way in a chain made anew",
    keepsHead: false,
    tamper: editing("node_end", () => ({ next: "EXIT_RELEASED" })),
    check: "allowed",
    findings: (lines) => [{ code: "NOT_AN_EDGE", line: lineOfFirst("node_end", lines) }],
  },
  {
    name: "another answer in a chain made anew",
    keepsHead: false,
    tamper: editing("transform_end", () => ({ outputs: { forged: true } })),
    check: "replayed",
    findings: (lines) => [{ code: "DIVERGED", line: lineOfFirst("transform_end", lines) }],
  },
  {
    name: "another request in a chain made anew",
    keepsHead: false,
    tamper: editing("execution_start", ({ payload }) => ({
      payload: { ...(payload as JsonObject), unread: 1 },
    })),
    check: "replayed",
    findings: () => [{ code: "DIVERGED", line: 1 }],
  },
];

for (const { name, tamper, check, findings, keepsHead } of TAMPERINGS) {
  it(`${name} is told with its line, its reason and the check that found it, as text and as JSON`, async (t) => {
    const { place, text, head } = await soundTrace(t);
    const tampered = tamper(text);
    assert.notEqual(tampered, text);
    writeFileSync(place.path("tampered.jsonl"), tampered);
    const wanted = findings(linesOf(text));

    const json = await place.session("examine", "tampered.jsonl", "--snapshot", "protocol_snapshot", "--json");
    const found = document(json);
    assert.deepEqual([json.code, found["ok"], found["intact"]], [7, false, check !== "intact"]);
    assert.deepEqual(findingsIn(found), { intact: [], allowed: [], replayed: [], [check]: wanted });

    const { out, code } = await place.session("examine", "tampered.jsonl", "--snapshot", "protocol_snapshot");
    assert.equal(code, 7);
    for (const one of wanted) {
      const said = new RegExp(`^${one.code} {2}tampered\\.jsonl:${one.line} {2}\\(${check}\\)$`, "m");
      assert.match(out, said);
    }

    const anchored = await place.session(
      "examine",
      "tampered.jsonl",
      "--snapshot",
      "protocol_snapshot",
      "--head",
      head,
      "--json",
    );
    const codes = findingsIn(document(anchored)).intact.map((one) => one.code);
    assert.equal(codes.includes("HEAD_MISMATCH"), !keepsHead);
  });
}

it("an effect's answer that nothing used is held by the head alone, and by that it is found", async (t) => {
  const { place, text, head } = await soundTrace(t);
  const change = { before: null, after: { forged: true } };
  const tampered = editing("side_effect_end", () => ({ change }))(text);
  assert.notEqual(tampered, text);
  writeFileSync(place.path("tampered.jsonl"), tampered);
  const examined = (...more: readonly string[]) =>
    place.session("examine", "tampered.jsonl", "--snapshot", "protocol_snapshot", ...more);
  assert.equal((await examined()).code, 0);
  const anchored = await examined("--head", head, "--json");
  const wanted = [{ code: "HEAD_MISMATCH", line: linesOf(text).length }];
  assert.deepEqual(findingsIn(document(anchored)), { intact: wanted, allowed: [], replayed: [] });
  assert.match((await examined("--head", head)).out, /^HEAD_MISMATCH {2}tampered\.jsonl:\d+ /m);
});
