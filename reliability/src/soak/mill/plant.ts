/** Faults that tests plant in a worker, to see them found. */
export const plants = ["memory", "handles", "connections", "lost", "doubled"] as const

export type Plant = (typeof plants)[number]

/** The faults whose names stand in a text, with commas between them. */
export function plantsIn(text: string): readonly Plant[] {
  return plants.filter((plant) => text.split(",").includes(plant))
}
