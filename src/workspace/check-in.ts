/** Checks a snapshot for the library, as the workspace's `pgs.json` says. */

import { type Known, parseBaseline } from "../check/baseline.ts";
import { checkSnapshot } from "../check/check-snapshot.ts";
import { type Config, NO_CONFIG, parseConfig } from "../check/config.ts";
import { RULES } from "../check/rules.ts";
import { FileFault } from "../errors/ports.ts";
import { nodeFiles } from "../platform/node-ports.ts";
import { requireForm } from "../snapshot/load.ts";
import type { WorkspaceCapabilities } from "./capabilities.ts";
import type { WorkspacePaths } from "./default-paths.ts";
import type { CheckReport } from "./open-workspace.ts";

export async function checkIn(
  paths: WorkspacePaths,
  capabilities: WorkspaceCapabilities,
): Promise<CheckReport> {
  const { snapshot, authored, onto } = paths;
  requireForm(snapshot, nodeFiles);
  const config = configOf(paths);
  const terms = { config, baseline: baselineOf(config, paths), failOn: config.failOn ?? "error" } as const;
  const registry = await capabilities.registry();
  const shown = (file: string) => file;
  const sources = authored === null ? null : { authored, onto, lock: await capabilities.lock(), shown };
  const { findings, failed } = await checkSnapshot({ snapshot, files: nodeFiles, registry, sources, terms });
  return { ok: !failed, findings };
}

function configOf({ file, check }: WorkspacePaths): Config {
  if (file === null || check === null) return NO_CONFIG;
  return parseConfig({ ...check, file, at: "/check" }, RULES);
}

function baselineOf({ baseline }: Config, { file: workspace }: WorkspacePaths): readonly Known[] {
  if (baseline === null || workspace === null) return [];
  const file = `${workspace.slice(0, workspace.lastIndexOf("/"))}/${baseline}`;
  const bytes = nodeFiles.read(file);
  if (bytes === null) throw new FileFault("FILE_MISSING", { file, what: "the baseline", suggestion: null });
  return parseBaseline(bytes, file);
}
