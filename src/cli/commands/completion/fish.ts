/** The completion script for fish. */

import { type Completable, type CompletableOption, namesFor, type Script, type Values } from "./completable.ts";

export const fish: Script = (commands, everywhere) => {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = [
    "# fish completion for pgs",
    "complete -c pgs -f",
    "complete -c pgs -s h -l help -d 'print the help'",
    "complete -c pgs -n __fish_use_subcommand -s V -l version -d 'print the version'",
    ...everywhere.map((option) => optionLine("__fish_use_subcommand", option)),
    `complete -c pgs -n __fish_use_subcommand -a help -d 'print the help of a command'`,
    `complete -c pgs -n '__fish_seen_subcommand_from help' -a ${quoted(names)}`,
    ...commands.flatMap((command) => {
      const { name, summary, options } = command;
      const seen = `__fish_seen_subcommand_from ${name}`;
      return [
        `complete -c pgs -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...options.map((option) => optionLine(seen, option)),
        ...argumentLines(command, seen),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
};

/** What follows a choice is known once that is typed; elsewhere, all arguments are proposed alike. */
function argumentLines({ argument, further }: Completable, seen: string): readonly string[] {
  const line = (condition: string, values: Values) =>
    values === "any" ? [] : [`complete -c pgs -n ${quoted(condition)}${valuesOf(values)}`];
  if (argument === null) return [];
  if (typeof argument === "string" || further === null) return line(seen, argument);
  const chosen = `__fish_seen_subcommand_from ${argument.join(" ")}`;
  return [...line(`${seen}; and not ${chosen}`, argument), ...line(`${seen}; and ${chosen}`, further)];
}

function optionLine(
  condition: string,
  { flag, description, values, isValueOptional }: CompletableOption,
): string {
  const value = values === null || isValueOptional ? "" : ` -r${valuesOf(values)}`;
  return `complete -c pgs -n ${quoted(condition)} -l ${flag.slice(2)}${value} -d ${quoted(description)}`;
}

function valuesOf(values: Values): string {
  if (values === "file") return " -F";
  if (values === "folder") return " -f -a '(__fish_complete_directories)'";
  const names = namesFor(values);
  if (names !== undefined) return ` -f -a ${quoted(`(${names})`)}`;
  return typeof values === "string" ? " -f" : ` -f -a ${quoted(values.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
