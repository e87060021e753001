/** Command lines that ask for help, that are refused, or that are unusual: as the parser library reads them. */

import { CommanderError, Command as Parser } from "commander";
import type { Platform } from "./context.ts";
import type { Command, Listed, ParsedLine } from "./define-command.ts";
import { UsageFault } from "./errors.ts";
import { EXIT } from "./exit-codes.ts";
import { commandManual, helpText, programManual } from "./help.ts";
import { addCommand, addShared, badUsage } from "./parser.ts";

export interface Lines {
  readonly world: Platform;
  readonly isJson: boolean;
  /** The command that the line begins with; undefined where it begins with none. */
  readonly named: Listed | undefined;
  readonly commands: readonly Listed[];
  /** Answers the exit code. @throws Fault */
  perform(line: ParsedLine, command: Command): Promise<number>;
}

/** Performs the line, or prints the help; answers the exit code. @throws UsageFault for a line that is none, Fault */
export async function parseLine(argv: readonly string[], lines: Lines): Promise<number> {
  const { named, commands } = lines;
  let exitCode: number = EXIT.SUCCESS;
  const program = await toParser(lines, async (line, command) => {
    exitCode = await lines.perform(line, command);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Not by the error alone: the exit code in it is the process's, where that was set already.
    if (error.exitCode === 0) return EXIT.SUCCESS;
    if (error.code === "commander.help") {
      if (lines.isJson) throw badUsage("no command is named", undefined);
      return EXIT.USAGE;
    }
    const misplaced = named === undefined ? await misplacedOption(argv, commands) : undefined;
    throw misplaced ?? badUsage(error.message.replace(/^error: /, ""), named?.name);
  }
}

/** Of a line that begins with an option of the command that it names later; undefined for any other line. */
async function misplacedOption(
  [flag = "", ...rest]: readonly string[],
  commands: readonly Listed[],
): Promise<UsageFault | undefined> {
  const isCommand = (word: string) => commands.some(({ name }) => name === word);
  const listed = commands.find(({ name }) => name === rest.find(isCommand));
  const [option = ""] = flag.split("=");
  const groups = Object.values((await listed?.load())?.options ?? {});
  if (listed === undefined || !groups.some((group) => Object.hasOwn(group, option.replace(/^--/, ""))))
    return undefined;
  const message = `option '${option}' comes before the command`;
  return new UsageFault("BAD_USAGE", {
    message,
    hint: `type it after the command: pgs ${listed.name} ${option} …`,
  });
}

type Begin = (line: ParsedLine, command: Command) => Promise<void>;

/** The parser of the named command; of a line that names none, one that knows all names. */
async function toParser({ world, isJson, named, commands }: Lines, begin: Begin): Promise<Parser> {
  // The help that answers a line without a command is no JSON: the refusal is printed instead.
  const err = isJson ? () => undefined : world.err;
  const quietly = (parser: Parser, help: () => string) =>
    parser
      .helpOption("-h, --help")
      .configureHelp({ formatHelp: help })
      .exitOverride()
      .configureOutput({ writeOut: world.out, writeErr: err, outputError: () => undefined });
  const program = quietly(new Parser("pgs"), () => helpText(programManual(commands), world.columns))
    .version(`${world.tool.name} ${world.tool.version}`, "-V, --version")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .enablePositionalOptions();
  addShared(program);
  if (named === undefined) for (const { name } of commands) program.command(name);
  else {
    const command = await named.load();
    const parser = quietly(program.command(named.name), () =>
      helpText(commandManual(named, command), world.columns),
    );
    addCommand(parser, command, (line) => begin(line, command));
  }
  return program;
}
