/**
 * Follows hints to the letter, like somebody who knows nothing but what they say: which file, which field, what to
 * write, what to type. Where a hint leaves a choice that no tool can make, the choice is given.
 */

import assert from "node:assert/strict";
import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { parsePointer } from "../../src/json/pointer.ts";
import type { Json } from "../../src/json/value.ts";
import { fqdnOfFile } from "../../src/snapshot/fqdn.ts";
import { reauthor } from "./reauthor.ts";
import type { Workspace } from "./world.ts";

/** What a hint may be followed on. */
export interface Ground {
  readonly place: Workspace;
  /** The command line that did not do what it should. */
  readonly argv: string[];
  /** What the follower would have to be told, because only the author of protocol or payload knows it. */
  readonly choice: Json | undefined;
}

/** Every hint in what a command printed; in an examination, with the place above it. */
export function hintsIn(printed: string): readonly string[] {
  return [...printed.matchAll(/(?:^ +(artifacts\S+) \S+(, line \d+ of its Markdown)?\n)?^ *hint: (.*)$/gm)].map(
    ([, file, line = "", hint = ""]) =>
      file === undefined || !/^(?:change|add|rename|remove) .*\/frontmatter\//.test(hint)
        ? hint
        : `in ${file}${line}, ${hint}`,
  );
}

export async function follow(hint: string, ground: Ground): Promise<void> {
  const [, file, line, what = hint] = /^in (\S+?)(?:, line (\d+) of its Markdown)?, (.*)$/s.exec(hint) ?? [];
  for (const [pattern, step] of STEPS) {
    const match = pattern.exec(what);
    if (match === null) continue;
    await step({ ...ground, file, line: line === undefined ? undefined : Number(line) }, ...match.slice(1));
    const then = /, then type (pgs \w+)$/.exec(what)?.[1];
    if (then !== undefined) await type(then, ground);
    return;
  }
  assert.fail(`nobody can follow: ${hint}`);
}

/** The ground, and what the hint begins with: "in <file>, line <line> of its Markdown". */
interface Here extends Ground {
  readonly file: string | undefined;
  readonly line: number | undefined;
}

type Step = (here: Here, ...words: string[]) => void | Promise<void>;

