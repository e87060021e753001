/** `pgs runs`: finds runs again, and notices that one is gone. */

import type { FactsOf } from "../../../errors/base.ts";
import { LEDGER_FILE } from "../../../ledger/line.ts";
import { RUN_STATES } from "../../../ledger/standing.ts";
import { nearestName } from "../../../snapshot/nearest-name.ts";
import type { Context } from "../../context.ts";
import { defineCommand, type Request } from "../../define-command.ts";
import { UsageFault, type usageTable } from "../../errors.ts";
import {
  camelCase,
  choice,
  count,
  duration,
  flag,
  hash,
  moment,
  optionalArgument,
  optionalMoment,
  text,
} from "../../option.ts";

const ARGUMENTS = {
  run: optionalArgument("the id of a run, or the beginning of it; or verify, rebuild, prune"),
};

const FILTER = {
  state: choice("STATE", RUN_STATES, "only runs in this state; the one filter that prune takes, too"),
  wf: text("FQDN", "only runs of this workflow; its code without the domain will do", {
    completes: "workflow",
  }),
  key: text("KEY", "only runs that wait for an event with this key"),
  due: optionalMoment("only runs that wait for a moment that has come by then; by now without it"),
  actor: text("FQDN", "only runs that this actor began or answered"),
  outcome: text("OUTCOME", "only runs that ended so: EXIT_DENIED, or the last node's outcome"),
  since: moment("only runs that began at this moment or later"),
  until: moment("only runs that began before this moment"),
  mark: text("NAME", "only runs with a bookmark of this name"),
  tag: text("TAG", "only runs with a bookmark that has this tag"),
  text: text("WORD", "only runs with this word in what is listed of them, or in a bookmark"),
  limit: count("list so many runs at most"),
};

const OPTIONS = {
  Filter: FILTER,
  Verify: { head: hash("HASH", "with verify: require a line of the ledger with this hash") },
  Rebuild: { missing: flag("with rebuild: only add what the traces show and the ledger lacks") },
  Prune: {
    "older-than": duration("with prune: remove runs whose state is older than this; required"),
    keep: count("with prune: keep so many of the last runs, however old they are"),
    "dry-run": flag("with prune: remove nothing, and print what would be removed"),
    attested: flag("with prune: also remove runs with an attestation beside the trace"),
  },
};

export type RunsRequest = Request<typeof ARGUMENTS, typeof OPTIONS>;

/** What stands in the place of an id. */
const SUBCOMMANDS = ["verify", "rebuild", "prune"] as const;

type Form = "list" | "one" | (typeof SUBCOMMANDS)[number];

/** The options of each form, but for those that all commands have. */
const OPTIONS_OF: Readonly<Record<Form, readonly string[]>> = {
  list: Object.keys(FILTER),
  one: [],
  verify: ["head"],
  rebuild: ["missing"],
  prune: ["state", "older-than", "keep", "dry-run", "attested"],
};

export const runs = defineCommand({
  details: `The runs are those of the ledger that every run writes to, ${LEDGER_FILE} in the traces folder. Without an argument, they are listed, the last one first; with the id of a run, what is known of it. verify compares the ledger with the traces, rebuild makes it from them, and prune removes old traces: never of a run that goes on, waits or has a bookmark, and of one that was interrupted, which can go on, only with --state INTERRUPTED.`,
  arguments: ARGUMENTS,
  options: OPTIONS,
  shared: ["workspace", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs runs --state FAILED --since 2026-01-31", "list the runs that failed since that day"],
    [
      "pgs runs prune --older-than P30D --dry-run",
      "print which traces would be removed, and how large they are",
    ],
  ],
  exitCodes: {
    SUCCESS: "done; with verify, the ledger and the traces are as they were written",
    FOUND: "with verify: the ledger or a trace was changed, cut or removed, or a run is not in the ledger",
  },
  async action(request, context) {
    const form = formOf(request.run);
    checkOptions(form, request);
    switch (form) {
      case "list":
        return (await import("./list.ts")).listRuns(request, context);
      case "one":
        return showOne(String(request.run), context);
      case "verify":
        return (await import("./verify.ts")).verifyRuns(request.head, context);
      case "rebuild":
        return (await import("./rebuild.ts")).rebuildRuns(request.missing, context);
      case "prune":
        return (await import("./prune.ts")).prune(request, context);
      default:
        return form satisfies never;
    }
  },
});

async function showOne(given: string, context: Context): Promise<number> {
  try {
    return await (await import("./one.ts")).showRun(given, context);
  } catch (error) {
    const meant = nearestName(given, SUBCOMMANDS);
    if (meant === null || !(error instanceof UsageFault) || error.code !== "RUN_UNKNOWN") throw error;
    const { traces, searched } = error.facts as FactsOf<typeof usageTable, "RUN_UNKNOWN">;
    throw new UsageFault("RUN_UNKNOWN", { given, traces, searched, suggestion: `type pgs runs ${meant}` });
  }
}

function formOf(run: string | undefined): Form {
  if (run === undefined) return "list";
  return SUBCOMMANDS.find((name) => name === run) ?? "one";
}

/** @throws UsageFault for an option that the form does not have */
function checkOptions(form: Form, request: RunsRequest): void {
  const values: Readonly<Record<string, unknown>> = request;
  const all = Object.values(OPTIONS).flatMap((group) => Object.keys(group));
  const given = all.filter(
    (name) => values[camelCase(name)] !== undefined && values[camelCase(name)] !== false,
  );
  const wrong = given.find((name) => !OPTIONS_OF[form].includes(name));
  if (wrong === undefined) return;
  const forms = (Object.keys(OPTIONS_OF) as Form[]).filter((one) => OPTIONS_OF[one].includes(wrong));
  const lines = forms.map((one) => (one === "list" ? "pgs runs" : `pgs runs ${one}`));
  throw new UsageFault("BAD_USAGE", {
    message: `--${wrong} belongs to ${lines.join(" and ")}`,
    hint: `omit --${wrong}, or type ${lines[0]}`,
  });
}
