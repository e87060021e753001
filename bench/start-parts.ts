/** Where the time of one `pgs run` goes, measured from outside: nothing of it is in the program. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, spreadOf } from "./sample.ts";
import type { Row, Section } from "./section.ts";
import { cpuOf, PGS } from "./spawn.ts";
import { mainSubject, nameCapabilities } from "./subject.ts";

const MARKS = join(import.meta.dirname, "start-marks.cjs");

interface Marks {
  readonly marks: readonly (readonly [part: string, cpu: number])[];
  /** What is part of one of them. */
  readonly within: Readonly<Record<string, number>>;
}

const KINDS = { "no picture": ["--no-png", "--no-md"], "Markdown and picture": [] } as const;

export async function startParts(scratch: string): Promise<readonly Section[]> {
  const taken = { "no picture": [] as Parts[], "Markdown and picture": [] as Parts[] };
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const floors = await inTurn({
    floor: () => cpuOf(["-e", "0"]),
    ...Object.fromEntries(
      names.map((name) => [
        name,
        () => {
          const parts = onceIn(scratch, KINDS[name]);
          taken[name].push(parts);
          return parts.whole;
        },
      ]),
    ),
  });
  const floor = spreadOf((floors as Record<string, readonly number[]>)["floor"] ?? []).median;
  return names.map((name) => sectionOf(name, taken[name], floor));
}

interface Parts {
  readonly parts: ReadonlyMap<string, number>;
  readonly whole: number;
}

let runs = 0;

/** One run in a workspace of its own. */
function onceIn(scratch: string, options: readonly string[]): Parts {
  const subject = mainSubject(scratch);
  const workspace = join(scratch, `start-${++runs}`);
  mkdirSync(workspace);
  nameCapabilities(subject, workspace);
  const [payload, file] = [join(workspace, "payload.json"), join(workspace, "marks.json")];
  writeFileSync(payload, JSON.stringify(subject.payload(runs)));
  const what = ["run", "--wf", subject.workflow, "--payload", payload, "--snapshot", subject.snapshot];
  const whole = cpuOf(["--require", MARKS, PGS, ...what, "--workspace", workspace, ...options], {
    START_MARKS: file,
    START_SNAPSHOT: subject.snapshot,
    START_PAYLOAD: payload,
  });
  return { parts: partsOf(JSON.parse(readFileSync(file, "utf8")) as Marks, whole), whole };
}

function partsOf({ marks, within }: Marks, whole: number): ReadonlyMap<string, number> {
  const parts = marks.map(([part, end], i) => [part, end - (marks[i - 1]?.[1] ?? 0)] as const);
  const inside = Object.entries(within).map(([part, took]) => [`  of these: ${part}`, took] as const);
  return new Map([...parts, ["end of the process", whole - (marks.at(-1)?.[1] ?? 0)], ...inside]);
}

function sectionOf(name: string, taken: readonly Parts[], floor: number): Section {
  const rows = [...(taken[0]?.parts.keys() ?? [])].map((what): Row => {
    const spread = spreadOf(taken.map(({ parts }) => parts.get(what) ?? 0));
    return { what, ...spread, unit: "ms", ratio: spread.median / floor };
  });
  const whole = spreadOf(taken.map((one) => one.whole));
  return {
    title: `Parts of one run, ${name}`,
    about: "What the processors did for each, with what measuring adds (about a tenth); ratio to `node -e 0`.",
    rows: [...rows, { what: "together", ...whole, unit: "ms", ratio: whole.median / floor }],
  };
}
