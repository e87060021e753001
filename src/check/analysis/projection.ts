/** The tokenized projection of a snapshot, where it stands beside it: the same protocol with addresses for names. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { type Files, IoError } from "../../ports.ts";
import { parseStrict } from "../../snapshot/envelope.ts";
import { SnapshotFault } from "../../snapshot/errors.ts";

/** One scope of it. */
export interface Projection {
  /** Path of its folder from the snapshot. */
  readonly folder: string;
  readonly dispatch: JsonObject;
  readonly handlers: JsonObject;
  /** Address -> full name. */
  readonly names: ReadonlyMap<number, string>;
  /** Name -> address, as the vocabulary says it the other way round. */
  readonly addresses: JsonObject;
}

/** Every scope, sorted; none where there is no such folder. @throws SnapshotFault */
export function readProjections(snapshot: string, files: Files): readonly Projection[] {
  const parent = snapshot.slice(0, Math.max(snapshot.lastIndexOf("/"), 0));
  const root = `${parent}/tokenized_snapshot`;
  if (!files.isFolder(root)) return [];
  const scopes = new Set(files.list(root).flatMap(({ path }) => path.split("/", 1)));
  return [...scopes].sort().flatMap((scope) => {
    const read = (kind: string, name: string) =>
      readJson(`${parent}/${kind}_snapshot/${scope}/${name}.json`, files);
    const dispatch = read("tokenized", "dispatch");
    const handlers = read("tokenized", "handlers");
    const forward = read("vocabulary", "forward");
    if (dispatch === null || handlers === null || forward === null) return [];
    const names = new Map(Object.entries(forward).map(([address, name]) => [Number(address), String(name)]));
    const addresses = read("vocabulary", "reverse") ?? {};
    return [{ folder: `../tokenized_snapshot/${scope}`, dispatch, handlers, names, addresses }];
  });
}

function readJson(file: string, files: Files): JsonObject | null {
  try {
    const bytes = files.read(file);
    return bytes === null ? null : parseStrict(file, bytes);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new SnapshotFault("ARTIFACT_UNREADABLE", { file, errno: error.errno });
  }
}

export type Place = readonly (string | number)[];

/**
 * Where a projected value is not the canonical one, as a path into it: an address may stand for a full name, and for
 * a node in a path that begins with `$.results`.
 */
export function unlike(
  canonical: Json,
  projected: Json | undefined,
  names: Projection["names"],
  nodes: ReadonlyMap<string, string>,
  path: Place = [],
): Place | undefined {
  if (typeof canonical === "string") {
    if (typeof projected === "number") return names.get(projected) === canonical ? undefined : path;
    return projected === canonical || named(projected, names) === byContract(canonical, nodes)
      ? undefined
      : path;
  }
  if (Array.isArray(canonical)) {
    if (!Array.isArray(projected) || projected.length !== canonical.length) return path;
    for (const [i, item] of canonical.entries()) {
      const wrong = unlike(item, projected[i], names, nodes, [...path, i]);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (!isObject(canonical)) return canonical === projected ? undefined : path;
  // What is empty may be left out.
  if ((projected ?? null) === null && Object.keys(canonical).length === 0) return undefined;
  if (!isObject(projected)) return path;
  for (const key of new Set([...Object.keys(canonical), ...Object.keys(projected)])) {
    const should = own(canonical, key);
    const wrong =
      should === undefined ? [...path, key] : unlike(should, own(projected, key), names, nodes, [...path, key]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** `$.results.<address>.f` with the contract's name for its address. */
function named(projected: Json | undefined, names: Projection["names"]): string | undefined {
  if (typeof projected !== "string") return undefined;
  return projected.replace(
    /^\$\.results\.(\d+)/,
    (_, address: string) => `$.results.${names.get(Number(address))}`,
  );
}

/** `$.results.<node>.f` with the node's contract for the node. */
function byContract(canonical: string, nodes: ReadonlyMap<string, string>): string {
  return canonical.replace(/^\$\.results\.([^.[]+)/, (whole, node: string) => {
    const contract = nodes.get(node);
    return contract === undefined ? whole : `$.results.${contract}`;
  });
}

/** The members of an object of the projection whose keys are addresses, by the names they stand for. */
export function byName(parent: JsonObject, key: string, names: Projection["names"]) {
  return Object.entries(objectAt(parent, key)).map(([address, value]) => ({
    address,
    name: names.get(Number(address)),
    value: isObject(value) || Array.isArray(value) ? value : {},
  }));
}
