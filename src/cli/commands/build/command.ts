/** `pgs build`: compile, check, verify and seal, in one call. */

import { checkSnapshot } from "../../../check/check-snapshot.ts";
import type { SigningKey } from "../../../sign/keys.ts";
import { MANIFEST } from "../../../snapshot/assembled/manifest.ts";
import type { TreeForm } from "../../../snapshot/build/identity.ts";
import { SEAL_FILE } from "../../../snapshot/seal.ts";
import { verifySnapshot } from "../../../snapshot/verify-snapshot.ts";
import { placeFindings } from "../../authored-places.ts";
import { readCheckTerms } from "../../check-terms.ts";
import { compileSources, withoutWarnings, writeSnapshot } from "../../compile-authored.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { signingKeys } from "../../keys.ts";
import { file, flag, repeatable } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print } from "../../report-view.ts";
import { sealSnapshot } from "../../seal-snapshot.ts";
import { CHECK_TERMS, REPORTS, SOURCES } from "../../shared-options.ts";
import { type BuildResult, buildReport } from "./view.ts";

export const build = defineCommand({
  details:
    "Nothing is sealed unless the Markdown has no error, the check finds nothing that fails, and every file is valid. With an error in the Markdown, the snapshot stays as it is.",
  arguments: {},
  options: {
    Compile: {
      ...SOURCES,
      check: flag("change nothing, and fail if the snapshot is stale, fails the check or is not sealed"),
    },
    Check: CHECK_TERMS,
    Signature: { key: repeatable(file("private key (PEM) to sign with", { env: "$PGS_SIGNING_KEY" })) },
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs build", "make, check and seal the snapshot of the workspace"],
    ["pgs build --check", "check that the sealed snapshot is what the Markdown makes, for a build server"],
  ],
  exitCodes: {
    SUCCESS: "the snapshot is what the Markdown makes, passes the check, and is sealed",
    SNAPSHOT: "the Markdown has errors or is missing, or the snapshot cannot be written",
    FOUND: "the check fails, a file is invalid or, with --check, the snapshot is stale or not sealed",
  },
  async action(request, context) {
    const inputs = {
      "a key": request.key,
      "the configuration": request.config,
      "the baseline": request.baseline,
    };
    await checkOutputs(request, inputs, context);
    const terms = readCheckTerms(request, context);
    const keys = request.check ? [] : signingKeys(request.key, context);
    const sources = await compileSources(request, context);
    const isCheck = request.check;
    const written = isCheck ? { removedSeal: null } : await writeSnapshot(sources, context);
    const compiled = { ...sources, isCheck, ...written };
    const isStale = sources.errors.length > 0 || (isCheck && sources.differences.length > 0);
    const result = isStale
      ? { compiled, checked: null, sealed: null }
      : {
          compiled: withoutWarnings(compiled),
          ...(await checkAndSeal({ terms, keys, isCheck, form: sources.compilation.form }, context)),
        };
    await print(result, buildReport(context), request, context);
    if (sources.errors.length > 0) return EXIT.SNAPSHOT;
    return result.sealed !== null && !("findings" in result.sealed) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

interface Demands {
  readonly terms: ReturnType<typeof readCheckTerms>;
  readonly keys: readonly SigningKey[];
  readonly isCheck: boolean;
  readonly form: TreeForm;
}

/** A snapshot that fails the check is not sealed. */
async function checkAndSeal(
  { terms, keys, isCheck, form }: Demands,
  context: Context,
): Promise<Pick<BuildResult, "checked" | "sealed">> {
  const { platform, settings } = context;
  const registry = await context.registry();
  // It was just compiled: it does not differ from its sources.
  const asked = { snapshot: settings.snapshot, files: platform.files, registry, sources: null };
  const checked = await placeFindings(await checkSnapshot({ ...asked, terms }), context);
  if (checked.failed) return { checked, sealed: null };
  // The manifest of an assembled snapshot is its seal, and was made with it; a key for it is refused.
  const isAssembled = form === "assembled";
  if (isCheck || (isAssembled && keys.length === 0))
    return { checked, sealed: await sealThatIs(isAssembled ? MANIFEST : SEAL_FILE, context) };
  return { checked, sealed: sealSnapshot(keys, [], context) };
}

/** The seal that the snapshot has, or what is wrong with it; null where there is none. */
async function sealThatIs(file: string, { platform, settings }: Context): Promise<BuildResult["sealed"]> {
  const seal = { root: undefined, signatures: 0, keys: [] };
  const verified = await verifySnapshot({ snapshot: settings.snapshot, files: platform.files, seal });
  const { findings, files, root, sealed } = verified;
  if (findings.length > 0) return { findings, files };
  if (!sealed || root === null) return null;
  const signatures = verified.signatures.map(({ keyid }) => keyid);
  return {
    root,
    files,
    seal: `${settings.snapshot}/${file}`,
    signatures,
    dropped: 0,
    kept: signatures.length,
    wasBroken: false,
  };
}
