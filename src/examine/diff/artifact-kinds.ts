/** What a place in an artifact is to a run, and which changes of it break those who rely on the artifact. */

import { isObject, type Json, jsonEqual, own } from "../../json/value.ts";
import { type JsonDifference, jsonDifferences } from "./json-differences.ts";

export type DifferenceKind =
  | "artifact"
  | "compilation"
  | "start"
  | "binding"
  | "admission"
  | "node"
  | "edge"
  | "outcome"
  | "field"
  | "input"
  | "output"
  | "capability"
  | "route"
  | "evaluation"
  | "suppression"
  | "store"
  /** No run decides by it. */
  | "member";

export interface Classified {
  readonly kind: DifferenceKind;
  readonly name: string;
  readonly breaking: boolean;
}

type Breaks = (difference: JsonDifference, rest: readonly string[]) => boolean;

const always: Breaks = () => true;
const never: Breaks = () => false;
const unlessAdded: Breaks = ({ change }) => change !== "added";
const whenRemoved: Breaks = ({ change }) => change === "removed";

interface Rule {
  readonly parts: readonly string[];
  readonly kind: DifferenceKind;
  readonly breaks: Breaks;
}

/** `*` is any one name; a last `**` is any place below, or none. The first pattern that fits counts. */
const rule = (pattern: string, kind: DifferenceKind, breaks: Breaks): Rule => ({
  parts: pattern.split("/"),
  kind,
  breaks,
});

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  WF: [
    rule("frontmatter/runtime_binding", "binding", always),
    rule("frontmatter/consults/**", "binding", always),
    rule("frontmatter/core/start_node", "start", always),
    // A rule that is new keeps out who was let in, one that is gone lets in who was kept out.
    rule("frontmatter/core/admission/**", "admission", always),
    rule("frontmatter/core/nodes/*/next/*", "edge", unlessAdded),
    rule("frontmatter/core/nodes/*/inputs/**", "input", always),
    rule("frontmatter/core/nodes/*/type", "node", always),
    rule("frontmatter/core/nodes/*/code", "node", always),
    rule("frontmatter/core/nodes/*/fqdn_id", "node", always),
    rule("frontmatter/core/nodes/*/reason", "node", always),
    rule("frontmatter/core/nodes/*/emit/**", "node", never),
    rule("frontmatter/core/nodes/*", "node", unlessAdded),
  ],
  IN: [
    rule("frontmatter/core/inputs/*/**", "field", isNarrower),
    rule("frontmatter/core/additional", "member", isClosing),
  ],
  EV: [rule("frontmatter/core/schema/*/**", "field", isNarrower)],
  CC: [
    rule("frontmatter/core/inputs/*/**", "field", isNarrower),
    rule("frontmatter/core/outputs/*", "output", unlessAdded),
    rule("frontmatter/core/outputs/*/type", "output", always),
    rule("frontmatter/core/outputs/*/**", "output", never),
    rule("frontmatter/core/result_status_contract/allowed/*", "outcome", unlessAdded),
    rule("frontmatter/core/result_status_contract/allowed", "outcome", lacksSome),
    rule("frontmatter/core/result_status_contract/on_input_failure", "outcome", always),
    rule("frontmatter/core/pipeline", "capability", always),
    rule("frontmatter/core/pipeline/*", "capability", always),
    rule("frontmatter/core/pipeline/*/step", "capability", always),
    rule("frontmatter/core/pipeline/*/transform", "capability", always),
    rule("frontmatter/core/pipeline/*/side_effect", "capability", always),
    rule("frontmatter/core/pipeline/*/op", "capability", always),
    rule("frontmatter/core/pipeline/*/store", "capability", always),
    rule("frontmatter/core/pipeline/*/inputs/**", "input", always),
    rule("frontmatter/core/pipeline/*/outputs/**", "output", always),
    rule("frontmatter/core/pipeline/*/on_result/**", "route", always),
    rule("frontmatter/core/pipeline/*/on_ct_result/**", "route", always),
    rule("frontmatter/core/evaluation/**", "evaluation", always),
    rule("frontmatter/core/suppress_trace_fields/**", "suppression", whenRemoved),
  ],
  CT: [
    rule("frontmatter/core/inputs/*/**", "field", isNarrower),
    rule("ct_ir/inputs/*/**", "field", isNarrower),
    rule("frontmatter/core/outputs/**", "output", whenRemoved),
    rule("ct_ir/outputs/**", "output", unlessAdded),
    rule("ct_ir/atom_stream/**", "capability", always),
    rule("ct_ir", "capability", always),
  ],
  CS: [
    rule("cs_ir/cs_metadata/operations/operations/*/result_status_values/*", "outcome", unlessAdded),
    rule("cs_ir/cs_metadata/operations/operations/*/result_status_values", "outcome", lacksSome),
    rule("cs_ir/cs_metadata/operations/operations/*", "capability", unlessAdded),
    rule("cs_ir/handler_ref/**", "capability", always),
    rule("cs_ir", "capability", always),
  ],
  RB: [
    rule("frontmatter/core/storage_structure", "binding", always),
    rule("frontmatter/core/bindings/*/policy/path", "binding", always),
    rule("frontmatter/core/bindings/*/config/path", "binding", always),
    rule("frontmatter/core/bindings/*", "binding", unlessAdded),
    rule("frontmatter/core/bindings/*/**", "binding", never),
  ],
  STRUCTURE: [
    rule("frontmatter/core/entity_stores/*", "store", unlessAdded),
    rule("frontmatter/core/entity_stores/*/path", "store", always),
    rule("frontmatter/core/entity_stores/*/**", "store", never),
  ],
};

