/** What the help says of the program and of each command, and its text on the terminal. */

import { type Command, type Example, type Listed, shownOptions } from "./define-command.ts";
import { EVERYWHERE, EXIT, EXIT_MEANINGS, type ExitName, SIGNAL_EXITS } from "./exit-codes.ts";
import type { OptionSpec, Options } from "./option.ts";
import { argumentText, flagsOf } from "./parser.ts";
import { fittedTo, table, USUAL_COLUMNS } from "./print.ts";
import { SHARED } from "./shared-options.ts";

/** Words, each with what it means. */
export type Entries = readonly (readonly [word: string, meaning: string])[];

/** What there is to say of a program or a command, in the order in which it is said. */
export interface Manual {
  readonly usage: string;
  readonly about: string;
  readonly sections: readonly (readonly [heading: string, entries: Entries])[];
  readonly examples: readonly Example[];
  readonly exits: Entries;
}

const HELP = ["-h, --help", "print this help"] as const;

export function programManual(commands: readonly Listed[]): Manual {
  return {
    usage: "pgs [options] <command> [options] [arguments]",
    about: "Runs the workflows of a sealed protocol snapshot, and examines the traces of the runs.",
    sections: [
      ["Commands", commands.map(({ name, summary }) => [name, summary])],
      ...Object.entries(SHARED).map(optionSection),
      ["Other options", [["-V, --version", "print the version (also -v)"], HELP]],
    ],
    examples: [["pgs run --help", "print the options of a command"]],
    exits: exitEntries(EXIT_NAMES.map((name) => [name, true])),
  };
}

export function commandManual({ name, summary }: Listed, command: Command): Manual {
  const { details, examples, exitCodes } = command;
  const words = Object.entries(command.arguments);
  const described = words.map(([word, spec]) => [word, descriptionOf(spec)] as const);
  const everywhere: readonly ExitName[] = EVERYWHERE;
  const codes = EXIT_NAMES.filter((code) => exitCodes[code] !== undefined || everywhere.includes(code));
  return {
    usage: ["pgs", name, "[options]", ...words.map(([word, spec]) => argumentText(word, spec))].join(" "),
    about: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.${details === undefined ? "" : ` ${details}`}`,
    sections: [
      ...(words.length === 0 ? [] : [["Arguments", described] as const]),
      ...Object.entries(shownOptions(command)).map(optionSection),
      ["Other options", [HELP]],
    ],
    examples,
    exits: exitEntries(codes.map((code) => [code, exitCodes[code] ?? true])),
  };
}

const EXIT_NAMES = Object.keys(EXIT) as readonly ExitName[];

function exitEntries(codes: readonly (readonly [ExitName, string | true])[]): Entries {
  const entries = codes.map(
    ([name, meaning]) => [String(EXIT[name]), meaning === true ? EXIT_MEANINGS[name] : meaning] as const,
  );
  return [...entries, SIGNAL_EXITS];
}

function optionSection([heading, options]: readonly [string, Options]): Manual["sections"][number] {
  const entries = Object.entries(options).map(
    ([name, spec]) => [flagsOf(name, spec), descriptionOf(spec)] as const,
  );
  return [`${heading} options`, entries];
}

type Described = Pick<
  OptionSpec<unknown>,
  "description" | "choices" | "env" | "default" | "isRepeatable" | "isRequired"
>;

/** What it means, its choices, its variable and its default. */
function descriptionOf({ description, choices = [], env, isRepeatable, ...spec }: Described): string {
  const facts = [
    ...(choices.length > 1 ? [`one of ${choices.join(", ")}`] : choices),
    ...(env === undefined ? [] : [`also ${env}`]),
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
    ...(isRepeatable ? ["repeatable"] : []),
    ...(spec.isRequired ? ["required"] : []),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join("; ")})`;
}

// ---- text ----

const WIDEST = 100;

/** No line is wider than the columns, where there are any, but those that are to be copied. */
export function helpText(
  { usage, about, sections, examples, exits }: Manual,
  columns: number | undefined,
): string {
  const width = Math.min(columns || USUAL_COLUMNS, WIDEST);
  const fit = (text: string) => fittedTo(width, text);
  return [
    fit(`Usage: ${usage}\n`),
    fit(`${about}\n`).replaceAll("\n  ", "\n"),
    ...sections.map(([heading, entries]) => `${heading}:\n${fit(table(entries))}`),
    `Examples:\n${examples.map(([line, does]) => `  $ ${line}\n${fit(`    ${does}\n`)}`).join("")}`,
    `Exit codes:\n${fit(table(exits))}`,
  ].join("\n");
}
