/** Refusals of a plan: a workflow that does not compile, and expressions that a run cannot evaluate. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type NodeCategory,
  RunFault,
  type Stage,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import type { Json } from "../json/value.ts";
import type { AuthoredPlace } from "../snapshot/hint.ts";
import type { Reason } from "../snapshot/parse.ts";

/** One reason why a workflow does not compile. */
export interface CompileReason {
  readonly code: string;
  /** The problem, in terms of the protocol. */
  readonly what: string;
  /** The artifact's file below the snapshot, and the field as a JSON Pointer. */
  readonly file: string;
  readonly pointer: string;
  /** The field's line in that file. */
  readonly line?: number;
  /** The field's line in the authored Markdown, which is the file's `content`. */
  readonly content_line?: number;
  /** The place in the workspace's Markdown, where that is what makes the artifact. */
  readonly authored?: AuthoredPlace;
  readonly hint?: string;
}

export class CompileFault extends Fault {
  readonly reasons: readonly CompileReason[];
  /** The same, not yet worded. */
  readonly causes: readonly Reason[];

  constructor(workflow: string, reasons: readonly CompileReason[], causes: readonly Reason[] = []) {
    const first = reasons[0] as CompileReason;
    const more = reasons.length === 1 ? "" : ` and ${reasons.length - 1} more, listed below`;
    super(
      "compile",
      "WORKFLOW_DOES_NOT_COMPILE",
      { workflow, reasons: reasons as unknown as Json },
      {
        what: `${workflow} does not compile: ${first.what}${more}`,
        where: placeOfReason(first),
        ...(first.hint === undefined ? {} : { hint: first.hint }),
      },
    );
    this.reasons = reasons;
    this.causes = causes;
  }
}

/** The place as the author of the artifact edits it. */
export function placeOfReason({ authored, file, line, pointer }: CompileReason): string {
  if (authored !== undefined) return fileLine(authored.file, authored.line);
  return `${fileLine(file, line)} at ${pointer}`;
}

/** Code and words of a refusal; of a workflow that does not compile, those of every reason. */
export function reasonsOf(fault: Fault): readonly string[] {
  if (fault instanceof CompileFault) return fault.reasons.map(({ code, what }) => `${code} ${what}`);
  return [`${fault.code} ${fault.message}`];
}

export const planTable = {
  PATH_UNRESOLVED: (f: { path: string }) => ({ what: `${f.path} has no value` }),
  EXPRESSION_TYPE: (f: { expression: string; left: string; right: string | null }) => ({
    what: `${f.expression} cannot be applied to ${f.left}${f.right === null ? "" : ` and ${f.right}`}`,
  }),
  LIST_TOO_LONG: (f: { path: string; limit: number }) => ({
    what: `${f.path} selects more than ${counted(f.limit, "value")}`,
    hint: "use fewer descendant selectors (..name) in the path",
  }),
  WORKFLOW_REFUSED: (f: { workflow: string; refusal: string }) => ({
    what: `the called workflow ${f.workflow} is refused: ${f.refusal}`,
    hint: `pgs plan --wf ${f.workflow} shows why`,
  }),
} satisfies WordingTable;

/** A run cannot continue with the plan: an expression has no value, or a called workflow is refused. */
export class PlanFault<C extends keyof typeof planTable = keyof typeof planTable> extends RunFault {
  constructor(
    stage: Stage,
    category: NodeCategory,
    code: C,
    facts: FactsOf<typeof planTable, C>,
    detail: FaultDetail = {},
  ) {
    super(stage, category, code, facts, wordingFrom(planTable, code, facts), detail);
  }
}
