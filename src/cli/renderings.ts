/** What can be made of events and their plan. Each renderer is loaded when it is asked for. */

import { toGraph } from "../plan/graph.ts";
import type { Plan } from "../plan/plan.ts";
import { IoError } from "../ports.ts";
import type { Warning } from "../render/html/warnings.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Platform } from "./context.ts";

export interface RenderedTrace {
  readonly plan: Plan;
  readonly events: readonly TraceEvent[];
  /** What a reader has to know before believing it. */
  readonly warnings: readonly Warning[];
}

export type Kind = "html" | "md" | "png" | "svg";

export type Made = string | Uint8Array;

type Make = (drawn: RenderedTrace, world: Platform) => Promise<Made>;

/** @throws IoError where the page would be longer than a text can be */
export function withinText(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new IoError("EFBIG", error);
  }
}

/** @throws RenderFault `PICTURE_TOO_LARGE` */
async function toSvg({ plan, events }: RenderedTrace, platform: Platform): Promise<string> {
  const [{ drawRun }, { renderPicture }, { placementOf }] = await Promise.all([
    import("../render/run-drawing.ts"),
    import("../render/picture/picture.ts"),
    import("../render/picture/kept-placement.ts"),
  ]);
  const drawn = drawRun(events, toGraph(plan));
  return renderPicture(drawn, await placementOf(drawn.drawing, platform.openLayoutCache(platform.env)));
}

/** @throws RenderFault `FONT_MISSING` */
export async function toPng(svg: string, platform: Platform): Promise<Uint8Array> {
  const { renderPng } = await import("../render/png.ts");
  return renderPng(svg, platform.shipped("DejaVuSansMono.outlines"));
}

export const RENDERINGS: Readonly<Record<Kind, Make>> = {
  async html({ plan, events, warnings }) {
    const { renderHtml } = await import("../render/html/html.ts");
    return withinText(() => renderHtml(events, toGraph(plan), warnings));
  },
  async md({ plan, events }) {
    const { renderMarkdown } = await import("../render/markdown.ts");
    return withinText(() => renderMarkdown(events, toGraph(plan)));
  },
  png: async (drawn, platform) => toPng(await toSvg(drawn, platform), platform),
  svg: toSvg,
};
