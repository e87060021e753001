/** The workflows that a change of some artifacts may change. */

import { isObject, type Json, own } from "../../json/value.ts";
import { type Fqdn, fqdnOfFile, kindOf, namespaceOf, qualify } from "../../snapshot/fqdn.ts";

/** Those that are at one of the paths, or refer to an artifact there, directly or through others. */
export function affectedWorkflows(
  files: ReadonlyMap<string, string>,
  changed: readonly string[],
): ReadonlySet<string> {
  const users = usersIn(files);
  const affected = new Set<string>();
  const open = changed.flatMap((path) => fqdnOfFile(path) ?? []);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (affected.has(name)) continue;
    affected.add(name);
    for (const user of users.get(name) ?? []) open.push(user);
  }
  return new Set([...affected].filter((name) => kindOf(name as Fqdn) === "WF"));
}

/** By full name: the artifacts that refer to it. */
function usersIn(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly Fqdn[]> {
  const users = new Map<string, Fqdn[]>();
  for (const [path, text] of files) {
    const name = fqdnOfFile(path);
    if (name === undefined) continue;
    for (const used of namesIn(JSON.parse(text) as Json, namespaceOf(name))) {
      const known = users.get(used) ?? [];
      users.set(used, known);
      known.push(name);
    }
  }
  return users;
}

/** Full names, and codes, which are those of artifacts in the same namespace. */
function namesIn(envelope: Json, namespace: string): ReadonlySet<string> {
  if (!isObject(envelope)) return new Set();
  const said = [...texts(own(envelope, "frontmatter") ?? null)];
  return new Set(said.filter((text) => NAME.test(text)).map((text) => qualify(text, namespace)));
}

const NAME = /^(?:[A-Za-z0-9_.]+::)?[A-Z]+_[A-Z0-9_]+$/;

function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  if (Array.isArray(value)) for (const item of value) yield* texts(item);
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    yield key;
    yield* texts(member);
  }
}
