/** `pgs capabilities`: what the workflows of a workspace may use, from this build and from packages. */

import { CapabilityFault } from "../../../capabilities/packages/errors.ts";
import { lockText } from "../../../capabilities/packages/lock.ts";
import { LOCK_FILE } from "../../../capabilities/packages/locked-provider.ts";
import { testCapabilities } from "../../../capabilities/test-capabilities.ts";
import { IoError } from "../../../ports.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { SEAL_FILE } from "../../../snapshot/seal.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { argumentChoice } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print, say } from "../../report-view.ts";
import { REPORTS } from "../../shared-options.ts";
import { capabilitiesReport } from "../../views/capabilities.ts";
import { listView, lockView } from "./view.ts";

export const capabilities = defineCommand({
  details:
    "Packages are the ones that pgs.json names. A snapshot pins them in capabilities.lock.json: pgs compile writes it, and so does pgs capabilities lock. docs/capabilities.md says how to write a package.",
  arguments: {
    what: {
      ...argumentChoice(
        ["list", "lock", "test"],
        "list the capabilities, pin the packages, or play every example",
      ),
      isOptional: true,
    },
  },
  options: { Report: REPORTS },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs capabilities", "list every capability with its inputs, results and outcomes"],
    ["pgs capabilities test --junit capabilities.xml", "play every example, and write the result as JUnit XML"],
  ],
  exitCodes: {
    SUCCESS: true,
    SNAPSHOT: "a package is refused, or there is no snapshot",
    FOUND: "a capability does not do what it declares",
  },
  async action({ what, ...reports }, context) {
    if (what === "lock") return lock(context);
    const all = (await context.capabilities.unlockedRegistry()).all();
    if (what === "list") {
      await say(all, listView, context);
      return EXIT.SUCCESS;
    }
    await checkOutputs(reports, {}, context);
    const trials = await testCapabilities(all, context.platform);
    await print(trials, capabilitiesReport, reports, context);
    return trials.every(({ broken }) => broken.length === 0) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

async function lock(context: Context): Promise<number> {
  const { platform, settings } = context;
  const { files, cwd } = platform;
  requireFolder(settings.snapshot, files, "lock", settings);
  const packages = await context.capabilities.packages();
  const file = `${settings.snapshot}/${LOCK_FILE}`;
  const text = packages.length === 0 ? null : lockText(packages);
  const isChanged = text !== null && Buffer.from(files.read(file) ?? []).toString("utf8") !== text;
  if (isChanged) write(file, text, context);
  const isSealed = files.realPath(`${settings.snapshot}/${SEAL_FILE}`) !== null;
  const result = { file: shortPath(file, cwd), packages, isChanged, isSealStale: isChanged && isSealed };
  await say(result, lockView, context);
  return EXIT.SUCCESS;
}

/** @throws CapabilityFault */
function write(file: string, text: string, { platform }: Context): void {
  try {
    platform.replaceFile(file, text);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new CapabilityFault("CAPABILITY_LOCK_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
}
