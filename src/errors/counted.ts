/** `1 event`, `2 events`: a number of things, for sentences. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
