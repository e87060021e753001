/** Texts of locks, as processes of this and of other places write them. */

import { readFileSync } from "node:fs";
import { ownText } from "../../src/platform/lock/lock-owner.ts";

const FIELDS = ["form", "pid", "started", "namespace", "boot", "host", "token"] as const;

/** The text of a lock of this process, or of one that differs from it in some fields. */
export function lockText(
  other: { readonly [field in (typeof FIELDS)[number]]?: string | number } = {},
): string {
  const own = ownText().split(":");
  return FIELDS.map((field, i) => other[field] ?? own[i]).join(":");
}

/** What a lock says of another process that is running here; it has a token of its own. */
export function running(pid: number): {
  readonly pid: number;
  readonly started: number;
  readonly token: string;
} {
  return { pid, started: ticksOf(pid), token: "00000000000000bb" };
}

/** A process of this place that has ended: no process has so high a number. */
export const ENDED = { pid: 999_999_999, token: "00000000000000aa" };

/** When the process started, where the system shows it; the field follows the name in parentheses. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return 0;
  }
}
