/** Members of the successor's blocks that name artifacts of one kind, and what is wrong with what they name. */

import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { codeOf, isFqdn, namespaceOf, qualify, wordOf } from "../fqdn.ts";
import { type Change, type Path, quote, sentence, suggested } from "../hint.ts";
import type { BuiltArtifact } from "./authored.ts";
import type { Problem } from "./problem.ts";

interface TypedReference {
  readonly path: Path;
  readonly value: Json;
  /** The kind of artifact that is to be named. */
  readonly kind: string;
  /** Whether the code alone means the artifact of the same namespace. */
  readonly isShort: boolean;
}

/** @param known the names of all artifacts */
export function wrongReferences(artifact: BuiltArtifact, known: Iterable<string>): readonly Problem[] {
  const { source, text, fqdn } = artifact;
  if (source === null || text === null) return [];
  const names = [...known].filter((name) => name !== fqdn && isFqdn(name));
  return [...referencesIn(artifact)].flatMap(({ path, value, kind, isShort }) => {
    const right = names.filter((name) => isFqdn(name) && wordOf(name) === kind);
    const named = typeof value === "string" && isShort ? qualify(value, namespaceOf(fqdn)) : value;
    if (right.some((name) => name === named)) return [];
    const at = pointer(path);
    const isUnknown = isFqdn(named) && named !== fqdn && !names.includes(named);
    const message = isUnknown
      ? `${named} is mentioned, but no artifact defines it`
      : named === fqdn
        ? `${at} names the artifact itself`
        : `${at} should be the ${isShort ? "code" : "full name"} of ${KINDS[kind]}, not ${quote(value)}`;
    const written = isShort ? right.map((name) => shortName(name, namespaceOf(fqdn))) : right;
    const code = isUnknown ? "UNKNOWN_NAME" : "WRONG_VALUE";
    const hint = sentence(at, changeTo(value, written));
    return [{ file: source, ...text.at(path, "value"), code, severity: "error", message, hint, path }];
  });
}

/** How many names a hint has at most. */
const LISTED = 5;

function changeTo(value: Json, right: readonly string[]): Change {
  if (right.length === 0) return { do: "remove" };
  const given = typeof value === "string" ? value : "";
  const nearest = suggested(given, right);
  return {
    do: "change",
    to: nearest.startsWith("one of") ? suggested(given, right.slice(0, LISTED)) : nearest,
  };
}

function shortName(name: string, namespace: string): string {
  return isFqdn(name) && namespaceOf(name) === namespace ? codeOf(name) : name;
}

const KINDS: Readonly<Record<string, string>> = {
  AC: "an actor (AC)",
  EV: "an event (EV)",
  RB: "a runtime binding (RB)",
  IN: "an intent (IN)",
  WF: "a workflow (WF)",
};

function* referencesIn({ kind, derived: { frontmatter } }: BuiltArtifact): Generator<TypedReference> {
  if (kind !== "WF" && kind !== "IN") return;
  const core = objectAt(frontmatter, "core");
  yield* listed(frontmatter, [], "supersedes", kind);
  yield* listed(frontmatter, [], "superseded_by", kind);
  if (kind === "IN") {
    for (const one of listed(core, ["core"], "workflow", "WF")) yield { ...one, isShort: true };
    return;
  }
  yield* listed(frontmatter, [], "runtime_binding", "RB");
  yield* listed(frontmatter, [], "consults", "RB");
  yield* listed(core, ["core"], "actor_context", "AC");
  for (const [key, node] of Object.entries(objectAt(core, "nodes")))
    if (isObject(node)) yield* listed(node, ["core", "nodes", key], "emit", "EV");
}

/** The value of a member, or each of its list. */
function* listed(holder: JsonObject, above: Path, member: string, kind: string): Generator<TypedReference> {
  const value = own(holder, member);
  const path = [...above, member];
  if (value === undefined) return;
  if (!Array.isArray(value)) return yield { path, value, kind, isShort: false };
  for (const [i, item] of value.entries()) yield { path: [...path, i], value: item, kind, isShort: false };
}
