/** What a gate found, part by part, as every reporter reads it. */

export const LEVELS = ["error", "warning", "note"] as const;

export type Level = (typeof LEVELS)[number];

/** The parts of a gate, in the order in which they are told. */
export const GATE_PARTS = ["verify", "check", "capabilities", "conformance", "test", "coverage"] as const;

export type GatePart = (typeof GATE_PARTS)[number];

export type PartName = GatePart | "certify" | "compile";

export interface Verdict {
  /** As it was called: `pgs gate`, `pgs check`. */
  readonly command: string;
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name: PartName;
  readonly state: "passed" | "failed" | "skipped";
  /** One sentence: what was counted; of a skipped part, why it was. */
  readonly counted: string;
  /** Every rule that was held, and at least those that a notice names. */
  readonly rules: readonly Rule[];
  readonly notices: readonly Notice[];
  readonly suites: readonly Suite[];
}

export interface Rule {
  readonly id: string;
  /** One line: what is held, and why it matters. */
  readonly about: string;
  readonly level: Level;
  /** What to do about a breach. */
  readonly hint?: string;
}

/** Something that was found, where it stands. */
export interface Notice {
  /** Id of a rule of the same part. */
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
  readonly hint?: string;
  /** Relative to the root that the report is about, or absolute; absent where no file is to blame. */
  readonly file?: string;
  readonly line?: number;
  /** From 1, in UTF-16 units; only with a line. */
  readonly column?: number;
  /** RFC 6901, into that file. */
  readonly pointer?: string;
  /** Full name of the artifact. */
  readonly artifact?: string;
  /** The same for the same notice, wherever the lines around it go. */
  readonly fingerprint: string;
}

/** What was tried, by what it belongs to: a scenario, a transform. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly name: string;
  /** What is tried: a workflow, a transform. */
  readonly subject: string;
  readonly seconds?: number;
  /** Absent on a case that was passed. */
  readonly failed?: { readonly message: string; readonly detail: string };
  /** Why nothing is said about it. */
  readonly skipped?: string;
}

export function hasPassed({ parts }: Verdict): boolean {
  return parts.every(({ state }) => state !== "failed");
}

/** A part that had nothing to look at; where it is required, that is what it failed by. */
export function leftOut(name: PartName, why: string, isRequired: boolean): Part {
  const rule: Rule = {
    id: `${name}-left-out`,
    about: "A part that is required is not left out.",
    level: "error",
  };
  const message = `${name} is required, and was left out: ${why}`;
  const tried = { name, subject: `pgs ${name}` };
  const nothing = { name, counted: why };
  if (isRequired) {
    const failed = { ...tried, failed: { message, detail: message } };
    const notice: Notice = { rule: rule.id, level: "error", message, fingerprint: rule.id };
    return {
      ...nothing,
      state: "failed",
      rules: [rule],
      notices: [notice],
      suites: [{ name, cases: [failed] }],
    };
  }
  const suites = [{ name, cases: [{ ...tried, skipped: why }] }];
  return { ...nothing, state: "skipped", rules: [], notices: [], suites };
}

/** Every notice once, in the order of the parts: several may have been refused for the same reason. */
export function noticesIn({ parts }: Verdict): readonly Notice[] {
  const known = new Map<string, Notice>();
  for (const notice of parts.flatMap(({ notices }) => notices)) {
    const { rule, file, line, message } = notice;
    const key = JSON.stringify([rule, file, line, message]);
    if (!known.has(key)) known.set(key, notice);
  }
  return [...known.values()];
}

/** The same, the worst first. */
export function worstFirst(verdict: Verdict): readonly Notice[] {
  const notices = noticesIn(verdict);
  return LEVELS.flatMap((level) => notices.filter((one) => one.level === level));
}
