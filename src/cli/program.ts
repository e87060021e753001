/** The commands, and how a command line finds its own. The code of all but `run` is loaded when it is called. */

import { run } from "./commands/run/command.ts";
import { openContext, type Platform, toContext } from "./context.ts";
import { type Command, type Listed, type ParsedLine, valuesOf } from "./define-command.ts";
import { plainLine } from "./plain-line.ts";
import { printRefusal } from "./print.ts";
import { SHARED, sharedOption } from "./shared-options.ts";

export const COMMANDS: readonly Listed[] = [
  {
    name: "run",
    summary: "run a workflow and record its trace",
    load: async () => run,
  },
  {
    name: "resume",
    summary: "go on with a run that waits or was interrupted",
    load: async () => (await import("./commands/resume/command.ts")).resume,
  },
  {
    name: "signal",
    summary: "deliver an event to every run that waits for it",
    load: async () => (await import("./commands/signal/command.ts")).signal,
  },
  {
    name: "wake",
    summary: "go on with every run whose moment has come",
    load: async () => (await import("./commands/wake/command.ts")).wake,
  },
  {
    name: "cancel",
    summary: "end a run that waits or was interrupted",
    load: async () => (await import("./commands/cancel/command.ts")).cancel,
  },
  {
    name: "examine",
    summary: "verify and replay traces, and explain how each run ended",
    load: async () => (await import("./commands/examine/command.ts")).examine,
  },
  {
    name: "explain",
    summary: "tell a recorded run in plain sentences: what decided, and what was written",
    load: async () => (await import("./commands/explain/command.ts")).explainCommand,
  },
  {
    name: "render",
    summary: "draw a recorded trace as HTML, Markdown, SVG or PNG",
    load: async () => (await import("./commands/render/command.ts")).render,
  },
  {
    name: "runs",
    summary: "list the runs, show one, verify their ledger, or remove old traces",
    load: async () => (await import("./commands/runs/command.ts")).runs,
  },
  {
    name: "mark",
    summary: "set a bookmark on a trace, or remove one",
    load: async () => (await import("./commands/mark/command.ts")).mark,
  },
  {
    name: "trace",
    summary: "print one trace, or copy it to a folder of its own",
    load: async () => (await import("./commands/trace/command.ts")).trace,
  },
  {
    name: "diff",
    summary: "compare two traces, or two snapshots, by meaning",
    load: async () => (await import("./commands/diff/command.ts")).diff,
  },
  {
    name: "export",
    summary: "convert a trace to the format of another runtime",
    load: async () => (await import("./commands/export/command.ts")).exportTrace,
  },
  {
    name: "attest",
    summary: "sign a statement about a run, or verify one",
    load: async () => (await import("./commands/attest/command.ts")).attest,
  },
  {
    name: "list",
    summary: "list the workflows with domain, summary and payload fields",
    load: async () => (await import("./commands/list/command.ts")).list,
  },
  {
    name: "show",
    summary: "print an artifact: its compiled fields and its source text",
    load: async () => (await import("./commands/show/command.ts")).show,
  },
  {
    name: "query",
    summary: "ask the snapshot: who uses what, what a change reaches, how a workflow can end",
    load: async () => (await import("./commands/query/command.ts")).query,
  },
  {
    name: "plan",
    summary: "compile a workflow and print the steps that a run executes",
    load: async () => (await import("./commands/plan/command.ts")).plan,
  },
  {
    name: "draw",
    summary: "draw a workflow as HTML, SVG or PNG, without a trace",
    load: async () => (await import("./commands/draw/command.ts")).draw,
  },
  {
    name: "compile",
    summary: "make the snapshot from its authored Markdown",
    load: async () => (await import("./commands/compile/command.ts")).compileCommand,
  },
  {
    name: "build",
    summary: "compile the authored Markdown, check the snapshot and seal it",
    load: async () => (await import("./commands/build/command.ts")).build,
  },
  {
    name: "verify",
    summary: "verify every file of the snapshot, its seal and its signatures",
    load: async () => (await import("./commands/verify/command.ts")).verify,
  },
  {
    name: "check",
    summary: "check the snapshot against the rules of the protocol, without running it",
    load: async () => (await import("./commands/check/command.ts")).check,
  },
  {
    name: "capabilities",
    summary: "list the capabilities, pin those of packages, or test them by their examples",
    load: async () => (await import("./commands/capabilities/command.ts")).capabilities,
  },
  {
    name: "conformance",
    summary: "test the transforms of this build with the snapshot's conformance cases",
    load: async () => (await import("./commands/conformance/command.ts")).conformance,
  },
  {
    name: "certify",
    summary: "run scenario vectors on the snapshot and compare the results",
    load: async () => (await import("./commands/certify/command.ts")).certify,
  },
  {
    name: "test",
    summary: "run authored scenarios and compare the results",
    load: async () => (await import("./commands/test/command.ts")).test,
  },
  {
    name: "coverage",
    summary: "measure which declared edges and outcomes some traces cover",
    load: async () => (await import("./commands/coverage/command.ts")).coverage,
  },
  {
    name: "gate",
    summary: "run verify, check, capabilities, conformance, test and coverage, with one verdict",
    load: async () => (await import("./commands/gate/command.ts")).gate,
  },
  {
    name: "seal",
    summary: "verify the snapshot, then write its seal.json and sign it",
    load: async () => (await import("./commands/seal/command.ts")).seal,
  },
  {
    name: "data",
    summary: "list the locks of the stores, or remove one",
    load: async () => (await import("./commands/data/command.ts")).data,
  },
  {
    name: "init",
    summary: "make a workspace with one small domain",
    load: async () => (await import("./commands/init/command.ts")).init,
  },
  {
    name: "new",
    summary: "add an authored file or a capability to the workspace",
    load: async () => (await import("./commands/new/command.ts")).newCommand,
  },
  {
    name: "completion",
    summary: "print a script that completes command lines in a shell",
    load: async () => (await import("./commands/completion/command.ts")).completion(COMMANDS),
  },
];

