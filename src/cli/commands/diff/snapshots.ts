/** Two snapshots, opened, compared and told (`pgs diff`). */

import { counted } from "../../../errors/counted.ts";
import { diffSnapshots, type SnapshotDifference } from "../../../examine/diff/diff-snapshots.ts";
import { readExecuted } from "../../../examine/diff/executed.ts";
import { type TouchedWorkflow, touchedWorkflows } from "../../../examine/diff/touched-workflows.ts";
import { openQueryModel } from "../../../query/model.ts";
import { SnapshotFault } from "../../../snapshot/errors.ts";
import { formOf } from "../../../snapshot/form.ts";
import { bareCode } from "../../../trace/declared-graph.ts";
import { type Paint, painter } from "../../colour.ts";
import { groupText, sidesOf, verdictText } from "../../compared-view.ts";
import type { Context } from "../../context.ts";
import type { Place } from "../../differences.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { plain, printJson, printText, table } from "../../print.ts";
import type { Trust } from "../../trust.ts";

/** @throws SnapshotFault, SealFault for a snapshot that is refused */
export async function diffSnapshotFolders(
  a: string,
  b: string,
  trust: Trust,
  context: Context,
): Promise<number> {
  const [left, right] = [await read(a, trust, context), await read(b, trust, context)];
  const differences = diffSnapshots(left.executed, right.executed);
  const compared = { a, b, differences, workflows: touchedWorkflows(differences, left, right) };
  const { settings } = context;
  if (settings.json) printJson(context, toJson(compared));
  else if (!settings.quiet) printText(context, toText(compared, await painter(settings)));
  return differences.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

async function read(folder: string, trust: Trust, context: Context) {
  const { path, platform } = context;
  if (formOf(path(folder), platform.files) === undefined) throw new SnapshotFault("NOT_A_SNAPSHOT", { folder });
  const [snapshot, registry] = [await open(context, trust, path(folder)), await context.registry()];
  const executed = await readExecuted(snapshot, registry);
  return { executed, artifacts: (await openQueryModel(snapshot, registry)).artifacts };
}

interface Compared {
  readonly a: string;
  readonly b: string;
  readonly differences: readonly SnapshotDifference[];
  readonly workflows: readonly TouchedWorkflow[];
}

// ---- reports ----

function toJson({ a, b, differences, workflows }: Compared): unknown {
  return {
    equal: differences.length === 0,
    kind: "snapshot",
    a: { folder: a },
    b: { folder: b },
    breaking: differences.filter(({ breaking }) => breaking).length,
    workflows,
    differences,
  };
}

function toText({ a, b, differences, workflows }: Compared, paint: Paint): string {
  const breaking = differences.filter((one) => one.breaking);
  const others = differences.filter((one) => !one.breaking);
  return [
    verdictText(differences.length === 0, a, b, paint),
    groupText("breaking", breaking.map(toPlace)),
    groupText("not breaking", others.map(toPlace)),
    workflows.length === 0 ? "" : `\nworkflows that execute what differs\n${table(workflows.map(workflowRow))}`,
    `\n${counted(differences.length, "difference")}, ${breaking.length} breaking\n`,
  ].join("");
}

const workflowRow = ({ workflow, state, breaking, artifacts }: TouchedWorkflow) => [
  plain(workflow),
  state,
  breaking ? "breaking" : "not breaking",
  plain(artifacts.map(bareCode).join(", ")),
];

/** Of an artifact that is new or gone, the file says enough. */
function toPlace({ kind, artifact, name, change, file, at, a, b }: SnapshotDifference): Place {
  const what = [change, kind === "artifact" ? (a ?? b) : kind, artifact, name].filter((word) => word !== "");
  const sides = kind === "artifact" ? [] : sidesOf(a, b);
  return { at: `${what.join(" ")}  (${[file, at].filter((part) => part !== "").join(" ")})`, sides };
}
