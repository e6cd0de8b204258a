/** The customers of the shop. */
export const CUSTOMERS = ["ada", "bob", "cid", "dot", "eve", "fay", "gus", "hal", "ivy", "jon"] as const

/** How many orders each of them places. */
export const ORDERS_EACH = 30

/** How many orders there are. */
export const ORDERS = CUSTOMERS.length * ORDERS_EACH

/** What an order costs: by the customer and by how many they had placed before. */
export function centsOf(customer: number, order: number): number {
  return 1_000 + ((customer * 211 + order * 37) % 900)
}

/** What all orders of a customer cost. */
export function centsInAll(customer: number): number {
  return Array.from({ length: ORDERS_EACH }, (_, order) => centsOf(customer, order)).reduce((sum, one) => sum + one, 0)
}
