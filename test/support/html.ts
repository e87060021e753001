/** HTML as a strict reader sees it: every element is closed in its turn, every attribute quoted, no mark left over. */

import assert from "node:assert/strict";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, the outermost first. */
  readonly within: readonly string[];
}

const TAG = /^<(\/?)([A-Za-z][A-Za-z0-9]*)((?: [A-Za-z:-]+(?:="[^"<>]*")?)*)(\/?)>/;
const WITHOUT_END = new Set(["meta", "br"]);

/** Every element in order. The text between them may hold no `<`, `>`, or `&` that begins no reference. */
export function elementsOf(page: string): readonly Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  let rest = page.replace(/^<!DOCTYPE html>\n/, "").replace(/<style>[^<]*<\/style>/, "<style></style>");
  while (rest !== "") {
    const text = /^[^<]*/.exec(rest)?.[0] as string;
    assert.doesNotMatch(text, />|&(?!(?:amp|lt|gt|quot|apos);)/);
    rest = rest.slice(text.length);
    if (rest === "") break;
    const [tag, slash, name, given, selfClosing] =
      TAG.exec(rest) ?? assert.fail(`no tag: ${rest.slice(0, 80)}`);
    rest = rest.slice((tag as string).length);
    if (slash === "/") assert.equal(open.pop(), name);
    else {
      elements.push({ name: name as string, attributes: attributesOf(given as string), within: [...open] });
      if (selfClosing === "" && !WITHOUT_END.has(name as string)) open.push(name as string);
    }
  }
  assert.deepEqual(open, []);
  return elements;
}

function attributesOf(given: string): Readonly<Record<string, string>> {
  const found = [...given.matchAll(/ ([A-Za-z:-]+)(?:="([^"]*)")?/g)];
  return Object.fromEntries(found.map(([, name, value]) => [name, value ?? ""]));
}

/** What a reader reads: no markup, references resolved. */
export function textOf(page: string): string {
  const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return page
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(/<[^>]*>/g, "")
    .replace(/&([a-z]+);/g, (_, name: string) => marks[name] as string);
}
