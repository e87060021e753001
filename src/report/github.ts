/** A verdict as GitHub's workflow commands: an annotation for each notice, one line each, the worst first. */

import { printable } from "../errors/printable.ts";
import { type Level, type Notice, type Verdict, worstFirst } from "./result.ts";

const COMMANDS: Readonly<Record<Level, string>> = { error: "error", warning: "warning", note: "notice" };

/** Of one kind no more than ten are shown for a step: what follows them stands in the other reports. */
export function githubText(verdict: Verdict): string {
  return worstFirst(verdict).map(annotation).join("");
}

function annotation(notice: Notice): string {
  const { level, message, hint, file, line, column, rule } = notice;
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(file === undefined || line === undefined ? [] : [`line=${line}`]),
    ...(file === undefined || line === undefined || column === undefined ? [] : [`col=${column}`]),
    `title=${property(`pgs ${rule}`)}`,
  ];
  const shown = printable(message);
  const said = hint === undefined ? shown : `${shown}\nHint: ${printable(hint)}`;
  return `::${COMMANDS[level]} ${properties.join(",")}::${data(said)}\n`;
}

/** What ends a line, and what begins an escape, are written as escapes. */
function data(text: string): string {
  return text.replace(/[%\r\n]/g, percentEscape);
}

/** In a property, also what ends it. */
function property(text: string): string {
  return printable(text).replace(/[%:,]/g, percentEscape);
}

function percentEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
