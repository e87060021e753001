/** `pgs explain`: a trace in plain sentences. */

import { CUT_OFF } from "../../../examine/verify.ts";
import { type Explanation, explain } from "../../../render/explanation/explain.ts";
import { isFqdn, kindOf } from "../../../snapshot/fqdn.ts";
import { didYouMean } from "../../../snapshot/nearest-name.ts";
import { MAIN_RUN } from "../../../trace/event.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { traceFile } from "../../find-run.ts";
import { optionalArgument } from "../../option.ts";
import { readIntactTrace } from "../../read-trace.ts";
import { say } from "../../report-view.ts";
import { TRACE_ARGUMENT } from "../../shared-options.ts";
import { toJson, toText } from "./view.ts";

export const explainCommand = defineCommand({
  details:
    "It says what was asked, which rule decided with which values, what was written and how the run ended, in sentences that need no knowledge of the protocol. Suppressed values are called secret. It needs no snapshot, and replays nothing: pgs examine does.",
  arguments: {
    ...TRACE_ARGUMENT,
    node: optionalArgument("explain only this node; 0.1/NODE is one of the nested run 0.1"),
  },
  options: {},
  shared: ["workspace", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs explain trace.jsonl", "tell the whole run"],
    ["pgs explain trace.jsonl CHECK_FREEZE_WINDOW", "tell why one node ended as it did"],
  ],
  exitCodes: { SUCCESS: true },
  async action({ trace: given, node }, context) {
    if (isFqdn(given)) {
      const message = `explain tells a recorded run, and ${given} is the name of an artifact`;
      throw new UsageFault("BAD_USAGE", {
        message,
        hint: `type pgs query ${kindOf(given) === "WF" ? "explain" : "refs"} ${given}`,
      });
    }
    const trace = await traceFile(given, context);
    const explained = explain(readIntactTrace(trace, context, CUT_OFF).events);
    await say(node === undefined ? explained : partOf(explained, node, trace), { toJson, toText }, context);
    return EXIT.SUCCESS;
  },
});

/** What is about the node. @throws UsageFault where no run entered it */
function partOf(explained: Explanation, asked: string, file: string): Explanation {
  const nodes = explained.paragraphs.filter(({ node }) => node !== null);
  const paragraphs = nodes.filter((one) => nameOf(one) === asked);
  if (paragraphs.length > 0) return { ...explained, paragraphs };
  const names = new Set(nodes.map(nameOf));
  const suggestion = didYouMean(asked, names) ?? `its nodes: ${[...names].join(", ")}`;
  throw new UsageFault("NODE_NOT_ENTERED", { file, asked, suggestion: names.size === 0 ? null : suggestion });
}

function nameOf({ run, node }: Explanation["paragraphs"][number]): string {
  return run === MAIN_RUN ? `${node}` : `${run}/${node}`;
}
