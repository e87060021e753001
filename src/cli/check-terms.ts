/** Which findings of a check count, as the command line and `pgs-check.json` say. */

import { type Known, parseBaseline } from "../check/baseline.ts";
import { type Config, NO_CONFIG, parseConfig } from "../check/config.ts";
import type { Terms } from "../check/evaluate.ts";
import { RULES } from "../check/rules.ts";
import { type Context, shortPath } from "./context.ts";
import { readFileArgument } from "./file-argument.ts";
import type { ValuesOf } from "./option.ts";
import type { CHECK_TERMS } from "./shared-options.ts";

interface NamedTerms extends Terms {
  /** The baseline's. */
  readonly file: string | undefined;
}

/** The terms that the command line and the configuration name. @throws UsageFault for a file that cannot be read as one */
export function readCheckTerms(
  asked: ValuesOf<typeof CHECK_TERMS>,
  context: Context,
  isBaselineRead = true,
): NamedTerms {
  const { config, folder } = readConfig(asked.config, context);
  const file = asked.baseline ?? (config.baseline === null ? undefined : `${folder}/${config.baseline}`);
  const baseline = file !== undefined && isBaselineRead ? readBaseline(file, context) : [];
  return { config, file, baseline, failOn: asked.failOn ?? config.failOn ?? "error" };
}

export const CONFIG_FILE = "pgs-check.json";

/** The configuration that is named, else the one in the workspace or beside the snapshot; with its folder. */
function readConfig(
  given: string | undefined,
  context: Context,
): { readonly config: Config; readonly folder: string } {
  const { platform, settings, path } = context;
  const beside = [settings.workspace, parentOf(settings.snapshot)].map((folder) => `${folder}/${CONFIG_FILE}`);
  const file = given ?? beside.find((one) => platform.files.realPath(one) !== null);
  if (file === undefined) return { config: NO_CONFIG, folder: settings.workspace };
  const bytes = readFileArgument(file, "the configuration", context);
  const folder = parentOf(path(file));
  return { config: parseConfig(bytes, shortPath(path(file), platform.cwd), RULES), folder };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function readBaseline(file: string, context: Context): readonly Known[] {
  const bytes = readFileArgument(file, "the baseline", context);
  return parseBaseline(bytes, shortPath(context.path(file), context.platform.cwd));
}
