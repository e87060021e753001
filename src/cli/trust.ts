/** What a seal must show before its snapshot is used, as the command line and the environment say. */

import { isDigest } from "../json/canonical.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { HASH_FORM, type ValuesOf } from "./option.ts";
import type { TRUST } from "./shared-options.ts";

export interface Trust {
  /** The only root that is allowed. */
  readonly root: string | undefined;
  /** Number of trusted keys that must have signed. */
  readonly signatures: number;
  /** Files of the keys that are trusted; without any, those that the environment names. */
  readonly keys: readonly string[];
}

/**
 * To name a key is to require its signature, on the command line and in the environment alike.
 * @throws UsageFault for an environment variable whose value the option would refuse
 */
export function trustOf(
  { expectSeal, key = [], requireSignature }: Partial<ValuesOf<typeof TRUST>>,
  { platform: { env } }: Context,
): Trust {
  const always = requiredSignatures(env);
  const areKeysNamed = [...key, ...trustedKeyFiles(env)].length > 0;
  const asked = requireSignature ?? areKeysNamed;
  return {
    root: expectSeal ?? expectedRoot(env),
    signatures: typeof asked === "number" ? asked : Math.max(always, asked ? 1 : 0),
    keys: key,
  };
}

type Environment = Context["platform"]["env"];

function expectedRoot(env: Environment): string | undefined {
  const root = env["PGS_EXPECT_SEAL"] || undefined;
  if (root === undefined || isDigest(root)) return root;
  const message = `$PGS_EXPECT_SEAL is not ${HASH_FORM}`;
  const hint = "set it to the root of the approved snapshot, as pgs verify prints it, or unset it";
  throw new UsageFault("BAD_USAGE", { message, hint });
}

/** 0 where the variable is not set; a 0 in it is refused, as the option refuses it. */
function requiredSignatures(env: Environment): number {
  const required = env["PGS_REQUIRE_SIGNATURE"] || undefined;
  if (required === undefined) return 0;
  if (/^[1-9]\d{0,14}$/.test(required)) return Number(required);
  const message = "$PGS_REQUIRE_SIGNATURE is not a whole number above 0";
  const hint = "set it to the number of trusted keys that must sign, or unset it";
  throw new UsageFault("BAD_USAGE", { message, hint });
}

/** The files of `$PGS_TRUSTED_KEYS`; none where it is not set. @throws UsageFault for an entry that names no file */
export function trustedKeyFiles(env: Environment): readonly string[] {
  const listed = env["PGS_TRUSTED_KEYS"] || undefined;
  const files = listed?.split(":") ?? [];
  if (!files.includes("")) return files;
  const message = "$PGS_TRUSTED_KEYS has an empty entry";
  throw new UsageFault("BAD_USAGE", { message, hint: "separate the files by single colons, or unset it" });
}
