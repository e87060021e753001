import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { verifyTrace } from "../../src/examine/verify.ts";
import { canonical } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import {
  appending,
  compileTrial,
  contract,
  oneContract,
  passing,
  runPlan,
  type Trial,
} from "../engine/trial.ts";
import { draws, portion, takingTurns } from "../support/portion.ts";
import {
  codesOf,
  counted,
  type EditableLine,
  examine,
  forge,
  found,
  linesOf,
  olderTrace,
} from "./examination.ts";

const it = takingTurns(import.meta.url);

const core = contract(
  [
    passing("pass", { value: { n: "$.inputs.n", text: 'né "\u{1F512}"' } }, { outputs: { out: "$.value" } }),
    appending(
      "log",
      { of: "$.results.pass.out", at: "{{timestamp}}" },
      { outputs: { number: "$.sequence_number" } },
    ),
  ],
  { inputs: { n: { type: "integer" } } },
);

/** A run through an intent, a transform, an effect and an announcement. */
async function someRun(payload = { n: 7 }): Promise<{ plan: Plan; trial: Trial }> {
  const protocol = oneContract(core, { inputs: { n: "$.payload.n" } });
  const nodes = { ...(protocol.workflow["nodes"] as object), END: { type: "EXIT", emit: "EV_DONE_V0" } };
  const plan = await compileTrial({ ...protocol, workflow: { start_node: "START", nodes } });
  return { plan, trial: await runPlan(plan, payload) };
}

const { plan, trial } = await someRun();
const trace = trial.text;
const lines = linesOf(trace);
const first = (text: string | Uint8Array, head?: string) => {
  const [finding] = verifyTrace(Buffer.from(text), head).findings;
  return finding === undefined ? undefined : { code: finding.code, line: finding.line };
};
const joined = (changed: readonly string[]) => changed.map((line) => `${line}\n`).join("");

test("the untouched trace is intact, allowed and replayed, with its head", async () => {
  const { intact, allowed, replayed } = await examine(plan, trace, trial.head);
  assert.deepEqual({ intact, allowed }, { intact: [], allowed: [] });
  assert.deepEqual(replayed, { finding: null, compared: lines.length, suppressed: 0, taken: [] });
});

// ---- one line at a time: every line, every way ----

for (const [i, line] of lines.entries()) {
  const at = i + 1;
  const isLast = at === lines.length;

  test(`line ${at}: every flipped byte is found on that line`, (t) => {
    const bytes = Buffer.from(trace);
    const begin = Buffer.byteLength(joined(lines.slice(0, i)));
    const length = Buffer.byteLength(line);
    for (const offset of portion(t, [...Array(length).keys()], 12)) {
      const changed = Buffer.from(bytes);
      changed[begin + offset] = (changed[begin + offset] as number) ^ (1 << (offset % 7));
      assert.equal(first(changed)?.line, at, `byte ${offset} of line ${at}`);
    }
  });

  test(`line ${at}: dropped, it is missed where the next line stands`, () => {
    const without = joined(lines.filter((_, j) => j !== i));
    assert.equal(first(without)?.line, isLast ? lines.length - 1 : at);
  });

  test(`line ${at}: doubled, the second one is found`, () => {
    assert.equal(first(joined([...lines.slice(0, at), line, ...lines.slice(at)]))?.line, at + 1);
  });

  test(`line ${at}: cut inside, the torn line is found, and what stands before it still counts`, () => {
    for (const kept of [1, Math.floor(line.length / 2), line.length]) {
      const torn = joined(lines.slice(0, i)) + line.slice(0, kept);
      const { events, findings } = verifyTrace(Buffer.from(torn));
      assert.deepEqual(codesOf(findings).slice(0, 1), [`TORN_LINE:${at}`]);
      assert.equal(events.length, i);
    }
  });

  if (!isLast) {
    test(`line ${at}: swapped with the next, it is found there`, () => {
      const swapped = [...lines];
      [swapped[i], swapped[at]] = [lines[at] as string, line];
      assert.equal(first(joined(swapped))?.line, at);
    });

    test(`line ${at}: cut behind it, the end is missing, and the head does not fit`, () => {
      const cut = joined(lines.slice(0, at));
      assert.deepEqual(codesOf(verifyTrace(Buffer.from(cut)).findings), [`NO_END:${at}`]);
      assert.deepEqual(codesOf(verifyTrace(Buffer.from(cut), trial.head).findings), [
        `NO_END:${at}`,
        `HEAD_MISMATCH:${at}`,
      ]);
    });
  }

  it(`line ${at}: any value edited and the whole chain made anew is found by replay or head`, async () => {
    const paths = valuePaths(JSON.parse(line) as EditableLine).filter((path) => !CHAINED.has(path.join("/")));
    assert.ok(paths.length > 0);
    for (const path of paths) {
      const forged = forge(trace, (all) => all.map((one, j) => (j === i ? edited(one, path) : one)));
      if (isUnprovable(path)) {
        assert.equal(first(forged, trial.head)?.code, "HEAD_MISMATCH", path.join("/"));
        continue;
      }
      const findings = await found(plan, forged);
      assert.notDeepEqual(findings, [], `${path.join("/")} of line ${at}`);
      assert.ok((await found(plan, forged, trial.head)).some((code) => code.startsWith("HEAD_MISMATCH")));
    }
  });
}

