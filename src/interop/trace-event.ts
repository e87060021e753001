/** Traces by SCHEMA_TRACE_EVENT_V1 and V2: a header, then the events of v0.3 with nodes and transitions. */

import { finding } from "../examine/finding.ts";
import { objectAt } from "../json/value.ts";
import { type ExternalLine, externalLines, isText, type Shape, textAt } from "./lines.ts";
import type { ExternalRecord, Route } from "./record.ts";
import { ENVELOPE, endingOf, errorsOf, misplaced, ownEvents } from "./reference-v0-3.ts";

const UNPROVEN = [
  "that no event was changed, added or removed: the format has neither a hash chain nor sequence numbers",
  "that the snapshot is the one that the header names: its name is copied, not computed",
  "which payload the run used: only the names of its fields are recorded",
  "the outputs of steps and contracts: only their names are recorded",
  "the changes in stores: neither the store nor the values are recorded",
] as const;

const HEADER: Shape = { event_type: isText, snapshot_id: isText };

export function readTraceEvent(version: "v1" | "v2", bytes: Uint8Array): ExternalRecord {
  const read = externalLines(bytes, (value) =>
    value["event_type"] === "trace_classification" ? HEADER : ENVELOPE,
  );
  const [header] = read.lines;
  const hasHeader = header?.value["event_type"] === "trace_classification";
  const events = hasHeader ? read.lines.slice(1) : read.lines;
  const start = events.find(({ value }) => value["event_type"] === "WF_START");
  return {
    format: `trace-event-${version}`,
    events: read.lines.length,
    workflow: start === undefined ? null : textAt(objectAt(start.value, "detail"), "wf_fqdn"),
    chain: null,
    findings: [
      ...read.findings,
      ...(hasHeader ? [] : [finding("NO_HEADER", 1)]),
      ...misplaced(events, endOf(events)),
    ],
    recordedPath: { of: "routes", visits: routesOf(events) },
    errors: errorsOf(events),
    ending: endingOf(events, endOf(events)),
    unproven: UNPROVEN,
  };
}

/** The terminal event, which follows an error, too; without one, the error. */
function endOf(events: readonly ExternalLine[]): ExternalLine | undefined {
  return ownEvents(events, "WF_COMPLETE")[0] ?? ownEvents(events, "ERROR")[0];
}

/** The transitions of the first workflow, each with the contract that its node ran. */
function routesOf(events: readonly ExternalLine[]): readonly Route[] {
  const contracts = new Map(
    ownEvents(events, "CC_START").map(({ value }) => {
      const detail = objectAt(value, "detail");
      return [textAt(detail, "node"), textAt(detail, "cc_fqdn")];
    }),
  );
  return ownEvents(events, "WF_ROUTE").map(({ line, value }) => {
    const detail = objectAt(value, "detail");
    const node = textAt(detail, "from_node") ?? "";
    const [outcome, next] = [textAt(value, "result_status"), textAt(detail, "to_node")];
    return { line, node, capability: contracts.get(node) ?? null, outcome, next };
  });
}
