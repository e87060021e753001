/** What to type instead of a command line that is none, from the words in which the parser refuses it. */

import { nearestName } from "../snapshot/nearest-name.ts";

const HINTS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [
    /^unknown (?:option|command) '(.+)'\n\(Did you mean (?:one of )?([^,?]+)/,
    (given, meant) => `type ${meant} instead of ${given}`,
  ],
  [
    /^option '(--\S+).*Allowed choices are (.+)\.$/,
    (option, choices) =>
      `type ${choices
        .split(", ")
        .map((choice) => `${option} ${choice}`)
        .join(" or ")}`,
  ],
  [
    /^argument '(.*)' should be (?:one of )?(.+)$/,
    (given, choices) => {
      const meant = nearestName(given, choices.split(", "));
      return meant === null ? `type ${choices.replaceAll(", ", " or ")}` : `type ${meant} instead of ${given}`;
    },
  ],
  [/^option '(--\S+).*should be a whole number/, (option) => `omit ${option}, or type a whole number above 0`],
  [
    /^option '(--\S+).*should be at most (\d+)/,
    (option, most) => `omit ${option}, or type a whole number up to ${most}`,
  ],
  [
    /^option '(--\S+).*should be a hash/,
    (option) => `omit ${option}, or copy all 64 digits of the hash after it, in lower case`,
  ],
  [/^option '(--\S+)' has an empty value/, (option) => `omit ${option}, or type a value after it`],
  [
    /^option '(--\S+)' has no value: (\S+)/,
    (option, named) => `type a value after ${option}; a file of that name is ./${named}`,
  ],
  [/^option '(--\S+)' is given more than once/, (option) => `type ${option} once`],
];

/** `command` is the one that was named, as far as there is one. */
export function usageHint(message: string, command: string | undefined): string {
  for (const [pattern, say] of HINTS) {
    const match = pattern.exec(message);
    if (match !== null) return say(...match.slice(1));
  }
  return command === undefined ? "type pgs --help" : `type pgs ${command} --help`;
}
