/** The cache of passed content checks: one empty file for each digest. */

import type { CheckCache } from "../ports.ts";
import { openUserCache } from "./user-cache.ts";

/** Null where nothing is kept. Results of one version do not apply to another. */
export function openCheckCache(
  env: Readonly<Record<string, string | undefined>>,
  version: string,
  user: number | undefined,
): CheckCache | null {
  const cache = openUserCache(env, `checked-${version}`, user);
  return cache && { has: cache.has, add: (digest) => cache.write(digest, "") };
}
