/**
 * Finds the one change of a line after which a block of YAML can be read: every change that is suggested was tried.
 * Where several do, the one that leaves the fewest errors, changes the nearest line, and changes it least.
 */

/** How bad a text is: what keeps it from being YAML, then what its kind does not allow. */
export interface Score {
  readonly yaml: number;
  readonly shape: number;
}

export interface Repair {
  /** The repaired text; its lines have the numbers that they had. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly isIndent: boolean;
  /** What to do; `first` is the number of the text's first line in its file. */
  hint(first: number): string;
}

/** A repair of this line or one beside it; null where none of those that were tried helps. */
export function repairLine(text: string, line: number, score: (text: string) => Score): Repair | null {
  if (text.length > LONGEST) return null;
  const lines = text.split("\n");
  const near = [line, line - 1, line + 1].filter((one) => (lines[one - 1] ?? "").trim() !== "");
  const tried = near.flatMap((one) => [...indentations(lines, one), ...respellings(lines, one)]);
  return best(tried, score(text), score, ({ yaml }, now) => yaml < now.yaml);
}

/** A move of one of these lines and what is below it to another column. */
export function repairIndent(
  text: string,
  starts: readonly number[],
  score: (text: string) => Score,
): Repair | null {
  if (text.length > LONGEST) return null;
  const lines = text.split("\n");
  const moved = starts.flatMap((line) => {
    const width = widthOf(lines[line - 1] ?? "");
    const columns = MOVES.map((by) => width + by).sort(nearest(lines, line, width));
    return columns.flatMap((column) => move(lines, line, column - width) ?? []);
  });
  const isBetter = ({ yaml, shape }: Score, now: Score) => yaml === 0 && shape < now.shape;
  return best(moved, score(text), score, isBetter);
}

const MOVES = [-4, -3, -2, -1, 1, 2, 3, 4];

/** The column of the mapping above comes first: most lines belong to that one. Then comes the nearest. */
function nearest(lines: readonly string[], line: number, width: number): (a: number, b: number) => number {
  const before = lines.slice(0, line - 1).findLast((one) => one.trim() !== "") ?? "";
  // The mapping of an item begins behind its mark.
  const above = /^\s*(?:- +)*/.exec(before)?.[0].length ?? 0;
  const rank = (column: number) => (column === above ? 0 : Math.abs(column - width));
  return (a, b) => rank(a) - rank(b) || a - b;
}

/** A larger text would be read too often. */
const LONGEST = 100_000;

function best(
  repairs: readonly Repair[],
  now: Score,
  score: (text: string) => Score,
  isBetter: (one: Score, now: Score) => boolean,
): Repair | null {
  let found: Repair | null = null;
  let least = now;
  for (const repair of repairs) {
    const one = score(repair.text);
    const isFirst = found === null ? isBetter(one, now) : false;
    if (!isFirst && (found === null || !isLess(one, least))) continue;
    found = repair;
    least = one;
    if (one.yaml === 0 && one.shape === 0) break;
  }
  return found;
}

function isLess(one: Score, other: Score): boolean {
  return one.yaml < other.yaml || (one.yaml === other.yaml && one.shape < other.shape);
}

function widthOf(line: string): number {
  return /^\s*/.exec(line)?.[0].length ?? 0;
}

/** The line at each column at which a line around it begins, the likeliest first. */
function indentations(lines: readonly string[], line: number): readonly Repair[] {
  const given = lines[line - 1] ?? "";
  const width = widthOf(given);
  const around = lines.slice(Math.max(0, line - AROUND), line + AROUND).filter((one) => one.trim() !== "");
  const widths = new Set(around.flatMap((one) => (/^ *\t/.test(one) ? [] : [widthOf(one), widthOf(one) + 2])));
  const wanted = [...widths].filter((one) => one !== width || /^\s*\t/.test(given));
  const isTab = given.slice(0, width).includes("\t");
  const from = isTab ? given.slice(0, width).replaceAll("\t", "  ").length : width;
  return wanted.sort(nearest(lines, line, from)).map((spaces) => ({
    text: withLine(lines, line, `${" ".repeat(spaces)}${given.trimStart()}`),
    line,
    isIndent: true,
    hint: (first) => `begin line ${first + line - 1} with ${spaces === 1 ? "1 space" : `${spaces} spaces`}`,
  }));
}

const AROUND = 12;

/** Other ways to write the line. */
function respellings(lines: readonly string[], line: number): readonly Repair[] {
  const given = lines[line - 1] ?? "";
  const written = (text: string, hint: (number: number) => string): Repair => ({
    text: withLine(lines, line, text),
    line,
    isIndent: false,
    hint: (first) => hint(first + line - 1),
  });
  const before = lines.slice(0, line).join("\n");
  const quotes = ['"', "'"].filter((mark) => given.split(mark).length % 2 === 0);
  const ends = [...openIn(before), ...quotes, ":"].map((end) =>
    written(`${given}${end}`, (number) => `write ${end} at the end of line ${number}`),
  );
  const value = /^(\s*(?:- )?[^\s:#]+: +|\s*- )(.*?\S)(?:\s+#.*|\s*)$/.exec(given);
  const quoted =
    value === null
      ? []
      : [
          written(
            `${value[1]}${JSON.stringify(value[2])}`,
            (number) => `put the value on line ${number} in double quotes`,
          ),
        ];
  const date = /^(.*?[[{,:] *)(\d{4}-\d\d?-\d\d?[^,\]}"']*)(?=[,\]}].*$)/.exec(given);
  const dated =
    date === null
      ? []
      : [
          written(
            `${date[1]}${JSON.stringify(date[2])}${given.slice(date[0].length)}`,
            (number) => `put ${date[2]} on line ${number} in double quotes`,
          ),
        ];
  const colon = /^(\s*(?:- )?\w+):(?=\S)/.exec(given);
  const spaced =
    colon === null
      ? []
      : [
          written(
            `${colon[1]}: ${given.slice(colon[0].length)}`,
            (number) => `write a space after the first colon on line ${number}`,
          ),
        ];
  return [...spaced, ...dated, ...ends, ...quoted];
}

/** The brackets that the text does not close. */
function openIn(text: string): readonly string[] {
  const count = (mark: string) => text.split(mark).length;
  return [count("[") > count("]") ? "]" : "", count("{") > count("}") ? "}" : ""].filter((end) => end !== "");
}

function move(lines: readonly string[], line: number, by: number): Repair | null {
  const width = widthOf(lines[line - 1] ?? "");
  let end = line;
  while (end < lines.length && (lines[end]?.trim() === "" || widthOf(lines[end] ?? "") > width)) end++;
  while (end > line && lines[end - 1]?.trim() === "") end--;
  if (width + by < 0) return null;
  const shifted = lines.map((text, i) => {
    if (i < line - 1 || i >= end || text.trim() === "") return text;
    return by > 0 ? `${" ".repeat(by)}${text}` : text.slice(-by);
  });
  return {
    text: shifted.join("\n"),
    line,
    isIndent: true,
    hint(first) {
      const [from, to] = [first + line - 1, first + end - 1];
      const spaces = Math.abs(by) === 1 ? "1 space" : `${Math.abs(by)} spaces`;
      const which = from === to ? `line ${from}` : `lines ${from} to ${to}`;
      return `move ${which} ${spaces} to the ${by > 0 ? "right" : "left"}`;
    },
  };
}

function withLine(lines: readonly string[], line: number, text: string): string {
  return lines.map((one, i) => (i === line - 1 ? text : one)).join("\n");
}
