/** The streams whose effects a settlement of this group brings; none for anything else. */
export function effectsIn(settlement: unknown, group: string): readonly string[] {
  if (!has(settlement, "lease") || !has(settlement.lease, "group") || settlement.lease.group !== group) return []
  if (!has(settlement, "parts") || !Array.isArray(settlement.parts)) return []
  const parts: readonly unknown[] = settlement.parts
  return parts.flatMap((part) =>
    has(part, "effects") && part.effects !== undefined && has(part, "key") ? [String(part.key)] : [],
  )
}

function has<Name extends string>(value: unknown, name: Name): value is Readonly<Record<Name, unknown>> {
  return typeof value === "object" && value !== null && name in value
}
