/** The commands and their options: the table `--help` prints. The code of all but `run` is loaded when called. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { TRACE_LIMITS } from "../engine/run-limits.ts";
import { DEPTH, SIZE } from "../json/limits.ts";
import { GATE_PARTS } from "../report/result.ts";
import { runCommand } from "./commands/run/command.ts";
import { DEFAULT_HOPS, DEFAULT_LIMITS } from "./commands/run/payload.ts";
import { type CommonOptions, type Context, type Platform, toContext } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { EXIT, EXIT_HELP } from "./exit-codes.ts";
import { printRefusal } from "./print.ts";
import { usageHint } from "./usage-hint.ts";

type Run<O> = (options: O, context: Context, ...operands: string[]) => Promise<number>;

/** Runs one command line; never throws, never exits. */
export async function runCli(given: readonly string[], world: Platform): Promise<number> {
  const argv = commandFirst(given);
  let exitCode: number = EXIT.SUCCESS;
  // Set by whichever command is chosen, so that a refusal knows how to speak.
  let context = toContext({ json: given.includes("--json"), debug: given.includes("--debug") }, world);
  const program = buildProgram(argv, world, async (options, perform) => {
    context = toContext(options, world);
    exitCode = await perform(context);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printRefusal(error, context);
    // Not by the error alone: the exit code in it is the process's, where that was set already.
    if (error.exitCode === 0 || argv[0] === "help") return EXIT.SUCCESS;
    const message = error.message.replace(/^error: /, "");
    if (error.code === "commander.help") return EXIT.USAGE;
    return printRefusal(badUsage(message, COMMANDS.find(({ name }) => name === argv[0])?.name), context);
  }
}

/** The same line with its command in front: options that every command has may come before it. */
function commandFirst(argv: readonly string[]): readonly string[] {
  const common = addCommonOptions(new Command()).options;
  let start = 0;
  for (;;) {
    const [flag, value] = (argv[start] ?? "").split("=", 2);
    const option = common.find(({ long }) => long === flag);
    if (option === undefined) break;
    start += option.required && value === undefined ? 2 : 1;
  }
  const [command, ...rest] = argv.slice(start);
  if (command === undefined) return argv;
  if (command === "version" || command === "-v") return ["--version"];
  const about = command === "help" ? rest.find((word) => !word.startsWith("-")) : undefined;
  if (about !== undefined) return isCommand(about) ? ["help", about] : [about];
  if (!command.startsWith("-") && command !== "help" && !isCommand(command)) return [command];
  return [command, ...argv.slice(0, start), ...rest];
}

const isCommand = (word: string) => COMMANDS.some(({ name }) => name === word);

function badUsage(message: string, command: string | undefined): UsageFault {
  return new UsageFault("BAD_USAGE", { message: firstLine(message), hint: usageHint(message, command) });
}

function firstLine(message: string): string {
  return message.split("\n")[0] as string;
}

type Perform = (context: Context) => Promise<number>;

function buildProgram(
  argv: readonly string[],
  world: Platform,
  begin: (options: CommonOptions, perform: Perform) => Promise<void>,
): Command {
  const program = new Command("pgs")
    .description("Runs workflows of a sealed protocol snapshot, and examines the traces they leave.")
    .version(`${world.tool.name} ${world.tool.version}`, "-V, --version", "print the version (also -v)")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", `\n${EXIT_HELP}\n`)
    .showSuggestionAfterError(true)
    .enablePositionalOptions();
  const quietly = (command: Command) =>
    command
      .exitOverride()
      .configureOutput({ writeOut: world.out, writeErr: world.err, outputError: () => undefined });
  addCommonOptions(quietly(program));

  // The named command alone, when the line begins with one: the others are neither run nor explained.
  const named = COMMANDS.filter(({ name }) => name === argv[0]);
  for (const { name, operand, summary, options, perform } of named.length > 0 ? named : COMMANDS) {
    const command = quietly(program.command(operand === undefined ? name : `${name} ${operand}`))
      .description(summary)
      .addHelpText("after", `\n${EXIT_HELP}\n`);
    options?.(command);
    addCommonOptions(command);
    requireValues(command);
    const requireMandatory = mandatoryLast(command);
    command.action(async (...parsed: unknown[]) => {
      const operands = parsed.slice(0, -2).flat() as string[];
      const given = parsed.at(-2) as CommonOptions;
      await begin(given, (context) => {
        requireMandatory();
        if (operands.includes("")) throw badUsage("an operand is empty", name);
        return perform(given, context, operands);
      });
    });
  }
  return program;
}

/** Each option with a value has one, once: an unset variable would mean the current folder, or everything. */
function requireValues(command: Command): void {
  const seen = new Set<Option>();
  for (const option of command.options.filter(({ required, optional }) => required || optional)) {
    command.on(`option:${option.name()}`, (value: string | null) => {
      if (value === "") throw badUsage(`option '${option.long}' has an empty value`, command.name());
      if (seen.has(option) && !repeatable.has(option))
        throw badUsage(`option '${option.long}' is given more than once`, command.name());
      seen.add(option);
    });
  }
}

/** Options whose values are collected. */
const repeatable = new WeakSet<Option>();

function collected(
  flags: string,
  description: string,
  check: (value: string) => string = (value) => value,
): Option {
  const option = new Option(flags, `${description}; may be given again`);
  repeatable.add(option);
  return option.argParser((value: string, values: readonly string[] = []) => [...values, check(value)]);
}

/** Has the parser name an unknown option before a missing one; what is returned refuses the missing ones. */
function mandatoryLast(command: Command): () => void {
  const mandatory = command.options.filter((option) => option.mandatory);
  for (const option of mandatory) option.mandatory = false;
  return () => {
    const missing = mandatory.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing !== undefined)
      throw badUsage(`required option '${missing.flags}' not specified`, command.name());
  };
}