/** The forger makes these anew. */
const CHAINED: ReadonlySet<string> = new Set(["sequence", "hash", "prev_hash", "payload/payload_digest"]);

/**
 * What only the head anchors: times, version and limit, and what the outside world answered an effect. A forger who
 * changes these consistently has recorded another run.
 */
const isUnprovable = (path: readonly (string | number)[]) =>
  /^(timestamp|elapsed_us|payload\/(duration_us|runtime\/.*|max_hops|(change|result|observed)\/.*))$/.test(
    path.join("/"),
  );

function valuePaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]: [string | number, unknown]) => valuePaths(item, [...path, key]));
}

function edited(line: EditableLine, path: readonly (string | number)[]): EditableLine {
  const copy = structuredClone(line);
  let holder = copy as { [key: string | number]: unknown };
  for (const key of path.slice(0, -1)) holder = holder[key] as { [key: string | number]: unknown };
  const key = path.at(-1) as string | number;
  const value = holder[key];
  holder[key] =
    typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : otherText(`${value}`);
  return copy;
}

/** An instant is another instant: any other text would be no event of the format. */
const otherText = (text: string) => (/^\d{4}-.*Z$/.test(text) ? text.replace(/^\d{4}/, "2031") : `${text}x`);

// ---- the whole ----

test("a line of another run is found as foreign", async () => {
  const other = linesOf((await someRun({ n: 8 })).trial.text);
  const mixed = joined([...lines.slice(0, 3), other[3] as string, ...lines.slice(4)]);
  const { findings } = verifyTrace(Buffer.from(mixed));
  assert.deepEqual(codesOf(findings).slice(0, 2), ["OTHER_EXECUTION:4", "BAD_PREV_HASH:4"]);
});

test("a whole other trace in the file is said before all that is found in it", async () => {
  const other = (await someRun({ n: 8 })).trial.text;
  const { findings } = verifyTrace(Buffer.from(`${trace}${other}`));
  assert.deepEqual(findings[0], { code: "SEVERAL_TRACES", facts: { runs: 2 } });
  assert.ok(codesOf(findings).includes(`OTHER_EXECUTION:${lines.length + 1}`));
});

test("lines behind the end are found, even in an unbroken chain", () => {
  const longer = forge(trace, (all) => [...all, all[1] as EditableLine]);
  assert.deepEqual(first(longer), { code: "AFTER_END", line: lines.length + 1 });
});

test("a trace that does not begin with execution_start is found", () => {
  assert.deepEqual(first(forge(trace, (all) => all.slice(1))), { code: "BAD_START", line: 1 });
});

