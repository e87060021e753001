/** What the environment says of signatures: the same values as the options of the same meaning are accepted. */

import { UsageFault } from "../errors/faults.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** 0 where the variable is not set: a 0 in it is refused, as the option refuses it. @throws UsageFault */
export function requiredSignatures(env: Environment): number {
  const required = env["PGS_REQUIRE_SIGNATURE"] || undefined;
  if (required === undefined || /^[1-9]\d{0,14}$/.test(required)) return Number(required ?? 0);
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
