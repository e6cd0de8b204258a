/** The quantity of an item's payload as it is stored; -1 where there is none. */
export function quantityOf(payload: unknown): number {
  return typeof payload === "object" && payload !== null && "quantity" in payload ? Number(payload.quantity) : -1
}
