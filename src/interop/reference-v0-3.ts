/** Traces of the reference runtime v0.3: contracts with their inputs and outcomes, without a chain. */

import { finding, type TraceFinding } from "../examine/finding.ts";
import { objectAt } from "../json/value.ts";
import {
  type ExternalLine,
  externalLines,
  isRecord,
  isText,
  isTextOrNull,
  type Shape,
  textAt,
} from "./lines.ts";
import type { ContractVisit, ExternalEnding, ExternalError, ExternalRecord } from "./record.ts";

const UNPROVEN = [
  "that no event was changed, added or removed: the format has neither a hash chain nor sequence numbers",
  "which snapshot the run used: the trace names none",
  "which payload the run used: only the names of its fields are recorded",
  "which nodes the run visited: only contracts are recorded, not node keys, intents, exits and routing",
  "the outputs of steps and contracts: only their names are recorded",
  "the changes in stores: a step records its operation, not the store, the values or the outcome",
  "when the run happened: its times come from a clock without a date",
] as const;

export const ENVELOPE: Shape = {
  trace_id: isText,
  event_type: isText,
  domain: isText,
  result_status: isTextOrNull,
  detail: isRecord,
};

export function readReferenceV03(bytes: Uint8Array): ExternalRecord {
  const { lines, findings } = externalLines(bytes, () => ENVELOPE);
  const start = lines.find(({ value }) => value["event_type"] === "WF_START");
  return {
    format: "reference-v0.3",
    events: lines.length,
    workflow: start === undefined ? null : textAt(objectAt(start.value, "detail"), "wf_fqdn"),
    chain: null,
    findings: [...findings, ...misplaced(lines, endOf(lines))],
    recordedPath: { of: "contracts", visits: visitsOf(lines) },
    errors: errorsOf(lines),
    ending: endingOf(lines, endOf(lines)),
    unproven: UNPROVEN,
  };
}

/** Events after the end, events of another run, and missing events. A contract that ran alone has no terminal event. */
export function misplaced(
  lines: readonly ExternalLine[],
  end: ExternalLine | undefined,
): readonly TraceFinding[] {
  const found: TraceFinding[] = [];
  const id = lines[0]?.value["trace_id"];
  for (const { line, value } of lines) {
    if (end !== undefined && line > end.line) found.push(finding("AFTER_END", line));
    if (value["trace_id"] !== id)
      found.push(finding("OTHER_EXECUTION", line, { found: value["trace_id"] as string }));
  }
  const isWorkflow = lines.some(({ value }) => value["event_type"] === "WF_START");
  return isWorkflow && end === undefined ? [...found, finding("NO_END", lines.at(-1)?.line)] : found;
}

/** Whichever comes first: nothing follows an error. */
function endOf(lines: readonly ExternalLine[]): ExternalLine | undefined {
  return ownEvents(lines, "WF_COMPLETE", "ERROR")[0];
}

/** Those of the first workflow; the runs of others are nested in its own. */
export function ownEvents(
  lines: readonly ExternalLine[],
  ...types: readonly string[]
): readonly ExternalLine[] {
  const { wf_addr } = lines[0]?.value ?? {};
  return lines.filter(
    ({ value }) => value["wf_addr"] === wf_addr && types.includes(value["event_type"] as string),
  );
}

/** The format records only the message of an error. */
export function errorsOf(lines: readonly ExternalLine[]): readonly ExternalError[] {
  return ownEvents(lines, "ERROR").map(({ line, value }) => {
    const message = textAt(objectAt(value, "detail"), "message");
    return { line, code: null, category: null, node: null, message };
  });
}

function visitsOf(lines: readonly ExternalLine[]): readonly ContractVisit[] {
  const visits: ContractVisit[] = [];
  for (const { line, value } of lines) {
    const contract = textAt(objectAt(value, "detail"), "cc_fqdn") ?? "";
    if (value["event_type"] === "CC_START") visits.push({ line, contract, outcome: null });
    if (value["event_type"] !== "CC_COMPLETE") continue;
    const outcome = textAt(value, "result_status");
    const open = visits.findLastIndex((visit) => visit.contract === contract && visit.outcome === null);
    if (open === -1) visits.push({ line, contract, outcome });
    else visits[open] = { ...(visits[open] as ContractVisit), outcome };
  }
  return visits;
}

/** A run that an error ended has not reached an EXIT, whatever its terminal event states. */
export function endingOf(lines: readonly ExternalLine[], end: ExternalLine | undefined): ExternalEnding | null {
  if (end === undefined) return null;
  const [error] = errorsOf(lines);
  const isComplete = end.value["event_type"] === "WF_COMPLETE";
  const status = isComplete ? (textAt(end.value, "result_status") ?? "") : "ERROR";
  return { status, reason: error?.message ?? null, isExit: isComplete && error === undefined };
}
