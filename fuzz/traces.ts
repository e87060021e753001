/** Traces whose events are changed, and whose chain is made anew so that the change is met behind it. */

import { canonical, digestOf } from "../src/json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../src/json/value.ts";
import { genesis, hashOf } from "../src/trace/chain.ts";
import type { Chance } from "./chance.ts";
import { jsonText, mutated, mutatedText } from "./mutate.ts";

export function mutatedTrace(text: string, chance: Chance): string | Buffer {
  if (chance.once(8)) return mutatedText(text, chance);
  const events = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Json]));
  let changed: readonly Json[] = events;
  for (let i = chance.below(3); i >= 0; i--)
    changed = chance.once(4) ? moved(changed, chance) : edited(changed, chance);
  if (chance.once(10)) return changed.map((event) => `${jsonText(event)}\n`).join("");
  return chained(changed, !chance.once(4));
}

function edited(events: readonly Json[], chance: Chance): readonly Json[] {
  const at = chance.below(events.length);
  const event = events[at] as Json;
  const isWhole = !isObject(event) || event["payload"] === undefined || chance.once(4);
  const made = isWhole
    ? mutated(event, chance, [...events])
    : { ...event, payload: mutated(event["payload"] as Json, chance, [...events]) };
  return events.with(at, made);
}

function moved(events: readonly Json[], chance: Chance): readonly Json[] {
  const [from, to] = [chance.below(events.length), chance.below(events.length)];
  const event = events[from] as Json;
  if (chance.once(3)) return events.length > 1 ? events.toSpliced(from, 1) : events;
  return chance.once(2) ? events.toSpliced(to, 0, event) : events.toSpliced(from, 1).toSpliced(to, 0, event);
}

/** What has no canonical form is left unchained. */
function chained(events: readonly Json[], renumber: boolean): string {
  let prev: string | undefined;
  return events
    .map((event, i) => {
      if (!isObject(event)) return `${jsonText(event)}\n`;
      try {
        const made = sealed(event, prev, renumber ? i + 1 : undefined);
        prev = made["hash"] as string;
        return `${canonical(made)}\n`;
      } catch {
        return `${jsonText(event)}\n`;
      }
    })
    .join("");
}

function sealed(event: JsonObject, prev: string | undefined, place: number | undefined): JsonObject {
  const { hash: _, payload = null, sequence = 0, ...rest } = event;
  const isStart = event["event_type"] === "execution_start" && isObject(payload);
  const made = {
    ...rest,
    payload: isStart ? { ...payload, payload_digest: digestOf(payload["payload"] ?? null) } : payload,
    sequence: place ?? sequence,
    prev_hash: prev ?? genesis(String(event["execution_id"])),
  };
  return { ...made, hash: hashOf(made) };
}
