/** What the rest of a run would do now, and what running it again would: the same walk, with nothing written and nothing sent. */

import type { Ending } from "../../engine/advance.ts";
import { walk } from "../../engine/execute.ts";
import type { Conclude } from "../../engine/executor.ts";
import { performing } from "../../engine/live-executor.ts";
import { TRACE_LIMITS } from "../../engine/run-limits.ts";
import type { RunInput, Say } from "../../engine/run-state.ts";
import { jsonEqual } from "../../json/json.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Change, Clock, DataRoot, Entropy, Letter, Mail } from "../../ports.ts";
import type { Happening } from "../../trace/event.ts";
import { type ShadowRoot, shadow } from "./overlay-store.ts";

/** What a rehearsal is given of the world, as it is now. */
export interface Stage {
  readonly data: DataRoot;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly mail: Pick<Mail, "environment">;
}

export interface Rehearsal {
  readonly ending: Omit<Ending, "fault">;
  /** In the order in which they ended. */
  readonly effects: readonly RehearsedEffect[];
  /** As they would be afterwards. */
  readonly stores: ShadowRoot;
  readonly letters: readonly Letter[];
}

export interface RehearsedEffect {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly outcome: string;
  readonly change: Change | null;
  /** Whether its store would be another one afterwards, or a letter would have been sent. */
  readonly isChange: boolean;
}

/** What concludes instead of what is performed, and hears what the walk says. */
export interface Direction {
  readonly conclude: (performed: Conclude) => Conclude;
  readonly say: Say;
}

/** The input must hold nothing suppressed. */
export async function rehearse(
  plan: Plan,
  input: RunInput,
  stage: Stage,
  direction?: Direction,
): Promise<Rehearsal> {
  const stores = shadow(stage.data);
  const letters: Letter[] = [];
  const mail: Mail = {
    environment: stage.mail.environment,
    send: async (letter) => {
      letters.push(letter);
      return undefined;
    },
  };
  const performed = performing({
    ...stage,
    data: stores,
    mail,
    limits: TRACE_LIMITS,
    begun: () => undefined,
    durability: "process",
    syncTrace: () => undefined,
  });
  const effects: RehearsedEffect[] = [];
  let sent = 0;
  const say: Say = (happening) => {
    direction?.say(happening);
    if (happening.event_type !== "side_effect_end") return;
    effects.push(toEffect(happening, letters.length > sent));
    sent = letters.length;
  };
  const walked = await walk(plan, input, direction?.conclude(performed) ?? performed, say);
  const { status, outcome, exitReason } = walked;
  return { ending: { status, outcome, exitReason }, effects, stores, letters };
}

export function isChange(change: Change | null): boolean {
  return change !== null && !jsonEqual(change.before, change.after);
}

type End = Extract<Happening, { event_type: "side_effect_end" }>;

function toEffect({ run, node_id: node = "", payload }: End, isSent: boolean): RehearsedEffect {
  const { step, outcome, change = null } = payload;
  return { run, node, step, outcome, change, isChange: isSent || isChange(change) };
}
