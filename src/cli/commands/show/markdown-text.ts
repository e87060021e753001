/**
 * Markdown as text for a terminal: headings, lists, tables and code in the width that there is. Line by line and in
 * one pass: no text from outside is nested, or takes longer than its length.
 */

import type { Paint } from "../../colour.ts";

/** Narrower than this, words are broken by the terminal. */
const LEAST_COLUMNS = 20;
/** Deeper lists are not indented further. */
const MOST_INDENT = 24;
const BETWEEN_CELLS = 2;
/** With what stands between two. */
const LEAST_CELL = 4;
const CODE_INDENT = "    ";

interface Terminal {
  readonly columns: number;
  readonly paint: Paint;
}

/** The text, without the marks that only say how it is to look. */
export function markdownText(markdown: string, columns: number, paint: Paint): string {
  const terminal = { columns: Math.max(columns, LEAST_COLUMNS), paint };
  const blocks = blocksOf(markdown.trimEnd().split(/\r?\n/));
  return `${blocks.map((block) => renderBlock(block, terminal)).join("\n")}\n`;
}

// ---- blocks ----

type Block =
  | { readonly kind: "blank" | "rule" }
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "code"; readonly lines: readonly string[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  /** A paragraph, an item of a list or a quotation: `first` stands before its first line, `rest` before the others. */
  | { readonly kind: "text"; readonly first: string; readonly rest: string; readonly text: string };

const FENCE = /^ {0,12}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6}) +(.*)$/;
const RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$/;
const ROW = /^ {0,3}\|/;
const DELIMITERS = /^ {0,3}\|(?: *:?-+:? *\|)+ *$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)]) +(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const UNDERLINE = /^(?:=+|-+) *$/;

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; ) {
    const { block, taken } = blockAt(lines, i);
    i += taken;
    // Several blank lines are one, and none stands at the beginning.
    if (block.kind !== "blank" || (blocks.at(-1)?.kind ?? "blank") !== "blank") blocks.push(block);
  }
  return blocks.at(-1)?.kind === "blank" ? blocks.slice(0, -1) : blocks;
}

interface Found {
  readonly block: Block;
  /** How many lines it has. */
  readonly taken: number;
}

