/** A value edited and the whole chain made anew, as a forger would who knows the format. */

import { isObject, type Json, type JsonObject } from "../../../src/json.ts";
import type { Path } from "../../../src/json-differences.ts";
import { canonical, type Digest, digestOf, sha256 } from "../../../src/trace/canonical.ts";
import { genesis, hashOf } from "../../../src/trace/chain.ts";
import type { Edit } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

/** The trace with the edited line, and every hash from there on made anew. */
export function forged({ lines }: Specimen, { place, path, is }: Edit): string {
  const edited = replaced(JSON.parse(lines[place] as string) as Json, path, is) as JsonObject;
  const start = place === 0 ? { prev_hash: genesis(String(edited["execution_id"])) } : {};
  const sequel = [sealed({ ...edited, ...start })];
  for (const line of lines.slice(place + 1)) sequel.push(relinked(line, (sequel.at(-1) as Sealed).hash));
  return [...lines.slice(0, place), ...sequel.map(({ line }) => line)].map((line) => `${line}\n`).join("");
}

function replaced(value: Json, [key, ...rest]: Path, is: Json): Json {
  if (key === undefined) return is;
  if (Array.isArray(value)) return value.map((item: Json, i) => (i === key ? replaced(item, rest, is) : item));
  const object = value as JsonObject;
  return { ...object, [key]: replaced(object[key] as Json, rest, is) };
}

interface Sealed {
  readonly line: string;
  readonly hash: Digest;
}

function sealed(edited: JsonObject): Sealed {
  const { hash: _, payload, ...rest } = edited;
  const isStart = edited["event_type"] === "execution_start";
  const digested =
    isStart && isObject(payload)
      ? { ...payload, payload_digest: digestOf(payload["payload"] as Json) }
      : payload;
  const event = { ...rest, payload: digested as Json };
  const hash = hashOf(event);
  return { line: canonical({ ...event, hash }), hash };
}

const LINK = '"prev_hash":"';
const HASH = ',"hash":"';

/** The same line behind another one. */
function relinked(line: string, prev: Digest): Sealed {
  const linked = spliced(line, line.lastIndexOf(LINK) + LINK.length, prev);
  const at = linked.indexOf(HASH) + HASH.length;
  const hash = sha256(linked.slice(0, at - HASH.length) + linked.slice(at + prev.length + 1));
  return { line: spliced(linked, at, hash), hash };
}

const spliced = (line: string, at: number, digest: Digest) =>
  line.slice(0, at) + digest + line.slice(at + digest.length);
