/** What one `pgs run` costs from start to end, against a node that does nothing. */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, type Measure, spreadOf } from "./sample.ts";
import { atMost, type Row, type Section } from "./section.ts";
import { node, pgs } from "./spawn.ts";
import {
  nameCapabilities,
  ownRelease,
  populate,
  publishedCopy,
  registration,
  type Subject,
} from "./subject.ts";

const KINDS = [
  { name: "no picture", options: ["--no-png", "--no-md"], limit: 1.6 },
  { name: "Markdown", options: ["--no-png"], limit: 1.6 },
  { name: "Markdown and picture", options: [], limit: 3 },
] as const;
type Kind = (typeof KINDS)[number];
const BARE_AND_FULL = [KINDS[0], KINDS[2]] as const;
const WARM = 100;
const FLOOR = "node -e 0";

export async function wholeProcess(scratch: string): Promise<Section> {
  const cases = casesIn(scratch);
  const limits = new Map(cases.map(({ name, limit }) => [name, limit]));
  const measures: Record<string, Measure> = {
    [FLOOR]: () => node(["-e", "0"]),
    "pgs --version": () => pgs(["--version"]),
    ...Object.fromEntries(cases.map((one) => [one.name, () => one.measure()])),
  };
  const samples = await inTurn(measures);
  const floor = spreadOf(samples[FLOOR] ?? []).median;
  const rows = Object.entries(samples).map(([what, taken]): Row => {
    const spread = spreadOf(taken);
    const limit = limits.get(what);
    const ratio = spread.median / floor;
    return {
      what,
      ...spread,
      unit: "ms",
      ratio,
      ...(limit === undefined ? {} : { goal: atMost(ratio, limit) }),
    };
  });
  return {
    title: "Whole process",
    about: `Start to end of one process, a data root of its own each; ratio to \`${FLOOR}\`, taken in turn.`,
    rows,
  };
}

interface Case {
  readonly name: string;
  readonly limit: number;
  measure(): number;
}

function casesIn(scratch: string): readonly Case[] {
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
    measure() {
      const workspace = join(scratch, `run-${++runs}`);
      mkdirSync(workspace);
      nameCapabilities(subject, workspace);
      const payload = join(workspace, "payload.json");
      writeFileSync(payload, JSON.stringify(subject.payload(runs)));
      if (subject.data !== null) cpSync(subject.data, join(workspace, "data"), { recursive: true });
      const what = ["--wf", subject.workflow, "--payload", payload];
      return pgs(["run", ...what, "--workspace", workspace, "--snapshot", subject.snapshot, ...kind.options]);
    },
  };
}
