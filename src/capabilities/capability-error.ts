/** Why a capability of a package gave no answer; a run records it, so it has no wording of the JavaScript engine. */
export class CapabilityError extends Error {}
