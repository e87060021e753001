/** What a seal must show before its snapshot is used, as the command line and the environment say. */

import { UsageFault } from "../errors/faults.ts";
import type { Context } from "./context.ts";
import type { ValuesOf } from "./option.ts";
import type { TRUST } from "./shared-options.ts";

export interface Trust {
  /** The only root that is allowed. */
  readonly root: string | undefined;
  /** Number of trusted keys that must have signed. */
  readonly signatures: number;
  /** Files of the keys that are trusted; without any, those that the environment names. */
  readonly keys: readonly string[];
}

/** To name a key is to require its signature. @throws UsageFault for an environment variable that is no number */
export function trustOf(
  { expectSeal, key = [], requireSignature }: Partial<ValuesOf<typeof TRUST>>,
  { platform }: Context,
): Trust {
  return {
    root: expectSeal ?? (platform.env["PGS_EXPECT_SEAL"] || undefined),
    signatures: requiredSignatures(requireSignature ?? key.length > 0, platform.env["PGS_REQUIRE_SIGNATURE"]),
    keys: key,
  };
}

function requiredSignatures(asked: number | boolean, always: string | undefined): number {
  if (typeof asked === "number") return asked;
  const number = always || "0";
  if (!/^\d{1,6}$/.test(number)) {
    const message = "$PGS_REQUIRE_SIGNATURE is not a whole number";
    throw new UsageFault("BAD_USAGE", { message, hint: "set it to 1, or to how many trusted keys must sign" });
  }
  return Math.max(Number(number), asked ? 1 : 0);
}
