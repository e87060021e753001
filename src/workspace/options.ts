/** What a program passes to the library, checked before anything is done with it. */

import { parseSecretsKey, type SecretsKey } from "../engine/run-secrets.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { WorkspaceFault } from "./errors.ts";

const PORTS = [
  "stores",
  "traces",
  "clock",
  "entropy",
  "sleep",
  "mail",
  "remote",
  "secretsKey",
  "durability",
  "maxHops",
  "limits",
];
const SESSION = ["actor", "signal", "stop", "onEvent"];
const OPTIONS = {
  openWorkspace: [
    ...["folder", "snapshot", "dataRoot", "capabilities", "expectSeal", "trustedKeys", "requireSignatures"],
    ...PORTS,
  ],
  run: ["dryRun", "strictPayload", ...SESSION, ...PORTS],
  resume: [
    ...["event", "answer", "eventId", "assume", ...SESSION],
    ...PORTS.filter((one) => one !== "traces" && one !== "maxHops"),
  ],
  cancel: ["reason", "actor", "clock", "secretsKey", "durability", "limits"],
  examine: ["head"],
} as const;

/** `call` says whose option it is. @throws WorkspaceFault for a text that is no key */
export function secretsKeyOf(call: keyof typeof OPTIONS, given: string | undefined): SecretsKey | undefined {
  if (given === undefined) return undefined;
  const key = typeof given === "string" ? parseSecretsKey(given) : undefined;
  if (key !== undefined) return key;
  throw new WorkspaceFault("BAD_ARGUMENT", { call, expected: "its secretsKey as 32 bytes in base64" });
}

/** @throws WorkspaceFault */
export function checkOptions(call: keyof typeof OPTIONS, given: unknown): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new WorkspaceFault("BAD_ARGUMENT", { call, expected: "its options as an object" });
  const known: readonly string[] = OPTIONS[call];
  const option = Object.keys(given).find((name) => !known.includes(name));
  if (option === undefined) return;
  const suggestion = nearestName(option, known);
  throw new WorkspaceFault("BAD_OPTION", { call, option, known: known.join(", "), suggestion });
}
