/** What admission asks: is such an event on record? */

import type { JsonObject } from "../json/value.ts";

export interface EventPattern {
  /** The record's `event_code` or `event_type`. */
  readonly event: string;
  /** The values that fields of the record must have. */
  readonly where: JsonObject;
}

export interface EventQuery {
  /**
   * For each pattern, whether a record in any log of the data root matches it (SPEC 4.2). All patterns are asked for
   * at once, so that records need to be read once only.
   * @throws StoreFault
   */
  find(patterns: readonly EventPattern[]): Promise<readonly boolean[]>;
}
