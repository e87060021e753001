/** `pgs draw`: the declared graph of a workflow, without a run. */

import { toGraph } from "../../../plan/graph.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, planIn } from "../../load.ts";
import { file } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { printJson } from "../../print.ts";
import { filesOf, printFiles, type Target, targetsOf, writeTarget } from "../../rendering-files.ts";
import { toPng, withinText } from "../../renderings.ts";
import { SEAL, WORKFLOW_ARGUMENT, WORKFLOW_OPTION, workflowOf } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";

type Kind = "html" | "png" | "svg";

interface Declared {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
}

export const draw = defineCommand({
  details: "No trace is needed. The page opens every node to its contract, steps, bindings and stores.",
  arguments: WORKFLOW_ARGUMENT,
  options: {
    Format: {
      html: file("write one HTML page with the picture, and links to the authored lines; - prints it"),
      png: file("write the picture as PNG"),
      svg: file("write the picture as SVG; - prints it"),
    },
    Workflow: { ...WORKFLOW_OPTION, ...SEAL },
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug"],
  examples: [
    ["pgs draw release_governance::WF_RELEASE_CHANGE_V0 --html release.html", "write a page of the workflow"],
    ["pgs draw release_governance::WF_RELEASE_CHANGE_V0 --json", "print nodes and edges for a program"],
  ],
  exitCodes: { SUCCESS: "the workflow is drawn", SNAPSHOT: true },
  async action({ html, png, svg, ...request }, context) {
    const workflow = workflowOf(request);
    const asked = { html, png, svg };
    const targets = targetsOf(KINDS, asked);
    if (targets.length === 0 && !context.settings.json) {
      const hint = "add --html FILE, --svg FILE or --png FILE; --svg - prints the picture, --json the graph";
      throw new UsageFault("BAD_USAGE", { message: "nothing says what to write", hint });
    }
    await checkOutputs(asked, {}, context);
    const snapshot = await open(context, trustOf(request, context));
    const plan = await planIn(snapshot, workflow, context);
    for (const target of targets) await write(target, { plan, snapshot }, context);
    if (!context.settings.json) printFiles(targets, context);
    else printJson(context, { ...toGraph(plan), files: Object.fromEntries(filesOf(targets, context)) });
    return EXIT.SUCCESS;
  },
});

const KINDS: readonly Kind[] = ["html", "png", "svg"];

/** @throws UsageFault where it cannot be written */
function write(target: Target<Kind>, declared: Declared, context: Context): Promise<void> {
  return writeTarget(
    target,
    () => make(target, declared, context),
    ({ kind, file: name }, cause) =>
      new UsageFault("DRAWING_UNWRITABLE", { file: name, kind, errno: cause.errno }, { cause }),
    context,
  );
}

/** @throws RenderFault `PICTURE_TOO_LARGE` for a picture; the page says so in its place */
async function make(
  { kind, file: name }: Target<Kind>,
  { plan, snapshot }: Declared,
  context: Context,
): Promise<string | Uint8Array> {
  if (kind === "html") {
    const [{ renderDeclaredHtml }, { openSourceLinks }] = await Promise.all([
      import("../../../render/html/declared.ts"),
      import("./source-links.ts"),
    ]);
    const folder = name === "-" ? context.platform.cwd : context.path(name).replace(/\/[^/]*$/, "");
    const sourceOf = await openSourceLinks(snapshot, folder, context);
    return withinText(() => renderDeclaredHtml(plan, sourceOf));
  }
  const { renderDeclaredSvg } = await import("../../../render/declared-svg.ts");
  const svg = renderDeclaredSvg(toGraph(plan));
  if (kind === "svg") return svg;
  return toPng(svg, context.platform);
}
