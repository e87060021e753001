/** Where the data of an event holds secrets, as far as the plan tells: in the same places when it is masked and when it is examined. */

import { parsePointer } from "../json/pointer.ts";
import { isObject, type Json, jsonEqual, type MutableJson, setOwn } from "../json/value.ts";
import type { Secrets, Space } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import type { EventBody, WaitEntry } from "../trace/event.ts";

/** What the plan knows of some data. */
export interface Places {
  /** Where secrets are, from here on; an empty path: all of it is one. */
  readonly paths: readonly (readonly string[])[];
  /** Names that are secret at any depth. */
  readonly names: ReadonlySet<string>;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const NOWHERE: Places = { paths: [], names: NO_NAMES };
const EVERYWHERE: Places = { paths: [[]], names: NO_NAMES };

export function isSecret({ paths }: Places): boolean {
  return paths.some(({ length }) => length === 0);
}

/** The same of a member. */
export function ofMember(places: Places, name: string): Places {
  return places.names.has(name) ? EVERYWHERE : ofPart(places, (first) => first === name);
}

/** The same of a list's item. A path may count from the end. */
export function ofItem(places: Places, index: number, length: number): Places {
  const [fromStart, fromEnd] = [String(index), String(index - length)];
  return ofPart(places, (first) => first === fromStart || first === fromEnd);
}

function ofPart({ paths, names }: Places, leads: (first: string | undefined) => boolean): Places {
  if (paths.length === 0) return { paths, names };
  return { paths: paths.filter(([first]) => leads(first)).map((path) => path.slice(1)), names };
}

/** What is done with data. */
export interface Visit {
  readonly secret: (value: Json) => Json;
  /** A text, number, boolean or null that stands at no secret's place. */
  readonly open: (value: Json) => Json;
  readonly name: (name: string) => string;
}

/** The data as the visit leaves it. */
export function visitData(value: Json, places: Places, visit: Visit): Json {
  if (isSecret(places)) return visit.secret(value);
  if (Array.isArray(value)) {
    return value.map((item: Json, i) => visitData(item, ofItem(places, i, value.length), visit));
  }
  if (!isObject(value)) return visit.open(value);
  const visited: MutableJson = {};
  for (const [name, item] of Object.entries(value)) {
    setOwn(visited, visit.name(name), visitData(item, ofMember(places, name), visit));
  }
  return visited;
}

/** Of the data that a space holds, outside any contract. */
export function placesIn(space: Space, secrets: Secrets | null): Places {
  return { paths: secrets?.paths.get(space) ?? [], names: NO_NAMES };
}

/** Finds the places in the events of one trace, which it must be shown in order. */
export class EventPlaces {
  readonly #secretsOf: (run: string) => Secrets | null;
  #waits: readonly WaitEntry[] = [];

  constructor(secretsOf: (run: string) => Secrets | null) {
    this.#secretsOf = secretsOf;
  }

  /** Of the data at `at` in the event's payload. What is told of a wait is data of the step that waits. */
  at(event: EventBody, at: readonly string[]): Places {
    const [member = "", index = "", part = ""] = at;
    if (event.event_type === "run_suspended") {
      this.#waits = event.payload.waits;
      const wait = this.#waits[Number(index)];
      return wait === undefined ? NOWHERE : this.#ofWait(wait, "inputs", part);
    }
    if (event.event_type !== "run_resumed") return placesAt(event, at, this.#secretsOf(event.run));
    const key = event.payload.key as Json | undefined;
    const answered = this.#waits.filter(
      (wait) => key !== undefined && jsonEqual(key, (wait.key ?? null) as Json),
    );
    const places = answered.map((wait) => this.#ofWait(wait, member === "key" ? "inputs" : "result", member));
    return places.find(isSecret) ?? places[0] ?? NOWHERE;
  }

  #ofWait({ run, node, step }: WaitEntry, holder: "inputs" | "result", member: string): Places {
    const secrets = this.#secretsOf(run);
    if (secrets === null) return NOWHERE;
    const names = secrets.names.get(node) ?? NO_NAMES;
    const space = holder === "inputs" ? spaces.stepInputs(node, step) : spaces.raw(node, step);
    return ofMember({ paths: secrets.paths.get(space) ?? [], names }, member);
  }
}

/** The same of an event of the work. */
function placesAt(event: EventBody, at: readonly string[], secrets: Secrets | null): Places {
  if (secrets === null) return NOWHERE;
  const names = secrets.names.get(event.node_id ?? "") ?? NO_NAMES;
  if (isWhole(event, at, secrets, names)) return EVERYWHERE;
  const space = spaceOf(event, at);
  const paths = space === undefined ? [] : (secrets.paths.get(space) ?? []);
  // The admission's rules have one space, every other data has its own.
  const from = space === spaces.admission ? at : [];
  const here = paths.filter((path) => from.every((part, i) => path[i] === part));
  return { paths: here.map((path) => path.slice(from.length)), names };
}

/** Whether all of the data is secret by where it stands. */
function isWhole(
  event: EventBody,
  [member, ...below]: readonly string[],
  secrets: Secrets,
  names: ReadonlySet<string>,
): boolean {
  const node = event.node_id ?? "";
  if (member === "requests") return names.size > 0 || hasSecretInputs(event, node, secrets);
  if (event.event_type === "violation") return isSecretField(event.payload.field, node, secrets);
  if (member === "reason") return names.has(below.at(-1) as string);
  if (event.event_type !== "transform_end" || member !== "observed") return false;
  return secrets.drawn.has(spaces.raw(node, event.payload.step));
}

function hasSecretInputs({ payload }: EventBody, node: string, { paths }: Secrets): boolean {
  const step = "step" in payload ? (payload.step ?? "") : "";
  return (paths.get(spaces.stepInputs(node, step)) ?? []).length > 0;
}

/** A violation's `actual` stands at the pointer in `field`, not under a name. */
function isSecretField(field: string | undefined, node: string, { paths, names }: Secrets): boolean {
  if (field === undefined) return false;
  const path = parsePointer(field);
  const touches = (secret: readonly string[]) =>
    secret.slice(0, path.length).every((part, i) => part === path[i]);
  return (
    [spaces.payload, spaces.inputs(node)].some((space) => paths.get(space)?.some(touches)) ||
    path.some((part) => names.get(node)?.has(part))
  );
}

/** Whose data the member of an event's payload is. */
function spaceOf(
  { event_type, node_id: node = "", payload }: EventBody,
  [member]: readonly string[],
): Space | undefined {
  const step = "step" in payload ? (payload.step ?? "") : "";
  const evaluation = "evaluation" in payload ? payload.evaluation : "";
  switch (`${event_type} ${member}`) {
    case "execution_start payload":
      return spaces.payload;
    case "admission requires":
    case "admission forbids":
      return spaces.admission;
    case "node_start inputs":
      return spaces.inputs(node);
    case "transform_end inputs":
    case "side_effect_start inputs":
      return spaces.stepInputs(node, step);
    case "transform_end outputs":
    case "side_effect_end result":
      return spaces.raw(node, step);
    case "step_end published":
      return spaces.stepOutputs(node, step);
    case "evaluation_end left":
      return spaces.operand(node, evaluation, "left");
    case "evaluation_end right":
      return spaces.operand(node, evaluation, "right");
    case "node_end outputs":
      return spaces.outputs(node);
    default:
      return undefined;
  }
}
