/** What one `pgs run` costs from start to end, against a node that does nothing. */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, type Measure, type Spread, spreadOf } from "./sample.ts";
import { atMost, type Row, type Section } from "./section.ts";
import { PGS, timesOf } from "./spawn.ts";
import {
  nameCapabilities,
  ownRelease,
  populate,
  publishedCopy,
  registration,
  type Subject,
} from "./subject.ts";

const KINDS = [
  { name: "no picture", options: ["--no-png", "--no-md"], limit: 1.9, hope: 1.6 },
  { name: "Markdown", options: ["--no-png"], limit: 1.9, hope: 1.6 },
  { name: "Markdown and picture", options: [], limit: 3.3, hope: 3 },
] as const;
type Kind = (typeof KINDS)[number];
const BARE_AND_FULL = [KINDS[0], KINDS[2]] as const;
const WARM = 100;
const FLOOR = "node -e 0";
/** What every command pays before it does anything. */
const START_LIMIT = 1.3;

export async function wholeProcess(scratch: string): Promise<Section> {
  const fixed = (name: string, argv: readonly string[], limits: Limits = {}): Case => {
    return { name, ...limits, measure: () => timesOf(argv) };
  };
  const cases = [
    fixed(FLOOR, ["-e", "0"]),
    fixed("pgs --version", [PGS, "--version"], { limit: START_LIMIT }),
    fixed("pgs --help", [PGS, "--help"], { limit: START_LIMIT }),
    ...runsIn(scratch),
  ];
  const taken = cases.map(() => [] as Times[]);
  const measures = cases.map(({ name, measure }, i): [string, Measure] => {
    return [name, () => (taken[i] as Times[]).push(measure())];
  });
  await inTurn(Object.fromEntries(measures));
  const spreads = (key: keyof Times) => taken.map((times) => spreadOf(times.map((one) => one[key])));
  const [walls, cpus] = [spreads("wall"), spreads("cpu")];
  const rowOf = (what: string, spread: Spread, floor: Spread, { limit, hope }: Limits): Row => {
    const ratio = spread.median / floor.median;
    return {
      ...{ what, ...spread, unit: "ms", ratio },
      ...(limit === undefined ? {} : { goal: atMost(ratio, limit) }),
      ...(hope === undefined ? {} : { hope: atMost(ratio, hope) }),
    };
  };
  return {
    title: "Whole process",
    about: `Start to end of one process, a data root of its own each, and what the processors did for it; ratio to \`${FLOOR}\`, taken in turn.`,
    rows: cases.flatMap((one, i) => [
      rowOf(one.name, walls[i] as Spread, walls[0] as Spread, one),
      rowOf("  processors", cpus[i] as Spread, cpus[0] as Spread, {}),
    ]),
  };
}

type Times = ReturnType<typeof timesOf>;

/** Ratios. */
interface Limits {
  readonly limit?: number;
  readonly hope?: number;
}

interface Case extends Limits {
  readonly name: string;
  measure(): Times;
}

function runsIn(scratch: string): readonly Case[] {
  const sealed = registration(publishedCopy(join(scratch, "sealed"), true));
  const unsealed = registration(publishedCopy(join(scratch, "unsealed"), false));
  const warm = sealed && populated(sealed, join(scratch, "warm"), scratch);
  const cases = (subject: Subject | undefined, label: string, kinds: readonly Kind[] = KINDS) =>
    subject === undefined
      ? []
      : kinds.map((kind) => oneCase(subject, `${subject.name} ${label}`, kind, scratch));
  return [
    ...cases(sealed, "sealed, fresh data"),
    ...cases(warm, `sealed, ${WARM} actors`, BARE_AND_FULL),
    ...cases(unsealed, "unsealed, fresh data", [KINDS[0]]),
    ...cases(ownRelease, "sealed, fresh data"),
  ];
}

function populated(subject: Subject, data: string, scratch: string): Subject {
  populate(subject, data, WARM, scratch);
  return { ...subject, data };
}

let runs = 0;

function oneCase(subject: Subject, label: string, kind: Kind, scratch: string): Case {
  return {
    name: `${label}, ${kind.name}`,
    limit: kind.limit,
    hope: kind.hope,
    measure() {
      const workspace = join(scratch, `run-${++runs}`);
      mkdirSync(workspace);
      nameCapabilities(subject, workspace);
      const payload = join(workspace, "payload.json");
      writeFileSync(payload, JSON.stringify(subject.payload(runs)));
      if (subject.data !== null) cpSync(subject.data, join(workspace, "data"), { recursive: true });
      const what = ["--wf", subject.workflow, "--payload", payload];
      const where = ["--workspace", workspace, "--snapshot", subject.snapshot];
      return timesOf([PGS, "run", ...what, ...where, ...kind.options]);
    },
  };
}
