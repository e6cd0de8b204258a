// Which of the lessons have nothing to show on some storages. Everything else is to be shown on all of them.

/** Lessons of what only these storages have: the others have nothing of the kind. */
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
  return lessonsOn[name]?.includes(backend) ?? true
}
