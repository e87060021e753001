/** The sessions in which the run of a step goes on, as the file gives them. */

import { isoDuration } from "../../capabilities/iso-8601.ts";
import { momentOf } from "../../json/date-time.ts";
import type { Path } from "../../json/diff.ts";
import { pointer } from "../../json/pointer.ts";
import type { Session } from "../scenario.ts";
import type { AuthoredSession } from "./authored.ts";
import { prepared } from "./data.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";
import type { Stores } from "./stores.ts";

/** `at` is the place of the list. @throws ScenarioFault `SCENARIO_MALFORMED` */
export function sessionsIn(
  authored: readonly AuthoredSession[],
  at: Path,
  stores: Stores,
  source: Source,
): readonly Session[] {
  return authored.map((one, i) => sessionOf(one, [...at, i], stores, source));
}

function sessionOf(session: AuthoredSession, at: Path, stores: Stores, source: Source): Session {
  const { data = {}, actor, event: key, answer, event_id: id, cancel } = session;
  const moment = atOf(session, at, source);
  checkTogether(session, at, source);
  return {
    before: prepared(data, [...at, "data"], stores, source),
    ...(moment === undefined ? {} : { at: moment }),
    ...(actor === undefined ? {} : { actor }),
    ...(cancel === undefined ? {} : { cancellation: cancel }),
    ...(key === undefined
      ? {}
      : {
          delivery: {
            key,
            ...(answer === undefined ? {} : { answer }),
            ...(id === undefined ? {} : { id }),
          },
        }),
  };
}

function atOf({ at: given }: AuthoredSession, at: Path, source: Source): Session["at"] {
  if (given === undefined) return undefined;
  const moment = momentOf(given);
  if (moment !== undefined) return moment;
  const after = isoDuration(given);
  if (after !== undefined) return { after };
  const expected =
    "a date and time such as 2026-01-31T09:00:00Z, or a duration such as PT2H from the session before";
  return malformed(source, pointer([...at, "at"]), expected);
}

/** An answer is one to an event, and what is cancelled is not answered. */
function checkTogether(session: AuthoredSession, at: Path, source: Source): void {
  const answering = ["answer", "event_id"] as const;
  const alone = answering.find((name) => session.event === undefined && session[name] !== undefined);
  if (alone !== undefined)
    malformed(source, pointer([...at, alone]), "absent where there is no event", `add event, or omit ${alone}`);
  if (session.cancel !== undefined && session.event !== undefined)
    malformed(source, pointer([...at, "event"]), "absent where there is cancel", "omit event, or omit cancel");
}
