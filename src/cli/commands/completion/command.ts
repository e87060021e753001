/** `pgs completion`: what a shell needs to complete a command line, made from the declarations of the commands. */

import { type Command, defineCommand, type Listed, shownOptions } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { type ArgumentSpec, argumentChoice, type OptionSpec } from "../../option.ts";
import { SHARED } from "../../shared-options.ts";
import { bash } from "./bash.ts";
import type { Completable, CompletableOption, Values } from "./completable.ts";
import { fish } from "./fish.ts";
import { zsh } from "./zsh.ts";

const SCRIPTS = { bash, zsh, fish };

export function completion(commands: readonly Listed[]): Command {
  return defineCommand({
    details: "It completes commands, options, the values of options, and file names.",
    arguments: { shell: argumentChoice(["bash", "zsh", "fish"], "the shell") },
    options: {},
    shared: ["debug"],
    examples: [
      [
        "pgs completion bash > ~/.local/share/bash-completion/completions/pgs",
        "complete in every bash from now on",
      ],
      ["pgs completion fish > ~/.config/fish/completions/pgs.fish", "complete in every fish from now on"],
    ],
    exitCodes: { SUCCESS: true },
    async action({ shell }, context) {
      const completable = await Promise.all(commands.map(toCompletable));
      const everywhere = Object.values(SHARED).flatMap((group) => Object.entries<OptionSpec<unknown>>(group));
      context.printExactly(SCRIPTS[shell](completable, everywhere.map(toOption)));
      return EXIT.SUCCESS;
    },
  });
}

async function toCompletable({ name, summary, load }: Listed): Promise<Completable> {
  const command = await load();
  const options = Object.values(shownOptions(command)).flatMap((group) => Object.entries(group));
  // Those after the first are of one kind.
  const [first, second] = Object.values(command.arguments);
  const further = first?.isVariadic ? first : second;
  return {
    name,
    summary,
    options: options.map(toOption),
    argument: first === undefined ? null : valuesOf(first),
    further: further === undefined ? null : valuesOf(further),
  };
}

function toOption([name, spec]: readonly [string, OptionSpec<unknown>]): CompletableOption {
  const { description, value, isValueOptional = false, isRepeatable = false } = spec;
  const values = value === undefined ? null : valuesOf(spec);
  return { flag: `--${name}`, description, values, isValueOptional, isRepeatable };
}

function valuesOf({ choices, completes }: Pick<ArgumentSpec<unknown>, "choices" | "completes">): Values {
  return choices ?? completes ?? "any";
}
