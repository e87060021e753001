/** Colour, for a terminal only. */

import { randomBytes } from "node:crypto";
import { printable } from "../errors/printable.ts";

export type Tone = "good" | "bad" | "quiet" | "strong";
export type Paint = (tone: Tone, text: string) => string;

/** Stands for the escape character in a text that is not printed yet: nothing from outside can guess it. */
let mark: string | undefined;

/** Chalk is loaded only when something will be coloured. */
export async function painter({ color }: { readonly color: boolean }): Promise<Paint> {
  if (!color) return (_, text) => text;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: chalk.green,
    bad: chalk.red,
    quiet: chalk.dim,
    strong: chalk.bold,
  };
  mark ??= `{${randomBytes(16).toString("hex")}}`;
  const standIn = mark;
  return (tone, text) => tones[tone](printable(text)).replaceAll("\u001b", standIn);
}

/** The text with its colours, for a terminal. */
export function coloured(text: string): string {
  return mark === undefined ? text : text.replaceAll(mark, "\u001b");
}
