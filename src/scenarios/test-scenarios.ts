/** Tests authored scenarios: reads, runs and, where asked for, updates them. */

import type { Json } from "../json/value.ts";
import { IoError } from "../ports.ts";
import { catalogue } from "./catalogue.ts";
import { type Coverage, coverageOf, merge, type Outcomes } from "./coverage.ts";
import { ScenarioFault } from "./errors.ts";
import { findScenarios, folderOf, readScenario, type ScenarioFile } from "./format/find.ts";
import type { SourceChange } from "./format/source.ts";
import { storesOf } from "./format/stores.ts";
import { toScenario } from "./format/translate.ts";
import { nondeterministicChanges, recordedChanges } from "./format/update.ts";
import { openScenarioPool, type PoolPorts, type PoolRequest, type ScenarioPool } from "./scenario-pool.ts";
import type { Tested } from "./test-file.ts";

/** Which scenarios to test, and how. */
export interface TestRequest extends PoolRequest {
  /** Absolute: a scenario file, or a folder of them. */
  readonly place: string;
  /** Only scenarios with this text in their name or file name. */
  readonly filter: string | undefined;
  /** Only scenarios that mention one of these workflows; all where absent. */
  readonly workflows?: ReadonlySet<string>;
  /** Whether to measure what the scenarios cover. */
  readonly coverage: boolean;
  /** A path as the reader would write it. */
  shown(path: string): string;
}

export interface TestPorts extends PoolPorts {
  /** @throws IoError */
  writeFile(file: string, content: string): void;
}

export interface TestResult {
  readonly scenarios: readonly Tested[];
  /** Null where it was not asked for. */
  readonly coverage: readonly Coverage[] | null;
  /** Number of places in the files that were updated. */
  readonly updated: number;
}

/** The result of every chosen scenario, and what all of them cover. @throws ScenarioFault */
export async function testScenarios(request: TestRequest, ports: TestPorts): Promise<TestResult> {
  const read = () => readChosen(request, ports);
  const files = read();
  const pool = await openScenarioPool(files.length, request, ports);
  try {
    const { tested, updated } = request.update
      ? await update(files, read, pool, ports)
      : { tested: await pool.test(files), updated: 0 };
    const coverage = request.coverage ? await coverageIn(tested, request) : null;
    return { scenarios: tested, updated, coverage };
  } finally {
    pool.close();
  }
}

function coverageIn(
  tested: readonly Tested[],
  { snapshot, registry }: TestRequest,
): Promise<readonly Coverage[]> {
  const outcomes: Outcomes = new Map();
  for (const one of tested) merge(outcomes, one.outcomes);
  return coverageOf(catalogue(snapshot, registry), outcomes);
}

/** Every chosen file; one that is malformed refuses them all, before any of them runs. @throws ScenarioFault */
function readChosen(
  { place, filter, workflows, update: isRecorded, snapshot, workspace, shown }: TestRequest,
  { environment: { files } }: TestPorts,
): readonly ScenarioFile[] {
  const found = findScenarios(place, files, shown(place)).map((one) => readScenario(one, shown(one), files));
  const about =
    workflows === undefined ? found : found.filter(({ source }) => mentions(source.value, workflows));
  const stores = storesOf(snapshot);
  const read = about.map((file) => {
    const reading = { files, stores, folder: folderOf(file.path), workspace, isRecorded };
    return { file, name: toScenario(file.source, reading).name };
  });
  const chosen = read.filter(({ file, name }) => isChosen(filter, [name, file.source.file]));
  if (chosen.length > 0) return chosen.map(({ file }) => file);
  throw new ScenarioFault("NO_SUCH_SCENARIO", { text: filter ?? "", scenarios: read.length });
}

function mentions(value: Json, names: ReadonlySet<string>): boolean {
  if (typeof value === "string") return names.has(value);
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((one: Json) => mentions(one, names))
  );
}

function isChosen(text: string | undefined, names: readonly string[]): boolean {
  return text === undefined || names.some((name) => name.includes(text));
}

/** Writes the actual values into the files; runs them again to find out which values differ in every run. */
async function update(
  files: readonly ScenarioFile[],
  read: () => readonly ScenarioFile[],
  pool: ScenarioPool,
  ports: TestPorts,
): Promise<Pick<TestResult, "updated"> & { readonly tested: readonly Tested[] }> {
  const first = await pool.test(files);
  const recorded = pairs(files, first).map(([{ source }, tested]) => recordedChanges(source, tested));
  if (recorded.every((changes) => changes.length === 0)) return { tested: first, updated: 0 };
  for (const [file, changes] of pairs(files, recorded)) write(file, changes, ports);
  const written = read();
  const again = await pool.test(written);
  const drawn = pairs(recorded, again).map(([changes, tested]) => nondeterministicChanges(changes, tested));
  const updated = recorded.flat().length;
  if (drawn.every((changes) => changes.length === 0)) return { tested: again, updated };
  for (const [file, changes] of pairs(written, drawn)) write(file, changes, ports);
  return { tested: await pool.test(read()), updated };
}

function pairs<A, B>(a: readonly A[], b: readonly B[]): readonly (readonly [A, B])[] {
  return a.flatMap((one, i) => {
    const other = b[i];
    return other === undefined ? [] : [[one, other] as const];
  });
}

/** @throws ScenarioFault `SCENARIO_UNWRITABLE` */
function write(
  { path, source }: ScenarioFile,
  changes: readonly SourceChange[],
  { writeFile }: TestPorts,
): void {
  if (changes.length === 0) return;
  try {
    writeFile(path, source.changed(changes));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new ScenarioFault("SCENARIO_UNWRITABLE", { file: source.file, errno: error.errno }, { cause: error });
  }
}
