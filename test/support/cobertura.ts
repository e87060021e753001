/** Cobertura XML held to what coverage-04.dtd says of its elements. */

import assert from "node:assert/strict";

/** By element: the attributes it must have, those it may have, and the elements that may stand in it. */
const DTD: Readonly<Record<string, readonly [must: readonly string[], may: readonly string[], holds: string]>> =
  {
    coverage: [
      [
        ...["line-rate", "branch-rate", "lines-covered", "lines-valid", "branches-covered", "branches-valid"],
        ...["complexity", "version", "timestamp"],
      ],
      [],
      "sources packages",
    ],
    sources: [[], [], "source"],
    source: [[], [], ""],
    packages: [[], [], "package"],
    package: [["name", "line-rate", "branch-rate", "complexity"], [], "classes"],
    classes: [[], [], "class"],
    class: [["name", "filename", "line-rate", "branch-rate", "complexity"], [], "methods lines"],
    methods: [[], [], "method"],
    lines: [[], [], "line"],
    line: [["number", "hits"], ["branch", "condition-coverage"], "conditions"],
  };

interface CoveredClass {
  readonly name: string;
  readonly filename: string;
  readonly lines: readonly (readonly [number: number, hits: number])[];
}

/** The classes of a document whose elements nest, and have the attributes, as the DTD has them. */
export function assertElements(xml: string): readonly CoveredClass[] {
  const doctype = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">';
  assert.ok(
    xml.startsWith(`<?xml version="1.0" encoding="UTF-8"?>\n${doctype}\n<coverage `),
    xml.slice(0, 200),
  );
  const open: string[] = [];
  const classes: { name: string; filename: string; lines: [number, number][] }[] = [];
  for (const [tag, end, name = "", text = "", empty] of xml.matchAll(
    /<(\/?)([a-z]+)((?: [a-z-]+="[^"<]*")*)(\/?)>/g,
  )) {
    if (end === "/") {
      assert.equal(open.pop(), name, tag);
      continue;
    }
    const attributes = Object.fromEntries(
      [...text.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    const [must, may] = DTD[name] ?? assert.fail(`${tag} is not in the DTD`);
    const parent = open.at(-1);
    if (parent !== undefined) assert.ok(DTD[parent]?.[2].split(" ").includes(name), `${tag} in ${parent}`);
    for (const one of must) assert.ok(one in attributes, `${tag} without ${one}`);
    for (const one of Object.keys(attributes)) assert.ok([...must, ...may].includes(one), `${tag} with ${one}`);
    if (name === "class")
      classes.push({ name: attributes["name"], filename: attributes["filename"], lines: [] });
    if (name === "line") classes.at(-1)?.lines.push([Number(attributes["number"]), Number(attributes["hits"])]);
    if (empty !== "/") open.push(name);
  }
  assert.deepEqual(open, []);
  return classes;
}
