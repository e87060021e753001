/** Whether a run that was cut off can go on from its trace, so that nothing has to be run again. */

import type { TraceFinding } from "../finding.ts";
import type { Replayed } from "../replay/replay.ts";
import { CUT_OFF, type Verified } from "../verify.ts";
import type { Interruption } from "./interruption.ts";

/** `ASSUME`: only together with what a person says of an open effect. */
export type GoOn = "RESUME" | "ASSUME";

interface Examined {
  readonly verified: Verified;
  readonly allowed: readonly TraceFinding[] | null;
  readonly replayed: Replayed | null;
}

/** Null for a run that was not cut off, or that cannot go on: it does not replay, or its trace lacks what is suppressed. */
export function goOnOf(
  { advice, open }: Pick<Interruption, "advice" | "open">,
  { verified, allowed, replayed }: Examined,
): GoOn | null {
  if (advice === null || advice.code === "WAIT" || !verified.findings.every(({ code }) => CUT_OFF.has(code)))
    return null;
  const isReplayed = allowed?.length === 0 && replayed?.finding === null && replayed.suppressed === 0;
  if (!isReplayed) return null;
  return open.some(({ safe }) => safe === "LOOK_FIRST") ? "ASSUME" : "RESUME";
}

/** The commands that let it go on, ready to type: one, or one for each thing that can be said. */
export function resumeCommands(
  goOn: GoOn | null,
  { traceWord, placeOptions }: Interruption,
): readonly string[] {
  const command = `pgs resume ${traceWord}${placeOptions}`;
  if (goOn === null) return [];
  return goOn === "RESUME" ? [command] : ["done", "absent"].map((one) => `${command} --assume ${one}`);
}