function blockAt(lines: readonly string[], i: number): Found {
  const line = lines[i] ?? "";
  if (line.trim() === "") return { block: { kind: "blank" }, taken: 1 };
  const [, fence] = FENCE.exec(line) ?? [];
  if (fence !== undefined) return codeAt(lines, i, fence);
  const [, marks, heading = ""] = HEADING.exec(line) ?? [];
  if (marks !== undefined)
    return {
      block: { kind: "heading", level: marks.length, text: heading.trimEnd().replace(/ #+$/, "") },
      taken: 1,
    };
  if (RULE.test(line)) return { block: { kind: "rule" }, taken: 1 };
  if (ROW.test(line) && DELIMITERS.test(lines[i + 1] ?? "")) return tableAt(lines, i);
  return textAt(lines, i);
}

/** A fence that is never closed goes to the end. */
function codeAt(lines: readonly string[], i: number, fence: string): Found {
  const isEnd = (line: string) => line.trimStart().startsWith(fence) && /^[`~]+$/.test(line.trim());
  let end = i + 1;
  while (end < lines.length && !isEnd(lines[end] ?? "")) end++;
  return { block: { kind: "code", lines: lines.slice(i + 1, end) }, taken: end + 1 - i };
}

function tableAt(lines: readonly string[], i: number): Found {
  let end = i + 2;
  while (ROW.test(lines[end] ?? "")) end++;
  const rows = [lines[i] ?? "", ...lines.slice(i + 2, end)].map(cellsOf);
  return { block: { kind: "table", rows }, taken: end - i };
}

function cellsOf(row: string): readonly string[] {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function textAt(lines: readonly string[], i: number): Found {
  const line = lines[i] ?? "";
  const [, indent = "", mark, item = ""] = ITEM.exec(line) ?? [];
  const [, quote] = QUOTE.exec(line) ?? [];
  let end = i + 1;
  while (goesOn(lines[end])) end++;
  const isHeading = mark === undefined && quote === undefined && UNDERLINE.test(lines[end] ?? "");
  if (isHeading && end === i + 1) {
    const level = lines[end]?.startsWith("=") ? 1 : 2;
    return { block: { kind: "heading", level, text: line.trim() }, taken: 2 };
  }
  const more = lines.slice(i + 1, end).map((one) => one.trim());
  const text = [item || (quote ?? (mark === undefined ? line.trim() : "")), ...more].join(" ");
  return {
    block: { kind: "text", ...prefixes(indent.length, mark, quote !== undefined), text },
    taken: end - i,
  };
}

function prefixes(indent: number, mark: string | undefined, isQuote: boolean) {
  if (isQuote) return { first: "│ ", rest: "│ " };
  if (mark === undefined) return { first: "", rest: "" };
  const first = `${" ".repeat(Math.min(indent, MOST_INDENT))}${/\d/.test(mark) ? mark : "•"} `;
  return { first, rest: " ".repeat(first.length) };
}

/** Whether the line is part of the paragraph, item or quotation before it. */
function goesOn(line: string | undefined): boolean {
  if (line === undefined || line.trim() === "") return false;
  return ![FENCE, HEADING, RULE, ROW, ITEM, QUOTE, UNDERLINE].some((begin) => begin.test(line));
}

// ---- text ----

function renderBlock(block: Block, terminal: Terminal): string {
  const { columns, paint } = terminal;
  switch (block.kind) {
    case "blank":
      return "";
    case "rule":
      return paint("quiet", "─".repeat(columns));
    case "heading":
      return renderHeading(block.level, block.text, terminal);
    case "code":
      return block.lines.map((line) => `${CODE_INDENT}${line}`.trimEnd()).join("\n");
    case "table":
      return renderTable(block.rows, terminal);
    case "text": {
      const lines = wrapped(wordsOf(block.text), columns - block.first.length);
      return lines.map((line, i) => `${i === 0 ? block.first : block.rest}${painted(line, paint)}`).join("\n");
    }
  }
}

/** The two highest levels are underlined, the others keep their marks. */
function renderHeading(level: number, given: string, { columns, paint }: Terminal): string {
  const marks = level > 2 ? `${"#".repeat(level)} ` : "";
  const lines = wrapped(wordsOf(`${marks}${given}`), columns).map(textOf);
  const text = lines.map((line) => paint("strong", line)).join("\n");
  if (level > 2) return text;
  const width = lines.reduce((most, line) => Math.max(most, [...line].length), 0);
  return `${text}\n${paint("quiet", (level === 1 ? "═" : "─").repeat(width))}`;
}

function renderTable(given: readonly (readonly string[])[], { columns, paint }: Terminal): string {
  const count = given[0]?.length ?? 0;
  // There is no room for it: the table stays as it is.
  if (count * LEAST_CELL > columns) return given.map((row) => `| ${row.join(" | ")} |`).join("\n");
  const rows: readonly Row[] = given.map((row) => row.map(wordsOf));
  const widths = widthsOf(rows, count, columns);
  const [head = [], ...body] = rows;
  const line = widths.map((width) => "─".repeat(width)).join(" ".repeat(BETWEEN_CELLS));
  const strong = head.map((cell) => cell.map((word) => word.map(({ text }) => ({ text, isStrong: true }))));
  return [
    renderRow(strong, widths, paint),
    paint("quiet", line),
    ...body.map((row) => renderRow(row, widths, paint)),
  ].join("\n");
}

/** Those of the widest cells, as far as there is room: then the widest columns are narrowed, words are broken last. */
function widthsOf(rows: readonly Row[], count: number, columns: number): readonly number[] {
  const most = (widthIn: (cell: Cell) => number) =>
    Array.from({ length: count }, (_, i) => {
      return rows.reduce((widest, row) => Math.min(columns, Math.max(widest, widthIn(row[i] ?? []))), 1);
    });
  const widths = most(lineWidth);
  const words = most((cell) => cell.reduce((widest, word) => Math.max(widest, lineWidth([word])), 1));
  const room = columns - BETWEEN_CELLS * (count - 1);
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const spare = widths.map((width, i) => (width > (words[i] ?? 1) ? width : 0));
    const from = spare.some((width) => width > 0) ? spare : widths;
    const widest = from.indexOf(largest(from));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function renderRow(row: Row, widths: readonly number[], paint: Paint): string {
  const cells = widths.map((width, i) => wrapped(row[i] ?? [], width));
  const height = largest(cells.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, at) =>
    cells
      .map((cell, i) => {
        const words = cell[at] ?? [];
        const isLast = i === cells.length - 1;
        return `${painted(words, paint)}${isLast ? "" : " ".repeat(Math.max(0, (widths[i] ?? 0) - lineWidth(words)))}`;
      })
      .join(" ".repeat(BETWEEN_CELLS))
      .trimEnd(),
  );
  return lines.join("\n");
}

// ---- words ----

interface Piece {
  readonly text: string;
  readonly isStrong: boolean;
}

/** What is not broken: pieces that follow each other without a space. */
type Word = readonly Piece[];

type Cell = readonly Word[];
type Row = readonly Cell[];

/** Code as it is; strong text; a link as its text and its target. */
const INLINE = /(`[^`]+`)|\*\*([^*]+)\*\*|\[([^\][]{1,400})\]\(([^()\s]{1,1000})\)/g;

function wordsOf(text: string): readonly Word[] {
  const words: Piece[][] = [];
  let isNew = true;
  for (const piece of piecesOf(text)) {
    piece.text.split(/[ \t]+/).forEach((part, i) => {
      if (i > 0) isNew = true;
      if (part === "") return;
      if (isNew) words.push([]);
      words.at(-1)?.push({ ...piece, text: part });
      isNew = false;
    });
  }
  return words;
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { index, 0: whole, 1: code, 2: strong, 3: link, 4: target } of text.matchAll(INLINE)) {
    pieces.push({ text: text.slice(end, index), isStrong: false });
    pieces.push({ text: code ?? strong ?? `${link} (${target})`, isStrong: strong !== undefined });
    end = index + whole.length;
  }
  return [...pieces, { text: text.slice(end), isStrong: false }];
}

function wrapped(words: readonly Word[], width: number): readonly (readonly Word[])[] {
  const lines: Word[][] = [];
  let taken = Number.POSITIVE_INFINITY;
  for (const word of words.flatMap((one) => broken(one, width))) {
    const length = lineWidth([word]);
    if (taken + 1 + length > width) {
      lines.push([]);
      taken = -1;
    }
    lines.at(-1)?.push(word);
    taken += 1 + length;
  }
  return lines;
}

/** A word that is wider than the line, in parts. */
function broken(word: Word, width: number): readonly Word[] {
  if (lineWidth([word]) <= width) return [word];
  const marks = word.flatMap(({ text, isStrong }) => [...text].map((mark) => ({ text: mark, isStrong })));
  const parts: Word[] = [];
  for (let i = 0; i < marks.length; i += width) parts.push(marks.slice(i, i + width));
  return parts;
}

function lineWidth(words: readonly Word[]): number {
  const spaces = Math.max(0, words.length - 1);
  return words.reduce((sum, word) => word.reduce((width, { text }) => width + [...text].length, sum), spaces);
}

function textOf(words: readonly Word[]): string {
  return words.map((word) => word.map(({ text }) => text).join("")).join(" ");
}

/** Neighbours that look alike are painted as one. */
function painted(words: readonly Word[], paint: Paint): string {
  const pieces = words.flatMap((word, i): Word => {
    const isStrong = word[0]?.isStrong === true && words[i - 1]?.at(-1)?.isStrong === true;
    return i === 0 ? word : [{ text: " ", isStrong }, ...word];
  });
  const runs: { text: string; readonly isStrong: boolean }[] = [];
  for (const { text, isStrong } of pieces) {
    const last = runs.at(-1);
    if (last?.isStrong === isStrong) last.text += text;
    else runs.push({ text, isStrong });
  }
  return runs.map(({ text, isStrong }) => (isStrong ? paint("strong", text) : text)).join("");
}
