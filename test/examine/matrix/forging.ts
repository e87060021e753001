/** A value edited and the whole chain made anew, as a forger would who knows the format. */

import { canonical, type Digest, digestOf, sha256 } from "../../../src/json/canonical.ts";
import type { Path } from "../../../src/json/diff.ts";
import { isObject, type Json, type JsonObject } from "../../../src/json/value.ts";
import { genesis, hashOf } from "../../../src/trace/chain.ts";
import { forge, nameOf, underName } from "../examination.ts";
import type { Edit, Renaming } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

/** The trace with the edited line, and every hash from there on made anew. */
export function forged(specimen: Specimen, edit: Edit): string {
  const { place, path, is, name } = edit;
  if (name !== undefined) return renamed(specimen, edit, name);
  const { lines } = specimen;
  const edited = replaced(JSON.parse(lines[place] as string) as Json, path, is) as JsonObject;
  const start = place === 0 ? { prev_hash: genesis(String(edited["execution_id"])) } : {};
  const sequel = [sealed({ ...edited, ...start })];
  for (const line of lines.slice(place + 1)) sequel.push(relinked(line, (sequel.at(-1) as Sealed).hash));
  return [...lines.slice(0, place), ...sequel.map(({ line }) => line)].map((line) => `${line}\n`).join("");
}

/** The whole trace under another name, with everything that hangs on it. */
function renamed({ lines }: Specimen, { place, path, is }: Edit, name: Renaming): string {
  return forge(lines.map((line) => `${line}\n`).join(""), (all) => {
    const edited = all.map((line, i) => (i === place ? (replaced(line as never, path, is) as never) : line));
    const own = nameOf(edited);
    return underName(edited, name === "free" ? "free" : name === "numbered" ? `${own}_2` : own);
  });
}

/** Undefined takes the value away, or puts it where there was none. */
function replaced(value: Json | undefined, [key, ...rest]: Path, is: Json | undefined): Json | undefined {
  if (key === undefined) return is;
  const isList = Array.isArray(value);
  const entries = new Map<string, Json>(Object.entries((value ?? {}) as JsonObject));
  const inside = replaced(entries.get(String(key)), rest, is);
  if (inside === undefined) entries.delete(String(key));
  else entries.set(String(key), inside);
  return isList ? [...entries.values()] : Object.fromEntries(entries);
}

interface Sealed {
  readonly line: string;
  readonly hash: Digest;
}

function sealed(edited: JsonObject): Sealed {
  const { hash: _, payload, ...rest } = edited;
  const isStart = edited["event_type"] === "execution_start";
  const digested =
    isStart && isObject(payload) && payload["payload"] !== undefined
      ? { ...payload, payload_digest: digestOf(payload["payload"]) }
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
