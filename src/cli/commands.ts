/** The commands and their options: the table `--help` prints. The code of all but `run` is loaded when called. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { UsageFault } from "../faults.ts";
import { type CommonOptions, type Context, toContext, type World } from "./context.ts";
import { EXIT, EXIT_HELP } from "./exit-codes.ts";
import { reportRefusal } from "./report.ts";
import { runCommand } from "./run.ts";

type Run<O> = (options: O, context: Context, ...operands: string[]) => Promise<number>;

/** Runs one command line; never throws, never exits. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  let exitCode: number = EXIT.SUCCESS;
  // Set by whichever command is chosen, so that a refusal knows how to speak.
  let context = toContext({ json: argv.includes("--json"), debug: argv.includes("--debug") }, world);
  const program = buildProgram(argv, world, async (options, perform) => {
    context = toContext(options, world);
    exitCode = await perform(context);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportRefusal(error, context);
    if (error.exitCode === 0) return EXIT.SUCCESS;
    const message = error.message.replace(/^error: /, "");
    if (error.code === "commander.help") return EXIT.USAGE;
    return reportRefusal(
      new UsageFault("BAD_USAGE", { message: firstLine(message), hint: hintIn(message) }),
      context,
    );
  }
}

function firstLine(message: string): string {
  return message.split("\n")[0] as string;
}

function hintIn(message: string): string {
  return /\((Did you mean .*)\)/.exec(message)?.[1] ?? "pgs --help, or pgs <command> --help";
}

type Perform = (context: Context) => Promise<number>;

function buildProgram(
  argv: readonly string[],
  world: World,
  begin: (options: CommonOptions, perform: Perform) => Promise<void>,
): Command {
  const program = new Command("pgs")
    .description("Runs workflows of a sealed protocol snapshot, and examines the traces they leave.")
    .version(`${world.tool.name} ${world.tool.version}`, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", `\n${EXIT_HELP}\n`)
    .showSuggestionAfterError(true)
    .enablePositionalOptions();
  const quietly = (command: Command) =>
    command
      .exitOverride()
      .configureOutput({ writeOut: world.out, writeErr: world.err, outputError: () => undefined });
  quietly(program);

  const add = <O extends CommonOptions>(
    spec: string,
    summary: string,
    load: () => Promise<Run<O>>,
  ): Command => {
    const command = quietly(program.command(spec))
      .description(summary)
      .addHelpText("after", `\n${EXIT_HELP}\n`);
    command.action(async (...parsed: unknown[]) => {
      const operands = parsed.slice(0, -2).map((one) => one as string);
      const options = parsed.at(-2) as O;
      await begin(options, async (context) => (await load())(options, context, ...operands));
    });
    return command;
  };

  add("run", "run a workflow and leave its trace", async () => runCommand)
    .requiredOption("--wf <FQDN>", "the workflow, <domain>::<WF>")
    .option("--payload <FILE>", "the payload as JSON; - reads standard input (default: {})")
    .option("--actor <FQDN>", "who runs it, for the record")
    .option("--no-png", "leave no picture")
    .option("--no-md", "leave no Markdown")
    .option("--follow", "print one line per event on stderr while it runs")
    .option("--clock <RFC3339>", "a clock that stands still at this moment")
    .option("--seed <TEXT>", "seeded ids and entropy: the same input leaves the same bytes")
    .addOption(number("--max-hops <N>", "refuse a run that enters more nodes").default(10_000))
    .addOption(number("--max-depth <N>", "refuse a payload that nests deeper").default(200))
    .addOption(number("--max-bytes <N>", "refuse a larger payload").default(64 * 1024 * 1024))
    .addOption(
      new Option(
        "--durability <LEVEL>",
        "what the record of an effect survives: the machine, or only the process",
      )
        .choices(["device", "process"])
        .default("device"),
    )
    .option("--expect-seal <ROOT>", "refuse any other sealed root (also $PGS_EXPECT_SEAL)");

  add(
    "examine <trace>",
    "verify a trace, replay it, say what went wrong",
    async () => (await import("./examine.ts")).examineCommand,
  )
    .option("--head <HASH>", "the hash the last line must have, as run printed it")
    .option("--expect-seal <ROOT>", "refuse any other sealed root (also $PGS_EXPECT_SEAL)");

  add(
    "list",
    "list the workflows with domain, summary and payload fields",
    async () => (await import("./list.ts")).listCommand,
  );
  add(
    "show <FQDN>",
    "print an artifact: its executed fields and its authored text",
    async () => (await import("./show.ts")).showCommand,
  );
  add(
    "plan",
    "compile a workflow and print what would be executed",
    async () => (await import("./plan.ts")).planCommand,
  )
    .requiredOption("--wf <FQDN>", "the workflow, <domain>::<WF>")
    .option("--expect-seal <ROOT>", "refuse any other sealed root (also $PGS_EXPECT_SEAL)");
  add(
    "verify",
    "check every file of the snapshot against its seal and its own text",
    async () => (await import("./verify.ts")).verifyCommand,
  ).option("--expect-seal <ROOT>", "refuse any other sealed root (also $PGS_EXPECT_SEAL)");
  add(
    "seal",
    "verify the snapshot, then write its seal.json",
    async () => (await import("./seal.ts")).sealCommand,
  );

  // A command that the line does not name is neither run nor explained: its options are not needed.
  for (const command of program.commands) if (argv.includes(command.name())) addCommonOptions(command);
  return program;
}

function addCommonOptions(command: Command): void {
  command
    .option("--workspace <DIR>", "where snapshot, data and traces are (default: $PGS_WORKSPACE, else here)")
    .option("--snapshot <DIR>", "the protocol snapshot (default: <workspace>/protocol_snapshot)")
    .option(
      "--data-root <DIR>",
      "where side effects keep their data (default: $PGS_DATA_ROOT, else <workspace>/data)",
    )
    .option("--traces <DIR>", "where runs leave their traces (default: <workspace>/traces)")
    .option("--json", "print one JSON document")
    .option("--quiet", "print nothing but refusals")
    .option("--debug", "print the causes of refusals")
    .option("--no-color", "no colour, also on a terminal");
}

function number(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It should be a whole number above 0.");
    return Number(text);
  });
}