test("wrong counts in workflow_complete are found, each", () => {
  const miscounted = forge(trace, (all) =>
    all.map((one) =>
      one["event_type"] === "workflow_complete"
        ? { ...one, payload: { ...one.payload, events: 3, effects: 2 } }
        : one,
    ),
  );
  const { findings } = verifyTrace(Buffer.from(miscounted));
  assert.deepEqual(
    findings.map(({ code, line, facts }) => ({ code, line, ...facts })),
    [
      { code: "BAD_COUNT", line: lines.length, of: "events", stated: 3, found: lines.length },
      { code: "BAD_COUNT", line: lines.length, of: "effects", stated: 2, found: 1 },
    ],
  );
});

test("a payload digest that is not the payload's is found", () => {
  const start = (trial.events[0] as unknown as EditableLine).payload;
  const swapped = trace.replace(String(start["payload_digest"]), "0".repeat(64));
  assert.ok(codesOf(verifyTrace(Buffer.from(swapped)).findings).includes("BAD_PAYLOAD_DIGEST:1"));
});

test("members that the format does not have are found in their line, around the payload and in it", () => {
  const add = (to: (one: EditableLine) => EditableLine) =>
    forge(trace, (all) => all.map((one, i) => (i === 4 ? to(one) : one)));
  for (const forged of [
    add((one) => ({ ...one, extra: 1 })),
    add((one) => ({ ...one, payload: { ...one.payload, extra: 1 } })),
  ])
    assert.deepEqual(first(forged), { code: "BAD_SHAPE", line: 5 });
});

for (const [i, event] of trial.events.entries()) {
  const members = Object.keys(event.payload).filter((member) => !isSpare(event.event_type, member));
  test(`line ${i + 1}: without any one of ${members.join(", ")}, its payload is no ${event.event_type}`, () => {
    for (const member of members) {
      const line = JSON.parse(lines[i] as string) as EditableLine;
      delete line.payload[member];
      const spoiled = lines.map((one, j) => (i === j ? canonical(line as JsonObject) : one));
      const [finding] = verifyTrace(Buffer.from(joined(spoiled))).findings;
      assert.deepEqual(
        { code: finding?.code, line: finding?.line, ...finding?.facts },
        { code: "BAD_SHAPE", line: i + 1, field: `/payload/${member}` },
      );
    }
  });
}

/** Members that not every event of the type has. */
function isSpare(type: string, member: string): boolean {
  return (
    ["capability_code", "change", "reason", "actor"].includes(member) ||
    (type === "node_start" && member === "inputs") ||
    (type === "transform_end" && member === "outputs") ||
    (type.endsWith("_end") && member === "observed")
  );
}

test("white space, another member order or another number form is found, though the values are the same", () => {
  const line = lines[1] as string;
  const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse()));
  for (const same of [
    line.replace(":", ": "),
    reordered,
    line.replace('"sequence":2', '"sequence":2.0'),
    `${line}\r`,
  ]) {
    assert.deepEqual(first(joined([lines[0] as string, same, ...lines.slice(2)])), {
      code: "NOT_CANONICAL",
      line: 2,
    });
  }
});

test("a doubled key, bytes that are no UTF-8, an array, an empty line and an empty file are found as what they are", () => {
  const second = (line: string | Buffer) =>
    Buffer.concat([Buffer.from(`${lines[0]}\n`), Buffer.from(line), Buffer.from("\n")]);
  const doubled = (lines[1] as string).replace('"run":"0"', '"run":"0","run":"0"');
  assert.deepEqual(first(second(doubled))?.line, 2);
  assert.deepEqual(first(second(Buffer.from([0x7b, 0xff, 0x7d]))), { code: "NOT_UTF8", line: 2 });
  assert.deepEqual(first(second("[]")), { code: "NOT_JSON", line: 2 });
  assert.deepEqual(first(second("")), { code: "NOT_JSON", line: 2 });
  assert.deepEqual(
    verifyTrace(new Uint8Array()).findings.map(({ code }) => code),
    ["EMPTY"],
  );
});

test("an effect's answer is taken as recorded, but what a step published from it is held to it", async () => {
  const lying = forge(trace, (all) =>
    all.map((one) =>
      one["event_type"] === "side_effect_end"
        ? { ...one, payload: { ...one.payload, result: { sequence_number: 99 } } }
        : one,
    ),
  );
  const at = trial.events.findLast((event) => event.event_type === "step_end")?.sequence;
  assert.deepEqual(await found(plan, lying), [`DIVERGED:${at}`]);
});

