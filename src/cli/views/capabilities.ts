/** How the result of testing capabilities is shown: as text, as JSON, as a part of a verdict. */

import type { CapabilityTrial } from "../../capabilities/test-capabilities.ts";
import { counted } from "../../errors/counted.ts";
import type { Case, Notice, Rule, Suite } from "../../report/result.ts";
import { plain } from "../print.ts";
import type { Printed } from "../report-view.ts";

export const capabilitiesReport: Printed<readonly CapabilityTrial[]> = {
  command: "pgs capabilities test",
  toJson: (trials) => ({
    ok: trials.every(isKept),
    total: trials.length,
    failed: trials.filter((trial) => !isKept(trial)).length,
    capabilities: trials.map(({ capability: { declared, origin }, examples, broken, skipped }) => ({
      code: declared.code,
      package: origin?.package ?? null,
      examples,
      skipped,
      broken,
    })),
  }),
  toText(trials, paint) {
    const failed = trials.filter((trial) => !isKept(trial));
    const rows = failed.flatMap((trial) =>
      messagesOf(trial).map((message) => `${paint("bad", "FAILED")}  ${plain(message)}\n`),
    );
    return `${rows.join("")}${paint(failed.length === 0 ? "good" : "bad", countsText(trials))}\n`;
  },
  toParts(trials) {
    const failed = trials.filter((trial) => !isKept(trial));
    const notices = failed.flatMap((trial) =>
      messagesOf(trial).map((message): Notice => {
        return { rule: RULE.id, level: "error", message, fingerprint: message };
      }),
    );
    const state = failed.length === 0 ? "passed" : "failed";
    const suites = toSuites(trials);
    return [{ name: "capabilities", state, counted: countsText(trials), rules: [RULE], notices, suites }];
  },
};

const isKept = ({ broken }: CapabilityTrial) => broken.length === 0;

function messagesOf({ capability: { declared }, broken }: CapabilityTrial): readonly string[] {
  return broken.map(
    ({ example, message }) => `${declared.code}: ${example === null ? "" : `${example}: `}${message}`,
  );
}

function countsText(trials: readonly CapabilityTrial[]): string {
  const examples = trials.reduce((sum, one) => sum + one.examples, 0);
  const failed = trials.filter((trial) => !isKept(trial)).length;
  const some = (count: number) => counted(count, "capability", "capabilities");
  const ends = failed === 0 ? "every declaration kept" : `${some(failed)} not as declared`;
  return `${some(trials.length)}, ${counted(examples, "example")}, ${ends}`;
}

const RULE: Rule = {
  id: "capability-not-as-declared",
  about: "A capability does what its declaration and its examples say, every time and everywhere.",
  level: "error",
};

/** A suite for each package. */
function toSuites(trials: readonly CapabilityTrial[]): readonly Suite[] {
  const nameOf = ({ capability: { origin } }: CapabilityTrial) => origin?.package ?? "built-in";
  return [...new Set(trials.map(nameOf))].map((name) => ({
    name,
    cases: trials.filter((trial) => nameOf(trial) === name).map(toCase),
  }));
}

function toCase(trial: CapabilityTrial): Case {
  const { code } = trial.capability.declared;
  const tried = { name: code, subject: code };
  const messages = messagesOf(trial);
  const [message] = messages;
  if (message !== undefined) return { ...tried, failed: { message, detail: messages.join("\n") } };
  return trial.skipped === null ? tried : { ...tried, skipped: trial.skipped };
}
