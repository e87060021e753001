/** An event that a command line delivers to runs that wait for its key. */

import type { Delivery } from "../engine/resume.ts";
import type { Context } from "./context.ts";
import { file, text, type ValuesOf } from "./option.ts";
import { readAnswer } from "./payload.ts";

export const DELIVERY = {
  answer: file("what is answered, as JSON; - reads standard input"),
  "event-id": text("ID", "a name of this delivery: the same one is taken once"),
  actor: text("FQDN", "who answers; recorded in the trace"),
};

/** @throws UsageFault for an answer that is no JSON */
export function deliveryOf(
  key: string,
  { answer, eventId }: Pick<ValuesOf<typeof DELIVERY>, "answer" | "eventId">,
  context: Context,
): Delivery {
  // Of a suppressed key, the trace has the digest alone.
  const named = SUPPRESSED_KEY.test(key) ? { $suppressed: key } : key;
  return {
    key: named,
    ...(answer === undefined ? {} : { answer: readAnswer(answer, context) }),
    ...(eventId === undefined ? {} : { id: eventId }),
  };
}

const SUPPRESSED_KEY = /^sha256:[0-9a-f]{64}$/;
