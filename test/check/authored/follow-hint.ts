/** Follows the hint of a problem in authored Markdown to the letter, on files in memory. */

import assert from "node:assert/strict";
import { type Document, isMap, type Pair, parseDocument, type Scalar } from "yaml";
import { parsePointer } from "../../../src/json/pointer.ts";
import type { Json } from "../../../src/json/value.ts";
import type { Problem } from "../../../src/snapshot/build/problem.ts";
import { machineText } from "../../../src/snapshot/derive.ts";

/** Text by path below the authored folder. */
export type Texts = Map<string, string>;

/** `missing` has the files that a hint may ask for. */
export function followHint({ file, hint }: Pick<Problem, "file" | "hint">, texts: Texts, missing: Texts): void {
  const [, other, rest] = /^in (\S+), (.*)$/s.exec(hint) ?? [];
  const [path, what] = [other ?? file, rest ?? hint];
  for (const [pattern, step] of STEPS) {
    const match = pattern.exec(what);
    if (match === null) continue;
    step({ path, texts, missing }, ...match.slice(1));
    return;
  }
  assert.fail(`nobody can follow: ${hint}`);
}

interface Here {
  readonly path: string;
  readonly texts: Texts;
  readonly missing: Texts;
}

type Step = (here: Here, ...words: string[]) => void;

const STEPS: readonly (readonly [RegExp, Step])[] = [
  [
    /^begin line (\d+) with (\d+) spaces?$/,
    (here, line, spaces) => onLine(here, line, (text) => indented(text, spaces)),
  ],
  [
    /^move lines? (\d+)(?: to (\d+))? (\d+) spaces? to the (right|left)$/,
    (here, from, to, by, side) =>
      move(here, Number(from), Number(to ?? from), side === "right" ? Number(by) : -Number(by)),
  ],
  [
    /^remove lines? (\d+)(?: to (\d+))?\b/,
    (here, from, to) => removeLines(here, Number(from), Number(to ?? from)),
  ],
  [
    /^write (\S+) at the end of line (\d+)$/,
    (here, mark, line) => onLine(here, line, (text) => `${text}${mark}`),
  ],
  [
    /^put the value on line (\d+) in double quotes$/,
    (here, line) =>
      onLine(here, line, (text) =>
        text.replace(/(: +|- )(.*)$/, (_, mark: string, value: string) => `${mark}${JSON.stringify(value)}`),
      ),
  ],
  [
    /^put the name on line (\d+) in double quotes$/,
    (here, line) => onLine(here, line, (text) => text.replace(/^( *)([^\s:]+):/, '$1"$2":')),
  ],
  [
    /^put (\d\S*) on line (\d+) in double quotes$/,
    (here, word, line) => onLine(here, line, (text) => text.replace(String(word), `"${word}"`)),
  ],
  [
    /^write a space after the first colon on line (\d+)$/,
    (here, line) => onLine(here, line, (text) => text.replace(":", ": ")),
  ],
  [/^write (# \w+|## Machine|```yaml) on line (\d+)$/, (here, text, line) => onLine(here, line, () => text)],
  [/^add a first line: (.*)$/, (here, text) => rewrite(here, (whole) => `${text}\n${whole}`)],
  [/^add a line ``` at the end of the YAML$/, (here) => rewrite(here, (text) => `${text.trimEnd()}\n\`\`\`\n`)],
  [
    /^rename (\/\S+) to (.+)$/,
    (here, at, name) => inBlock(here, (block) => renameIn(block, at, String(asked(name)))),
  ],
  [
    /^change (\/\S+) to (.+)$/,
    (here, at, value) => inBlock(here, (block) => block.setIn(pathOf(at, block), asked(value))),
  ],
  [
    /^add (".*?") to (\/\S+)$/,
    (here, value, at) => inBlock(here, (block) => block.addIn(pathOf(at, block), asked(value))),
  ],
  [
    /^add (\/\S+): (.+)$/,
    (here, at, value) => inBlock(here, (block) => block.setIn(pathOf(at, block), asked(value))),
  ],
  [/^remove (\/\S+)$/, (here, at) => inBlock(here, (block) => block.deleteIn(pathOf(at, block)))],
  [/^save the file with line feeds \(LF\)/, (here) => rewrite(here, (text) => text.replaceAll("\r\n", "\n"))],
  [/^save it as UTF-8 without one$/, (here) => rewrite(here, (text) => text.replace("\ufeff", ""))],
  [
    /^keep one side of the merge, and remove the lines with the markers$/,
    (here) => rewrite(here, (text) => text.replace(/^<{7}.*\n([\s\S]*?)^={7}\n[\s\S]*?^>{7}.*\n/m, "$1")),
  ],
  [/^move it out of the authored folder, or remove it$/, ({ path, texts }) => texts.delete(path)],
  [/^remove (\S+), or give it another name$/, ({ texts }, path) => texts.delete(path)],
  [
    /^(?:move|rename) it to (\S+)$/,
    ({ path, texts }, to) => {
      texts.set(to, textOf({ path, texts }));
      texts.delete(path);
    },
  ],
  [
    /^add the file (\S+), or correct the name$/,
    ({ texts, missing }, path) => texts.set(path, missing.get(path) ?? assert.fail(`there is no ${path}`)),
  ],
];

function textOf({ path, texts }: Pick<Here, "path" | "texts">): string {
  return texts.get(path) ?? assert.fail(`there is no ${path}`);
}

function rewrite({ path, texts }: Here, change: (text: string) => string): void {
  const before = textOf({ path, texts });
  const after = change(before);
  assert.notEqual(after, before, `${path}: the hint changes nothing`);
  texts.set(path, after);
}

function onLine(here: Here, line: string, change: (text: string) => string): void {
  rewrite(here, (text) =>
    text
      .split("\n")
      .map((one, i) => (i === Number(line) - 1 ? change(one) : one))
      .join("\n"),
  );
}

function indented(text: string, spaces: string): string {
  return `${" ".repeat(Number(spaces))}${text.trimStart()}`;
}

function move(here: Here, from: number, to: number, by: number): void {
  rewrite(here, (text) =>
    text
      .split("\n")
      .map((line, i) =>
        i < from - 1 || i >= to || line === "" ? line : by > 0 ? `${" ".repeat(by)}${line}` : line.slice(-by),
      )
      .join("\n"),
  );
}

function removeLines(here: Here, from: number, to: number): void {
  rewrite(here, (text) =>
    text
      .split("\n")
      .filter((_, i) => i < from - 1 || i >= to)
      .join("\n"),
  );
}

/** What a phrase asks for: a value, or the first of several. */
function asked(words: string): Json {
  const text = words.replace(/^one of /, "");
  const [quoted] = /^"(?:[^"\\]|\\.)*"/.exec(text) ?? [];
  if (quoted !== undefined) return JSON.parse(quoted) as Json;
  return parseDocument(text).toJS() as Json;
}