const STEPS: readonly (readonly [RegExp, Step])[] = [
  [/^change (\/\S+)(?: of the payload)? to (.+)$/, (here, at, words) => write(here, at, asked(words, here))],
  [/^add (\/\S+?)(?: to the payload)?: (.+)$/, (here, at, words) => add(here, at, asked(words, here))],
  [/^add (".*?") to (\/[^\s,]+)/, (here, value, at) => append(here, at, JSON.parse(value) as Json)],
  [
    /^rename (\/\S+)(?: of the payload)? to (.+)$/,
    (here, at, words) => rename(here, at, String(asked(words, here))),
  ],
  [/^remove one of the two members \//, (here) => rewrite(here, (text) => JSON.stringify(JSON.parse(text)))],
  [/^remove (\/[^\s,]+)/, (here, at) => remove(here, at)],
  [
    /^(?:remove|move) everything from column (\d+) of line (\d+) on\b/,
    (here, ...at) => splice(here, at, /^.*/, ""),
  ],
  [/^remove the comma at column (\d+) of line (\d+)$/, (here, ...at) => splice(here, at, /^,/, "")],
  [/^write `(.+)` before column (\d+) of line (\d+)$/, (here, mark, ...at) => splice(here, at, /^/, mark)],
  [
    /^write `(.+)` instead of the word at column (\d+) of line (\d+)$/,
    (here, word, ...at) => splice(here, at, /^\w+/, word),
  ],
  [
    /^write `(.+)` at the end if nothing else is missing there,/,
    (here, mark) => rewrite(here, (text) => text + mark),
  ],
  [
    /^put the word at column (\d+) of line (\d+) in double quotes$/,
    (here, ...at) => splice(here, at, /^(\w+)/, '"$1"'),
  ],
  [
    /^put the text at column (\d+) of line (\d+) in double quotes instead of single ones$/,
    (here, ...at) => splice(here, at, /^'(.*?)'/, '"$1"'),
  ],
  [
    /^delete lines (\d+) and (\d+) to (\d+) /,
    (here, one, first, last) => deleteLines(here, [one, one], [first, last]),
  ],
  [
    /^move line (\d+) of (\S+) out of the data root/,
    (here, line, file) => deleteLines({ ...here, file: `data/${file}` }, [line, line]),
  ],
  [/^remove the link that (\S+) is /, ({ place }, store) => rmSync(place.path(`data/${store}`))],
  [
    /^remove (?:the \w+ )?(\S+) from the data root/,
    ({ place }, name) => rmSync(place.path(`data/${name}`), { recursive: true }),
  ],
  [
    /^replace the link (\S+) with the file itself$/,
    ({ place }, file) => unlink(place.path(`protocol_snapshot/${file}`)),
  ],
  [
    /^use the approved snapshot; if this is the approved one, expect (\S+) with (--\S+)/,
    ({ argv }, root, option) => setOption(argv, option, root),
  ],
  [/^(?:restore|use|run with) .*?, or (.*)$/, (here, rest) => follow(rest, here)],
  [
    /^type (pgs run .*?)(?: for the same .*?)? first\b/,
    (here, line) => type(`${line} --payload ${here.choice}`, here),
  ],
  [/^type (pgs \w+)/, (here, line) => type(line, here)],
  [
    /^type (\S+) instead of (\S+)$/,
    ({ argv }, meant, given) => void argv.splice(argv.indexOf(given), 1, meant),
  ],
  [/^type ((?:--\S+ [^\s,]+ ?)+)/, ({ argv }, options) => setOptions(argv, options.trim().split(" "))],
  [/^omit (--\S+?)(?:,|$)/, ({ argv }, option) => void argv.splice(argv.indexOf(option), 2)],
];

// ---- what to write ----

/** The value that the words ask for: written out, one of several, or any like the example. */
function asked(words: string, { choice }: Ground): Json {
  const example = /, such as (.*)$/.exec(words)?.[1];
  if (example !== undefined) return leading(example);
  const listed = words.startsWith("one of ") ? list(words.slice("one of ".length)) : undefined;
  if (listed === undefined)
    return /^["[{\d-]|^(?:null|true|false)\b/.test(words) ? leading(words) : given(choice, words);
  // A list says what is possible; which one is meant is not to be guessed.
  const chosen = given(choice, words);
  assert.ok(listed.includes(chosen), `${chosen} is not offered: ${words}`);
  return chosen;
}

function given(choice: Json | undefined, words: string): Json {
  assert.ok(choice !== undefined, `what is ${words}?`);
  return choice;
}

/** The JSON value that the text begins with. */
function leading(text: string): Json {
  for (let end = 1; end <= text.length; end++) {
    const rest = text.slice(end);
    if (rest !== "" && !rest.startsWith(",") && !rest.startsWith(" ")) continue;
    try {
      return JSON.parse(text.slice(0, end)) as Json;
    } catch {}
  }
  return assert.fail(`no value: ${text}`);
}

function list(text: string): readonly Json[] {
  const first = leading(text);
  const rest = text.slice(JSON.stringify(first).length);
  return rest.startsWith(', "') ? [first, ...list(rest.slice(2))] : [first];
}

// ---- fields: of the Markdown, of the file, of the payload ----

function write(here: Here, at: string, value: Json): void {
  editField(here, at, at, (document, path) => {
    assert.ok(document.hasIn(path), `${at} is not there to be changed`);
    document.setIn(path, document.createNode(value));
  });
}

function add(here: Here, at: string, value: Json): void {
  editField(here, at, at.slice(0, at.lastIndexOf("/")), (document, path) => {
    assert.ok(!document.hasIn(path), `${at} is there already`);
    document.setIn(path, document.createNode(value));
  });
}

function append(here: Here, at: string, value: Json): void {
  editField(here, at, at, (document, path) => document.addIn(path, value));
}

function remove(here: Here, at: string): void {
  editField(here, at, at, (document, path) => assert.ok(document.deleteIn(path), `${at} is not there`));
}

function rename(here: Here, at: string, name: string): void {
  editField(here, at, at, (document, path) => {
    const parent = document.getIn(path.slice(0, -1));
    assert.ok(path.length === 1 ? isMap(document.contents) : isMap(parent));
    const map = path.length === 1 ? document.contents : parent;
    const pair = isMap(map)
      ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      : undefined;
    assert.ok(isScalar(pair?.key), `${at} is not there to be renamed`);
    pair.key.value = name;
  });
}

type Edit = (document: Document, path: readonly (string | number)[]) => void;

/** `shown` is the field that the line of the hint shows. */
function editField(here: Here, at: string, shown: string, edit: Edit): void {
  const parts = parsePointer(at).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (here.line === undefined) {
    rewrite(here, (text) => {
      const document = parseDocument(text);
      edit(document, parts);
      return `${JSON.stringify(document.toJS(), null, 2)}\n`;
    });
    return;
  }
  const { file = "", line, place } = here;
  reauthor(place.path("protocol_snapshot"), fqdnOfFile(file) as string, (markdown) => {
    const name = parsePointer(shown).findLast((part) => !/^\d+$/.test(part)) as string;
    assert.ok(markdown.split("\n")[line - 1]?.includes(name), `line ${line} does not show ${shown}`);
    return markdown.replace(/(?<=^## Machine\s+```yaml\n)[\s\S]*?(?=\n```)/m, (block) => {
      const document = parseDocument(block, { version: "1.1", schema: "yaml-1.1" });
      edit(document, parts.slice(1));
      return document.toString({ lineWidth: 0 }).trimEnd();
    });
  });
}

// ---- text ----

/** The file that the hint names: an artifact's below the snapshot; without one, the payload. */
function pathOf({ file, place, argv }: Here): string {
  const name = file ?? (argv[argv.indexOf("--payload") + 1] as string);
  return place.path(/^(?:artifacts|governance)\//.test(name) ? `protocol_snapshot/${name}` : name);
}

function rewrite(here: Here, change: (text: string) => string): void {
  writeFileSync(pathOf(here), change(readFileSync(pathOf(here), "utf8")));
}

function splice(here: Here, [column, line]: readonly string[], what: RegExp, put: string | undefined): void {
  rewrite(here, (text) => {
    const lines = text.split("\n");
    const spoilt = lines[Number(line) - 1] as string;
    const start = Number(column) - 1;
    assert.match(spoilt.slice(start), what);
    lines[Number(line) - 1] = spoilt.slice(0, start) + spoilt.slice(start).replace(what, put as string);
    return lines.join("\n");
  });
}

function deleteLines(here: Here, ...ranges: readonly (readonly (string | undefined)[])[]): void {
  const isKept = (number: number) =>
    ranges.every(([first, last]) => number < Number(first) || number > Number(last));
  rewrite(here, (text) =>
    text
      .split("\n")
      .filter((_, i) => isKept(i + 1))
      .join("\n"),
  );
}

function unlink(file: string): void {
  const content = readFileSync(realpathSync(file));
  rmSync(file);
  writeFileSync(file, content);
}

// ---- command lines ----

async function type(line: string, { place }: Ground): Promise<void> {
  // Of several ways, the last is taken.
  const [last = ""] = line.split(/ or (?=pgs )/).slice(-1);
  const said = await place.session(...last.split(" ").slice(1));
  assert.equal(said.code, 0, `${last}: ${said.err}`);
}

function setOptions(argv: string[], words: readonly string[]): void {
  for (let i = 0; i < words.length; i += 2) setOption(argv, words[i] as string, words[i + 1] as string);
}

function setOption(argv: string[], option: string, value: string): void {
  const index = argv.indexOf(option);
  if (index === -1) argv.push(option, value);
  else argv[index + 1] = value;
}
