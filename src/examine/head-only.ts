/**
 * What a replay cannot prove: a forger changes it, makes every hash anew, and the trace is found sound. Only the head
 * (`examine --head`) and an attestation hold it.
 */

export interface HeadOnly {
  readonly what: string;
  /** Why a replay cannot prove it. */
  readonly why: string;
  /**
   * What the forger has to change besides the hashes: `nothing`; `name`, the name of the trace and the effect keys;
   * `rest`, everything that follows from it, as a run in which it was so would have recorded it.
   */
  readonly also: "nothing" | "name" | "rest";
}

const entry = (what: string, also: HeadOnly["also"], why: string): HeadOnly => ({ what, why, also });

export const HEAD_ONLY = {
  timestamp: entry("when a line was written", "nothing", "it differs between two runs of the same workflow"),
  elapsed_us: entry(
    "how long after the first event",
    "nothing",
    "it differs between two runs of the same workflow",
  ),
  duration_us: entry(
    "how long a node or a run took",
    "nothing",
    "it differs between two runs of the same workflow",
  ),
  actor: entry("who ran it", "nothing", "the caller states it, and nothing in the run depends on it"),
  "dry-run": entry(
    "whether it was a dry run",
    "nothing",
    "a dry run records what a run would have recorded; the stores, a ledger or an attestation tell the two apart",
  ),
  "strict-payload": entry(
    "whether undeclared members of the payload were to be violations, where it has none",
    "nothing",
    "the caller decides it, and it changes nothing about a run whose intent declares every member",
  ),
  runtime: entry(
    "which build executed the run",
    "nothing",
    "every conforming build records the same events; nested runs repeat it",
  ),
  "closure-root": entry(
    "that the digest of the artifacts is left out",
    "nothing",
    "traces of older versions do not have it",
  ),
  evaluations: entry(
    "that all evaluations are left out, together with the digest of the artifacts",
    "rest",
    "traces of older versions have neither; the outcome of each evaluation is still computed again",
  ),
  max_hops: entry("the node limit", "nothing", "a limit that the run did not reach changes nothing"),
  "name-number": entry(
    "the number after the name of the trace (`_2`)",
    "name",
    "it depends on which names existed in the trace folder",
  ),
  payload: entry(
    "the payload; for a member that nothing reads, only the name has to change",
    "name",
    "it comes from outside, and the name is a digest of it that anyone can compute",
  ),
  "run-clock": entry(
    "the clock of the run; if nothing reads it, only the name has to change",
    "name",
    "it was read from outside, and the name contains it",
  ),
  "nested-clock": entry(
    "the clock of a nested run",
    "nothing",
    "it was read from outside, and nothing has to use it",
  ),
  "admission-answer": entry(
    "whether an admission rule found a record",
    "rest",
    "it was read from stores, which have changed since",
  ),
  "transform-readings": entry(
    "what a transform read from clock and entropy",
    "rest",
    "it was read once, and another run reads other values",
  ),
  "suppressed-readings": entry(
    "what a transform read from clock and entropy, where a suppressed value is among its inputs or readings",
    "nothing",
    "the transform cannot be computed again, so nothing has to use its readings",
  ),
  "effect-outcome": entry(
    "the outcome of an effect",
    "rest",
    "the stores or the mail server determine it; if two outcomes have the same route, little depends on it",
  ),
  "effect-result": entry(
    "the result of an effect, which a step may publish only in part",
    "nothing",
    "the stores or the mail server determine it, and an unpublished part has no consequence",
  ),
  "effect-reason": entry("the reason of an effect", "nothing", "it explains the outcome, and nothing reads it"),
  "effect-change": entry(
    "what an effect changed in its store",
    "nothing",
    "it was read from the store, which has changed since",
  ),
  "effect-requests": entry(
    "what an http effect sent, and what answered it",
    "nothing",
    "a replay sends nothing, and the outcome of the effect is all that the run goes on with",
  ),
  "effect-readings": entry(
    "what an effect read from clock and entropy",
    "nothing",
    "a replay does not perform the effect, so it does not read them again",
  ),
  "refusal-facts": entry(
    "the facts of a refusal by a store or a capability",
    "nothing",
    "they come from outside, and nothing depends on them",
  ),
  "suppressed-value": entry(
    "which value is suppressed",
    "nothing",
    "its digest is salted, and the salt is not in the trace",
  ),
  "said-suppressed": entry(
    "a value replaced by the digest of a secret of the same trace",
    "nothing",
    "it may be that secret or contain it",
  ),
  "short-for-suppressed": entry(
    "a value of fewer than six characters instead of a suppressed one, outside the fields that are declared secret",
    "nothing",
    "such a short value is suppressed only in the fields that are declared secret, so a run may have recorded either",
  ),
  "unread-from-suppressed": entry(
    "an unpublished member of a result that depends on a suppressed value",
    "nothing",
    "it cannot be computed again, and nothing depends on it",
  ),
  "answer-from-suppressed": entry(
    "a result that depends on a suppressed value",
    "rest",
    "it cannot be computed again, so it is taken as recorded, and the verdict names it",
  ),
  "later-sessions": entry(
    "that the run went on after it had waited: the trace is cut off behind a suspension",
    "nothing",
    "what is left is the trace of a run that still waits",
  ),
  answer: entry(
    "what was answered, by whom and when",
    "rest",
    "a person or another program gave it, and the run follows from it",
  ),
  "unused-answer": entry(
    "an answer that came too late",
    "nothing",
    "the moment counts that had passed, so nothing uses the answer",
  ),
  delivery: entry(
    "the name of an event that was delivered, and how long an incomplete line was that was cut off",
    "nothing",
    "nothing in the run depends on it",
  ),
  "session-clock": entry(
    "when the run went on because of a moment or after an interruption, or was cancelled",
    "nothing",
    "it was read from outside, and nothing has to use it",
  ),
  "session-actor": entry(
    "who let the run go on because of a moment or after an interruption, or cancelled it",
    "nothing",
    "the caller states it, and nothing in the run depends on it",
  ),
  "session-runtime": entry(
    "which build went on with the run",
    "nothing",
    "every conforming build records the same events",
  ),
  "cancel-reason": entry("why the run was cancelled", "nothing", "the caller states it"),
  interruption: entry(
    "that a process ended in the middle of the run, where no effect had begun",
    "nothing",
    "the run is the same without it",
  ),
  settled: entry(
    "whether the end of an effect was shown by its store or assumed, and by whom",
    "nothing",
    "it was looked up from outside, and the run goes on with the end alone",
  ),
  "wait-moment": entry(
    "when a wait began that has no due time",
    "nothing",
    "it was read from outside, and nothing is counted from it",
  ),
  "suppressed-wait": entry(
    "what a wait is like whose inputs are suppressed in part: its due time, prompt and choices",
    "nothing",
    "it cannot be computed again; `pgs resume`, which has the secrets, refuses to go on with another one",
  ),
} as const satisfies Readonly<Record<string, HeadOnly>>;

export type HeadOnlyId = keyof typeof HEAD_ONLY;