interface CommandRow {
  readonly name: string;
  readonly operand?: string;
  readonly summary: string;
  /** Declares what the command takes besides the common options. */
  readonly options?: (command: Command) => Command;
  perform(options: CommonOptions, context: Context, operands: readonly string[]): Promise<number>;
}

/** The command's own options are what `options` declares: here the parser's answer gets their type. */
function row<O extends CommonOptions>(
  words: Omit<CommandRow, "perform">,
  load: () => Promise<Run<O>>,
): CommandRow {
  return {
    ...words,
    perform: async (options, context, operands) => (await load())(options as O, context, ...operands),
  };
}

const withSeal = (command: Command) =>
  command.option("--expect-seal <ROOT>", "refuse any other sealed root (also $PGS_EXPECT_SEAL)");

/** Who must have signed the seal. */
const withTrust = (command: Command) =>
  withKeys(withSeal(command), "a public key whose signature is required (also $PGS_TRUSTED_KEYS)").addOption(
    number(
      "--require-signature [N]",
      "by how many trusted keys it must be signed (also $PGS_REQUIRE_SIGNATURE)",
    ),
  );

const withKeys = (command: Command, what: string) =>
  command.addOption(collected("--key <FILE>", `${what}, as PEM`));

const withWorkflow = (command: Command) => command.option("--wf <FQDN>", "the same workflow, by an option");

/** The workflow as an operand or by `--wf`, but not both. */
function workflowRow<O extends CommonOptions & { readonly wf: string }>(
  words: Omit<CommandRow, "perform" | "operand">,
  load: () => Promise<Run<O>>,
): CommandRow {
  return {
    ...words,
    operand: "[FQDN]",
    async perform(options, context, [operand]) {
      const { wf } = options as Partial<O>;
      if (operand === undefined && wf === undefined) throw badUsage("no workflow is named", words.name);
      if (operand !== undefined && wf !== undefined)
        throw badUsage("the workflow is named twice, with and without --wf", words.name);
      return (await load())({ ...(options as O), wf: operand ?? wf }, context);
    },
  };
}

