/**
 * How a side effect (CS) is declared: per operation its typed input, its outcomes, and the one thing that it targets. A
 * new kind of target is a file in `targets/`, and its effect and its rules here.
 */

import type { Target } from "./target.ts";
import { type ClockEffect, clockTarget } from "./targets/clock.ts";
import { type HostEffect, hostTarget } from "./targets/host.ts";
import { type HttpEffect, httpTarget } from "./targets/http.ts";
import { type MailEffect, mailTarget } from "./targets/mail.ts";
import { type QueryEffect, snapshotTarget } from "./targets/snapshot.ts";
import { type StoreEffect, storeTarget } from "./targets/store.ts";
import { type TextsEffect, textsTarget } from "./targets/texts.ts";
import { type WaitEffect, waitTarget } from "./targets/wait.ts";
import { type CallEffect, workflowsTarget } from "./targets/workflows.ts";

export type Effect =
  | StoreEffect
  | TextsEffect
  | MailEffect
  | CallEffect
  | HttpEffect
  | HostEffect
  | WaitEffect
  | ClockEffect
  | QueryEffect;

/** An operation as the engine sees it. */
export type Operation = Effect["operations"][string];

const TARGETS: { readonly [T in Operation["target"]]: Target<Extract<Operation, { readonly target: T }>> } = {
  store: storeTarget,
  mail: mailTarget,
  workflows: workflowsTarget,
  wait: waitTarget,
  clock: clockTarget,
  texts: textsTarget,
  snapshot: snapshotTarget,
  http: httpTarget,
  host: hostTarget,
};

/** The rules of what the operation targets. */
export function targetOf({ target }: Operation): Target<Operation> {
  return TARGETS[target];
}