test("an evaluation that is left out, doubled, of another name or with other values is found", async () => {
  const step = passing("ask", { value: 7 }, { outputs: { out: "$.value" }, on_result: { SUCCESS: "judge" } });
  const evaluation = { judge: { condition: "$.out > 5", on_true: "SUCCESS", on_false: "VIOLATION" } };
  const plan = await compileTrial(oneContract(contract([step], { evaluation })));
  const { text, events } = await runPlan(plan, {});
  const at = events.findIndex(({ event_type }) => event_type === "evaluation_end");
  const withLines = (change: (line: EditableLine) => readonly EditableLine[]) =>
    forge(text, (lines) => counted(lines.flatMap((line, i) => (i === at ? change(line) : [line]))));
  const withMembers = (members: JsonObject) =>
    withLines((line) => [{ ...line, payload: { ...line.payload, ...members } }]);
  const [line, unknown] = [`DIVERGED:${at + 1}`, `UNKNOWN_EVALUATION:${at + 1}`];
  assert.deepEqual(
    await found(
      plan,
      withLines(() => []),
    ),
    [line],
  );
  assert.deepEqual(
    await found(
      plan,
      withLines((one) => [one, one]),
    ),
    [`DIVERGED:${at + 2}`],
  );
  assert.deepEqual(await found(plan, withMembers({ left: 8 })), [line]);
  assert.deepEqual(await found(plan, withMembers({ right: null })), [line]);
  assert.deepEqual(await found(plan, withMembers({ outcome: "VIOLATION" })), [line]);
  assert.deepEqual(await found(plan, withMembers({ outcome: "OTHER" })), [unknown, line]);
  assert.deepEqual(await found(plan, withMembers({ evaluation: "other" })), [unknown, line]);
  assert.deepEqual(await found(plan, withMembers({ condition: "$.out > 6" })), [unknown, line]);
  assert.deepEqual(await found(plan, olderTrace(text)), []);
});

test("all bad lines are named, not only the first", () => {
  const spoiled = lines.map((line, i) =>
    i === 2 || i === 6 ? line.replace('"timestamp":"2026', '"timestamp":"2027') : line,
  );
  const places = new Set(verifyTrace(Buffer.from(joined(spoiled))).findings.map(({ line }) => line));
  assert.deepEqual([...places], [3, 7]);
});

// ---- properties ----

test("property: any changed byte of a trace is found on its line", () => {
  const bytes = Buffer.from(trace);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (offset, mask) => {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] as number) ^ mask;
      const line =
        trace.length === 0 ? 0 : bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
      return first(changed)?.line === line;
    }),
    { numRuns: draws(400) },
  );
});

test("property: any bytes put in or taken out are found, at the line they touch or the one behind", () => {
  const bytes = Buffer.from(trace);
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(40), fc.uint8Array({ maxLength: 20 }), (offset, gone, put) => {
      const changed = Buffer.concat([bytes.subarray(0, offset), put, bytes.subarray(offset + gone)]);
      fc.pre(!changed.equals(bytes));
      const line = bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
      const finding = first(changed);
      return finding !== undefined && (finding.line ?? 1) >= line - 1 && (finding.line ?? 1) <= line + 1;
    }),
    { numRuns: draws(400) },
  );
});

it("property: replaying a run finds nothing, whatever the payload", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      fc.jsonValue(),
      async (others, n) => {
        const payload = JSON.parse(JSON.stringify({ ...others, n })) as { n: number };
        const { text } = await runPlan(plan, payload);
        assert.deepEqual(await found(plan, text), []);
      },
    ),
    { numRuns: draws(150) },
  );
});

test("where the first line is no event, the counts of the last one are held against nothing", () => {
  const text = `x${trace.toString()}`;
  const { findings } = verifyTrace(Buffer.from(text));
  assert.ok(findings.length > 0);
  assert.deepEqual(
    findings.filter(({ code, line }) => code === "BAD_COUNT" || line !== 1),
    [],
  );
});
