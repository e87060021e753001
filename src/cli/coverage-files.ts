/** Coverage as files for other programs, and as a picture. */

import type { CoveredGraph } from "../render/coverage/svg.ts";
import { type CoveredFile, coveredFiles } from "../scenarios/artifact-lines.ts";
import type { Coverage } from "../scenarios/coverage.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import type { ValuesOf } from "./option.ts";
import { toPng } from "./renderings.ts";
import type { COVERAGE_FILES } from "./shared-options.ts";
import { writeFileArgument } from "./write-file.ts";

/** The files that were asked for. */
export type CoverageFiles = ValuesOf<typeof COVERAGE_FILES>;

type Kind = keyof CoverageFiles;

const COVERAGE_KINDS: readonly Kind[] = ["lcov", "cobertura", "svg", "png"];

export function areCoverageFilesNamed(asked: CoverageFiles): boolean {
  return COVERAGE_KINDS.some((kind) => asked[kind] !== undefined);
}

/** Standard output is for the table. @throws UsageFault */
export function checkCoverageFiles(asked: CoverageFiles): void {
  const kind = COVERAGE_KINDS.find((one) => asked[one] === "-");
  if (kind === undefined) return;
  const message = `--${kind} - writes to standard output, which the table needs`;
  throw new UsageFault("BAD_USAGE", { message, hint: `name a file with --${kind} FILE` });
}

interface Covered {
  readonly coverage: readonly Coverage[];
  readonly files: readonly CoveredFile[];
  readonly context: Context;
}

const MAKERS: Readonly<Record<Kind, (covered: Covered) => Promise<string | Uint8Array>>> = {
  async lcov({ files, context: { settings, platform } }) {
    const { lcovText } = await import("../report/lcov.ts");
    return lcovText(files, (file) => shortPath(`${settings.snapshot}/${file}`, platform.cwd));
  },
  async cobertura({ files, context: { settings, platform } }) {
    const { coberturaText } = await import("../report/cobertura.ts");
    // Absolute: GitLab finds the project's files in it by the project's path.
    return coberturaText(files, {
      source: settings.snapshot,
      version: platform.tool.version,
      timestamp: platform.clock.now(),
    });
  },
  svg: ({ coverage }) => svgOf(coverage),
  async png({ coverage, context: { platform } }) {
    return toPng(await svgOf(coverage), platform);
  },
};

async function svgOf(coverage: readonly Coverage[]): Promise<string> {
  const { renderCoverageSvg } = await import("../render/coverage/svg.ts");
  const known = coverage.flatMap(({ graph, edges }): CoveredGraph[] =>
    graph === null ? [] : [{ graph, edges }],
  );
  return renderCoverageSvg(known);
}

/** Writes each file that is named. @throws UsageFault `COVERAGE_UNWRITABLE` */
export async function writeCoverage(
  asked: CoverageFiles,
  coverage: readonly Coverage[],
  snapshot: Snapshot,
  context: Context,
): Promise<void> {
  if (!areCoverageFilesNamed(asked)) return;
  const covered = { coverage, files: coveredFiles(coverage, snapshot), context };
  for (const kind of COVERAGE_KINDS) {
    const file = asked[kind];
    if (file !== undefined) write(kind, file, await MAKERS[kind](covered), context);
  }
}

function write(kind: Kind, file: string, content: string | Uint8Array, context: Context): void {
  writeFileArgument(file, content, context, (cause) => {
    return new UsageFault("COVERAGE_UNWRITABLE", { file, kind, errno: cause.errno }, { cause });
  });
}
