/** The Markdown and the picture of a run that is over. */

import { Fault } from "../faults.ts";
import { toGraph } from "../plan/graph.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Context } from "./context.ts";
import { refusalText } from "./report.ts";

export interface Rendering {
  readonly options: { readonly md: boolean; readonly png: boolean };
  readonly plan: Plan;
  readonly events: readonly TraceEvent[];
  /** Folder and name without ending. */
  readonly base: string;
}

export interface TraceFiles {
  readonly jsonl: string;
  readonly md: string | null;
  readonly png: string | null;
}

/** The run is over: a rendering that fails is said, and changes nothing about how the run ended. */
export async function render(
  { options, plan, events, base }: Rendering,
  context: Context,
): Promise<TraceFiles> {
  const md = options.md ? await attempt(() => renderMd(plan, events, `${base}.md`, context), context) : null;
  const png = options.png
    ? await attempt(() => renderPng(plan, events, `${base}.png`, context), context)
    : null;
  return { jsonl: `${base}.jsonl`, md, png };
}

async function attempt(work: () => Promise<string>, { world }: Context): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    world.err(refusalText(error));
    return null;
  }
}

async function renderMd(
  plan: Plan,
  events: readonly TraceEvent[],
  file: string,
  { world }: Context,
): Promise<string> {
  const { renderMarkdown } = await import("../trace/render/markdown.ts");
  world.writeFile(file, renderMarkdown(events, toGraph(plan)));
  return file;
}

async function renderPng(
  plan: Plan,
  events: readonly TraceEvent[],
  file: string,
  { world }: Context,
): Promise<string> {
  const [{ renderSvg }, { renderPng: rasterise }] = await Promise.all([
    import("../trace/render/svg.ts"),
    import("../trace/render/png.ts"),
  ]);
  world.writeFile(file, rasterise(renderSvg(events, toGraph(plan)), world.shipped("DejaVuSansMono.ttf")));
  return file;
}