/** Reports for other programs. */
const withReports = (command: Command) =>
  command
    .option("--junit <FILE>", "also leave the result as JUnit XML; - prints it instead of text")
    .option("--sarif <FILE>", "also leave what was found as SARIF 2.1.0; - prints it instead of text")
    .option("--summary <FILE>", "also append a summary in Markdown to the file; - prints it instead of text")
    .option("--github", "also print annotations for GitHub Actions, and append to $GITHUB_STEP_SUMMARY");

const COMMANDS: readonly CommandRow[] = [
  workflowRow(
    { name: "run", summary: "run a workflow and leave its trace", options: runOptions },
    async () => runCommand,
  ),
  row(
    {
      name: "examine",
      operand: "<traces...>",
      summary: "verify a trace, replay it, say what went wrong; of several, or a folder, one verdict each",
      options: examineOptions,
    },
    async () => (await import("./commands/examine/command.ts")).examineCommand,
  ),
  row(
    {
      name: "render",
      operand: "<trace>",
      summary: "draw a trace that is there already; without an option, as HTML beside it",
      options: renderOptions,
    },
    async () => (await import("./commands/render/command.ts")).renderCommand,
  ),
  row(
    {
      name: "diff",
      operand: "<a> <b>",
      summary: "say where two traces, or two snapshots, differ in meaning",
      options: (command) =>
        withTrust(command.option("--nondeterministic", "also list what differs only because it was drawn")),
    },
    async () => (await import("./commands/diff/command.ts")).diffCommand,
  ),
  row(
    {
      name: "export",
      operand: "<trace>",
      summary: "write a trace in another runtime's format",
      options: exportOptions,
    },
    async () => (await import("./commands/render/export.ts")).exportCommand,
  ),
  row(
    {
      name: "attest",
      operand: "<trace>",
      summary: "sign what a trace says of its run, or check who did",
      options: attestOptions,
    },
    async () => (await import("./commands/attest/command.ts")).attestCommand,
  ),
  row(
    { name: "list", summary: "list the workflows with domain, summary and payload fields" },
    async () => (await import("./commands/list/command.ts")).listCommand,
  ),
  row(
    {
      name: "show",
      operand: "<FQDN>",
      summary: "print an artifact: its executed fields and its authored text",
    },
    async () => (await import("./commands/show/command.ts")).showCommand,
  ),
  workflowRow(
    {
      name: "plan",
      summary: "compile a workflow and print what would be executed",
      options: (command) => withSeal(withWorkflow(command)),
    },
    async () => (await import("./commands/plan/command.ts")).planCommand,
  ),
  row(
    {
      name: "verify",
      summary: "check every file of the snapshot against its seal and its own text, and who signed it",
      options: (command) => withTrust(withReports(command)),
    },
    async () => (await import("./commands/verify/command.ts")).verifyCommand,
  ),
  row(
    {
      name: "check",
      summary: "hold the snapshot to the rules of the protocol, without running anything of it",
      options: checkOptions,
    },
    async () => (await import("./commands/check/command.ts")).checkCommand,
  ),
  row(
    {
      name: "conformance",
      summary: "hold this build's transforms to the snapshot's conformance cases",
      options: (command) =>
        withSeal(withReports(command.option("--case <TEXT>", "only the cases with this text in their name"))),
    },
    async () => (await import("./commands/conformance/command.ts")).conformanceCommand,
  ),
  row(
    {
      name: "certify",
      operand: "<vectors>",
      summary: "play scenario vectors on the snapshot, and count the edges they take",
      options: certifyOptions,
    },
    async () => (await import("./commands/certify/command.ts")).certifyCommand,
  ),
  row(
    {
      name: "test",
      operand: "[scenarios]",
      summary: "play authored scenarios (default: <workspace>/scenarios), each on a data root of its own",
      options: testOptions,
    },
    async () => (await import("./commands/test/command.ts")).testCommand,
  ),
  row(
    {
      name: "coverage",
      operand: "<traces...>",
      summary: "say which declared edges and outcomes the runs of some traces never took",
      options: (command) => withSeal(withReports(withCoverage(command))),
    },
    async () => (await import("./commands/coverage/command.ts")).coverageCommand,
  ),
  row(
    {
      name: "data",
      operand: "<what>",
      summary: "data locks: list the locks of the stores, who holds them and since when",
      options: (command) =>
        command.option("--release <FILE>", "remove this lock; refused while its holder is known to be alive"),
    },
    async () => (await import("./commands/data/command.ts")).dataCommand,
  ),
  row(
    {
      name: "gate",
      summary: "verify, check, conformance, test and coverage in one, with one verdict",
      options: gateOptions,
    },
    async () => (await import("./commands/gate/command.ts")).gateCommand,
  ),
  row(
    {
      name: "seal",
      summary: "verify the snapshot, then write its seal.json, and sign it",
      options: (command) => withKeys(command, "a private key to sign with (also $PGS_SIGNING_KEY, its text)"),
    },
    async () => (await import("./commands/seal/command.ts")).sealCommand,
  ),
];

