/** The mutations that no rule reports, each with the reason why none can. */
export const MISSED: Readonly<Record<string, string>> = {};
