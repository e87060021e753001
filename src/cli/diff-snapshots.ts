/** Two snapshots, opened, compared and told (`pgs diff`). */

import { registry } from "../capabilities/registry.ts";
import { diffSurfaces, type SnapshotDifference } from "../plan/diff-snapshots.ts";
import { surfaceOf } from "../plan/surface.ts";
import { openSnapshot } from "../snapshot/load.ts";
import type { Context } from "./context.ts";
import { type Place, placesText } from "./differences.ts";
import { EXIT } from "./exit-codes.ts";
import { type Paint, painter } from "./paint.ts";
import { plain, printJson } from "./report.ts";

/** @throws SnapshotFault, SealFault for a snapshot that is refused */
export async function diffSnapshotFolders(a: string, b: string, context: Context): Promise<number> {
  const differences = diffSurfaces(await readSurface(a, context), await readSurface(b, context));
  const { settings, world } = context;
  if (settings.json) printJson(context, toJson(a, b, differences));
  else if (!settings.quiet) world.out(toText(a, b, differences, await painter(settings)));
  return differences.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

async function readSurface(folder: string, { path, world }: Context) {
  return surfaceOf(await openSnapshot(path(folder), world.files), registry);
}

// ---- reports ----

function toJson(a: string, b: string, differences: readonly SnapshotDifference[]): unknown {
  return {
    equal: differences.length === 0,
    kind: "snapshot",
    a: { folder: a },
    b: { folder: b },
    breaking: differences.filter(({ breaking }) => breaking).length,
    differences,
  };
}

function toText(a: string, b: string, differences: readonly SnapshotDifference[], paint: Paint): string {
  const isEqual = differences.length === 0;
  const breaking = differences.filter((one) => one.breaking);
  return [
    `${isEqual ? paint("good", "EQUAL") : paint("bad", "DIFFERENT")}\n  a  ${plain(a)}\n  b  ${plain(b)}\n`,
    groupText("breaking", breaking),
    groupText(
      "not breaking",
      differences.filter((one) => !one.breaking),
    ),
    `\n${differences.length} differences, ${breaking.length} breaking\n`,
  ].join("");
}

function groupText(heading: string, differences: readonly SnapshotDifference[]): string {
  return differences.length === 0 ? "" : `\n${heading}\n${placesText(differences.map(toPlace))}`;
}

/** Of an artifact that is new or gone, the file says enough. */
function toPlace({ kind, artifact, name, change, file, at, a, b }: SnapshotDifference): Place {
  const what = [change, kind === "artifact" ? (a ?? b) : kind, artifact, name].filter((word) => word !== "");
  const sides: Place["sides"] =
    kind === "artifact"
      ? []
      : [
          ["a", a],
          ["b", b],
        ];
  return { at: `${what.join(" ")}  (${[file, at].filter((part) => part !== "").join(" ")})`, sides };
}