function runOptions(command: Command): Command {
  const durability = "what the record of an effect survives: the machine, or only the process";
  return withTrust(
    withWorkflow(command)
      .option("--payload <FILE>", "the payload as JSON; - reads standard input (default: {})")
      .option("--actor <FQDN>", "who runs it, for the record")
      .option("--no-png", "leave no picture")
      .option("--no-md", "leave no Markdown")
      .option("--follow", "print one line per event on stderr while it runs")
      .option("--clock <RFC3339>", "a clock that stands still at this moment")
      .option("--seed <TEXT>", "seeded ids and entropy: the same input leaves the same bytes")
      .addOption(number("--max-hops <N>", "refuse a run that enters more nodes").default(DEFAULT_HOPS))
      .addOption(
        number("--max-runs <N>", "refuse a trace of more runs, nested ones included").default(
          TRACE_LIMITS.runs,
        ),
      )
      .addOption(number("--max-events <N>", "refuse a trace of more events").default(TRACE_LIMITS.events))
      .addOption(
        number("--max-depth <N>", "refuse a payload that nests deeper", DEPTH.payloadMost).default(
          DEFAULT_LIMITS.maxDepth,
        ),
      )
      .addOption(
        number("--max-bytes <N>", "refuse a larger payload", SIZE.payloadMost).default(DEFAULT_LIMITS.maxBytes),
      )
      .addOption(
        new Option("--durability <LEVEL>", durability).choices(["device", "process"]).default("device"),
      )
      .addOption(
        new Option("--trace-access <WHO>", "who may read what the run leaves: traces hold payloads")
          .choices(["owner", "group", "all"])
          .default("owner"),
      ),
  );
}

function examineOptions(command: Command): Command {
  return withSeal(
    command
      .option(
        "--head <HASH>",
        "the hash the last line must have, as run printed it; docs/evidence.md lists what only it proves",
      )
      .option("--steps", "list every step, recorded against replayed, also behind a divergence")
      .option(
        "--from-step <STEP>",
        "replay from NODE, NODE.step or a line on; what lies before is taken as recorded",
      )
      .option("--until <STEP>", "replay to the end of NODE, NODE.step or a line"),
  );
}

function renderOptions(command: Command): Command {
  return withSeal(
    command
      .option("--html <FILE>", "one page with the picture and every step's data; - prints it")
      .option("--md <FILE>", "the Markdown that a run leaves; - prints it")
      .option("--png <FILE>", "the picture that a run leaves")
      .option("--svg <FILE>", "the picture as vectors; - prints it"),
  );
}

