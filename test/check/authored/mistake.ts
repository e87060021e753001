/** A mistake of an author: where it is made and found, and how its hints are followed. */

import assert from "node:assert/strict";
import { registry } from "../../../src/capabilities/registry.ts";
import { compileAuthored } from "../../../src/check/authored/compile-authored.ts";
import { type Problem, withPaths } from "../../../src/snapshot/build/problem.ts";
import { FOLDER, memoryFiles } from "../../snapshot/memory-files.ts";
import { followHint, type Texts } from "./follow-hint.ts";

export interface Mistake {
  readonly about: string;
  readonly file: string;
  /** What is replaced, once, by what. */
  readonly change: readonly [from: string, to: string];
  readonly code: string;
  /** The text at which the problem is: its first line that begins so, after white space; `^` for the start of the file. */
  readonly at: string;
  /** The column of the problem in that line, as the text before it. */
  readonly after?: string;
}

export async function compile(texts: Texts): Promise<readonly Problem[]> {
  const files = memoryFiles(new Map([...texts].map(([path, text]) => [path, Buffer.from(text)])));
  return (await compileAuthored({ authored: FOLDER, files, registry, lock: null })).problems;
}

export const errorsOf = (problems: readonly Problem[]) =>
  problems.filter(({ severity }) => severity === "error");

/** As it is shown: with every file below the folder in which the reader has it. */
export function followAsShown(problem: Problem, texts: Texts, good: Texts): void {
  const below = (folder: string, files: Texts) =>
    new Map([...files].map(([path, text]) => [folder + path, text]));
  const followed = below("protocol/", texts);
  followHint(
    withPaths(problem, (file) => `protocol/${file}`),
    followed,
    below("protocol/", good),
  );
  texts.clear();
  for (const [path, text] of followed) {
    assert.ok(path.startsWith("protocol/"), `${path} is not where the reader looks`);
    texts.set(path.slice("protocol/".length), text);
  }
}

/** Follows the first hint again and again, until nothing is wrong any more. */
export async function repaired(texts: Texts, first: readonly Problem[], good: Texts): Promise<void> {
  let errors = errorsOf(first);
  for (let round = 0; errors.length > 0; round++) {
    const [problem] = errors as [Problem];
    assert.ok(round < 8, `still wrong: ${JSON.stringify(problem)}`);
    followAsShown(problem, texts, good);
    errors = errorsOf(await compile(texts));
  }
}

export function placeOf(text: string, { at, after = "" }: Pick<Mistake, "at" | "after">) {
  if (at === "^") return { line: 1, column: 1 };
  const offset = text.search(
    new RegExp(`(?<=^[ \\t]*(?:- )?)${at.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "m"),
  );
  assert.notEqual(offset, -1, at);
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") + after.length };
}

/** The files with the mistake. */
export function mistaken(good: Texts, { file, change: [from, to] }: Pick<Mistake, "file" | "change">): Texts {
  const before = good.get(file) ?? assert.fail(file);
  // CRLF is a change of every line.
  const after = from === "" ? before.replaceAll("\n", to) : before.replace(from, () => to);
  assert.notEqual(after, before, "nothing was changed");
  return new Map([...good, [file, after]]);
}
