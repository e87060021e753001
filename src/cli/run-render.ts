/** The Markdown and the picture of a run that is over. */

import { Fault, UsageFault } from "../faults.ts";
import type { Plan } from "../plan/plan.ts";
import { IoError } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Context } from "./context.ts";
import { type Drawn, type Kind, RENDERINGS } from "./renderings.ts";
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
  const drawn = { plan, events, warnings: [] };
  const md = options.md ? await leave(drawn, "md", base, context) : null;
  const png = options.png ? await leave(drawn, "png", base, context) : null;
  return { jsonl: `${base}.jsonl`, md, png };
}

/** The file, or null when it could not be made. */
async function leave(drawn: Drawn, kind: Kind, base: string, { world }: Context): Promise<string | null> {
  const file = `${base}.${kind}`;
  try {
    world.writeFile(file, await RENDERINGS[kind](drawn, world));
    return file;
  } catch (error) {
    const fault = error instanceof IoError ? unwritable(file, kind, error) : error;
    if (!(fault instanceof Fault)) throw fault;
    world.err(refusalText(fault));
    return null;
  }
}

function unwritable(file: string, kind: Kind, cause: IoError): UsageFault {
  return new UsageFault("RENDERING_UNWRITABLE", { file, kind, errno: cause.errno }, { cause });
}
