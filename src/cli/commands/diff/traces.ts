/** Two traces, read, compared and told (`pgs diff`). */

import { counted } from "../../../errors/counted.ts";
import {
  diffTraces,
  inOrder,
  type TraceDiff,
  type TraceDifference,
} from "../../../examine/diff/diff-traces.ts";
import { CUT_OFF } from "../../../examine/verify.ts";
import type { JsonObject } from "../../../json/value.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import type { Paint } from "../../colour.ts";
import { groupText, SIDES, verdictText } from "../../compared-view.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { plain } from "../../print.ts";
import { readIntactTrace } from "../../read-trace.ts";
import { say } from "../../report-view.ts";
import { groupsText, toPlaces } from "../../trace-differences.ts";

interface Side {
  readonly file: string;
  readonly events: readonly TraceEvent[];
  /** Its run was interrupted, or its end is missing: what stands before it is compared. */
  readonly isCutOff: boolean;
}

interface Compared extends TraceDiff {
  readonly a: Side;
  readonly b: Side;
  readonly listsNondeterministic: boolean;
}

/** @throws UsageFault for a file that cannot be read, or holds no intact trace */
export async function diffTraceFiles(
  a: string,
  b: string,
  listsNondeterministic: boolean,
  context: Context,
): Promise<number> {
  const [left, right] = [readSide(a, context), readSide(b, context)];
  const compared = { a: left, b: right, listsNondeterministic, ...diffTraces(left.events, right.events) };
  await say(compared, { toJson, toText }, context);
  return compared.differences.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

/** @throws UsageFault unless the trace is intact up to where it ends */
export function readSide(file: string, context: Context): Side {
  const { events, findings } = readIntactTrace(file, context, CUT_OFF);
  return { file, events, isCutOff: findings.length > 0 };
}

// ---- reports ----

function toJson({ a, b, differences, drawn, suppressed, listsNondeterministic }: Compared): unknown {
  return {
    equal: differences.length === 0,
    kind: "trace",
    a: sideJson(a),
    b: sideJson(b),
    differences: inOrder(differences),
    nondeterministic: {
      count: drawn.length,
      ...(listsNondeterministic ? { differences: drawn.map(withoutReason) } : {}),
    },
    suppressed,
  };
}

function sideJson({ file, events, isCutOff }: Side): JsonObject {
  return { file, execution_id: events[0]?.execution_id ?? "", events: events.length, cut_off: isCutOff };
}

function withoutReason({ because: _, ...difference }: TraceDifference): Omit<TraceDifference, "because"> {
  return difference;
}

function toText(compared: Compared, paint: Paint): string {
  const { a, b, differences, drawn, listsNondeterministic } = compared;
  const cut = [a, b].filter(({ isCutOff }) => isCutOff).map(cutOffText);
  return [
    verdictText(differences.length === 0, a.file, b.file, paint),
    ...cut,
    groupsText(differences, SIDES),
    listsNondeterministic
      ? groupText("nondeterministic: not a difference in meaning", toPlaces(drawn, SIDES))
      : "",
    `\n${countsText(compared)}\n`,
  ].join("");
}

function cutOffText({ file, events }: Side): string {
  return `\n${plain(file)} ends after ${counted(events.length, "event")} without an ending: what it did not reach is shown as "nothing"\n`;
}

function countsText({ differences, drawn, suppressed, listsNondeterministic }: Compared): string {
  const hint = listsNondeterministic ? "" : " (--nondeterministic lists them)";
  return [
    counted(differences.length, "difference"),
    ...(drawn.length === 0
      ? []
      : [`${counted(drawn.length, "difference")} only in nondeterministic values${hint}`]),
    ...(suppressed === 0 ? [] : [`${counted(suppressed, "suppressed value")} not compared`]),
  ].join(", ");
}
