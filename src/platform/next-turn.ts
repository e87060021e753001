/** The next turn of the event loop. */

let next: Promise<void> | null = null;

/**
 * Resolves then. All who wait for it go on together, so that what they do next can be done together as well: with an
 * immediate for each, each would come to its next wait before another one goes on.
 */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      next = null;
      resolve();
    });
  });
  return next;
}
