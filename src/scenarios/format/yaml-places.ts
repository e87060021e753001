/** Where the values of a YAML document stand in its text. */

import { type Document, isMap, isNode, isScalar, isSeq } from "yaml";

/** By path: the offset of the key, or of the item of a list; undefined where the document has no such place. */
export function placesIn(document: Document): (path: readonly string[]) => number | undefined {
  return (path) => {
    let node: unknown = document.contents;
    let offset: number | undefined = 0;
    for (const part of path) {
      const found = step(node, part);
      if (found === undefined) return undefined;
      [node, offset] = found;
    }
    return offset;
  };
}

/** The value at one name or index, and where it begins. */
function step(node: unknown, part: string): readonly [value: unknown, offset: number | undefined] | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
    return pair === undefined ? undefined : [pair.value, offsetOf(pair.key)];
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(part)];
  return item === undefined ? undefined : [item, offsetOf(item)];
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
