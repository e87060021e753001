/** A misspelt name is met with the one that was meant; a name of its own is not taken for another. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { KIND_FOLDERS, type Kind } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { nearestName } from "../../src/snapshot/nearest-name.ts";
import { SNAPSHOT } from "../sessions/world.ts";

const snapshot = await openSnapshot(SNAPSHOT, nodeFiles);
const lists: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...(Object.keys(KIND_FOLDERS) as Kind[]).map((kind) => [kind, snapshot.names(kind)] as const),
  ...snapshot.names("CS").flatMap((code) => {
    const effect = registry.effect(code);
    return effect === undefined ? [] : [[`operations of ${code}`, Object.keys(effect.operations)] as const];
  }),
]);

for (const [list, names] of lists) {
  test(`${list}: a slip is met with the name, and no name is taken for another`, () => {
    for (const name of names) {
      const others = names.filter((one) => one !== name);
      assert.equal(nearestName(name, others), null, name);
      for (const slip of slipsOf(name)) assert.equal(nearestName(slip, names), name, slip);
    }
  });
}

/** Each with a letter of its longest word lost, doubled, or swapped with the next. */
function slipsOf(name: string): readonly string[] {
  const word = name.split(/::|_/).reduce((longest, one) => (one.length > longest.length ? one : longest));
  if (word.length < 4) return [];
  const start = name.lastIndexOf(word);
  return [...word.slice(1, -1)].flatMap((letter, i) => {
    const at = start + i + 1;
    const [head, tail] = [name.slice(0, at), name.slice(at + 1)];
    return [`${head}${tail}`, `${head}${letter}${letter}${tail}`, `${head}${tail[0]}${letter}${tail.slice(1)}`];
  });
}

const apart: readonly (readonly [given: string, ...others: readonly string[]])[] = [
  ["CC_APPROVE_RELEASE_V0", "CC_REJECT_RELEASE_V0"],
  ["WRITE", "DELETE", "EXISTS", "LIST"],
  ["REGISTER", "DEREGISTER"],
  ["GET", "SET", "PUT"],
  ["DELETE", "DELETE_MANY"],
  ["RELEAS", "RELEASE", "RELEASS"],
  ["CC_WRITE_V0", "a::CC_WRITE_V0", "b::CC_WRITE_V0"],
];

for (const [given, ...others] of apart) {
  test(`${given} is not taken for ${others.join(" or ")}`, () =>
    assert.equal(nearestName(given, others), null));
}
