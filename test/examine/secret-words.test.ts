/**
 * A secret that is a word of the protocol or of the format takes nothing of the record with it: whatever a payload
 * brings as a secret, the trace of its run is intact, replays, and shows the secret nowhere in its data.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runTable } from "../../src/engine/errors.ts";
import { pointer } from "../../src/json/pointer.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { isObject } from "../../src/json/value.ts";
import { namesIn } from "../../src/plan/member-names.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { isSuppressed, secretInName, type TraceEvent } from "../../src/trace/event.ts";
import { portion } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { found } from "./examination.ts";
import { type Specimen, specimensOf } from "./matrix/specimen.ts";

const project = join(import.meta.dirname, "../..");

const ORIGINS = [
  {
    name: "this project's snapshot",
    snapshot: join(project, "protocol_snapshot"),
    vectors: join(project, "test/vectors/good"),
    skip: false as const,
  },
  {
    name: "the published snapshot",
    snapshot: sharedPath("published/protocol_snapshot"),
    vectors: sharedPath("vectors"),
    skip: skipWithout("vectors") || skipWithout("published/protocol_snapshot"),
  },
];

for (const { name, snapshot, vectors, skip } of ORIGINS) {
  test(`every word of a trace of ${name} as a secret: the trace holds, and its data do not show it`, {
    skip,
  }, async (suite) => {
    const specimens = (await specimensOf(snapshot, vectors)).filter((one) => secretsOf(one).length > 0);
    assert.ok(specimens.length > 0);
    for (const specimen of specimens) {
      await suite.test(specimen.name, async (t) => {
        const words = portion(t, wordsOf(specimen), 2);
        for (const word of words) await checkWord(specimen, word);
        t.diagnostic(`${words.length} words`);
      });
    }
  });
}

/** Where the payload has secrets. */
function secretsOf({ plan, payload }: Specimen): readonly (readonly string[])[] {
  const paths = plan.secrets?.paths.get("payload") ?? [];
  return paths.filter((path) => path.length > 0 && typeof at(payload, path) === "string");
}

async function checkWord(specimen: Specimen, word: string): Promise<void> {
  const { plan, payload, again } = specimen;
  for (const path of secretsOf(specimen)) {
    // The word stands elsewhere, too: as a value, in a longer one, and as names.
    const more = { also: word, longer: `<${word}>`, [`named ${word}`]: 1, map: { [word]: 1, [`${word}+`]: 2 } };
    const trial = await again({ ...more, ...replaced(payload, path, word) });
    assert.deepEqual(await found(plan, trial.text, trial.head), [], `${word} at ${pointer(path)}`);
    const start = trial.events[0] as Extract<TraceEvent, { event_type: "execution_start" }>;
    assert.ok(isSuppressed(at(start.payload.payload, path)), word);
    const names = new Set([...specimen.plans.values()].flatMap((one) => [...namesIn(one)]));
    const shown = trial.events.flatMap((event) => dataIn(event).filter((text) => shows(text, word, names)));
    assert.deepEqual(shown, [], word);
    const map = start.payload.payload["map"] as JsonObject;
    assert.equal(Object.keys(map).length, 2, "no two names become one");
  }
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((holder, part) => (isObject(holder) ? holder[part] : undefined), value);
}

function replaced(value: JsonObject, [first, ...rest]: readonly string[], by: string): JsonObject {
  const key = first as string;
  return { ...value, [key]: rest.length === 0 ? by : replaced(value[key] as JsonObject, rest, by) };
}

/** A text of the data, and whether it is a member's name. */
interface Text {
  readonly at: string;
  readonly text: string;
  readonly isName: boolean;
}

/** Short ones are only held to their places; a name that the protocol has itself tells nothing. */
function shows({ text, isName }: Text, word: string, names: ReadonlySet<string>): boolean {
  return word.length >= 6 && text.includes(word) && !(isName && names.has(text));
}

