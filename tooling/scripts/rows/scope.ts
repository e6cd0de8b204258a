// What is to be proven by now. A part of Millrace that gets built adds its rows and lessons here.

const range = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${letter}${from + index}`)

export const rowsInScope: ReadonlySet<string> = new Set([
  ...range("S", 1, 7),
  ...range("S", 10, 18),
  ...range("S", 20, 28),
  ...range("S", 30, 36),
  ...range("S", 40, 48),
  ...range("S", 50, 55),
  ...range("L", 1, 8),
  ...range("L", 10, 12),
  ...range("M", 1, 6),
])

export const lessonsInScope: ReadonlySet<string> = new Set([
  ...range("", 1, 18),
  ...range("", 20, 24),
  ...range("", 25, 26),
  ...range("", 28, 34),
  "37",
  "38",
  ...range("", 39, 40),
  ...range("", 42, 44),
  ...range("", 46, 48),
])

/** Lessons that only these storages have to show so far: the others have nothing of the kind, or their turn has not come. */
export const lessonsOn: Readonly<Record<string, readonly string[]>> = {
  "19": ["sqlite", "postgres", "redis"],
  "27": ["postgres"],
  "35": ["sqlite", "postgres", "redis"],
  "36": ["redis"],
  "41": ["postgres", "redis", "mongodb"],
  "45": ["postgres", "redis"],
  "49": ["sqlite", "redis"],
}

/** Whether a clause (`S12.a`), row (`S12`) or lesson (`lesson 3`, `3`) is to be shown on a backend. */
export function isInScope(id: string, backend: string): boolean {
  const name = id.replace(/^lesson |\..*$/g, "")
  return rowsInScope.has(name) || lessonsInScope.has(name) || (lessonsOn[name]?.includes(backend) ?? false)
}
