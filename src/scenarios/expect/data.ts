/** What a step left in the data root, held to what its vector says. */

import { pointer } from "../../json/pointer.ts";
import { utf8 } from "../../json/text.ts";
import type { Json } from "../../json/value.ts";
import type { Files } from "../../ports.ts";
import type { RunStep, Stored } from "../scenario.ts";
import { compare, type Difference } from "./compare.ts";

/** The text of every data file by its path. */
export type Data = ReadonlyMap<string, string>;

/** Files and folders whose name begins with a dot are a runner's own: locks, indexes. */
export function readData(folder: string, files: Files): Data {
  const listed = files.list(folder).filter(({ path, isLink }) => !isLink && !/(?:^|\/)\./.test(path));
  return new Map(listed.map(({ path }) => [path, utf8(files.read(`${folder}/${path}`) ?? new Uint8Array())]));
}

/** Files the step changed but should not have, and those that do not hold what they should. */
export function compareData(
  { after: wanted, authored }: RunStep,
  before: Data,
  after: Data,
): readonly Difference[] {
  const paths = authored === undefined ? [...new Set([...before.keys(), ...after.keys()])].sort() : [];
  const unexpected = paths.filter((path) => !wanted.has(path) && isChanged(before.get(path), after.get(path)));
  return [
    ...unexpected.flatMap((path) => compareLines(before.get(path), after.get(path), ["data_after", path])),
    ...[...wanted].flatMap(([path, stored]) => compareStored(stored, after.get(path), ["data_after", path])),
  ];
}

/** An empty file, or a registry of names in which there is none, is as good as no file. */
function isAbsent(text: string | undefined): boolean {
  return text === undefined || text === "" || text.trim() === "{}";
}

function isChanged(before: string | undefined, after: string | undefined): boolean {
  return before !== after && !(isAbsent(before) && isAbsent(after));
}

/** Line by line, so that one line too many is shown as that. */
function compareLines(before: string | undefined, after: string | undefined, at: readonly string[]) {
  const lines = (text = "") => (isAbsent(text) ? [] : text.split("\n"));
  return compare(lines(before), lines(after), [...at, "text"]);
}

function compareStored(stored: Stored | null, text: string | undefined, at: readonly string[]) {
  if (stored !== null) {
    const found = text === undefined ? undefined : readStored(stored.form, text);
    return compare(stored.content, found, [...at, stored.form]);
  }
  return text === undefined || isAbsent(text) ? [] : [{ at: pointer(at), found: text }];
}

/** What a data file holds, in one of the forms it may be told in. */
export function readStored(form: Stored["form"], text: string): Json {
  if (form === "text") return text;
  if (form === "json") return valueOr(text, text);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => valueOr(line, { "«line»": line }));
}

function valueOr(text: string, otherwise: Json): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return otherwise;
  }
}
