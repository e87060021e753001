/** Traces of the reference runtime v0.2: nodes with their outcomes, chained by 16 digits of SHA-256. */

import { finding, type TraceFinding } from "../examine/finding.ts";
import { type JsonObject, objectAt, own } from "../json/value.ts";
import { type ExternalLine, externalLines, isCount, isRecord, isText, type Shape, textAt } from "./lines.ts";
import {
  type ExternalEnding,
  type ExternalError,
  type ExternalRecord,
  NO_OUTCOME,
  type NodeVisit,
} from "./record.ts";
import { referenceGenesis, referenceHash } from "./reference-chain.ts";

const UNPROVEN = [
  "which snapshot the run used: the trace names none",
  "the inputs and outputs of the nodes: no value is recorded",
  "that the chain was not recomputed after a change: it has no key and no anchor",
] as const;
const NO_PAYLOAD = "which payload the run used: neither its values nor a hash of them is recorded";
const ONLY_HASHED = "which payload the run used: only a hash of it is recorded";
const NO_EFFECTS = "the changes in stores: no side effect is recorded";
const NO_CHANGES = "the changes in stores: side effects are recorded without their values";
const STATUS_ONLY = "the outcome of a node whose status shows only that it ended";
const LAST_EVENT = "that the last event is unchanged: no later event has a prev_hash that covers it";
const NO_CHAIN = "that no event was changed, added or removed: these events carry no prev_hash";

const SHAPE: Shape = { event_type: isText, execution_id: isText, sequence: isCount, payload: isRecord };

export function readReferenceV02(bytes: Uint8Array): ExternalRecord {
  const { lines, findings } = externalLines(bytes, () => SHAPE);
  const isChained = lines.some(({ value }) => Object.hasOwn(value, "prev_hash"));
  const broken = isChained ? brokenLinks(lines) : [];
  const start = lines[0]?.value;
  const visits = visitsOf(lines);
  return {
    format: "reference-v0.2",
    events: lines.length,
    workflow: start === undefined ? null : textAt(objectAt(start, "payload"), "workflow_code"),
    chain: isChained
      ? { isIntact: broken.length === 0 && findings.length === 0, covered: Math.max(0, lines.length - 1) }
      : null,
    findings: [...findings, ...broken, ...misplaced(lines)],
    recordedPath: { of: "nodes", visits },
    errors: lines.flatMap(errorIn),
    ending: endingOf(lines),
    unproven: [...unprovenBy(lines, visits), isChained ? LAST_EVENT : NO_CHAIN],
  };
}

/** The runtime itself records neither hashes nor side effects, although its schema defines both. */
function unprovenBy(lines: readonly ExternalLine[], visits: readonly NodeVisit[]): readonly string[] {
  const isHashed = lines.some(({ value }) => Object.hasOwn(objectAt(value, "payload"), "input_hash"));
  const hasEffects = lines.some(({ value }) => value["event_type"] === "side_effect_start");
  const isStatusOnly = visits.some(({ type, outcome }) => type !== "EXIT" && NO_OUTCOME.has(outcome));
  return [
    ...UNPROVEN,
    isHashed ? ONLY_HASHED : NO_PAYLOAD,
    hasEffects ? NO_CHANGES : NO_EFFECTS,
    ...(isStatusOnly ? [STATUS_ONLY] : []),
  ];
}

/** Events without the hash of the previous line; after an unreadable line, the check is not possible. */
function brokenLinks(lines: readonly ExternalLine[]): readonly TraceFinding[] {
  return lines.flatMap(({ line, value }, i) => {
    const before = lines[i - 1];
    if (before === undefined && line > 1) return [];
    if (before !== undefined && before.line !== line - 1) return [];
    const expected =
      before === undefined ? referenceGenesis(value["execution_id"] as string) : referenceHash(before.text);
    return own(value, "prev_hash") === expected ? [] : [finding("BAD_LINK", line)];
  });
}

/** Events at places that the format does not allow. */
function misplaced(lines: readonly ExternalLine[]): readonly TraceFinding[] {
  const found: TraceFinding[] = [];
  const id = lines[0]?.value["execution_id"];
  let expected = 1;
  let hasEnded = false;
  for (const { line, value } of lines) {
    const sequence = value["sequence"] as number;
    if (line === 1 && value["event_type"] !== "execution_start") found.push(finding("BAD_START", line));
    if (hasEnded) found.push(finding("AFTER_END", line));
    if (value["execution_id"] !== id)
      found.push(finding("OTHER_EXECUTION", line, { found: value["execution_id"] as string }));
    if (sequence !== expected) found.push(finding("BAD_SEQUENCE", line, { expected, found: sequence }));
    expected = sequence + 1;
    if (value["event_type"] === "workflow_complete") hasEnded = true;
  }
  return hasEnded ? found : [...found, finding("NO_END", lines.at(-1)?.line)];
}

const TYPES: ReadonlyMap<string | null, NodeVisit["type"]> = new Map<string, NodeVisit["type"]>([
  ["intent", "IN"],
  ["capability_contract", "CC"],
  ["exit", "EXIT"],
]);

function visitsOf(lines: readonly ExternalLine[]): readonly NodeVisit[] {
  const visits: NodeVisit[] = [];
  for (const { line, value } of lines) {
    const payload = objectAt(value, "payload");
    const node = textAt(payload, "node_id") ?? "";
    if (value["event_type"] === "node_start") visits.push(begun(line, node, payload));
    if (value["event_type"] !== "node_end") continue;
    const open = visits.findLastIndex((visit) => visit.node === node && visit.outcome === null);
    const ended = { outcome: textAt(payload, "status") };
    if (open === -1) visits.push({ line, node, type: null, capability: null, ...ended });
    else visits[open] = { ...(visits[open] as NodeVisit), ...ended };
  }
  return visits;
}

function begun(line: number, node: string, payload: JsonObject): NodeVisit {
  const type = TYPES.get(textAt(payload, "node_type")) ?? null;
  return { line, node, type, capability: textAt(payload, "capability_code"), outcome: null };
}

function errorIn({ line, value }: ExternalLine): readonly ExternalError[] {
  if (value["event_type"] !== "error") return [];
  const payload = objectAt(value, "payload");
  const [code, category] = [textAt(payload, "error_code"), textAt(payload, "node_category")];
  return [{ line, code, category, node: textAt(payload, "node_id"), message: textAt(payload, "message") }];
}

function endingOf(lines: readonly ExternalLine[]): ExternalEnding | null {
  const end = lines.findLast(({ value }) => value["event_type"] === "workflow_complete");
  if (end === undefined) return null;
  const payload = objectAt(end.value, "payload");
  const reason = textAt(payload, "exit_reason_code");
  const isExit = reason === "COMPLETED" || reason?.startsWith("EXIT_") === true;
  return { status: textAt(payload, "status") ?? "", reason, isExit };
}
