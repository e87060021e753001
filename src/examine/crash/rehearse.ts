/** What running it again would do now: the same walk, with nothing written and nothing sent. */

import type { Ending } from "../../engine/advance.ts";
import { performing } from "../../engine/perform.ts";
import { walk } from "../../engine/walk.ts";
import { jsonEqual } from "../../json.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Change, Clock, DataRoot, Entropy, Mail } from "../../ports.ts";
import { type Happening, MAIN_RUN, type Payloads } from "../../trace/event.ts";
import { inputOf } from "../replay/recorded.ts";
import { shadow } from "./shadow.ts";

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

/** Of the run that began with this event; its payload must hold nothing suppressed. */
export async function rehearse(
  plan: Plan,
  start: Payloads["execution_start"],
  stage: Stage,
): Promise<Rehearsal> {
  const clock = new Date(stage.clock.now()).toISOString();
  const input = inputOf(start, { executionId: "rehearsal", run: MAIN_RUN, clock });
  let letters = 0;
  const mail: Mail = {
    environment: stage.mail.environment,
    send: async () => {
      letters++;
      return undefined;
    },
  };
  const conclude = performing({
    ...stage,
    data: shadow(stage.data),
    mail,
    begun: () => undefined,
    durability: "process",
    syncTrace: () => undefined,
  });
  const effects: RehearsedEffect[] = [];
  const { status, outcome, exitReason } = await walk(plan, input, conclude, (happening) => {
    if (happening.event_type !== "side_effect_end") return;
    effects.push(toEffect(happening, letters > 0));
    letters = 0;
  });
  return { ending: { status, outcome, exitReason }, effects };
}

export function isChange(change: Change | null): boolean {
  return change !== null && !jsonEqual(change.before, change.after);
}

type End = Extract<Happening, { event_type: "side_effect_end" }>;

function toEffect({ run, node_id: node = "", payload }: End, isSent: boolean): RehearsedEffect {
  const { step, outcome, change = null } = payload;
  return { run, node, step, outcome, change, isChange: isSent || isChange(change) };
}
