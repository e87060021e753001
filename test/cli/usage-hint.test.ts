/** What the parser of command lines says is followed by what to type. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { usageHint } from "../../src/cli/usage-hint.ts";

const hints: readonly (readonly [message: string, hint: string])[] = [
  ["unknown option '--paylod'\n(Did you mean --payload?)", "type --payload instead of --paylod"],
  ["unknown option '--md'\n(Did you mean one of --no-md, --mode?)", "type --no-md instead of --md"],
  ["unknown command 'rnu'\n(Did you mean run?)", "type run instead of rnu"],
  [
    "option '--durability <LEVEL>' argument 'x' is invalid. Allowed choices are device, process.",
    "type --durability device or --durability process",
  ],
  [
    "option '--max-hops <N>' argument '0' is invalid. It should be a whole number above 0.",
    "omit --max-hops, or type a whole number above 0",
  ],
  ["argument 'x' should be one of a, b", "type a or b"],
  ["argument 'lock' should be locks", "type locks instead of lock"],
  ["argument 'bsh' should be one of bash, zsh, fish", "type bash instead of bsh"],
  ["unknown option '--xyzzy'", "type pgs run --help"],
];

for (const [message, hint] of hints) {
  test(`${message.split("\n")[0]}: ${hint}`, () => assert.equal(usageHint(message, "run"), hint));
}

test("where no command was named, the help of all is to be asked for", () => {
  assert.equal(usageHint("unknown command 'xyzzy'", undefined), "type pgs --help");
});
