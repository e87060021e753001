/** Command lines, as the parser library reads them: a declared command becomes one of its commands. */

import { InvalidArgumentError, Option, type Command as Parser } from "commander";
import type { Command, ParsedLine } from "./define-command.ts";
import { UsageFault } from "./errors.ts";
import { type ArgumentSpec, camelCase, type Given, type OptionSpec, type Options } from "./option.ts";
import { SHARED } from "./shared-options.ts";
import { usageHint } from "./usage-hint.ts";

/** As it is written in the help. */
export function flagsOf(name: string, { value, isValueOptional }: OptionSpec<unknown>): string {
  if (value === undefined) return `--${name}`;
  return isValueOptional ? `--${name} [${value}]` : `--${name} <${value}>`;
}

type Named = readonly [name: string, spec: OptionSpec<unknown>];

const sharedOptions: readonly Named[] = Object.values<Options>(SHARED).flatMap((group) =>
  Object.entries(group),
);

export function argumentText(name: string, { isOptional, isVariadic }: ArgumentSpec<unknown>): string {
  const word = isVariadic ? `${name}...` : name;
  return isOptional ? `[${word}]` : `<${word}>`;
}

/** Declares the options that every command has. */
export function addShared(parser: Parser): void {
  for (const named of sharedOptions) addOption(parser, named);
}

/** Declares what the command takes; `perform` gets what was typed. */
export function addCommand(
  parser: Parser,
  command: Command,
  perform: (line: ParsedLine) => Promise<void>,
): void {
  for (const [name, spec] of Object.entries(command.arguments)) parser.argument(argumentText(name, spec));
  const own = Object.values(command.options).flatMap((group) => Object.entries(group));
  const options = [...own, ...sharedOptions];
  for (const named of options) addOption(parser, named);
  parser.action(async (...parsed: unknown[]) => {
    const line = {
      arguments: parsed.slice(0, -2).map((operand) => [operand ?? []].flat().map(String)),
      options: Object.fromEntries(options.map(([name]) => [name, givenFor(name, parser)])),
    };
    // By now the parser has refused unknown options, which are more likely to be what is wrong.
    const missing = own.find(([name, { isRequired }]) => isRequired && line.options[name] === undefined);
    if (missing !== undefined)
      throw badUsage(`required option '${flagsOf(...missing)}' not specified`, parser.name());
    if (line.arguments.flat().includes("")) throw badUsage("an argument is empty", parser.name());
    for (const [i, { choices }] of Object.values(command.arguments).entries()) {
      const wrong = line.arguments[i]?.find((one) => choices?.includes(one) === false);
      if (wrong === undefined) continue;
      const allowed = `${choices?.length === 1 ? "" : "one of "}${choices?.join(", ")}`;
      throw badUsage(`argument '${wrong}' should be ${allowed}`, parser.name());
    }
    await perform(line);
  });
}

function addOption(parser: Parser, [name, spec]: Named): void {
  const option = new Option(flagsOf(name, spec));
  parser.addOption(option);
  if (spec.value === undefined) return;
  option.argParser((value: string, before: unknown) => {
    const why = spec.refuse?.(value);
    if (why !== undefined) throw new InvalidArgumentError(why);
    return spec.isRepeatable ? [...(Array.isArray(before) ? before : []), value] : value;
  });
  let isGiven = false;
  // An unset variable would mean the current folder, or everything.
  parser.on(`option:${name}`, (value: string | null) => {
    const named = value?.split("=")[0] ?? "";
    if (named.startsWith("--") && parser.options.some(({ long }) => long === named))
      throw badUsage(`option '--${name}' has no value: ${named} is an option`, parser.name());
    if (value === "") throw badUsage(`option '--${name}' has an empty value`, parser.name());
    if (isGiven && !spec.isRepeatable)
      throw badUsage(`option '--${name}' is given more than once`, parser.name());
    isGiven = true;
  });
}

/** The parser keeps `--no-x` as `x`, which is false where it was given. */
function givenFor(name: string, parser: Parser): Given {
  const value: Given | false = parser.getOptionValue(camelCase(name.replace(/^no-/, "")));
  if (name.startsWith("no-")) return value === false ? true : undefined;
  return value === false ? undefined : value;
}

/** `command` is the one that was named, as far as there is one. */
export function badUsage(message: string, command: string | undefined): UsageFault {
  const [line = ""] = message.split("\n");
  return new UsageFault("BAD_USAGE", { message: line, hint: usageHint(message, command) });
}
