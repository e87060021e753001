/** XML as a strict reader sees it. */

import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";

/** Whether the document is well-formed: the parser of the pictures refuses anything else. */
export function assertXml(xml: string): void {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  assert.ok(xml.startsWith(declaration) && xml.endsWith(">\n"), xml.slice(0, 100));
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">';
  assert.doesNotThrow(() => new Resvg(`${picture}${xml.slice(declaration.length)}</svg>`), xml);
}

/** The attributes of every element of that name, in order, of a well-formed document. */
export function elementsOf(xml: string, name: string): readonly Readonly<Record<string, string>>[] {
  return [...xml.matchAll(new RegExp(`<${name}((?: [a-z]+="[^"]*")*)/?>`, "g"))].map(([, attributes = ""]) =>
    Object.fromEntries(
      [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        (value as string).replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
      ]),
    ),
  );
}
