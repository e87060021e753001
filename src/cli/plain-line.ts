/** Command lines with which nothing is wrong: nearly all. */

import type { Command, ParsedLine } from "./define-command.ts";
import type { ArgumentSpec, Given, OptionSpec } from "./option.ts";
import { SHARED } from "./shared-options.ts";

/**
 * What was typed after a command's name. Null for a line that the parser library has to read: one that asks for help, or
 * that it refuses, and some unusual ones. To load that library takes longer than to read the line.
 */
export function plainLine(words: readonly string[], command: Command): ParsedLine | null {
  const specs = optionsOf(command);
  const given = new Map<string, Given>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith("-")) {
      operands.push(word);
      continue;
    }
    const [, name = "", joined] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const spec = specs.get(name);
    if (spec === undefined) return null;
    const value = spec.value === undefined ? joined : (joined ?? words[++i] ?? "");
    const all = valueWith(spec, given.get(name), value);
    if (all === null) return null;
    given.set(name, all);
  }
  const lists = argumentLists(operands, Object.values(command.arguments));
  if (lists === null || [...specs].some(([name, { isRequired }]) => isRequired && !given.has(name)))
    return null;
  return {
    arguments: lists,
    options: Object.fromEntries([...specs.keys()].map((name) => [name, given.get(name)])),
  };
}

/** Of the command and of all commands, by name. */
function optionsOf({ options }: Command): ReadonlyMap<string, OptionSpec<unknown>> {
  const groups = [...Object.values(options), ...Object.values(SHARED)];
  return new Map(groups.flatMap((group) => Object.entries<OptionSpec<unknown>>(group)));
}

/** What is given of the option with this value; null where that is for the parser library to say. */
function valueWith(spec: OptionSpec<unknown>, before: Given, value: string | undefined): Given | null {
  if (spec.value === undefined) return value === undefined ? true : null;
  if (spec.isValueOptional || !value || value.startsWith("--")) return null;
  if (spec.refuse?.(value) !== undefined) return null;
  if (spec.isRepeatable) return [...(Array.isArray(before) ? before : []), value];
  return before === undefined ? value : null;
}

/** The operands of each argument; null where they are too few, too many or others. */
function argumentLists(
  operands: readonly string[],
  specs: readonly ArgumentSpec<unknown>[],
): readonly (readonly string[])[] | null {
  const lists = specs.map(({ isVariadic }, i) => operands.slice(i, isVariadic ? undefined : i + 1));
  const isRight = specs.every(
    ({ isOptional, choices }, i) =>
      (isOptional || lists[i]?.length !== 0) &&
      lists[i]?.every((one) => one !== "" && choices?.includes(one) !== false),
  );
  return isRight && lists.flat().length === operands.length ? lists : null;
}
