/** `pgs signal`: an event for every run that waits for its key. */

import { jsonEqual } from "../../../json/value.ts";
import { keyText } from "../../../trace/event.ts";
import { PATIENCE_MS } from "../../../workspace/lock-trace.ts";
import { defineCommand } from "../../define-command.ts";
import { DELIVERY, deliveryOf } from "../../delivery.ts";
import { UsageFault } from "../../errors.ts";
import { plansOf } from "../../go-on.ts";
import { argument } from "../../option.ts";
import { plain, printError, printJson } from "../../print.ts";
import { exitCodeOfAll, resumeRuns } from "../../resumed-runs.ts";
import {
  keyOptionOf,
  RENDERINGS_OFF,
  recordsBesideEach,
  SESSION,
  sessionEnvironment,
  TRACE_LIMIT,
} from "../../session.ts";
import { TRUST } from "../../shared-options.ts";
import { untilInterrupt } from "../../stop.ts";
import { trustOf } from "../../trust.ts";
import { waitingRuns } from "../../waiting-runs.ts";

export const signal = defineCommand({
  details:
    "The runs go on one after the other, with one line for each. A run that another process is writing is waited for. With --event-id, a delivery that is repeated changes nothing.",
  arguments: { event: argument("the key that the runs wait for; of a suppressed key, its digest") },
  options: {
    Delivery: { ...DELIVERY, ...SESSION },
    Limit: TRACE_LIMIT,
    Seal: TRUST,
    Output: RENDERINGS_OFF,
  },
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs signal parcel-arrived", "say that something has happened"],
    [
      "pgs signal release-1 --answer answer.json --event-id mail-4711",
      "answer a question, once, however often the command is repeated",
    ],
  ],
  exitCodes: {
    SUCCESS: "every run that waits for the key took the event, however it ended then",
    SNAPSHOT: true,
    REFUSED: "a run would not go as it is recorded, or an effect is unclear",
  },
  async action({ event: key, ...request }, context) {
    const trust = trustOf(request, context);
    const delivery = deliveryOf(key, request, context);
    const session = sessionEnvironment(request, context);
    const waiting = await waitingRuns(context);
    const found = waiting.filter(({ waits }) => waits.some((one) => jsonEqual(one.key ?? null, delivery.key)));
    if (found.length === 0 && delivery.id === undefined) throw noneWaits(key, waiting);
    if (found.length === 0 && !context.settings.quiet)
      printError(context, `notice: no run waits for ${plain(key)}: the event may have been taken before\n`);
    const stop = untilInterrupt(context);
    const keyOption = keyOptionOf(request, session) ?? "";
    const records = recordsBesideEach(session.clock, context);
    const going = { session, delivery, stop, records, plan: plansOf(trust, context), patience: PATIENCE_MS };
    const kinds = { md: !request.noMd, png: !request.noPng };
    const runs = await resumeRuns(found, { ...going, seed: request.seed, kinds, keyOption }, context);
    stop.release();
    if (context.settings.json) printJson(context, { key, runs });
    return stop.exitCode ?? exitCodeOfAll(runs);
  },
});

/** How many keys a refusal names. */
const NAMED = 20;

function noneWaits(key: string, waiting: Awaited<ReturnType<typeof waitingRuns>>): UsageFault {
  const keys = waiting.flatMap(({ waits }) => waits.flatMap((one) => (one.key === undefined ? [] : [one.key])));
  const open = [...new Set(keys.map(keyText))].sort().slice(0, NAMED);
  return new UsageFault("NO_RUN_WAITS", { key, open: open.length === 0 ? null : open.join(", ") });
}
