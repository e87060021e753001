/** The Markdown and the picture of a run that is over. */

import { Fault } from "../errors/base.ts";
import type { Plan } from "../plan/plan.ts";
import { IoError, type TraceAccess } from "../ports.ts";
import { RenderFault } from "../render/errors.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { faultHints } from "./place-hints.ts";
import { printError, refusalText } from "./print.ts";
import { type Kind, type Made, RENDERINGS } from "./renderings.ts";
import type { TraceFiles } from "./run-view.ts";

export interface Rendering {
  /** Which files to write, and for whom. */
  readonly kinds: { readonly md: boolean; readonly png: boolean };
  readonly access: TraceAccess;
  readonly plan: Plan;
  readonly events: readonly TraceEvent[];
  /** Folder and name without ending. */
  readonly base: string;
}

/** The run is over: a rendering that fails is said, and changes nothing about how the run ended. */
export async function render(
  { kinds, access, plan, events, base }: Rendering,
  context: Context,
): Promise<TraceFiles> {
  const { platform } = context;
  const make = (kind: Kind) => RENDERINGS[kind]({ plan, events, warnings: [] }, platform);
  const write = (kind: Kind, making: Promise<Made>) =>
    writeRendering(making, { kind, name: `${base}.${kind}`, access }, context);
  const picture = kinds.png ? make("png") : null;
  if (picture !== null) {
    // Its pixels are made in another thread, which begins in this pause. A failure is reported below.
    picture.catch(() => undefined);
    await platform.pause();
  }
  const md = kinds.md ? await write("md", make("md")) : null;
  const png = picture === null ? null : await write("png", picture);
  return { jsonl: `${base}.jsonl`, md, png };
}

interface Target {
  readonly kind: Kind;
  readonly name: string;
  readonly access: TraceAccess;
}

/** The file, or null when it could not be made. */
async function writeRendering(
  making: Promise<Made>,
  { kind, name, access }: Target,
  context: Context,
): Promise<string | null> {
  const { platform, settings } = context;
  try {
    platform.writeFile(name, await making, access);
    return name;
  } catch (error) {
    const fault = asFault(name, kind, error);
    printError(context, refusalText(fault, undefined, faultHints(fault, context)));
    if (settings.debug && fault.cause instanceof Error) platform.err(`cause: ${fault.cause.stack}\n`);
    return null;
  }
}

/** Even a defect of a renderer, or of its library, is no reason why a run that is over should end otherwise. */
function asFault(file: string, kind: Kind, cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  if (cause instanceof IoError)
    return new UsageFault("RENDERING_UNWRITABLE", { file, kind, errno: cause.errno }, { cause });
  return new RenderFault("RENDERING_FAILED", { file }, { cause });
}