function attestOptions(command: Command): Command {
  const key =
    "the private key to sign with (also $PGS_SIGNING_KEY, its text); with --verify, a public key that is trusted";
  return withKeys(command, key)
    .option("--verify", "check the attestation instead")
    .option("--attestation <FILE>", "the attestation (default: <trace id>.intoto.json beside the trace)")
    .addOption(number("--require-signature [N]", "with --verify: by how many trusted keys it must be signed"));
}

function checkOptions(command: Command): Command {
  return withTrust(withReports(withTerms(command)))
    .option("--update-baseline", "write what is found into the baseline instead")
    .option("--coverage", "list the snapshot's invariants: which are checked, which are not, and why");
}

/** What counts as a finding of a check. */
function withTerms(command: Command): Command {
  const failOn = new Option("--fail-on <SEVERITY>", "the mildest finding that fails (default: error)");
  return command
    .option(
      "--config <FILE>",
      "severities and rules that are off (default: pgs-check.json, where there is one)",
    )
    .option("--baseline <FILE>", "findings that are known and do not count")
    .addOption(failOn.choices(["error", "warning", "note"]));
}

function gateOptions(command: Command): Command {
  const part = (given: string) => {
    if ((GATE_PARTS as readonly string[]).includes(given)) return given;
    throw new InvalidArgumentError(`It should be one of ${GATE_PARTS.join(", ")}.`);
  };
  const min = "the share of its edges that the scenarios should take of each workflow";
  return withTrust(
    withReports(
      withTerms(command)
        .option("--scenarios <DIR>", "the authored scenarios (default: <workspace>/scenarios)")
        .addOption(percentage("--min <PERCENT>", min).default(100))
        .addOption(number("--jobs <N>", "how many scenarios to play at the same time (default: the cores)"))
        .addOption(collected("--require <PART>", "a part that may not be left out", part)),
    ),
  );
}

function certifyOptions(command: Command): Command {
  return withSeal(withReports(command).option("--untaken", "list the edges that no scenario takes"));
}

function testOptions(command: Command): Command {
  return withSeal(
    withCoverage(
      withReports(command)
        .option("--filter <TEXT>", "only the scenarios with this text in their name or file")
        .option("--update", "write what comes out into the expectations that differ")
        .option(
          "--from-trace <FILE>",
          "make a scenario of a recorded run: the operand, or scenarios/<trace id>.scenario.yaml",
        )
        .option("--watch", "test again whenever a scenario or the snapshot changes")
        .addOption(
          number(
            "--jobs <N>",
            "how many scenarios to play at the same time (default: by their number, at most the cores)",
          ),
        )
        .option("--coverage", "also say which edges, outcomes and admissions were exercised"),
    ),
  );
}

function withCoverage(command: Command): Command {
  return command
    .option("--untaken", "list what was never exercised")
    .addOption(percentage("--min <PERCENT>", "the share of its edges that each workflow should have taken"))
    .option("--svg <FILE>", "a picture of the graphs, with what was never exercised")
    .option("--png <FILE>", "the same as pixels")
    .option("--lcov <FILE>", "by lines of the workflows' artifacts, as LCOV has it")
    .option("--cobertura <FILE>", "the same as Cobertura XML");
}

function percentage(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const given = /^\d{1,3}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(given <= 100)) throw new InvalidArgumentError("It should be a number from 0 to 100.");
    return given;
  });
}

function exportOptions(command: Command): Command {
  const format = new Option("--format <NAME>", "what to write").choices(["reference-v0"]);
  return command
    .addOption(format.makeOptionMandatory())
    .option("--out <FILE>", "the file to write; - is standard output", "-");
}

function addCommonOptions(command: Command): Command {
  return command
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

function number(flags: string, description: string, most?: number): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It should be a whole number above 0.");
    if (most !== undefined && Number(text) > most)
      throw new InvalidArgumentError(`It should be at most ${most}.`);
    return Number(text);
  });
}
