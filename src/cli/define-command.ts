/** `defineCommand`: one declaration that parser, help, manual and completion of a command are made from. */

import type { Context } from "./context.ts";
import type { ExitName } from "./exit-codes.ts";
import {
  type Arguments,
  camelCase,
  type Given,
  type GroupValuesOf,
  type OptionGroups,
  type Options,
  type ValuesOf,
} from "./option.ts";
import { SHARED, type SharedOption } from "./shared-options.ts";

/** What an action gets: the value of every argument and option, by its name in camel case. */
export type Request<A, G> = ValuesOf<A> & GroupValuesOf<G>;

interface Words {
  /** The options of all commands that have an effect on this one; it takes the others, too, and the help leaves them out. */
  readonly shared: readonly SharedOption[];
  /** What the summary does not say. */
  readonly details?: string;
  readonly examples: readonly [Example, Example];
  /** The exit codes it can give besides those that every command can; `true` for the usual meaning. */
  readonly exitCodes: Partial<Readonly<Record<ExitName, string | true>>>;
}

/** A command line, and what it does. */
export type Example = readonly [line: string, does: string];

interface Declaration<A, G> extends Words {
  readonly arguments: A;
  readonly options: G;
  /** Answers the exit code. @throws Fault */
  action(request: Request<A, G>, context: Context): Promise<number>;
}

/** A declared command, whatever its options are. */
export interface Command extends Words {
  readonly arguments: Arguments;
  readonly options: OptionGroups;
  perform(line: ParsedLine, context: Context): Promise<number>;
}

/** What was typed: the arguments in order, the options by their names. */
export interface ParsedLine {
  readonly arguments: readonly (readonly string[])[];
  readonly options: Readonly<Record<string, Given>>;
}

export function defineCommand<const A extends Arguments, const G extends OptionGroups>({
  action,
  ...declared
}: Declaration<A, G>): Command {
  return {
    ...declared,
    perform(line, context) {
      const operands = Object.entries(declared.arguments).map(([name, { read }], i) => [
        name,
        read(line.arguments[i] ?? []),
      ]);
      const options = Object.values(declared.options).map((group) => valuesOf(group, line));
      // By its construction it has what the declaration says: the compiler does not follow through the entries.
      return action(Object.assign({}, Object.fromEntries(operands), ...options) as Request<A, G>, context);
    },
  };
}

/** The typed values of some options. */
export function valuesOf<O extends Options>(options: O, { options: given }: ParsedLine): ValuesOf<O> {
  const entries = Object.entries(options).map(([name, { read }]) => [camelCase(name), read(given[name])]);
  return Object.fromEntries(entries) as ValuesOf<O>;
}

/** The options that the help lists, by heading: the command's own, then those of all commands that have an effect on it. */
export function shownOptions({ options, shared }: Command): OptionGroups {
  const groups = new Map(Object.entries<Options>(options));
  for (const [heading, all] of Object.entries<Options>(SHARED)) {
    const effective = Object.entries(all).filter(([name]) => shared.some((one) => one === name));
    const own = groups.get(heading);
    groups.delete(heading);
    const group = { ...own, ...Object.fromEntries(effective) };
    if (Object.keys(group).length > 0) groups.set(heading, group);
  }
  return Object.fromEntries(groups);
}

/** A command as the list of all has it; its declaration is loaded with its code. */
export interface Listed {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  load(): Promise<Command>;
}