/** `word` is the first of the artifact's code. What is new or gone as a whole is split where its parts are told apart. */
export function* classify(word: string, difference: JsonDifference): Generator<JsonDifference & Classified> {
  const { names, change } = difference;
  const rules = RULES[word] ?? [];
  const fit = rules.find(({ parts }) => fits(parts, names));
  const isApart = rules.some(({ parts }) => isWithin(names, parts));
  const isOpen = fit === undefined || fit.parts.at(-1) === "**";
  const parts = isApart && isOpen ? partsOf(difference) : [];
  if (parts.length > 0) for (const part of parts) yield* classify(word, part);
  else if (fit === undefined) {
    const name = names.slice(1).join(".");
    yield { ...difference, kind: "member", name, breaking: isApart && change !== "added" };
  } else {
    const breaking = fit.breaks(difference, restBehind(fit.parts, names));
    yield { ...difference, kind: fit.kind, name: nameOf(fit, names), breaking };
  }
}

/** What is new or gone, member by member; nothing where it has none. */
function partsOf({ change, path, names, a, b }: JsonDifference): readonly JsonDifference[] {
  const whole = a ?? b ?? null;
  if (change === "changed" || typeof whole !== "object" || whole === null) return [];
  const none = Array.isArray(whole) ? [] : {};
  return [...jsonDifferences(a ?? none, b ?? none, { path, names })];
}

const fixedPart = (parts: readonly string[]) => (parts.at(-1) === "**" ? parts.slice(0, -1) : parts);

function fits(parts: readonly string[], names: readonly string[]): boolean {
  const fixed = fixedPart(parts);
  const isLong = fixed === parts ? names.length === fixed.length : names.length >= fixed.length;
  return isLong && fixed.every((part, i) => part === "*" || part === names[i]);
}

function restBehind(parts: readonly string[], names: readonly string[]): readonly string[] {
  return names.slice(fixedPart(parts).length);
}

/** Whether what a pattern is about lies below the place. */
function isWithin(names: readonly string[], parts: readonly string[]): boolean {
  const fixed = fixedPart(parts);
  return names.length < fixed.length && names.every((name, i) => fixed[i] === "*" || fixed[i] === name);
}

/** What the stars stand for; where there is none, what is behind the pattern, or its last part. */
function nameOf({ kind, parts }: Rule, names: readonly string[]): string {
  const starred = names.filter((_, i) => parts[i] === "*");
  if (kind === "edge") return `${starred[0]} --${starred[1] ?? ""}-->`;
  const rest = restBehind(parts, names);
  if (kind === "field") return fieldName([...starred, ...rest]);
  return (starred.length > 0 ? starred : rest.length > 0 ? rest : names.slice(-1)).join(" ");
}

/** Members by dots, items by brackets; which of its rules changed is said by the place. */
function fieldName([first = "", ...rest]: readonly string[]): string {
  let name = first;
  for (let i = 0; i < rest.length; i++) {
    const part = rest[i] ?? "";
    const isMember = NESTING.has(part);
    if (part === "items") name += "[]";
    else if (isMember && i + 1 < rest.length) name += `.${rest[++i]}`;
    else break;
  }
  return name;
}

/** Whether something of a list of which the order does not count is gone. */
function lacksSome({ a, b }: JsonDifference): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return b === undefined;
  return a.some((one: Json) => !b.some((other: Json) => jsonEqual(one, other)));
}

/** Whether a payload that was taken before is refused now, because it has members that are not declared. */
function isClosing({ b }: JsonDifference): boolean {
  return b === false;
}

/** Whether a value that was taken before might be refused now, or another one taken where none is given. */
function isNarrower(difference: JsonDifference, [rule, ...deeper]: readonly string[]): boolean {
  const { change, a, b } = difference;
  if (rule === undefined) return change === "added" ? isObject(b) && own(b, "required") === true : true;
  if (deeper.length > 0 && rule === "items") return isNarrower(difference, deeper);
  if (deeper.length > 0 && NESTING.has(rule)) return isNarrower(difference, deeper.slice(1));
  if (FOR_PEOPLE.has(rule)) return false;
  if (rule === "type" || rule === "default") return true;
  if (rule === "required") return deeper.length > 0 ? change === "added" : b === true || Array.isArray(b);
  if (rule === "enum" && deeper.length > 0) return change === "removed";
  if (rule === "enum" && Array.isArray(a) && Array.isArray(b)) return lacksSome(difference);
  if (typeof a === "number" && typeof b === "number") return /max/i.test(rule) ? b < a : b > a;
  return change !== "removed";
}

const NESTING: ReadonlySet<string> = new Set(["fields", "properties"]);
const FOR_PEOPLE: ReadonlySet<string> = new Set(["description", "summary"]);
