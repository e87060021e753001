/** The marks a picture is made of: tracks with arrows, boxes with their lines, labels. */

import type { NodeType } from "../../trace/declared-graph.ts";
import type { EndingStatus } from "../../trace/run-path.ts";
import { BADGE_HEIGHT, type Box, LINE_HEIGHT, type LinkOutcome, NAME_SIZE, SMALL_SIZE } from "./drawing.ts";
import type { Layout, Route } from "./layout.ts";
import { type Ink, inkOf, PAPER } from "./palette.ts";
import type { Point, Rect, Track } from "./placement.ts";
import { centredSvgText, same, short } from "./svg-text.ts";
import { textWidth } from "./text-metrics.ts";

export function renderTrack({ link, track }: Route): string {
  const { line } = inkOf(link.manner);
  const isTaken = link.manner !== null;
  return (
    `<path d="${pathOf(track)}" stroke="${line}" stroke-width="${isTaken ? 2.5 : 1.2}"/>` +
    `<path d="${arrowOf(track, isTaken ? 5 : 4)}" fill="${line}"/>`
  );
}

function pathOf(track: Track): string {
  const [first, ...rest] = track as [Point, ...Point[]];
  let path = `M${short(first.x)} ${short(first.y)}`;
  let from = first;
  for (const to of rest) {
    const middle = short((from.y + to.y) / 2);
    if (same(from.x, to.x)) {
      if (!same(from.y, to.y)) path += `V${short(to.y)}`;
    } else if (same(from.y, to.y)) path += `H${short(to.x)}`;
    else path += `C${short(from.x)} ${middle} ${short(to.x)} ${middle} ${short(to.x)} ${short(to.y)}`;
    from = to;
  }
  return path;
}

/** The head of the arrow; a track ends vertically, or towards the left where it is a loop. */
function arrowOf(track: Track, half: number): string {
  const { x, y } = track.at(-1) as Point;
  const before = track.findLast((point) => !same(point.x, x) || !same(point.y, y)) as Point;
  const length = 2 * half;
  const tip = `M${short(x)} ${short(y)}`;
  if (same(before.y, y)) return `${tip}l${length} -${half}v${2 * half}z`;
  return before.y < y ? `${tip}l-${half} -${length}h${2 * half}z` : `${tip}l-${half} ${length}h${2 * half}z`;
}

export function renderBox(box: Box, layout: Layout): string {
  const rect = layout.boxes.get(box.key) as Rect;
  const ink = inkOf(box.manner);
  const width = box.manner === null ? 1.2 : 2;
  const corner = { x: rect.x + rect.width / 2 - 16, y: rect.y - rect.height / 2 };
  return (
    `<path d="${outlineOf(box.type, rect)}" fill="${ink.fill}" stroke="${ink.line}" stroke-width="${width}"${dashesOf(box.manner)}/>` +
    renderBadge(box, rect, ink) +
    renderLines(box, rect, ink) +
    renderMark(box.manner, corner, 9)
  );
}

const DASHES: Partial<Record<EndingStatus, string>> = {
  unfinished: "6 4",
  waiting: "2 3",
  cancelled: "9 3 2 3",
};

function dashesOf(manner: EndingStatus | null): string {
  const dashes = manner === null ? undefined : DASHES[manner];
  return dashes === undefined ? "" : ` stroke-dasharray="${dashes}"`;
}

/** What tells a run that waits, or was cancelled, without its colour: the sign for a pause, or a cross. */
export function renderMark(manner: EndingStatus | null, { x, y }: Point, radius: number): string {
  if (manner !== "waiting" && manner !== "cancelled") return "";
  const r = short(radius / 3);
  const [left, right, top, bottom] = [x - r, x + r, y - r, y + r].map(short);
  const path =
    manner === "waiting"
      ? `M${left} ${top}V${bottom}M${right} ${top}V${bottom}`
      : `M${left} ${top}L${right} ${bottom}M${right} ${top}L${left} ${bottom}`;
  return (
    `<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${inkOf(manner).line}" stroke="${PAPER}"/>` +
    `<path d="${path}" stroke="${PAPER}" stroke-width="${short(radius / 4)}"/>`
  );
}

export function outlineOf(type: NodeType, { x, y, width, height }: Rect): string {
  const [left, top] = [short(x - width / 2), short(y - height / 2)];
  const [w, h] = [short(width), short(height)];
  switch (type) {
    case "IN": {
      const r = h / 2;
      return `M${short(left + r)} ${top}h${short(w - h)}a${r} ${r} 0 0 1 0 ${h}h-${short(w - h)}a${r} ${r} 0 0 1 0 -${h}z`;
    }
    case "CC":
      return `M${left} ${top}h${w}v${h}h-${w}z`;
    case "EXIT": {
      const c = Math.min(10, short(h / 3));
      const [inner, side] = [short(w - 2 * c), short(h - 2 * c)];
      return `M${short(left + c)} ${top}h${inner}l${c} ${c}v${side}l-${c} ${c}h-${inner}l-${c} -${c}v-${side}z`;
    }
  }
}

function renderBadge(box: Box, rect: Rect, ink: Ink): string {
  if (box.badge === "") return "";
  const left = rect.x - rect.width / 2 + 10;
  const top = rect.y - BADGE_HEIGHT / 2;
  const middle = { x: left + box.badgeWidth / 2, y: rect.y };
  return (
    `<rect x="${short(left)}" y="${short(top)}" width="${short(box.badgeWidth)}" height="${BADGE_HEIGHT}" rx="10" fill="${ink.line}"/>` +
    centredSvgText(box.badge, middle, PAPER, SMALL_SIZE, true)
  );
}

function renderLines(box: Box, rect: Rect, ink: Ink): string {
  const lines = [box.name, box.detail, box.report].filter((line) => line !== "");
  const x = box.badge === "" ? rect.x : rect.x + box.badgeWidth / 2;
  const top = rect.y - ((lines.length - 1) * LINE_HEIGHT) / 2;
  return lines
    .map((line, i) => {
      const middle = { x, y: top + i * LINE_HEIGHT };
      return centredSvgText(line, middle, ink.text, i === 0 ? NAME_SIZE : SMALL_SIZE);
    })
    .join("");
}

export function renderLabel({ link, label }: Route): string {
  const left = short(label.x - label.width / 2);
  const top = short(label.y - label.height / 2);
  const first = label.y - ((link.outcomes.length - 1) * LINE_HEIGHT) / 2;
  return (
    `<rect x="${left}" y="${top}" width="${short(label.width)}" height="${short(label.height)}" fill="${PAPER}"/>` +
    link.outcomes.map((outcome, i) => renderOutcome(outcome, label, first + i * LINE_HEIGHT)).join("")
  );
}

function renderOutcome({ text, manner }: LinkOutcome, label: Rect, y: number): string {
  const ink = inkOf(manner);
  if (manner === null) return centredSvgText(text, { x: label.x, y }, ink.text, SMALL_SIZE);
  const width = textWidth(text, SMALL_SIZE) + 8;
  const left = short(label.x - width / 2);
  return (
    `<rect x="${left}" y="${short(y - 8)}" width="${short(width)}" height="16" rx="3" fill="${ink.fill}"/>` +
    centredSvgText(text, { x: label.x, y }, ink.text, SMALL_SIZE, true)
  );
}
