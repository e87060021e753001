/** Rows and lanes: where the parts of a drawing are, before the rows get their heights. */

import type { Drawing, Link } from "./drawing.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Given by its middle. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** A line through points; between points with different x and y it is an S that begins and ends vertically. */
export type Track = readonly Point[];

/** Where the boxes of a drawing are, and the way that is kept free for each link; it can be written as JSON. */
export interface Placement {
  readonly width: number;
  /** The middles, in the order of the drawing's boxes. */
  readonly boxes: readonly Point[];
  /** In the order of the drawing's links. */
  readonly links: readonly PlacedLink[];
}

export interface PlacedLink {
  /** The middle. */
  readonly label: Point;
  /** A place in every row between the ends; none for a link from a box to itself. */
  readonly via: Track;
}

/** The way of one link, in the rows of the placement. */
export interface Lane {
  readonly link: Link;
  readonly via: Track;
  readonly label: Rect;
}

/** The boxes by key, in the rows of the placement. */
export type Boxes = ReadonlyMap<string, Rect>;

export function boxesOf(drawing: Drawing, { boxes }: Placement): Boxes {
  return new Map(
    drawing.boxes.map(({ key, width, height }, i) => [key, { ...(boxes[i] as Point), width, height }]),
  );
}

export function lanesOf(drawing: Drawing, { links }: Placement): readonly Lane[] {
  return drawing.links.map((link, i) => {
    const { label, via } = links[i] as PlacedLink;
    return { link, via, label: { ...label, width: link.width, height: link.height } };
  });
}

export function boxAt(boxes: Boxes, key: string): Rect {
  return boxes.get(key) as Rect;
}
