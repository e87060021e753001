/**
 * The world of a run that must change nothing: it writes to an overlay of the stores, its letters are kept, and it
 * reaches no server and no code of the host. Each has an overlay of its own, so that no run sees what another one wrote.
 */

import { targetOf } from "../capabilities/effect.ts";
import type { EventWait } from "../capabilities/target.ts";
import { type Json, jsonEqual } from "../json/value.ts";
import type { Mail, MailMessage } from "../ports.ts";
import type { OverlayStores, Stores } from "../storage/stores.ts";
import { MAIN_RUN } from "../trace/event.ts";
import { requireFitting } from "./answers.ts";
import { EngineFault } from "./errors.ts";
import type { StepExecutor } from "./executor.ts";
import type { Resumption, WaitingStep } from "./waits.ts";

export interface DryWorld {
  /** The stores as they would be. */
  readonly stores: OverlayStores;
  readonly mail: Mail;
  /** What would have been sent, in order. */
  readonly letters: readonly MailMessage[];
  readonly sleep: () => Promise<void>;
  readonly durability: "process";
}

/** A new one each time. */
export function dryWorld(world: {
  readonly stores: Pick<Stores, "overlay">;
  readonly mail: Pick<Mail, "environment">;
}): DryWorld {
  const letters: MailMessage[] = [];
  return {
    stores: world.stores.overlay(),
    mail: {
      environment: world.mail.environment,
      send: async (letter) => {
        letters.push(letter);
        return undefined;
      },
    },
    letters,
    sleep: async () => undefined,
    durability: "process",
  };
}

/** The answer to a wait for this key. */
export interface DryAnswer {
  readonly key: string;
  readonly answer: Json;
}

/** What a dry run answers and who it is: for the events that it records. */
export interface DrySession extends Pick<Resumption, "runtime"> {
  readonly actor?: string;
  /** RFC 3339 UTC with milliseconds. */
  moment(): string;
  /** Each is taken once, in their order, and removed from the list. */
  readonly answers: DryAnswer[];
}

/**
 * The executor in a dry world: an effect on a server or on the host ends the run, and a wait that nothing answers ends it
 * waiting. @throws ResumeFault for an answer that does not fit
 */
export function dryExecutor(live: StepExecutor, session: DrySession): StepExecutor {
  const { answers: left } = session;
  return {
    ...live,
    effect(...asked) {
      const [{ code: capability, op, operation }] = asked;
      if (targetOf(operation).hasDryRun) return live.effect(...asked);
      throw new EngineFault("effect", "CS", "DRY_RUN_REMOTE_EFFECT", { capability, op });
    },
    async resume(waits) {
      const index = left.findIndex(({ key }) => awaited(key, waits).length > 0);
      const [taken] = index === -1 ? [] : left.splice(index, 1);
      if (taken === undefined) return live.resume(waits);
      for (const wait of awaited(taken.key, waits)) await requireFitting(wait, taken.answer, taken.key);
      const { actor, runtime } = session;
      const payload: Resumption = {
        ...{ cause: "EVENT", ...taken },
        ...(actor === undefined ? {} : { actor }),
        ...{ runtime, observed: [{ clock: session.moment() }] },
      };
      live.emit({ event_type: "run_resumed", run: MAIN_RUN, payload });
      return payload;
    },
  };
}

function awaited(key: string, waits: readonly WaitingStep[]): readonly EventWait[] {
  return waits.flatMap(({ wait }) => (wait.kind === "EVENT" && jsonEqual(wait.key as Json, key) ? [wait] : []));
}
