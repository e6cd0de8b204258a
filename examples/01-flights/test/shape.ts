/** A text as a pattern: `<n>` in it stands for any number; all else is as it is written. */
export function shape(expected: string): RegExp {
  const literal = expected.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
  return new RegExp(`^${literal.replaceAll("<n>", "[0-9.]+")}$`)
}
