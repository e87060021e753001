/** What a benchmark says, as text and as data. */

import { type Spread, spreadOf } from "./sample.ts";

export interface Row extends Spread {
  readonly what: string;
  readonly unit: "ms" | "µs" | "runs/s" | "events/s" | "steps/s" | "MB" | "bytes";
  /** Against the row that the section names. */
  readonly ratio?: number;
  readonly goal?: Goal;
  /** Beyond the goal. */
  readonly hope?: Goal;
}

export interface Goal {
  readonly text: string;
  readonly isMet: boolean;
}

/** Without rows where it was left out. */
export interface Section {
  readonly title: string;
  /** What is measured, and what the ratio is to. */
  readonly about: string;
  readonly rows: readonly Row[];
}

export function atMost(found: number, limit: number, unit = "x"): Goal {
  return { text: `<= ${limit}${unit}`, isMet: found <= limit };
}

export function atLeast(found: number, limit: number): Goal {
  return { text: `>= ${limit}`, isMet: found >= limit };
}

/** A spread of a single sample. */
export function once(value: number): Spread {
  return { median: value, p10: value, p90: value };
}

/** A row for each size, and how much more it costs than the first. */
export function growthRows(
  samples: readonly (readonly number[])[],
  unit: Row["unit"],
  sizes: readonly number[],
  limit: number,
): readonly Row[] {
  const spreads = samples.map(spreadOf);
  const least = spreads[0]?.median as number;
  return spreads.map((spread, i) => {
    const ratio = spread.median / least;
    const goal = i === 0 ? {} : { goal: atMost(ratio, limit) };
    return { what: `${sizes[i]?.toLocaleString("en")} on record`, ...spread, unit, ratio, ...goal };
  });
}

const HEAD = ["", "median", "p10", "p90", "unit", "ratio", "goal"] as const;

export function toText({ title, about, rows }: Section): string {
  if (rows.length === 0) return `${title}\n${about}\n`;
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  const isText = (column: number) => column === 0 || column === 4 || column === 6;
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join("  ")
      .trimEnd(),
  );
  return `${title}\n${about}\n\n${lines.join("\n")}\n`;
}

/** Of the rows that have a goal, for `docs/performance.md`. */
export function toMarkdown(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, rows }) =>
    rows.filter(({ goal }) => goal !== undefined).map((row) => [title, ...cellsOf(row)]),
  );
  const head = ["section", "what", ...HEAD.slice(1)];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cellsOf({ what, median, p10, p90, unit, ratio, goal, hope }: Row): readonly string[] {
  const verdicts = [
    ...(goal === undefined ? [] : [`${goal.text} ${goal.isMet ? "met" : "MISSED"}`]),
    ...(hope === undefined ? [] : [`${hope.text} hoped for, ${hope.isMet ? "met" : "not met"}`]),
  ];
  const values = [median, p10, p90].map(rounded);
  return [what, ...values, unit, ratio === undefined ? "" : `${ratio.toFixed(2)}x`, verdicts.join("; ")];
}

function rounded(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
