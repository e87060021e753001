/** How the examination of a foreign trace is told: as text, and as JSON. */

import { counted } from "../errors/counted.ts";
import { findingJson, type TraceFinding } from "../examine/finding.ts";
import type { ExternalClassification } from "../interop/class.ts";
import type { ExternalPath, ExternalRecord } from "../interop/record.ts";
import { unavailableTable } from "../interop/vocabulary.ts";
import type { Paint } from "./colour.ts";
import { findingText } from "./finding-view.ts";
import { plain, shownOf, table } from "./print.ts";

export interface ExternalExamination {
  readonly file: string;
  readonly record: ExternalRecord;
  /** Null: there is no graph to hold the path against, for the reason among the findings. */
  readonly isAllowed: boolean | null;
  readonly findings: readonly TraceFinding[];
  readonly classification: ExternalClassification;
  readonly isSound: boolean;
}

export function toJson({ record, isAllowed, findings, classification, isSound }: ExternalExamination): unknown {
  const { format, events, workflow, chain, recordedPath, errors, ending } = record;
  const { class: found, isStructural, node, unavailable } = classification;
  return {
    ok: isSound,
    format,
    events,
    workflow,
    chain: chain === null ? null : { ok: chain.isIntact, covered: chain.covered },
    allowed: isAllowed,
    findings: findings.map(findingJson),
    recorded: recordedPath.of,
    path: recordedPath.visits,
    ending: ending === null ? null : { status: ending.status, reason: ending.reason },
    classification: { class: found, structural: isStructural, node, known: unavailable === null },
    errors,
    unproven: unprovenIn(record, classification),
  };
}

/** Beside what no such trace proves, what this one leaves open. */
function unprovenIn({ unproven }: ExternalRecord, { unavailable }: ExternalClassification): readonly string[] {
  return unavailable === null ? unproven : [...unproven, unavailableTable[unavailable]];
}

export function toText(examination: ExternalExamination, paint: Paint): string {
  const { file, record, isAllowed, findings, classification, isSound } = examination;
  const { format, events, workflow, ending, recordedPath } = record;
  const path = isAllowed === null ? paint("quiet", "not checked") : verdict(isAllowed, "allowed", paint);
  const { shown, rest } = shownOf(findings);
  const status = ending === null ? "no event records how" : plain(ending.status);
  return [
    `${isSound ? paint("good", "READ") : paint("bad", "INVALID")}  ${plain(file)}\n`,
    table([
      ["format", `${format}, ${counted(events, "event")}`],
      ["workflow", workflow === null ? "-" : plain(workflow)],
      ["chain", chainText(record, paint)],
      ["path", path],
    ]),
    shown
      .map((one) => findingText(one, file, record.findings.includes(one) ? "intact" : "allowed", paint))
      .join(""),
    rest === "" ? "" : `\n${rest}`,
    `\nended  ${status}${ending?.reason ? ` ${plain(ending.reason)}` : ""}\n`,
    classText(classification, paint),
    errorsText(record, paint),
    `\n${recordedPath.of}\n${recordedPath.visits.length === 0 ? "  none\n" : table(rowsOf(recordedPath))}`,
    `\nnot proven by such a trace\n${unprovenIn(record, classification)
      .map((one) => `  - ${one}\n`)
      .join("")}`,
  ].join("");
}

function verdict(isGood: boolean, word: string, paint: Paint): string {
  return isGood ? paint("good", word) : paint("bad", `not ${word}`);
}

function chainText({ chain }: ExternalRecord, paint: Paint): string {
  if (chain === null) return paint("quiet", "none");
  const word = verdict(chain.isIntact, "intact", paint);
  return chain.isIntact ? `${word}, ${counted(chain.covered, "event")} covered, not the last` : word;
}

function classText(
  { class: found, isStructural, node, unavailable }: ExternalClassification,
  paint: Paint,
): string {
  if (unavailable === null && found === null) return "class  none, the run succeeded\n";
  const word = found === null ? paint("quiet", "unknown") : paint(isStructural ? "bad" : "strong", found);
  const how =
    isStructural === null ? "" : isStructural ? ", the run failed" : ", a path that the protocol declares";
  return `class  ${word}${how}${node === null ? "" : `, at ${plain(node)}`}\n`;
}

/** Those that say more than the ending. */
function errorsText({ errors, ending }: ExternalRecord, paint: Paint): string {
  const told = errors.filter(({ message }) => message !== ending?.reason);
  return told
    .map(
      ({ code, node, message }) =>
        `\n${paint("bad", plain(code ?? "ERROR"))}  ${plain(node ?? "-")}\n  ${plain(message ?? "-")}\n`,
    )
    .join("");
}

function rowsOf(recordedPath: ExternalPath): readonly (readonly string[])[] {
  const ended = (outcome: string | null) => (outcome === null ? "did not end" : plain(outcome));
  switch (recordedPath.of) {
    case "nodes":
      return recordedPath.visits.map(({ node, outcome }) => [plain(node), ended(outcome)]);
    case "contracts":
      return recordedPath.visits.map(({ contract, outcome }) => [plain(contract), ended(outcome)]);
    case "routes":
      return recordedPath.visits.map(({ node, outcome, next }) => [
        plain(node),
        ended(outcome),
        plain(next ?? "-"),
      ]);
  }
}
