/**
 * The tokenized projection of a snapshot: what its artifacts declare, with numbers for names. It lies beside a snapshot
 * with `artifacts/`, and in an assembled one.
 */

import { isObject, type JsonObject } from "../../json/value.ts";
import { type Files, IoError } from "../../ports.ts";
import { parseStrict } from "../envelope.ts";
import { SnapshotFault } from "../errors.ts";

/** One scope or domain of it. */
export interface Projection {
  /** Path of its folder from the snapshot. */
  readonly folder: string;
  /** Path of the folder of its vocabulary from the snapshot. */
  readonly vocabulary: string;
  readonly dispatch: JsonObject;
  readonly handlers: JsonObject;
  /** Address -> full name, outcome or transition. */
  readonly names: ReadonlyMap<number, string>;
  /** Name -> address, as the vocabulary says it the other way round. */
  readonly addresses: JsonObject;
}

/** From the snapshot to what holds its scopes. */
const PLACES = [
  { tokenized: "../tokenized_snapshot", vocabulary: "../vocabulary_snapshot" },
  { tokenized: "tokenized", vocabulary: "vocabulary" },
] as const;

/**
 * Every scope, sorted; none where there is no such folder.
 * @param within reads a file of an assembled snapshot, by its path from the snapshot
 * @throws SnapshotFault
 */
export function readProjections(
  snapshot: string,
  files: Files,
  within: (path: string) => JsonObject | null = (path) => readJson(pathOf(snapshot, path), files),
): readonly Projection[] {
  return PLACES.flatMap(({ tokenized, vocabulary }) => {
    const root = pathOf(snapshot, tokenized);
    if (!files.isFolder(root)) return [];
    const scopes = new Set(files.list(root).flatMap(({ path }) => path.split("/", 1)));
    const read = (path: string) =>
      path.startsWith("../") ? readJson(pathOf(snapshot, path), files) : within(path);
    return [...scopes]
      .sort()
      .flatMap((scope) => projectionOf(`${tokenized}/${scope}`, `${vocabulary}/${scope}`, read) ?? []);
  });
}

function pathOf(snapshot: string, path: string): string {
  const parent = snapshot.slice(0, Math.max(snapshot.lastIndexOf("/"), 0));
  return path.startsWith("../") ? `${parent}${path.slice(2)}` : `${snapshot}/${path}`;
}

/** Undefined where one of its files is not there. */
function projectionOf(
  folder: string,
  vocabulary: string,
  read: (path: string) => JsonObject | null,
): Projection | undefined {
  const dispatch = read(`${folder}/dispatch.json`);
  const handlers = read(`${folder}/handlers.json`);
  const forward = read(`${vocabulary}/forward.json`);
  if (dispatch === null || handlers === null || forward === null) return undefined;
  const names = new Map(Object.entries(forward).map(([address, name]) => [Number(address), String(name)]));
  const addresses = read(`${vocabulary}/reverse.json`) ?? {};
  return { folder, vocabulary, dispatch, handlers, names, addresses };
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

/** Whether the entries of a table have addresses for keys. */
export function isByAddress(table: JsonObject, { names }: Pick<Projection, "names">): boolean {
  const keys = Object.values(table).flatMap((one) => (isObject(one) ? Object.keys(one) : []));
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key) && names.has(Number(key)));
}
