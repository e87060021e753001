/** Values of a trace's lines, chosen to be changed to others. */

import type { Path } from "../../../src/json/diff.ts";
import { type Json, type JsonObject, jsonEqual } from "../../../src/json/value.ts";
import { MAIN_RUN } from "../../../src/trace/event.ts";
import { below, oneOf } from "./choice.ts";
import { hasSecrets, type Specimen } from "./specimen.ts";

export interface Edit {
  /** From 0. */
  readonly place: number;
  readonly path: Path;
  /** Undefined where there is none. */
  readonly was: Json | undefined;
  readonly is: Json | undefined;
  /** What name the trace gets; without it, it keeps its own. */
  readonly name?: Renaming;
}

/** `anew`, the one of what the first line says then; `numbered`, its own and a number; `free`, any other. */
export type Renaming = "anew" | "numbered" | "free";

/** A member that the format has nowhere. */
export const FORGED = "forged";

/** The forger makes these anew. */
const CHAINED: ReadonlySet<string> = new Set(["sequence", "hash", "prev_hash", "payload/payload_digest"]);

/**
 * About so many edits of a trace, as many of each line and one at least: first those of members that are not among the
 * `covered`, and as many more as it takes to cover all.
 */
export function editsOf(specimen: Specimen, about: number, covered: Set<string>): readonly Edit[] {
  const { name, lines } = specimen;
  const perLine = Math.max(1, Math.floor(about / lines.length));
  const values = lines.map((line, place) => valuesOf(specimen, JSON.parse(line) as JsonObject, place));
  const last = new Map(values.flat().map(({ member, place }) => [member, place]));
  const known = bySpot(values.flat());
  return values.flatMap((ofLine) => {
    const isNew = ({ member }: Value, i: number) =>
      !covered.has(member) && ofLine.findIndex((one) => one.member === member) === i;
    const news = ofLine.filter(isNew);
    const due = news.filter(({ member, place }) => last.get(member) === place);
    const inTurn = new Set([...due, ...news, ...ofLine]);
    return [...inTurn].slice(0, Math.max(perLine, due.length)).map(({ place, path, was, member, spot }) => {
      covered.add(member);
      return { place, path, was, is: another(was, known.get(spot) ?? [], [name, place, ...path]) };
    });
  });
}

/**
 * Where a run has secrets: in every third line a value inside its payload's members said to be one, which no secret of
 * the run is, and said to be one that is.
 */
export function concealments(specimen: Specimen): readonly Edit[] {
  if (!hasSecrets(specimen)) return [];
  const [known] = digestsIn(specimen);
  const markers = [SUPPRESSED, ...(known === undefined ? [] : [{ $suppressed: known }])];
  return specimen.lines.flatMap((line, place) => {
    const inside = valuesOf(specimen, JSON.parse(line) as JsonObject, place).filter(
      ({ path }) => path.length > 2 && !path.includes("$suppressed"),
    );
    const said = inside
      .slice(0, place % 3 === 0 ? 1 : 0)
      .flatMap(({ path, was }) => markers.map((is) => ({ place, path, was, is })));
    return [...said, ...revealed(JSON.parse(line) as JsonObject, place)];
  });
}

/** Shown where it is suppressed: a value so short that it is suppressed at a secret's place alone. */
function revealed(event: JsonObject, place: number): readonly Edit[] {
  return leaves(event)
    .filter(({ path }) => path.length > 2 && path.at(-1) === "$suppressed")
    .map(({ path, was }) => ({ place, path: path.slice(0, -1), was: { $suppressed: was }, is: SHORT }));
}

const SHORT = "short";

/** The digests of what the trace suppresses. */
export function digestsIn({ lines }: Specimen): readonly string[] {
  return [...lines.join().matchAll(/"\$suppressed":"(sha256:[0-9a-f]{64})"/g)].map(
    ([, digest]) => digest as string,
  );
}

/** What stands at the same spot: the likeliest forgery. */
function bySpot(values: readonly Value[]): ReadonlyMap<string, readonly Json[]> {
  const known = new Map<string, Json[]>();
  for (const { spot, was } of values) {
    const there = known.get(spot) ?? [];
    known.set(spot, there);
    there.push(was);
  }
  return known;
}

/** One that holds no other. */
interface Value extends Omit<Edit, "was" | "is"> {
  readonly was: Json;
  /** Of a type's payload in a workflow; of the line around it, in any. */
  readonly member: string;
  /** Where other events of the type have one, too. */
  readonly spot: string;
}

/** Those that a forger does not make anew anyway, in no order, but the payload's before those of the line around it. */
function valuesOf({ name, workflow }: Specimen, event: JsonObject, place: number): readonly Value[] {
  const mixed = (path: Path) => below(2 ** 31, name, place, ...path) + (path[0] === "payload" ? 0 : 2 ** 31);
  return leaves(event)
    .filter(({ path }) => !CHAINED.has(path.join("/")))
    .map(({ path, was }) => {
      const [first, second] = path;
      const of = `${event["event_type"]}${event["run"] === MAIN_RUN ? "" : " nested"}`;
      const member = first === "payload" ? `${workflow} ${of} ${second}` : `${of} ${first}`;
      return { place, path, was, member, spot: `${of} ${path.join("/")}`, order: mixed(path) };
    })
    .sort((a, b) => a.order - b.order);
}

interface Leaf {
  readonly path: Path;
  readonly was: Json;
}

/** Every value that holds no other. */
function leaves(value: Json, path: Path = []): readonly Leaf[] {
  const isLeaf = typeof value !== "object" || value === null || Object.keys(value).length === 0;
  if (isLeaf) return [{ path, was: value }];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]: [string | number, Json]) => leaves(item, [...path, key]));
}

/** Words of the format of which an event may have the one or the other. */
const WORDS: readonly (readonly string[])[] = [
  ["SUCCESS", "FAILED"],
  ["ADMITTED", "DENIED"],
  ["sealed", "verified"],
  ["WF", "CC", "CT", "CS"],
  ["admission", "walk", "contract", "transform", "effect"],
  ["IN", "CC", "EXIT"],
];

const SUPPRESSED: Json = { $suppressed: `sha256:${"0".repeat(64)}` };

/** Most often a value of the same type, now and then one of another, or what is put in a secret's place. */
function another(was: Json, known: readonly Json[], what: Path): Json {
  const odd: Json = oneOf(
    [null, 0, "forged", SUPPRESSED].filter((one) => one !== was),
    "odd",
    ...what,
  );
  if (below(8, "is odd", ...what) === 0) return odd;
  const likely = [...known, ...WORDS.filter((words) => words.includes(was as string)).flat()];
  const others = likely.filter((one) => typeof one === typeof was && one !== null && !jsonEqual(one, was));
  const isLikely = others.length > 0 && below(2, "is likely", ...what) === 0;
  return isLikely ? oneOf(others, "likely", ...what) : changed(was, what);
}

function changed(was: Json, what: Path): Json {
  if (typeof was === "number") return was + 1 + below(9, "more", ...what);
  if (typeof was === "boolean") return !was;
  if (was === null) return "forged";
  if (typeof was === "object") return Array.isArray(was) ? [{ [FORGED]: true }] : { [FORGED]: true };
  if (/[0-9a-f]{64}$/.test(was)) return was.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
  return /^\d{4}-.*Z$/.test(was) ? was.replace(/^\d{4}/, (year) => String(Number(year) + 1)) : `${was}x`;
}
