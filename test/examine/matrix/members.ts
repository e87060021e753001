/** Members that are added to a trace's lines and taken from them, and traces that get another name. */

import type { Path } from "../../../src/json/diff.ts";
import type { Json, JsonObject } from "../../../src/json/value.ts";
import { eventsOf, holdsSuppressed, MAIN_RUN } from "../../../src/trace/event.ts";
import { EVENTS, type EventType, lineMembers } from "../../../src/trace/schema.ts";
import { below, oneOf } from "./choice.ts";
import { type Edit, FORGED } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

/** The forger makes these anew, or cannot do without them. */
const KEPT: ReadonlySet<string> = new Set([
  "sequence",
  "hash",
  "prev_hash",
  "payload",
  "payload/payload_digest",
]);

/** How far apart the lines are in which also a member is added and one dropped that are `covered` already. */
const APART = 8;

/** Of every line what is not covered, by event type and member: each addition and each drop. */
export function memberEdits(specimen: Specimen, covered: Set<string>): readonly Edit[] {
  return specimen.lines.flatMap((line, place) => {
    const event = JSON.parse(line) as JsonObject;
    const hidden = isFromSuppressed(event) ? " hidden" : "";
    const evaluated = event["event_type"] === "execution_start" && hasEvaluations(specimen) ? " evaluated" : "";
    const of = `${event["event_type"]}${event["run"] === MAIN_RUN ? "" : " nested"}${hidden}${evaluated}`;
    return [additionsTo(event, place), dropsFrom(event, place)].flatMap((edits, i) => {
      const news = edits.filter(({ path }) => {
        const member = `${i === 0 ? "+" : "-"} ${of} ${path
          .slice(0, 3)
          .map((key) => (typeof key === "number" ? "#" : key))
          .join("/")}`;
        const isNew = !covered.has(member);
        covered.add(member);
        return isNew;
      });
      const isInTurn = edits.length > 0 && below(APART, specimen.name, place, i) === 0;
      return isInTurn ? [...news, oneOf(edits, "member", specimen.name, place)] : news;
    });
  });
}

/** Then its first event says that there are some. */
export function hasEvaluations({ events }: Specimen): boolean {
  return eventsOf(events, "evaluation_end").length > 0;
}

/** Of what rests on suppressed values, a replay takes more as recorded. */
function isFromSuppressed({ event_type, payload }: JsonObject): boolean {
  const inputs = (payload as JsonObject)["inputs"];
  return event_type === "transform_end" && inputs !== undefined && holdsSuppressed(inputs);
}

function dropsFrom(event: JsonObject, place: number): readonly Edit[] {
  return valuesIn(event)
    .filter(({ path }) => path.length > 0 && !KEPT.has(path.join("/")) && !path.includes("$suppressed"))
    .map(({ path, value }) => ({ place, path, was: value, is: undefined }));
}

/** In every object a member that the format does not have, in every list one more, and what the event may have. */
function additionsTo(event: JsonObject, place: number): readonly Edit[] {
  const add = (path: Path, is: Json): Edit => ({ place, path, was: undefined, is });
  const inside = valuesIn(event).flatMap(({ path, value }) => {
    if (Array.isArray(value))
      return [add([...path, value.length], (value.at(-1) as Json | undefined) ?? FORGED)];
    const isOpen = typeof value === "object" && value !== null && !("$suppressed" in value);
    return isOpen ? [add([...path, FORGED], "forged")] : [];
  });
  const type = event["event_type"] as EventType;
  const payload = event["payload"] as JsonObject;
  const absent = Object.entries(lineMembers(type)).filter(([name]) => event[name] === undefined);
  const spare = Object.keys(SPARE).filter((name) => payload[name] === undefined && isMember(type, name));
  return [
    ...inside,
    ...absent.map(([name]) => add([name], "FORGED")),
    ...spare.map((name) => add(["payload", name], SPARE[name] as Json)),
  ];
}

const isMember = (type: EventType, name: string) => Object.hasOwn(EVENTS[type].members, name);

/** Members that some event may lack, each as one may be. */
const SPARE: JsonObject = {
  actor: "trial::AC_FORGED_V0",
  dry_run: true,
  strict_payload: true,
  parent: { run: "0", node: "FORGED", step: "forged" },
  capability_code: "trial::CC_FORGED_V0",
  inputs: {},
  outputs: {},
  reason: { code: "FORGED" },
  observed: [{ entropy: "00" }],
  change: { before: null, after: { forged: true } },
  field: "/forged",
  constraint: "required",
  expected: "forged",
  actual: "forged",
  event: "EV_FORGED_V0",
  step: "forged",
  key: "forged",
  event_id: "forged",
  answer: "forged",
  torn_bytes: 1,
};

interface Held {
  readonly path: Path;
  readonly value: Json;
}

/** Every value, the whole included. */
function valuesIn(value: Json, path: Path = []): readonly Held[] {
  const entries =
    typeof value !== "object" || value === null
      ? []
      : Array.isArray(value)
        ? [...value.entries()]
        : Object.entries(value);
  const inside = entries.flatMap(([key, item]: [string | number, Json]) => valuesIn(item, [...path, key]));
  return [{ path, value }, ...inside];
}

/** The name made anew for another clock and for payloads with a value changed, added or dropped; numbered; a free one. */
export function renamings({ name, lines, events }: Specimen): readonly Edit[] {
  const event = JSON.parse(lines[0] as string) as JsonObject;
  const payload = [additionsTo(event, 0), dropsFrom(event, 0)].flatMap((edits) => {
    const inside = edits.filter(({ path }) => path[1] === "payload" && path.length > 2);
    return inside.length === 0 ? [] : [oneOf(inside, "payload", name)];
  });
  const clock = { path: ["payload", "observed", 0, "clock"], was: undefined, is: "2027-01-31T09:00:00.120Z" };
  const id: Edit = { place: 0, path: ["execution_id"], was: events[0]?.execution_id, is: "" };
  return [
    ...payload.map((edit): Edit => ({ ...edit, name: "anew" })),
    { ...clock, place: 0, name: "anew" },
    { ...id, name: "numbered" },
    { ...id, name: "free" },
    ...payload.map((edit): Edit => ({ ...edit, name: "free" })),
  ];
}
