/** What overlaps in a laid-out picture, measured on the very lines that are drawn. */

import type { Layout } from "../../src/render/picture/layout.ts";
import type { Point, Rect, Track } from "../../src/render/picture/placement.ts";

const SAMPLES = 24;

/** Points along the track: the S between two points is the cubic curve the picture draws. */
export function sample(track: Track): readonly Point[] {
  return track.slice(1).flatMap((to, i) => {
    const from = track[i] as Point;
    return Array.from({ length: SAMPLES + 1 }, (_, step) => between(from, to, step / SAMPLES));
  });
}

function between(from: Point, to: Point, t: number): Point {
  const middle = (from.y + to.y) / 2;
  const curve = (a: number, b: number, c: number, d: number) =>
    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
  return { x: curve(from.x, from.x, to.x, to.x), y: curve(from.y, middle, middle, to.y) };
}

export function overlap(a: Rect, b: Rect): boolean {
  const apart = (x: number, y: number, sum: number) => Math.abs(x - y) >= sum / 2 - 0.01;
  return !apart(a.x, b.x, a.width + b.width) && !apart(a.y, b.y, a.height + b.height);
}

function holds(rect: Rect, { x, y }: Point): boolean {
  return overlap(rect, { x, y, width: 0.1, height: 0.1 });
}

/** Every overlap, in words. */
export function overlapsOf({ boxes, routes, width, height }: Layout): readonly string[] {
  const things = [
    ...[...boxes].map(([name, rect]) => ({ name, rect })),
    ...routes.map(({ link, label }) => ({ name: `label ${link.from} > ${link.to}`, rect: label })),
  ];
  const found: string[] = [];
  things.forEach((a, i) => {
    for (const b of things.slice(i + 1)) if (overlap(a.rect, b.rect)) found.push(`${a.name} covers ${b.name}`);
    const fits = a.rect.x - a.rect.width / 2 > -0.01 && a.rect.x + a.rect.width / 2 < width + 0.01;
    if (!fits || a.rect.y + a.rect.height / 2 > height + 0.01) found.push(`${a.name} leaves the picture`);
  });
  for (const { link, track } of routes) {
    const name = `${link.from} > ${link.to}`;
    const own = new Set([link.from, link.to, `label ${name}`]);
    const points = sample(track);
    for (const thing of things) {
      if (!own.has(thing.name) && points.some((point) => holds(thing.rect, point))) {
        found.push(`${name} runs through ${thing.name}`);
      }
    }
    // An edge may touch its own boxes at its ends only.
    for (const end of [link.from, link.to]) {
      const { x, y, width: w, height: h } = boxes.get(end) as Rect;
      const inside = { x, y, width: w - 1, height: h - 1 };
      if (points.some((point) => holds(inside, point))) found.push(`${name} runs through its own ${end}`);
    }
  }
  return found;
}

/** The labels whose edge does not pass through their middle. */
export function strayLabels({ routes }: Layout): readonly string[] {
  return routes
    .filter(({ track, label }) => !sample(track).some(({ x, y }) => Math.hypot(x - label.x, y - label.y) < 4))
    .map(({ link }) => `${link.from} > ${link.to}`);
}