/** Runs one command line; never throws, never exits. */
export async function runCli(given: readonly string[], world: Platform): Promise<number> {
  const argv = commandFirst(given);
  const named = COMMANDS.find(({ name }) => name === argv[0]);
  // Replaced once the options are read, so that a refusal before that is printed as it should be, too.
  let context = toContext({ json: given.includes("--json"), debug: given.includes("--debug") }, world);
  const perform = async (line: ParsedLine, command: Command) => {
    const options = { ...valuesOf(SHARED.Workspace, line), ...valuesOf(SHARED.Output, line) };
    context = toContext(options, world);
    if (command.shared.includes("workspace")) context = await openContext(options, world);
    return command.perform(line, context);
  };
  try {
    const command = await named?.load();
    const line = command && plainLine(argv.slice(1), command);
    if (command && line) return await perform(line, command);
    const { parseLine } = await import("./parse-line.ts");
    return await parseLine(argv, { world, isJson: context.settings.json, named, commands: COMMANDS, perform });
  } catch (error) {
    return printRefusal(error, context);
  }
}

/** The same line with its command in front: options that every command has may come before it, and `--` behind those. */
function commandFirst(argv: readonly string[]): readonly string[] {
  let start = 0;
  for (;;) {
    const [flag = "", value] = (argv[start] ?? "").split("=", 2);
    const option = sharedOption(flag);
    if (option === undefined) break;
    start += option.hasValue && value === undefined ? 2 : 1;
  }
  const isEnded = argv[start] === "--";
  const [command, ...rest] = argv.slice(isEnded ? start + 1 : start);
  if (command === undefined || (isEnded && command.startsWith("-"))) return argv;
  if (command === "version" || command === "-v") return ["--version"];
  if (command === "help") {
    const about = rest.find((word) => !word.startsWith("-"));
    if (about === undefined) return ["--help"];
    return isCommand(about) ? [about, "--help"] : [about];
  }
  if (!command.startsWith("-") && !isCommand(command)) return [command];
  return [command, ...argv.slice(0, start), ...rest];
}

const isCommand = (word: string) => COMMANDS.some(({ name }) => name === word);
