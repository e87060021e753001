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
  timestamp: entry("when a line was written", "nothing", "two runs of the same thing differ in it"),
  elapsed_us: entry("how long after the first event", "nothing", "two runs of the same thing differ in it"),
  duration_us: entry("how long a node or a run took", "nothing", "two runs of the same thing differ in it"),
  actor: entry("who ran it", "nothing", "the caller says it, and nothing in the run depends on it"),
  runtime: entry(
    "which build ran",
    "nothing",
    "every build that keeps the contract leaves the same events; nested runs repeat it",
  ),
  max_hops: entry("the limit of nodes", "nothing", "a limit that the run did not reach changes nothing"),
  "name-number": entry(
    "the number behind the name of the trace (`_2`)",
    "name",
    "it says which names were taken in the folder of the traces",
  ),
  payload: entry(
    "the payload; a member that nothing reads needs nothing but the name",
    "name",
    "it came from outside, and the name is a digest of it that anybody can compute",
  ),
  "run-clock": entry(
    "the clock of the run; one that nothing reads needs nothing but the name",
    "name",
    "it was read from outside, and the name repeats it",
  ),
  "nested-clock": entry(
    "the clock of a nested run",
    "nothing",
    "it was read from outside, and nothing has to use it",
  ),
  "admission-answer": entry(
    "whether a rule of admission found a record",
    "rest",
    "it was read from stores, which have changed since",
  ),
  "transform-readings": entry(
    "what a transform read from clock and entropy",
    "rest",
    "it was drawn, and no other run draws it again",
  ),
  "suppressed-readings": entry(
    "what a transform read from clock and entropy, where a suppressed value is among its inputs or readings",
    "nothing",
    "it cannot be computed again, so that nothing has to use its readings",
  ),
  "effect-outcome": entry(
    "the outcome of an effect",
    "rest",
    "the stores or the mail server answered; where two outcomes lead the same way, little follows from it",
  ),
  "effect-result": entry(
    "the result of an effect, of which a step need not publish everything",
    "nothing",
    "the stores or the mail server answered, and what nothing publishes has no consequence",
  ),
  "effect-reason": entry("the reason of an effect", "nothing", "the answer's explanation, which nothing reads"),
  "effect-change": entry(
    "what an effect changed in its store",
    "nothing",
    "it was read from the store, which has changed since",
  ),
  "effect-readings": entry(
    "what an effect read from clock and entropy",
    "nothing",
    "a replay does not perform the effect, so it does not draw them again",
  ),
  "refusal-facts": entry(
    "the facts of a refusal by a store or a capability",
    "nothing",
    "they came from outside, and nothing follows from them",
  ),
  "suppressed-value": entry(
    "which value is suppressed",
    "nothing",
    "its digest is salted, and the salt is not in the trace",
  ),
  "said-suppressed": entry(
    "a value replaced by the digest of a secret of the same trace",
    "nothing",
    "it may be that secret, or hold it",
  ),
  "short-for-suppressed": entry(
    "a value of less than six characters in place of a suppressed one, outside a secret's own place",
    "nothing",
    "such a value is suppressed at a secret's place alone, so that either may be what a run recorded",
  ),
  "unread-from-suppressed": entry(
    "a member that nothing publishes of an answer that rests on a suppressed value",
    "nothing",
    "it cannot be computed again, and nothing follows from it",
  ),
  "answer-from-suppressed": entry(
    "an answer that rests on a suppressed value",
    "rest",
    "it cannot be computed again, so it is taken as recorded, and the verdict names it",
  ),
} as const satisfies Readonly<Record<string, HeadOnly>>;

export type HeadOnlyId = keyof typeof HEAD_ONLY;
