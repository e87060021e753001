/** The text of `--help`: of the program, and of a command. */

import { type Command, type Listed, shownOptions } from "./define-command.ts";
import { EVERYWHERE, EXIT, EXIT_MEANINGS, type ExitName, SIGNAL_EXITS } from "./exit-codes.ts";
import type { OptionSpec } from "./option.ts";
import { argumentText, flagsOf } from "./parser.ts";
import { fitted, table } from "./print.ts";
import { SHARED } from "./shared-options.ts";

const PROGRAM = "Runs the workflows of a sealed protocol snapshot, and examines the traces of the runs.";

export function programHelp(commands: readonly Listed[], columns: number | undefined): string {
  const codes = names(EXIT).filter((name) => name !== "WAITING");
  return sections(columns, [
    ["Usage: pgs [options] <command> [options] [arguments]"],
    [PROGRAM],
    ["Commands:", commands.map(({ name, summary }) => [name, summary])],
    ...Object.entries(SHARED).map(([heading, options]) => optionSection(heading, options)),
    ["Other options:", [["-V, --version", "print the version (also -v)"], HELP]],
    exitSection(codes.map((name) => [name, EXIT_MEANINGS[name]])),
    ["Type pgs <command> --help for the options of a command."],
  ]);
}

export function commandHelp({ name, summary }: Listed, command: Command, columns: number | undefined): string {
  const words = Object.entries(command.arguments);
  return sections(columns, [
    [`Usage: ${usageOf(name, command)}`],
    [
      `${summary[0]?.toUpperCase()}${summary.slice(1)}.${command.details === undefined ? "" : ` ${command.details}`}`,
    ],
    ...(words.length === 0
      ? []
      : [
          section(
            "Arguments:",
            words.map(([word, { description }]) => [word, description]),
          ),
        ]),
    ...Object.entries(shownOptions(command)).map(([heading, options]) => optionSection(heading, options)),
    ["Other options:", [HELP]],
    ["Examples:", command.examples.flatMap(([line, does]) => [[`$ ${line}`], [`  ${does}`]])],
    exitSection(exitsOf(command)),
  ]);
}

const HELP = ["-h, --help", "print this help"] as const;

export function usageOf(name: string, command: Command): string {
  const words = Object.entries(command.arguments).map(([word, spec]) => argumentText(word, spec));
  return ["pgs", name, "[options]", ...words].join(" ");
}

/** The exit codes that the command can give, in order, and what each means there. */
export function exitsOf({ exitCodes }: Command): readonly (readonly [ExitName, string])[] {
  const everywhere: readonly ExitName[] = EVERYWHERE;
  return names(EXIT)
    .filter((name) => exitCodes[name] !== undefined || everywhere.includes(name))
    .map((name) => {
      const meaning = exitCodes[name] ?? true;
      return [name, meaning === true ? EXIT_MEANINGS[name] : meaning];
    });
}

/** What it means, its choices and its default. */
export function descriptionOf({
  description,
  choices,
  env,
  isRepeatable,
  ...spec
}: OptionSpec<unknown>): string {
  const facts = [
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(env === undefined ? [] : [`also ${env}`]),
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
    ...(isRepeatable ? ["repeatable"] : []),
    ...(spec.isRequired ? ["required"] : []),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join("; ")})`;
}

// ---- layout ----

type Rows = readonly (readonly string[])[];
type Section = readonly [heading: string, rows?: Rows];

function section(heading: string, rows: Rows): Section {
  return [heading, rows];
}

function optionSection(heading: string, options: Readonly<Record<string, OptionSpec<unknown>>>): Section {
  return [
    `${heading} options:`,
    Object.entries(options).map(([name, spec]) => [flagsOf(name, spec), descriptionOf(spec)]),
  ];
}

function exitSection(exits: readonly (readonly [ExitName, string])[]): Section {
  return ["Exit codes:", [...exits.map(([name, meaning]) => [String(EXIT[name]), meaning]), SIGNAL_EXITS]];
}

function names<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[];
}

const WIDEST = 100;

/** What is to be copied is not broken. */
const IS_EXAMPLE = /^ +\$ /;

/** Without a terminal, as wide as most of them are. */
function sections(columns = 80, all: readonly Section[]): string {
  const width = Math.min(columns, WIDEST);
  const fit = (text: string) =>
    text.replace(/.+/g, (line) => (IS_EXAMPLE.test(line) ? line : fitted(line, width)));
  return all.map(([text, rows]) => `${fit(text).replace(/^ +/gm, "")}\n${fit(table(rows ?? []))}`).join("\n");
}
