/** A store on disk to which everything may happen: what others write into it, and what befalls its index. */

import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

export interface Happening {
  readonly kind: string;
  readonly key: number;
  readonly at: number;
}

/** A line as the Python runtimes write it; no two have the same number. */
export function pythonLine(key: string, address: string, number: number): string {
  return `{"key": "${key}", "address": "${address}", "target_ref": "r${number}"}\n`;
}

type Deeds = Readonly<Record<string, (happening: Happening) => void>>;

/** What others do to the file; `moment` tells every line from all others. */
function foreignDeeds(file: string, moment: () => number, lineOf: typeof pythonLine): Deeds {
  const text = () => (existsSync(file) ? readFileSync(file, "latin1") : "");
  const write = (content: string) => writeFileSync(file, content, "latin1");
  const add = (line: string) => appendFileSync(file, line);
  const isSound = (line: string) => line.startsWith('{"') && line.endsWith("}");
  return {
    line: ({ key, at }) => add(lineOf(`k${key}`, `ADDR_${at % 9}`, moment())),
    tombstone: ({ key }) => add(`{"key": "k${key}", "address": "ADDR_1", "tombstone": true}\n`),
    unended: ({ key }) => add(lineOf(`k${key}`, "ADDR_2", moment()).trimEnd()),
    torn: ({ key }) => add(lineOf(`k${key}`, "ADDR_2", moment()).slice(0, 12)),
    blank: () => add("\n \n"),
    keyless: () => add(`{"address": "ADDR_3", "n": ${moment()}}\n`),
    corrupt: () => add("[corrupt]\n"),
    truncated: ({ at }) => existsSync(file) && truncateSync(file, at % (statSync(file).size + 1)),
    mended: () => write([...text().split("\n").filter(isSound), ""].join("\n")),
    rewritten: ({ key }) => write(text().replaceAll(`"k${key}"`, `"K${key}"`)),
    touched: () => undefined,
    replaced({ key }) {
      writeFileSync(`${file}.new`, text().replaceAll(`"k${key}"`, '"replaced"'));
      renameSync(`${file}.new`, file);
    },
    removed: () => rmSync(file, { force: true }),
  };
}

/** What befalls the index; `older` is a copy of it that comes back. */
function indexDeeds(index: string, older: string): Deeds {
  const damage = (work: (bytes: Buffer) => Uint8Array) => {
    if (existsSync(index) && statSync(index).size > 0) writeFileSync(index, work(readFileSync(index)));
  };
  return {
    flipped: ({ at }) =>
      damage((bytes) =>
        bytes.fill(
          (bytes[at % bytes.length] as number) ^ (1 << (at % 8)),
          at % bytes.length,
          (at % bytes.length) + 1,
        ),
      ),
    cut: ({ at }) => damage((bytes) => bytes.subarray(0, at % bytes.length)),
    junk: ({ at }) => damage((bytes) => bytes.fill(at % 256, at % bytes.length)),
    lost: () => rmSync(index, { force: true }),
    killed({ at }) {
      if (!existsSync(index)) return;
      const draft = `${index}.tmp`;
      writeFileSync(draft, readFileSync(index).subarray(0, at % 5000));
      if (at % 2 === 0) utimesSync(draft, 0, 0);
    },
    saved: () => existsSync(index) && cpSync(index, older),
    broughtBack: () => existsSync(index) && existsSync(older) && cpSync(older, index),
  };
}

const NAMES = {
  ours: ["ours", "ours", "ours", "ended"],
  foreign: Object.keys(foreignDeeds("", () => 0, pythonLine)),
  index: Object.keys(indexDeeds("", "")),
};

/** `ours` and `ended` are for the caller to do. */
export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...NAMES.ours) },
      { weight: 2, arbitrary: fc.constantFrom("line", ...NAMES.foreign) },
      { weight: 1, arbitrary: fc.constantFrom(...NAMES.index) },
    ),
    key: fc.nat(7),
    at: fc.nat(1_000_000),
  }),
  { minLength: 10, maxLength: 60 },
);

/** Lets things happen in the folder to `store` and to its index of the kind. */
export function openWorld(
  root: string,
  kind: string,
  lineOf: typeof pythonLine = pythonLine,
): (happening: Happening) => void {
  const file = join(root, "store");
  const older = join(root, "older");
  let moment = 1;
  const foreign = foreignDeeds(file, () => moment, lineOf);
  const index = indexDeeds(join(root, `.pgs/index/store.${kind}`), older);
  return (happening) => {
    index[happening.kind]?.(happening);
    const deed = foreign[happening.kind];
    if (deed === undefined) return;
    deed(happening);
    // No write here is within the same moment as another one.
    if (existsSync(file)) utimesSync(file, ++moment, moment);
    // An index that was never compared with the rewritten file cannot be told from its own once both ends fit again.
    if (happening.kind === "rewritten")
      for (const path of [join(root, ".pgs"), older]) rmSync(path, { recursive: true, force: true });
  };
}

/** The same store in a root of its own. */
export function copyOf(root: string): string {
  const copy = `${root}-copy`;
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  if (existsSync(join(root, "store"))) cpSync(join(root, "store"), join(copy, "store"));
  return copy;
}
