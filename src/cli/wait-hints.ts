/** What lets a run go on that waits or was interrupted, ready to type. */

import { counted } from "../errors/counted.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import { holdsSuppressed, keyText, type TraceEvent, type WaitEntry } from "../trace/event.ts";
import type { Summary } from "../trace/summary.ts";
import { type Context, shellWord, shortPath } from "./context.ts";
import { placeOptions, tracesOptions } from "./resolve-snapshot.ts";

/** How many waits are told singly. */
const TOLD = 5;

/**
 * `trace` is its absolute path; the context is that in which it was executed, and the option that with which the run gets
 * its key.
 */
export async function waitHints(
  { waits, answerFields }: Pick<Summary, "waits" | "answerFields">,
  trace: string,
  context: Context,
  keyOption = "",
): Promise<readonly string[]> {
  const command = await resumeCommand(trace, context, keyOption);
  const hints = waits
    .slice(0, TOLD)
    .flatMap((wait) => answerHint(wait, answerFields.get(wait.effect_key), command) ?? []);
  const due = waits.flatMap(({ due }) => due ?? []).sort()[0];
  const left = waits.length - TOLD;
  return [
    ...hints,
    ...(due === undefined ? [] : [dueHint(due, command, await wakeCommand(trace, context, keyOption))]),
    ...(left > 0 ? [`the member waits of --json has ${counted(left, "more wait")}`] : []),
  ];
}

/** The option of a run that has secrets, for whoever did not name the file of its key; none where the environment has the key. */
export function keyOptionBeside(trace: string, { platform }: Context): string {
  const secrets = platform.files.realPath(trace.replace(/\.jsonl$/, ".secrets"));
  return secrets === null || platform.env["PGS_SECRETS_KEY"] ? "" : " --secrets-key KEY_FILE";
}

/** A dry run does not go on: it is begun again, with what is answered. */
export function dryWaitHints(waits: readonly WaitEntry[]): readonly string[] {
  const keys = waits.flatMap(({ kind, key }) => (kind === "EVENT" ? keyText(key) : [])).slice(0, TOLD);
  return keys.map(
    (key) =>
      `type the command with --answer ${shellWord(key)}=FILE to go on with the JSON of FILE as the answer`,
  );
}

/** Of a run whose process ended, or was told to, in the middle of it. Without a key, it has lost what these events suppress. */
export async function interruptionHint(
  trace: string,
  events: readonly TraceEvent[],
  keyOption: string | null,
  context: Context,
): Promise<string> {
  const isLost =
    keyOption === null && events.some(({ payload }) => holdsSuppressed(payload as unknown as Json));
  if (!isLost) return `type ${await resumeCommand(trace, context, keyOption ?? "")} to go on from here`;
  const command = await commandWith("cancel", trace, context);
  return `type ${command} to end the run: it cannot go on, because no $PGS_SECRETS_KEY or --secrets-key kept what its trace suppresses`;
}

async function resumeCommand(trace: string, context: Context, keyOption: string): Promise<string> {
  return `${await commandWith("resume", trace, context)}${keyOption}`;
}

async function commandWith(name: string, trace: string, context: Context): Promise<string> {
  const file = shellWord(shortPath(trace, context.platform.cwd));
  return `pgs ${name} ${file}${await placeOptions(context, trace)}`;
}

/** The folder of the traces is that in which the folder of the trace is. */
async function wakeCommand(trace: string, context: Context, keyOption: string): Promise<string> {
  return `pgs wake${await tracesOptions(trace.replace(/\/[^/]*\/[^/]*$/, ""), context)}${keyOption}`;
}

function answerHint(
  { kind, key, prompt, choices }: WaitEntry,
  fields: JsonObject | undefined,
  command: string,
): string | undefined {
  if (kind !== "EVENT") return undefined;
  const asked = prompt === undefined ? "" : ` to answer ${shownText(prompt)}`;
  const answer =
    fields !== undefined
      ? `FILE holds a JSON object with ${membersOf(fields, choices)}`
      : choices === undefined
        ? "FILE holds what is answered, as JSON; omit --answer if that is nothing"
        : `FILE holds ${listOf(choices)}`;
  return `type ${command} --event ${shellWord(keyText(key))} --answer FILE${asked}: ${answer}`;
}

/** Those that must be there, with what they hold: the choice is one of them. */
function membersOf(fields: JsonObject, choices: WaitEntry["choices"]): string {
  const required = Object.entries(fields).flatMap(([name, field]) => {
    if (name === "choice" && choices !== undefined) return [];
    return isObject(field) && field["required"] === true ? [`${name} (${String(field["type"] ?? "any")})`] : [];
  });
  const chosen = choices === undefined ? [] : [`choice (${listOf(choices)})`];
  const all = [...chosen, ...required];
  return all.length === 0 ? `any of ${Object.keys(fields).join(", ")}` : all.join(", ");
}

function listOf(choices: NonNullable<WaitEntry["choices"]>): string {
  return Array.isArray(choices) ? choices.map((one) => JSON.stringify(one)).join(" or ") : shownText(choices);
}

function dueHint(due: string, command: string, wake: string): string {
  return `from ${due} on, ${command} goes on without an answer; ${wake} does so for every run whose moment has come`;
}

const shownText = (value: unknown) => (typeof value === "string" ? `"${value}"` : "the question");
