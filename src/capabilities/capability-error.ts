const LONGEST = 1000;

/**
 * Why a capability of a package gave no answer; a run records it, so it has no wording of the JavaScript engine, and is
 * no longer than a reader wants.
 */
export class CapabilityError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason.length > LONGEST ? `${reason.slice(0, LONGEST)}…`.toWellFormed() : reason, options);
  }
}
