/** Colour, for a terminal only. */

import type { Settings } from "./context.ts";

export type Tone = "good" | "bad" | "quiet" | "strong";
export type Paint = (tone: Tone, text: string) => string;

/** Chalk is loaded only when something will be coloured. */
export async function painter({ color }: Settings): Promise<Paint> {
  if (!color) return (_, text) => text;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: chalk.green,
    bad: chalk.red,
    quiet: chalk.dim,
    strong: chalk.bold,
  };
  return (tone, text) => tones[tone](text);
}