function inBlock(here: Here, change: (block: Document) => unknown): void {
  rewrite(here, (text) => {
    const found = machineText(text) ?? assert.fail("there is no Machine block");
    const block = parseDocument(found.text, { version: "1.1", merge: true });
    change(block);
    const after = text.slice(found.start + found.text.length);
    return `${text.slice(0, found.start)}${block.toString({ lineWidth: 0 }).trimEnd()}${after}`;
  });
}

/** Indexes of lists as numbers. */
function pathOf(at: string, block: Document): (string | number | true)[] {
  const path: (string | number | true)[] = [];
  for (const part of parsePointer(at)) {
    const holder = block.getIn(path);
    // YAML 1.1 reads the name on as a truth value; its key is the same all the same.
    const isOn = part === "on" && isMap(holder) && holder.has(true);
    path.push(isOn ? true : /^\d+$/.test(part) && !isMap(holder) ? Number(part) : part);
  }
  return path;
}

function renameIn(block: Document, at: string, name: string): void {
  const path = pathOf(at, block);
  const key = path.pop();
  const holder = path.length === 0 ? block.contents : block.getIn(path);
  assert.ok(isMap(holder), `${at} has no parent`);
  const pair = holder.items.find((one): one is Pair<Scalar> => (one as Pair<Scalar>).key.value === key);
  assert.ok(pair !== undefined, `there is no ${at}`);
  pair.key.value = name;
}
