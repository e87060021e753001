/** The completion script for fish. */

import type { CompletableOption, Script, Values } from "./completable.ts";

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
    ...commands.flatMap(({ name, summary, options, argument }) => {
      const seen = `__fish_seen_subcommand_from ${name}`;
      return [
        `complete -c pgs -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...options.map((option) => optionLine(seen, option)),
        ...(argument === null || argument === "any"
          ? []
          : [`complete -c pgs -n ${quoted(seen)}${valuesOf(argument)}`]),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
};

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
  return values === "any" ? " -f" : ` -f -a ${quoted(values.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