/** What format and plan say, member by member; everything else is data. */
const SAID: Readonly<Record<TraceEvent["event_type"], RegExp>> = {
  execution_start:
    /^\/(workflow_code|content_hash|snapshot|runtime|payload_digest|max_hops|observed|actor|parent)(\/|$)/,
  admission: /^\/(result|(requires|forbids)\/\d+\/(event|matched))$/,
  node_start: /^\/(node_type|capability_code|reason)$/,
  violation: /^\/(violation_code|field|constraint|expected|event)(\/|$)/,
  transform_end: /^\/(step|ct_code|outcome|reason\/code|observed\/\d+\/clock)$/,
  side_effect_start: /^\/(step|cs_code|op|store|effect_key|attempt|observed\/\d+\/clock)$/,
  side_effect_end: /^\/(step|outcome|retried|settled|actor|reason\/code|observed\/\d+\/clock)$/,
  step_end: /^\/(step|outcome|continuation)$/,
  evaluation_end: /^\/(evaluation|condition|outcome)$/,
  node_end: /^\/(status|next|duration_us)$/,
  event_announced: /^\/event_code$/,
  error: /^\/(error_code|node_category|stage|step|facts\/(?!outcome$|reason$).*)$/,
  workflow_complete: /./,
  run_suspended: /^\/waits\/\d+\/(run|node|step|kind|due|effect_key)$/,
  run_resumed: /^\/(cause|event_id|actor|torn_bytes|runtime|observed)(\/|$)/,
  run_cancelled: /^\/(actor|runtime|observed)(\/|$)/,
};

/** The names that the format gives to the data. */
const HOLDERS =
  /^\/(payload|requires|forbids|(requires|forbids)\/\d+\/where|inputs|outputs|reason|observed|observed\/\d+\/entropy|result|change|change\/(before|after)|published|left|right|facts|facts\/(outcome|reason)|actual)$/;

function dataIn({ event_type, payload }: TraceEvent): readonly Text[] {
  return textsIn(payload as unknown as Json, "").filter(
    ({ at, isName }) => !SAID[event_type].test(at) && !(isName && HOLDERS.test(at)),
  );
}

function textsIn(value: Json, place: string): readonly Text[] {
  if (isSuppressed(value)) return [];
  if (typeof value !== "object" || value === null) return [{ at: place, text: String(value), isName: false }];
  return Object.entries(value).flatMap(([name, item]) => {
    const inside = `${place}${pointer([name])}`;
    const isText = !Array.isArray(value) && secretInName(name) === undefined;
    const names = isText ? [{ at: inside, text: name, isName: true }] : [];
    return [...names, ...textsIn(item as Json, inside)];
  });
}

/** Every word that the plans can put into a trace, that the format has, and that stands in an undisturbed trace. */
function wordsOf({ plans, events }: Specimen): readonly string[] {
  const said = new Set<string>();
  for (const plan of plans.values())
    collect({ ...plan, called: null } satisfies Partial<Record<keyof Plan, unknown>>, said);
  for (const event of events) collect(event, said);
  for (const word of [...FORMAT, ...Object.keys(runTable), ...Object.keys(SAID)]) said.add(word);
  const clock = String(events[0]?.timestamp);
  for (const length of [4, 7, 10, 13, 16, 19, 23, 24]) said.add(clock.slice(0, length));
  return [...said].filter((word) => word !== "");
}

const FORMAT = [
  ...["SUCCESS", "FAILED", "ADMITTED", "DENIED", "IN", "CC", "EXIT", "WF", "CT", "CS", "sealed", "verified"],
  ...["COMPLETED", "EXIT_REJECTED", "ADMISSION_DENIED", "ACK", "NACK", "continue", "exit", "true", "null"],
  ...["INTENT_VIOLATION", "INPUT_VIOLATION", "ADMISSION_BINDING_MISSING_FIELD", "ADMISSION_REQUIRES_UNMET"],
  ...["ADMISSION_FORBIDS_MET", "INPUT_MISSING", "BACKEND_ERROR", "VIOLATION", "pgs.trace/1", "$suppressed"],
  ...["admission", "contract", "transform", "effect", "walk", "trial", "sha256:", "required", "format"],
];

/** What documents a capability, and never stands in a trace. */
const SILENT: ReadonlySet<string> = new Set(["examples", "about", "summary", "findings"]);

/** All texts and names at any depth, those in maps and sets among them. */
function collect(value: unknown, into: Set<string>): void {
  if (typeof value === "string") into.add(value);
  if (typeof value !== "object" || value === null) return;
  const isList = value instanceof Set || Array.isArray(value);
  const entries: Iterable<[unknown, unknown]> =
    isList || value instanceof Map ? value.entries() : Object.entries(value);
  for (const [name, item] of entries) {
    if (SILENT.has(String(name))) continue;
    if (!isList) collect(name, into);
    collect(item, into);
  }
}
