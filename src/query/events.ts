/** `events`: which workflow announces an event, writes its record, requires it, or forbids it. */

import type { CompiledSnapshot } from "../plan/analysis/compiled-snapshot.ts";
import { eventRecords } from "../plan/analysis/event-writes.ts";
import { memoize } from "../plan/analysis/memoize.ts";
import { codeOf, type Fqdn, namespaceOf } from "../snapshot/fqdn.ts";
import type { Path } from "../snapshot/hint.ts";
import { QueryFault } from "./errors.ts";
import { artifactOf, type QueryModel } from "./model.ts";
import { namedBy } from "./names.ts";
import { type Place, placeOf } from "./place.ts";
import { unknownName } from "./require-name.ts";
import { uncompiledIn } from "./stores.ts";

export type EventsAnswer = {
  readonly query: "events";
  /** Sorted by name. */
  readonly events: readonly EventEntry[];
  /** Workflows that do not compile: which records they write is not known. */
  readonly uncompiled: readonly string[];
};

export type EventEntry = {
  /** Full name of its artifact; the code where the snapshot has no artifact for it. */
  readonly event: string;
  readonly summary: string;
  /** Null where the snapshot has no artifact for it. */
  readonly declared: Place | null;
  /** By EXITs that name it. */
  readonly announced: readonly EventUse[];
  /** By steps that write a record with its code. */
  readonly recorded: readonly EventUse[];
  /** By workflows whose admission needs a record of it. */
  readonly required: readonly EventUse[];
  /** By workflows whose admission denies a run where there is a record of it. */
  readonly forbidden: readonly EventUse[];
};

export type EventUse = Place & {
  /** Null for a contract that no workflow runs. */
  readonly workflow: string | null;
  /** Null where it is the workflow itself that requires or forbids. */
  readonly node: string | null;
};

export type EventRole = "announced" | "recorded" | "required" | "forbidden";

/** One place at which an event is named, and what for. */
export interface NamedEvent {
  /** Full name of its artifact, else the code as it is written. */
  readonly event: string;
  readonly role: EventRole;
  readonly workflow: string | null;
  readonly node: string | null;
  readonly artifact: string;
  readonly path: Path;
}

/** @throws QueryFault for an event that the snapshot does not have */
export async function events(given: string | undefined, model: QueryModel): Promise<EventsAnswer> {
  const compiled = await model.compiled();
  const named = namedEvents(compiled, model);
  const declared = [...model.artifacts.values()].flatMap(({ fqdn, word }) => (word === "EV" ? [fqdn] : []));
  const all = [...new Set([...declared, ...named.map(({ event }) => event)])].sort();
  const wanted = given === undefined ? all : [requireEvent(given, all)];
  const entries = await Promise.all(wanted.map((event) => toEntry(event, named, model)));
  return { query: "events", events: entries, uncompiled: uncompiledIn(compiled) };
}

/** In the order of the workflows. */
export function namedEvents(
  compiled: CompiledSnapshot,
  model: Pick<QueryModel, "artifacts">,
): readonly NamedEvent[] {
  return foundIn(compiled)(model);
}

const foundIn = memoize((compiled: CompiledSnapshot) =>
  memoize(({ artifacts }: Pick<QueryModel, "artifacts">): readonly NamedEvent[] => {
    const full = (code: string, in_: string) => namedBy(code, namespaceOf(in_ as Fqdn), { artifacts }) ?? code;
    const byWorkflows = compiled.workflows.flatMap(({ artifact: { fqdn }, table }): readonly NamedEvent[] => {
      const own = { workflow: fqdn, artifact: fqdn };
      const exits = table.nodes.flatMap(({ key, type, emit }): readonly NamedEvent[] =>
        type !== "EXIT"
          ? []
          : emit.map(({ name, path }) => ({
              ...own,
              event: full(name, fqdn),
              role: "announced",
              node: key,
              path,
            })),
      );
      const asked = (["requires", "forbids"] as const).flatMap((side) =>
        table[side].map((code, i): NamedEvent => {
          const path = ["core", "admission", side, i];
          const role = side === "requires" ? "required" : "forbidden";
          return { ...own, event: full(code, fqdn), role, node: null, path };
        }),
      );
      return [...exits, ...asked];
    });
    const records = eventRecords(compiled).map(
      ({ event, artifact, at, workflow, node }): NamedEvent => ({
        event: full(event, artifact.fqdn),
        role: "recorded",
        workflow: workflow?.artifact.fqdn ?? null,
        node,
        artifact: artifact.fqdn,
        path: at,
      }),
    );
    return [...byWorkflows, ...records];
  }),
);

function requireEvent(given: string, all: readonly string[]): string {
  const meant = all.filter((name) => name === given || codeOf(name as Fqdn) === given);
  const [only, ...others] = meant;
  if (only === undefined) throw unknownName(given, "event", all);
  if (others.length > 0) throw new QueryFault("NAME_AMBIGUOUS", { given, subject: "event", names: meant });
  return only;
}

async function toEntry(event: string, named: readonly NamedEvent[], model: QueryModel): Promise<EventEntry> {
  const artifact = model.artifacts.get(event);
  const of = (role: EventRole) =>
    Promise.all(
      named.filter((one) => one.event === event && one.role === role).map((one) => toUse(one, model)),
    );
  return {
    event,
    summary: artifact?.summary ?? "",
    declared: artifact === undefined ? null : await placeOf(artifact),
    announced: await of("announced"),
    recorded: await of("recorded"),
    required: await of("required"),
    forbidden: await of("forbidden"),
  };
}

async function toUse({ workflow, node, artifact, path }: NamedEvent, model: QueryModel): Promise<EventUse> {
  return { workflow, node, ...(await placeOf(artifactOf(artifact, model), path)) };
}
