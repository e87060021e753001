/** What a run costs on an assembled snapshot, against the same artifacts in a snapshot with a seal of our own. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JsonObject } from "../src/json/value.ts";
import { isFqdn, kindOf } from "../src/snapshot/fqdn.ts";
import { artifact } from "../test/snapshot/memory-files.ts";
import { textsIn, unpacked } from "../test/support/archive.ts";
import { sharedPath } from "../test/support/shared.ts";
import { inTurn, noiseOf, spreadOf } from "./sample.ts";
import type { Goal, Section } from "./section.ts";
import { pgs, usageOf } from "./spawn.ts";

const ARCHIVE = "assembled/v5-subset.tar.xz";
const WORKFLOW = "workload::WF_COLLATZ_CONJECTURE_V0";

/** Null where the assembled snapshot is not beside the repository. */
export async function snapshotForms(scratch: string): Promise<Section | null> {
  if (!existsSync(sharedPath(ARCHIVE))) return null;
  const assembled = join(unpacked(ARCHIVE), "subset");
  const own = ownForm(assembled, join(scratch, "own-form"));
  const payload = join(scratch, "collatz.json");
  writeFileSync(payload, JSON.stringify({ numbers: [3, 6, 7] }));
  let runs = 0;
  const cpuOf = (snapshot: string) => () => {
    const workspace = join(scratch, `form-${++runs}`);
    mkdirSync(workspace);
    const where = ["--workspace", workspace, "--snapshot", snapshot, "--no-png", "--no-md", "--quiet"];
    return usageOf(["run", WORKFLOW, "--payload", payload, ...where]).cpu;
  };
  const samples = await inTurn({ own: cpuOf(own), assembled: cpuOf(assembled) });
  const [base, other] = [spreadOf(samples.own), spreadOf(samples.assembled)];
  const ratio = other.median / base.median;
  const noise = noiseOf(samples.assembled.map((cpu, round) => cpu / (samples.own[round] as number)));
  return {
    title: `Forms of a snapshot: ${WORKFLOW.split("::")[1]}`,
    about:
      "Processor time of one process that runs the workflow on fresh data; ratio to the form with a seal of our own.",
    rows: [
      { what: "own form, sealed", ...base, unit: "ms", ratio: 1 },
      { what: "assembled, 252 constituents", ...other, unit: "ms", ratio, goal: noSlower(ratio, noise) },
    ],
  };
}

/** Met unless the ratio is above 1 by more than the noise of this measurement, which is half its 95 % interval. */
function noSlower(ratio: number, noise: number): Goal {
  return { text: `<= 1.0x (noise ${noise.toFixed(2)})`, isMet: ratio <= 1 + noise };
}

/** As many files, sealed: the artifacts that have a text in `artifacts/`, and what else there is beside them. */
function ownForm(assembled: string, folder: string): string {
  for (const [path, text] of textsIn(assembled)) {
    const [file, made] = ownArtifact(path, text) ?? [`other/${path}`, text];
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), made);
  }
  pgs(["seal", "--snapshot", folder, "--quiet"]);
  return folder;
}

function ownArtifact(path: string, text: string): readonly [file: string, text: string] | undefined {
  if (!/^canonical\/.*__.*\.json$/.test(path)) return undefined;
  const { fqdn_id: name, content } = JSON.parse(text) as JsonObject;
  const machine = /```yaml\n([\s\S]*?)\n```/.exec(String(content))?.[1];
  const isArtifact = isFqdn(name) && kindOf(name) !== undefined && machine !== undefined;
  return isArtifact ? artifact(name, machine) : undefined;
}
